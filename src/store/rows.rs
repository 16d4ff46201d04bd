//! What the store tells.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::model::{
    Backfill, Date, Evidence, Lang, LinkCounts, PageKind, Provenance, Review, RulesHash, Scores,
    Span, Timestamp, Verdict,
};

/// A finding with the words it points at, as stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredFinding {
    /// The rule's name.
    pub rule: String,
    /// How plainly it is broken; empty in what was written before rules had grades.
    #[serde(default)]
    pub grade: String,
    /// Bytes of the body.
    pub span: Span,
    /// What is wrong.
    pub note: String,
    /// The words, where they are no part of the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_out: Option<String>,
}

/// An article with its latest assessment.
#[derive(Debug, Clone, PartialEq)]
pub struct ArticleRow {
    /// The row.
    pub id: i64,
    /// Its canonical URL.
    pub url: Url,
    /// The source that led to it first.
    pub source: String,
    /// First seen.
    pub fetched_at: Timestamp,
    /// Metadata.
    pub title: Option<String>,
    /// Metadata.
    pub byline: Option<String>,
    /// Metadata.
    pub published: Option<Date>,
    /// Metadata.
    pub lang: Option<Lang>,
    /// Paragraphs separated by a blank line.
    pub body: String,
    /// Traces of translation in the page.
    pub provenance: Vec<Provenance>,
    /// The conclusion.
    pub verdict: Verdict,
    /// The numbers behind it.
    pub scores: Scores,
    /// The words behind it.
    pub findings: Vec<StoredFinding>,
    /// What was weighed for and against translation.
    pub evidence: Vec<Evidence>,
    /// The rules it was made with.
    pub rules: RulesHash,
    /// What reviewers said, oldest first.
    pub reviews: Vec<Review>,
    /// The articles with the same text, this one among them; `None` where there is no other.
    pub cluster: Option<Cluster>,
    /// How many other addresses lead to it.
    pub aliases: u64,
}

/// Articles that carry one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// Changes when clusters become one.
    pub id: i64,
    /// How many there are.
    pub articles: u64,
    /// On how many sources.
    pub sources: u64,
    /// The one that was read first.
    pub first: i64,
    /// Its source.
    pub first_source: String,
    /// When that was.
    pub first_at: Timestamp,
}

/// An article with the same text as another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyRow {
    /// The row.
    pub article: i64,
    /// Its canonical URL.
    pub url: Url,
    /// The source that led to it first.
    pub source: String,
    /// Metadata.
    pub title: Option<String>,
    /// First seen.
    pub fetched_at: Timestamp,
}

/// What an article said before it was corrected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRow {
    /// When it was read to say something else. It said this since the version before, or since it
    /// was first seen.
    pub until: Timestamp,
    /// Metadata.
    pub title: Option<String>,
    /// Paragraphs separated by a blank line.
    pub body: String,
}

/// Where else the text of an article stood, and how it changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trail {
    /// Other articles of its cluster, oldest first.
    pub copies: Vec<CopyRow>,
    /// Other addresses that lead to it, oldest first.
    pub aliases: Vec<Url>,
    /// What it said before, oldest first: the first text and the latest of the others.
    pub versions: Vec<VersionRow>,
}

/// Which articles to list, newest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ArticleQuery {
    /// `pass`, `flag` or `abstain`.
    pub verdict: Option<String>,
    /// A source's name.
    pub source: Option<String>,
    /// With a finding of this rule.
    pub rule: Option<String>,
    /// Of this cluster.
    pub cluster: Option<i64>,
    /// Fetched at or after.
    pub since: Option<Timestamp>,
    /// Fetched before.
    pub until: Option<Timestamp>,
    /// Rows with an id below this: the last one of the page before.
    pub before: Option<i64>,
    /// Rows at most.
    pub limit: usize,
}

/// A source and how it does.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceRow {
    /// Its unique name.
    pub name: String,
    /// Where it is asked.
    pub url: Url,
    /// What it has turned out to be.
    pub kind: PageKind,
    /// False once it has left the configuration.
    pub enabled: bool,
    /// When it was first configured.
    pub since: Timestamp,
    /// When it last answered well.
    pub last_success: Option<Timestamp>,
    /// What its addresses listed when they last answered, all together; `None` before the first.
    pub links: Option<LinkCounts>,
    /// When its last new article came.
    pub last_article: Option<Timestamp>,
    /// When it is asked next.
    pub next_at: Option<Timestamp>,
    /// Failed polls in a row.
    pub failures: u32,
    /// How the last poll failed.
    pub error: Option<String>,
    /// The mean time between two of its articles, as far as it is known.
    pub expected_interval: Option<Duration>,
    /// Articles by verdict.
    pub passed: u64,
    /// Articles by verdict.
    pub flagged: u64,
    /// Articles by verdict.
    pub abstained: u64,
    /// Of these, pages that held no article.
    pub not_articles: u64,
    /// The mean of `scores.boilerplate` over its latest judged articles; `None` without any.
    pub boilerplate: Option<f64>,
    /// Lines that are known to be the template of the site at its address.
    pub template_lines: u64,
    /// Pages that have met a bot wall since the last article came through.
    pub walled: u64,
    /// URLs that are set aside; see [`Counts::parked`].
    pub parked: u64,
    /// The latest walk through its past.
    pub backfill: Option<Backfill>,
}

/// How much of everything there is, for the gauges.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// URLs waiting for their time.
    pub waiting: u64,
    /// URLs due.
    pub due: u64,
    /// URLs under way.
    pub leased: u64,
    /// URLs read.
    pub done: u64,
    /// URLs given up.
    pub gone: u64,
    /// Hosts known.
    pub hosts: u64,
    /// Hosts that are failing.
    pub hosts_failing: u64,
    /// Articles.
    pub articles: u64,
    /// Seconds by which the oldest due URL is late.
    pub lag_seconds: u64,
    /// Bytes of the database.
    pub size_bytes: u64,
    /// Bytes free on its disk.
    pub free_bytes: u64,
    /// Notifications not yet delivered.
    pub outbox: u64,
    /// Notifications that their receiver refused for good.
    pub refused: u64,
    /// Leases that ran out, ever.
    pub expired: u64,
    /// URLs that are set aside: visits that ended without a word, rows that cannot be read.
    pub parked: u64,
}

/// What becomes of a notification that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// It is taken off: delivered, or given up.
    Done,
    /// The attempt failed; it is sent again from then on.
    Again(Timestamp),
    /// The receiver does not want it, and said this. It is kept, and sent once more when the channels
    /// are taken up anew.
    Refused(String),
}

/// A notification that waits for its receiver.
#[derive(Debug, Clone, PartialEq)]
pub struct Notification {
    /// The row, and the idempotency key.
    pub id: i64,
    /// The `[[notify]]` name.
    pub channel: String,
    /// JSON.
    pub payload: String,
    /// Failed attempts so far.
    pub attempts: u32,
}

/// What is wrong with a store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Damage {
    /// Each fault in one sentence that names its row.
    pub faults: Vec<String>,
    /// Faults beyond those.
    pub more: usize,
    /// URLs that are set aside, and why.
    pub parked: Vec<(String, String)>,
}
