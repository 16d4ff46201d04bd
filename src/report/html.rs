//! The pages that people read. Everything from outside is escaped by the templates; nothing on a
//! page needs a script, and all it loads comes from benggala itself.

use askama::Template;
use url::form_urlencoded;

use super::{
    ClusterView, Document, Entry, Mark, SourceView, TrailView, VerdictCounts, backfill,
    changes::Change,
    excerpt::Excerpt,
    highlight,
    legend::RuleView,
    sources::{self, Words},
    wording,
};
use crate::model::{Reason, Timestamp, TranslationStanding};

/// Findings shown for one article in the list; the others are counted.
const LISTED_FINDINGS_MAX: usize = 3;

/// Columns of text around the words of a listed finding.
const EXCERPT_COLUMNS: usize = 180;

impl Document<'_> {
    fn verdict_words(&self) -> &'static str {
        wording::verdict(self.verdict)
    }

    fn why_not_judged(&self) -> Option<wording::Wording> {
        self.verdict.reason().map(wording::reason)
    }

    fn style(&self) -> String {
        wording::style(self.scores)
    }
}

/// Which articles a list shows; also the query of the link that shows them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// `None` for all of them.
    pub verdict: Option<String>,
    /// A source's name.
    pub source: Option<String>,
    /// A rule's name.
    pub rule: Option<String>,
    /// The articles that carry one text.
    pub cluster: Option<i64>,
    /// Read since; as it was given.
    pub since: Option<String>,
    /// Read before; as it was given.
    pub until: Option<String>,
}

impl Filter {
    /// The address of the list, without a cursor.
    pub fn href(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("verdict", self.verdict.as_deref().unwrap_or("all"));
        let cluster = self.cluster.map(|id| id.to_string());
        for (key, value) in [
            ("source", &self.source),
            ("rule", &self.rule),
            ("cluster", &cluster),
            ("since", &self.since),
            ("until", &self.until),
        ] {
            if let Some(value) = value {
                query.append_pair(key, value);
            }
        }
        format!("/?{}", query.finish())
    }

    /// Whether it leaves out more than the counts of verdicts tell.
    fn narrows(&self) -> bool {
        self.rule.is_some()
            || self.cluster.is_some()
            || self.since.is_some()
            || self.until.is_some()
    }

    fn with_verdict(&self, verdict: Option<&str>) -> String {
        let verdict = verdict.map(str::to_string);
        Filter {
            verdict,
            ..self.clone()
        }
        .href()
    }

    fn with_source(&self, source: Option<&str>) -> String {
        let source = source.map(str::to_string);
        Filter {
            source,
            ..self.clone()
        }
        .href()
    }

    fn with_cluster(&self, cluster: Option<i64>) -> String {
        Filter {
            cluster,
            ..self.clone()
        }
        .href()
    }

    fn with_rule(&self, rule: Option<&str>) -> String {
        let rule = rule.map(str::to_string);
        Filter {
            rule,
            ..self.clone()
        }
        .href()
    }
}

/// `/`: what there is to look at.
#[derive(Debug, Template)]
#[template(path = "review.html")]
pub struct ReviewPage<'a> {
    /// Newest first.
    pub entries: &'a [Entry<'a>],
    /// What is shown.
    pub filter: &'a Filter,
    /// Every source's name.
    pub sources: Vec<&'a str>,
    /// What each rule is about.
    pub legend: &'a [RuleView<'a>],
    /// Articles of the chosen source, or of all.
    pub counts: VerdictCounts,
    /// When a source is asked next.
    pub next_poll: Option<Timestamp>,
    /// The cursor of the next page.
    pub next: Option<String>,
    /// The present.
    pub now: Timestamp,
}

/// A link of a row of choices.
struct Choice {
    label: String,
    href: String,
    current: bool,
}

