//! What the store tells.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    model::{
        Assessment, Backfill, Date, Dismissed, Evidence, Finding, Lang, LinkCounts, PageKind,
        Pause, Provenance, Review, RulesHash, Scores, Shelf, Span, Timestamp, Verdict,
    },
    score,
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
    /// Who said that it is none: it counts no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dismissed_by: Option<String>,
}

impl StoredFinding {
    /// As it is kept.
    pub fn new(finding: &Finding, dismissed_by: Option<&str>) -> StoredFinding {
        StoredFinding {
            rule: finding.rule.to_string(),
            grade: finding.grade.to_string(),
            span: finding.span.clone(),
            note: finding.note.clone(),
            left_out: finding.left_out.clone(),
            dismissed_by: dismissed_by.map(str::to_string),
        }
    }

    /// As it was found; `None` if its rule is no more.
    pub fn to_finding(&self) -> Option<Finding> {
        let (rule, grade) = score::named(&self.rule, &self.grade)?;
        Some(Finding {
            rule,
            grade,
            span: self.span.clone(),
            note: self.note.clone(),
            left_out: self.left_out.clone(),
        })
    }
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
    /// Where it lies.
    pub shelf: Shelf,
    /// The articles with the same text, this one among them; `None` where there is no other.
    pub cluster: Option<Cluster>,
    /// How many other addresses lead to it.
    pub aliases: u64,
}

impl ArticleRow {
    /// What was concluded, as far as its rules are still known.
    pub fn assessment(&self) -> Assessment {
        let mut assessment = Assessment {
            verdict: self.verdict,
            scores: self.scores,
            findings: Vec::new(),
            dismissed: Vec::new(),
            evidence: self.evidence.clone(),
            rules: self.rules,
        };
        for stored in &self.findings {
            match (stored.to_finding(), &stored.dismissed_by) {
                (Some(finding), None) => assessment.findings.push(finding),
                (Some(finding), Some(by)) => assessment.dismissed.push(Dismissed {
                    finding,
                    by: by.clone(),
                }),
                (None, _) => {}
            }
        }
        assessment
    }
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

/// Sources that are alike.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SourceState {
    /// Every one.
    #[default]
    All,
    /// Whose last poll failed.
    Failing,
    /// With articles that wait for a decision.
    Waiting,
    /// That somebody has paused.
    Paused,
    /// That are no longer configured.
    Gone,
}

/// What comes first among sources.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SourceOrder {
    /// By name.
    #[default]
    Name,
    /// The most articles that wait.
    Waiting,
    /// The largest share of flagged articles.
    Flagged,
    /// The most failures in a row.
    Failures,
    /// The longest without an article.
    Silent,
}

/// Which sources to list, and in which order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceQuery {
    /// In their name or address; empty for any.
    pub text: String,
    /// Which.
    pub state: SourceState,
    /// What comes first.
    pub order: SourceOrder,
    /// How many to leave out, from the first on.
    pub skip: usize,
    /// At most so many.
    pub limit: usize,
}

/// Which articles to list, and in which order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ArticleQuery {
    /// `pass`, `flag` or `abstain`.
    pub verdict: Option<String>,
    /// Where they lie.
    pub shelf: Option<Shelf>,
    /// All but those that were dismissed.
    pub undismissed: bool,
    /// A source's name.
    pub source: Option<String>,
    /// With a finding of this rule that counts.
    pub rule: Option<String>,
    /// In this language.
    pub lang: Option<Lang>,
    /// With all these words in title or body; a phrase in quotation marks, `*` after a word for its
    /// endings.
    pub text: Option<String>,
    /// With at least this overall score.
    pub score_min: Option<f32>,
    /// Of this cluster.
    pub cluster: Option<i64>,
    /// Fetched at or after.
    pub since: Option<Timestamp>,
    /// Fetched before.
    pub until: Option<Timestamp>,
    /// Rows with an id above this.
    pub newer_than: Option<i64>,
    /// What comes first. The worst come first on one shelf only, else the newest.
    pub order: Order,
    /// Those that come after this one: the last one of the page before.
    pub before: Option<i64>,
    /// Rows at most.
    pub limit: usize,
}

impl ArticleQuery {
    /// The same wherever the articles lie and whatever was concluded of them: what a tally counts.
    pub(super) fn on_all_shelves(&self) -> ArticleQuery {
        ArticleQuery {
            shelf: None,
            verdict: None,
            before: None,
            limit: 0,
            order: Order::Newest,
            ..self.clone()
        }
    }

    /// The source whose kept counts are its tally, or all of them (`Some(None)`); `None` where articles
    /// have to be counted.
    pub(super) fn counts_of_source(&self) -> Option<Option<&str>> {
        let of_source = ArticleQuery {
            source: self.source.clone(),
            ..ArticleQuery::default()
        };
        (self.on_all_shelves() == of_source).then_some(self.source.as_deref())
    }
}

/// What of a list comes first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// What was read last.
    #[default]
    Newest,
    /// What has the highest overall score.
    Worst,
}

/// What there is to choose from, and how far the watch is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overview {
    /// The names of sources, the first three hundred.
    pub sources: Vec<String>,
    /// The languages that there are articles in.
    pub languages: Vec<Lang>,
    /// The newest article of which it is certain that none with a lower id is still to come, however many
    /// write; 0 before the first.
    pub newest: i64,
    /// When a source last answered well.
    pub last_answer: Option<Timestamp>,
    /// When a source is asked next.
    pub next_poll: Option<Timestamp>,
}

/// What stands before and after an article in a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Neighbours {
    /// The one before.
    pub previous: Option<i64>,
    /// The one after.
    pub next: Option<i64>,
}

