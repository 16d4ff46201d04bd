//! Which sources the page of them shows, as it stands behind the `?` of every link to it.

use url::form_urlencoded;

use super::filter::at;

/// What can be asked for, with its name in URLs and for people.
const STATES: [(&str, &str); 5] = [
    ("", "all"),
    ("failing", "failing"),
    ("waiting", "with articles to decide"),
    ("paused", "paused"),
    ("gone", "no longer configured"),
];

/// What can come first.
const ORDERS: [(&str, &str); 5] = [
    ("", "by name"),
    ("waiting", "most to decide"),
    ("flagged", "largest share flagged"),
    ("failures", "most failures"),
    ("silent", "longest silent"),
];

/// Which sources, which come first, and which page of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceFilter {
    /// In their name or address.
    pub text: String,
    /// One of those that can be asked for; empty for all.
    pub state: &'static str,
    /// One of those that can come first; empty for the name.
    pub order: &'static str,
    /// Pages before this one.
    pub page: usize,
}

impl SourceFilter {
    /// Reads what stands behind a `?`. What is not known there asks for nothing.
    pub fn parse(query: &str) -> SourceFilter {
        let mut filter = SourceFilter::default();
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            match key.as_ref() {
                "q" => filter.text = value.trim().to_string(),
                "state" => filter.state = known(&STATES, &value),
                "sort" => filter.order = known(&ORDERS, &value),
                "page" => filter.page = value.parse().unwrap_or(0),
                _ => {}
            }
        }
        filter
    }

    /// What [`SourceFilter::parse`] reads.
    pub fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let page = self.page.to_string();
        for (key, value, is_given) in [
            ("q", self.text.as_str(), !self.text.is_empty()),
            ("state", self.state, !self.state.is_empty()),
            ("sort", self.order, !self.order.is_empty()),
            ("page", page.as_str(), self.page > 0),
        ] {
            if is_given {
                query.append_pair(key, value);
            }
        }
        query.finish()
    }

    /// The address of that page.
    pub fn href(&self) -> String {
        at("/sources", &self.query())
    }

    /// The address of a page of the same list.
    pub(super) fn page_href(&self, page: usize) -> String {
        let other = SourceFilter {
            page,
            ..self.clone()
        };
        other.href()
    }

    /// Whether it leaves some out.
    pub fn narrows(&self) -> bool {
        !self.text.is_empty() || !self.state.is_empty()
    }

    pub(super) fn states(&self) -> impl Iterator<Item = (&'static str, &'static str, bool)> {
        choices(&STATES, self.state)
    }

    pub(super) fn orders(&self) -> impl Iterator<Item = (&'static str, &'static str, bool)> {
        choices(&ORDERS, self.order)
    }
}

/// The choice of that name; the first where there is none.
fn known(choices: &[(&'static str, &str)], name: &str) -> &'static str {
    let found = choices.iter().find(|(known, _)| *known == name);
    found.map_or("", |(known, _)| known)
}

fn choices(
    of: &'static [(&'static str, &'static str)],
    chosen: &'static str,
) -> impl Iterator<Item = (&'static str, &'static str, bool)> {
    of.iter()
        .map(move |(name, words)| (*name, *words, *name == chosen))
}