impl ReviewPage<'_> {
    fn verdicts(&self) -> Vec<Choice> {
        let counts = self.counts;
        let rows = [
            (Some("flag"), "Flagged", counts.flagged),
            (Some("pass"), "Passed", counts.passed),
            (Some("abstain"), "Not judged", counts.abstained),
            (None, "All", counts.total()),
        ];
        let choices = rows.map(|(verdict, name, count)| Choice {
            label: if self.filter.narrows() {
                name.to_string()
            } else {
                format!("{name} {count}")
            },
            href: self.filter.with_verdict(verdict),
            current: self.filter.verdict.as_deref() == verdict,
        });
        choices.into()
    }

    fn source_choices(&self) -> Vec<Choice> {
        let choices = self.sources.iter().map(|name| Choice {
            label: (*name).to_string(),
            href: self.filter.with_source(Some(name)),
            current: self.filter.source.as_deref() == Some(*name),
        });
        choices.collect()
    }

    fn rule_choices(&self) -> Vec<Choice> {
        let choices = self.legend.iter().map(|rule| Choice {
            label: rule.rule.to_string(),
            href: self.filter.with_rule(Some(rule.rule)),
            current: self.filter.rule.as_deref() == Some(rule.rule),
        });
        choices.collect()
    }

    fn next_href(&self, cursor: &str) -> String {
        format!("{}&cursor={cursor}", self.filter.href())
    }

    fn next_poll_age(&self) -> String {
        match self.next_poll {
            Some(at) if at > self.now => wording::age(at, self.now),
            _ => "in a moment".to_string(),
        }
    }

    fn age(&self, at: &Timestamp) -> String {
        wording::age(*at, self.now)
    }

    fn evidence(&self, document: &Document<'_>) -> Vec<FindingExcerpt> {
        evidence(document, LISTED_FINDINGS_MAX, EXCERPT_COLUMNS)
    }

    fn more(&self, document: &Document<'_>) -> Option<String> {
        let more = document.marks.len().checked_sub(LISTED_FINDINGS_MAX)?;
        (more > 0).then(|| wording::counted(more as u64, "more finding"))
    }

    fn counted_sources(&self) -> String {
        wording::counted(self.sources.len() as u64, "source")
    }

    fn counted_passed(&self) -> String {
        wording::counted(self.counts.passed, "article")
    }
}

/// A finding in its context, with the address of the list of all like it.
struct FindingExcerpt {
    rule: String,
    href: String,
    note: String,
    excerpt: Excerpt,
}

/// The first findings of each rule, then the others, `max` in all, by position.
fn evidence(document: &Document<'_>, max: usize, columns: usize) -> Vec<FindingExcerpt> {
    let is_first = |i: usize, mark: &Mark<'_>| {
        !document.marks[..i]
            .iter()
            .any(|other| other.rule == mark.rule)
    };
    let mut order: Vec<(usize, &Mark<'_>)> = document.marks.iter().enumerate().collect();
    order.sort_by_key(|(i, mark)| (!is_first(*i, mark), *i));
    order.truncate(max);
    order.sort_by_key(|(i, _)| *i);
    let shown = order.into_iter().filter_map(|(_, mark)| {
        Some(FindingExcerpt {
            rule: mark.rule.to_string(),
            href: Filter::default().with_rule(Some(mark.rule)),
            note: mark.note.to_string(),
            excerpt: Excerpt::of(document.body, mark, columns)?,
        })
    });
    shown.collect()
}

/// Whether a review must bring a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewForm {
    /// Reviews are taken from whoever reaches the page.
    Open,
    /// The form asks for the token.
    Token,
    /// Reviews are refused: the page is public and no token is set.
    Closed,
}

/// `/articles/{id}`: one article with its findings.
#[derive(Debug, Template)]
#[template(path = "article.html")]
pub struct ArticlePage<'a> {
    /// The article.
    pub entry: &'a Entry<'a>,
    /// How its source stands.
    pub standing: Option<&'a TranslationStanding>,
    /// Where else its text stood and how it changed.
    pub trail: &'a TrailView<'a>,
    /// What each rule is about.
    pub legend: &'a [RuleView<'a>],
    /// Whether and how it can be reviewed.
    pub form: ReviewForm,
    /// The present.
    pub now: Timestamp,
}

