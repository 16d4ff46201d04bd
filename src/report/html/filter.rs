//! Which articles a list shows, as it stands behind the `?` of every link to it.

use url::form_urlencoded;

use crate::model::Shelf;

/// A tab of the queue: a shelf, or several of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// One shelf.
    Shelf(Shelf),
    /// What was not judged, for whatever reason.
    NotJudged,
    /// What was flagged, whatever was decided.
    Flagged,
    /// Everything.
    All,
}

impl Tab {
    /// The name in URLs.
    pub fn as_str(self) -> &'static str {
        match self {
            Tab::Shelf(shelf) => shelf.as_str(),
            Tab::NotJudged => "not-judged",
            Tab::Flagged => "flagged",
            Tab::All => "all",
        }
    }

    /// Reads a name, or a verdict in its place.
    pub fn parse(name: &str) -> Option<Tab> {
        match name {
            "not-judged" | "abstain" => Some(Tab::NotJudged),
            "flagged" | "flag" => Some(Tab::Flagged),
            "pass" => Some(Tab::Shelf(Shelf::Passed)),
            "all" | "" => Some(Tab::All),
            name => Shelf::parse(name).map(Tab::Shelf),
        }
    }

    /// The shelf, if it is one.
    pub fn shelf(self) -> Option<Shelf> {
        match self {
            Tab::Shelf(shelf) => Some(shelf),
            Tab::NotJudged | Tab::Flagged | Tab::All => None,
        }
    }
}

/// Which articles a list shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Where they lie.
    pub tab: Tab,
    /// A source's name.
    pub source: Option<String>,
    /// A rule's name.
    pub rule: Option<String>,
    /// The primary subtag of their language.
    pub lang: Option<String>,
    /// Words of theirs.
    pub text: Option<String>,
    /// The least overall score; as it was given.
    pub score: Option<String>,
    /// The articles that carry one text.
    pub cluster: Option<i64>,
    /// Read since; as it was given.
    pub since: Option<String>,
    /// Read before; as it was given.
    pub until: Option<String>,
    /// The worst first, not the newest.
    pub worst: bool,
}

/// What waits, the newest first.
impl Default for Filter {
    fn default() -> Filter {
        Filter {
            tab: Tab::Shelf(Shelf::Waiting),
            source: None,
            rule: None,
            lang: None,
            text: None,
            score: None,
            cluster: None,
            since: None,
            until: None,
            worst: false,
        }
    }
}

impl Filter {
    /// Reads what stands behind a `?`. What is not known there, or not to be read, asks for nothing:
    /// links grow old, and a list is better than an error.
    pub fn parse(query: &str) -> Filter {
        let mut filter = Filter::default();
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            let given = (!value.trim().is_empty()).then(|| value.trim().to_string());
            match key.as_ref() {
                "shelf" | "verdict" => filter.tab = Tab::parse(&value).unwrap_or(filter.tab),
                "source" => filter.source = given,
                "rule" => filter.rule = given,
                "lang" => filter.lang = given,
                "q" => filter.text = given,
                "score" => filter.score = given.filter(|score| score.parse::<f32>().is_ok()),
                "cluster" => filter.cluster = value.parse().ok(),
                "since" => filter.since = given,
                "until" => filter.until = given,
                "order" => filter.worst = value == "worst",
                _ => {}
            }
        }
        filter
    }

    /// What [`Filter::parse`] reads; empty for the first page of the queue.
    pub fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if *self != Filter::default() {
            query.append_pair("shelf", self.tab.as_str());
        }
        let cluster = self.cluster.map(|id| id.to_string());
        for (key, value) in [
            ("source", &self.source),
            ("rule", &self.rule),
            ("lang", &self.lang),
            ("q", &self.text),
            ("score", &self.score),
            ("cluster", &cluster),
            ("since", &self.since),
            ("until", &self.until),
        ] {
            if let Some(value) = value {
                query.append_pair(key, value);
            }
        }
        if self.worst {
            query.append_pair("order", "worst");
        }
        query.finish()
    }

    /// The address of the list, without a cursor.
    pub fn href(&self) -> String {
        at("/", &self.query())
    }

    /// The address of an article that is looked at as one of this list.
    pub fn article_href(&self, id: i64) -> String {
        at(&format!("/articles/{id}"), &self.query())
    }

    /// Whether it leaves out more than a tab does.
    pub fn narrows(&self) -> bool {
        let plain = Filter {
            tab: self.tab,
            worst: self.worst,
            ..Filter::default()
        };
        *self != plain
    }

    pub(super) fn of_source(source: &str) -> Filter {
        Filter {
            tab: Tab::All,
            source: Some(source.to_string()),
            ..Filter::default()
        }
    }

    pub(super) fn of_rule(rule: &str) -> Filter {
        Filter {
            tab: Tab::Flagged,
            rule: Some(rule.to_string()),
            ..Filter::default()
        }
    }
}

/// An address with something behind the `?`, if there is something.
pub(super) fn at(path: &str, query: &str) -> String {
    match query {
        "" => path.to_string(),
        query => format!("{path}?{query}"),
    }
}