/// An address that is polled for a source.
#[derive(Debug, Clone, PartialEq)]
pub struct PollRow {
    /// The address.
    pub url: Url,
    /// What it has turned out to be.
    pub kind: PageKind,
    /// When it was last asked.
    pub fetched_at: Option<Timestamp>,
    /// How that ended.
    pub outcome: Option<String>,
    /// HTTP status.
    pub status: Option<u16>,
    /// What went wrong.
    pub error: Option<String>,
    /// What it listed when it last answered.
    pub links: Option<LinkCounts>,
    /// When it is asked next.
    pub next_at: Timestamp,
    /// Milliseconds between two requests to its host.
    pub delay_ms: u64,
    /// Failures of its host in a row.
    pub host_failures: u32,
}

/// A source and how it does.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceRow {
    /// Its unique name.
    pub name: String,
    /// Where it is asked.
    pub url: Url,
    /// Whose workers watch it; `None`: those of no group.
    pub group: Option<String>,
    /// What it has turned out to be.
    pub kind: PageKind,
    /// False once it has left the configuration, or while nobody is at work who watches it.
    pub enabled: bool,
    /// Set while somebody has paused it.
    pub paused: Option<Pause>,
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
    /// Flagged, and nobody has decided.
    pub waiting: u64,
    /// Flagged, rightly.
    pub confirmed: u64,
    /// Flagged, wrongly.
    pub dismissed: u64,
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
    /// Bytes of the database and its log.
    pub size_bytes: u64,
    /// The same by what they are for.
    pub sizes: PerKind,
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
    /// What is left to be swept up.
    pub unswept: Unswept,
}

/// What a server that keeps former versions of rows for whoever may still read them has to sweep up. Nothing
/// of it where the store is one file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unswept {
    /// How long the oldest transaction has been open, whoever's it is: what has been replaced since stays.
    pub oldest_transaction: Duration,
    /// Rows, and former versions of rows, of each of [`Unswept::TABLES`].
    pub rows: [(u64, u64); Unswept::TABLES.len()],
}

impl Unswept {
    /// The tables that every visit changes, and every claim reads.
    pub const TABLES: [&str; 4] = ["hosts", "urls", "sources", "changes"];
}

/// A source that has said nothing for far longer than usual.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence {
    /// Its name.
    pub source: String,
    /// When its last new article came, or since when it is watched without one.
    pub since: Timestamp,
    /// The mean time between two of its articles, as far as it is known.
    pub expected: Option<Duration>,
}

/// A URL that is set aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParkedRow {
    /// The address, as it stands in the store.
    pub url: String,
    /// The source that led to it.
    pub source: String,
    /// `lost`: visits ended without a word; `unreadable`: its row cannot be read.
    pub reason: String,
    /// More of it.
    pub error: Option<String>,
    /// When it was last tried.
    pub fetched_at: Option<Timestamp>,
}

/// What a store keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// Pages as they were fetched.
    Pages,
    /// Articles as they were read.
    Articles,
    /// What was concluded about them, also before.
    Conclusions,
    /// What they said before they were corrected.
    Versions,
    /// Addresses, whatever became of them.
    Urls,
    /// What copies are known by.
    Fingerprints,
    /// Notifications that wait or were refused.
    Notifications,
    /// Everything else: indexes, the search, sites, counters.
    Rest,
    /// Room in the file that nothing needs now.
    Free,
    /// The log of what was written last.
    Log,
}

impl Stored {
    /// Every kind.
    pub const ALL: [Stored; 10] = [
        Stored::Pages,
        Stored::Articles,
        Stored::Conclusions,
        Stored::Versions,
        Stored::Urls,
        Stored::Fingerprints,
        Stored::Notifications,
        Stored::Rest,
        Stored::Free,
        Stored::Log,
    ];

    /// The `kind` label of `benggala_store_size_bytes`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Stored::Pages => "pages",
            Stored::Articles => "articles",
            Stored::Conclusions => "conclusions",
            Stored::Versions => "versions",
            Stored::Urls => "urls",
            Stored::Fingerprints => "fingerprints",
            Stored::Notifications => "notifications",
            Stored::Rest => "rest",
            Stored::Free => "free",
            Stored::Log => "log",
        }
    }
}

/// A number for each kind of what is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PerKind([u64; Stored::ALL.len()]);

impl PerKind {
    /// That of one kind.
    pub fn of(&self, kind: Stored) -> u64 {
        self.0[kind as usize]
    }

    /// All together.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    pub(super) fn set(&mut self, kind: Stored, number: u64) {
        self.0[kind as usize] = number;
    }

    pub(super) fn add(&mut self, kind: Stored, number: usize) {
        self.0[kind as usize] += number as u64;
    }
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
    /// When it happened.
    pub at: Timestamp,
}

/// What a source left in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forgotten {
    /// Its articles.
    pub articles: u64,
    /// What reviewers said of them.
    pub reviews: u64,
    /// Addresses in the queue.
    pub urls: u64,
}

/// The schemas of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schemas {
    /// That which was found.
    pub found: i64,
    /// That which this version writes.
    pub known: i64,
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
    /// Articles that were read, with or without a fault.
    pub articles: u64,
    /// URLs that were.
    pub urls: u64,
}

/// Faults of a store that are told; more are counted.
pub(super) const FAULTS_MAX: usize = 1_000;

impl Damage {
    pub(super) fn add(&mut self, fault: String) {
        match self.faults.len() < FAULTS_MAX {
            true => self.faults.push(fault),
            false => self.more += 1,
        }
    }
}