impl ArticlePage<'_> {
    fn standing_words(&self, standing: &TranslationStanding) -> Words {
        Words::of(standing, self.now)
    }

    fn paragraphs(&self) -> Vec<Vec<highlight::Segment<'_>>> {
        let document = &self.entry.document;
        highlight::paragraphs(document.body, &document.marks)
    }

    fn summary(&self, rule: &str) -> &str {
        let about = self.legend.iter().find(|about| about.rule == rule);
        about.map_or("", |about| about.summary)
    }

    fn rule_href(&self, rule: &str) -> String {
        Filter::default().with_rule(Some(rule))
    }

    fn source_href(&self) -> String {
        Filter::default().with_source(Some(self.entry.source))
    }

    fn cluster_href(&self, cluster: &ClusterView<'_>) -> String {
        Filter::default().with_cluster(Some(cluster.id))
    }

    /// "on 14 sources", or the number of articles where one source has them all.
    fn spread(&self, cluster: &ClusterView<'_>) -> String {
        match cluster.sources {
            1 => format!("in {} articles of one source", cluster.articles),
            sources => format!("on {sources} sources"),
        }
    }

    fn copies_left(&self, cluster: &ClusterView<'_>) -> u64 {
        let shown = self.trail.copies.len() as u64 + 1;
        cluster.articles.saturating_sub(shown)
    }

    fn aliases_left(&self) -> u64 {
        let shown = self.trail.aliases.len() as u64;
        self.entry.aliases.saturating_sub(shown)
    }

    fn counted_aliases(&self) -> String {
        match self.entry.aliases {
            1 => "1 other address".to_string(),
            addresses => format!("{addresses} other addresses"),
        }
    }

    fn counted_versions(&self) -> String {
        wording::counted(self.trail.versions.len() as u64, "earlier version")
    }

    fn counted_findings(&self) -> String {
        wording::counted(self.entry.document.marks.len() as u64, "finding")
    }

    fn words(&self, mark: &Mark<'_>) -> String {
        let excerpt = Excerpt::of(self.entry.document.body, mark, 100);
        excerpt.map(|excerpt| excerpt.words).unwrap_or_default()
    }

    fn age(&self, at: &Timestamp) -> String {
        wording::age(*at, self.now)
    }
}

/// Pages without an article from which a source is worth a look.
const NO_ARTICLES_MIN: u64 = 5;

/// `/sources`: who is watched and how they do.
#[derive(Debug, Template)]
#[template(path = "sources.html")]
pub struct SourcesPage<'a> {
    /// By name.
    pub sources: &'a [SourceView<'a>],
    /// The cursor of the next page.
    pub next: Option<String>,
    /// The present.
    pub now: Timestamp,
}

impl SourcesPage<'_> {
    fn age(&self, at: &Option<Timestamp>) -> String {
        at.map_or_else(|| "never".to_string(), |at| wording::age(at, self.now))
    }

    fn due(&self, at: &Timestamp) -> String {
        if *at > self.now {
            wording::age(*at, self.now)
        } else {
            "now".to_string()
        }
    }

    fn list_href(&self, source: &str) -> String {
        Filter::default().with_source(Some(source))
    }

    fn words(&self, standing: &TranslationStanding) -> Words {
        Words::of(standing, self.now)
    }
}

impl SourceView<'_> {
    /// Whether something stands between us and its articles: one page without an article is
    /// nothing, most of them are a wall, a log-in or a feed of something else.
    fn is_mostly_no_article(&self) -> bool {
        let pages = self.standing.articles + self.standing.abstained;
        self.not_articles >= NO_ARTICLES_MIN && self.not_articles * 2 > pages
    }

    fn boilerplate_percent(&self) -> Option<f64> {
        self.boilerplate.map(|share| share * 100.0)
    }
}

/// What is said instead of a page: what is wrong, and what to do.
#[derive(Debug, Template)]
#[template(path = "problem.html")]
pub struct ProblemPage<'a> {
    /// The HTTP status.
    pub status: u16,
    /// Its name.
    pub title: &'a str,
    /// What is wrong here.
    pub detail: &'a str,
}
