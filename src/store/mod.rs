//! Everything that must survive a restart. The only room that knows SQL.
//!
//! [`Store`] is a contract: `tests/it/store.rs` runs the same suite over every implementation. It
//! is written for several workers on one database: time is an argument, claims are leases with an
//! owner, and whatever a fetch led to is written in the one transaction that ends its lease.

mod operation;
mod sqlite;

use std::{path::Path, sync::Arc, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    frontier::{Moved, Rhythm},
    model::{
        Article, Assessment, CopyKind, Evidence, FetchOutcome, Lang, Link, Page, PageKind,
        Provenance, Review, RobotsRecord, RulesHash, Scores, Source, Span, Timestamp, Verdict,
    },
    site::SiteMemory,
    standing::Standing,
};

pub use operation::{Observer, Op};

/// Why the store could not do it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The `[store] url` names no store we know.
    #[error("`{0}` is no store: write sqlite:PATH")]
    Url(String),
    /// The file cannot be opened or written.
    #[error("cannot open the store {path}: {why}")]
    Open {
        /// The file.
        path: String,
        /// What the system says, and what to do.
        why: String,
    },
    /// Another process has it.
    #[error(
        "the store {0} is in use by another benggala; stop it, or give this one another `[store] url`"
    )]
    Locked(String),
    /// Written by a newer version.
    #[error(
        "the store {path} has schema {found}, this version knows {known}: run a newer benggala"
    )]
    Newer {
        /// The file.
        path: String,
        /// Its schema version.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// The file is damaged.
    #[error(
        "the store {path} is damaged ({why}); recover what is left with: sqlite3 {path} .recover | sqlite3 recovered.db"
    )]
    Corrupt {
        /// The file.
        path: String,
        /// What the database says.
        why: String,
    },
    /// No space left; try again later.
    #[error("no space left for the store")]
    Full,
    /// A value in the store is not what it should be.
    #[error("unreadable value in the store: {0}")]
    Value(String),
    /// Anything else from the database.
    #[error("the store failed: {0}")]
    Database(String),
    /// It was closed.
    #[error("the store is closed")]
    Closed,
}

impl StoreError {
    /// Every kind with which an operation may fail; `locked` and `schema` are told at the start
    /// alone, before anything is counted.
    pub const KINDS: [&'static str; 5] = ["open", "corrupt", "full", "database", "closed"];

    /// The `kind` label of `benggala_store_errors_total`.
    pub fn kind(&self) -> &'static str {
        match self {
            StoreError::Url(_) | StoreError::Open { .. } => "open",
            StoreError::Locked(_) => "locked",
            StoreError::Newer { .. } => "schema",
            StoreError::Corrupt { .. } | StoreError::Value(_) => "corrupt",
            StoreError::Full => "full",
            StoreError::Database(_) => "database",
            StoreError::Closed => "closed",
        }
    }
}

/// What a worker asks for when it wants work.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Unique to this process.
    pub worker: String,
    /// The present.
    pub now: Timestamp,
    /// How long the worker may take.
    pub lease: Duration,
    /// URLs at most.
    pub limit: usize,
    /// Leased URLs of one host at most, counting those under way.
    pub per_host: usize,
}

/// The right and the duty to fetch one URL.
#[derive(Debug, Clone, PartialEq)]
pub struct Lease {
    /// The row.
    pub id: i64,
    /// Who holds it.
    pub worker: String,
    /// Grows with each lease of this row: tells a late owner from the present one.
    pub fence: i64,
    /// What to fetch.
    pub link: Link,
    /// Failed attempts so far in a row.
    pub attempts: u32,
    /// From the last answer.
    pub etag: Option<String>,
    /// From the last answer.
    pub last_modified: Option<String>,
    /// What is known of the host's robots.txt.
    pub robots: Option<RobotsRecord>,
    /// Failures of the host in a row.
    pub host_failures: u32,
    /// How often its source was asked on the day (UTC) of the claim.
    pub asked_today: u64,
    /// When it was first read.
    pub first_read: Option<Timestamp>,
    /// When it has brought something new so far; empty for what is not polled.
    pub rhythm: Rhythm,
    /// Where it says that it is now.
    pub moved: Option<Moved>,
}

/// What becomes of a URL after its lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Read; not asked for again.
    Done,
    /// Will never be had: 404, 410, forbidden, out of attempts.
    Gone,
    /// Asked for again.
    Again {
        /// When.
        at: Timestamp,
        /// Failed attempts in a row: 0 after a success.
        attempts: u32,
    },
}

/// All that a fetch led to; written as one.
#[derive(Debug, Clone)]
pub struct Completion {
    /// When it ended.
    pub at: Timestamp,
    /// How it ended.
    pub outcome: FetchOutcome,
    /// HTTP status.
    pub status: Option<u16>,
    /// To be sent with the next request.
    pub etag: Option<String>,
    /// To be sent with the next request.
    pub last_modified: Option<String>,
    /// What becomes of the URL.
    pub fate: Fate,
    /// What the first answer showed an `Auto` source to be.
    pub kind: Option<PageKind>,
    /// The host is left alone until then.
    pub host_next_at: Timestamp,
    /// Failures of the host in a row.
    pub host_failures: u32,
    /// The least gap between two requests to the host; `None` leaves it.
    pub host_delay: Option<Duration>,
    /// What the rhythm of a source is by now; `None` leaves it.
    pub rhythm: Option<Rhythm>,
    /// Where a source says that it is now.
    pub moved: Option<Moved>,
    /// robots.txt files that were fetched on the way.
    pub robots: Vec<RobotsRecord>,
    /// What the page announces.
    pub links: Vec<Link>,
    /// The page and what was concluded, for an article.
    pub visit: Option<Box<Visit>>,
    /// For the review page, when it failed.
    pub error: Option<String>,
}

/// An article page and what was concluded.
#[derive(Debug, Clone, PartialEq)]
pub struct Visit {
    /// As fetched. Not kept if the article is `noarchive`.
    pub page: Page,
    /// The article's identity: its accepted canonical URL.
    pub canonical: Url,
    /// What was read.
    pub article: Article,
    /// What was concluded.
    pub assessment: Assessment,
}

/// What a completion changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Completed {
    /// False when the lease had passed to somebody else: nothing was written.
    pub accepted: bool,
    /// Links not seen before.
    pub links_new: usize,
    /// Links seen before.
    pub links_known: usize,
    /// The article's row.
    pub article: Option<i64>,
    /// The article was not in the store before.
    pub article_new: bool,
    /// Its text was: under another address of the article, or in another article. Reading an
    /// address again makes no copy.
    pub copy: Option<CopyKind>,
    /// The address had said something else before.
    pub corrected: bool,
}

/// A finding with the words it points at, as stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredFinding {
    /// The rule's name.
    pub rule: String,
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
    pub published: Option<DateTime<FixedOffset>>,
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
    /// The mean of `scores.boilerplate` over its latest judged articles; `None` without any.
    pub boilerplate: Option<f64>,
    /// Lines that are known to be the template of the site at its address.
    pub template_lines: u64,
    /// Of these, pages that held no article.
    pub not_articles: u64,
    /// Pages that have met a bot wall since the last article came through.
    pub walled: u64,
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
    /// Leases that ran out, ever.
    pub expired: u64,
}

/// A notification that waits for its receiver.
#[derive(Debug, Clone, PartialEq)]
pub struct Parcel {
    /// The row, and the idempotency key.
    pub id: i64,
    /// The `[[notify]]` name.
    pub channel: String,
    /// JSON.
    pub payload: String,
    /// Failed attempts so far.
    pub attempts: u32,
}

/// What must survive a restart. Every method is one transaction.
#[async_trait]
pub trait Store: std::fmt::Debug + Send + Sync {
    /// Makes the configured sources the enabled ones and queues those that are new. A source that
    /// left the configuration is disabled, not forgotten.
    async fn put_sources(&self, sources: &[Source], now: Timestamp) -> Result<(), StoreError>;
    /// Leases URLs that are due, of hosts that are due, oldest first, spread over hosts. Expired
    /// leases count as due.
    async fn claim(&self, claim: &Claim) -> Result<Vec<Lease>, StoreError>;
    /// When the next URL falls due: at or before `now` if one is due already. A host with a lease
    /// under way has no other URL due until that lease ends, so that whoever waits for this time
    /// does not spin.
    async fn next_due(&self, now: Timestamp) -> Result<Option<Timestamp>, StoreError>;
    /// Which of these links are not in the queue yet, in their order: what a poll has brought.
    async fn unseen(&self, links: Vec<Link>) -> Result<Vec<Link>, StoreError>;
    /// Ends a lease with all that came of it, unless it has passed to somebody else. `notify`
    /// names the channels that are told if the article is new and flagged.
    ///
    /// A text that its source has on the same site already is not stored again: the address is
    /// noted as another one of that article. An article is told from its copies elsewhere. One
    /// that is read again from the same address and says something else (see
    /// [`crate::copies::is_corrected`]) is replaced, and what it said is kept as a version.
    async fn complete(
        &self,
        lease: &Lease,
        completion: Completion,
        notify: &[String],
    ) -> Result<Completed, StoreError>;
    /// Gives a lease back unused, to be claimed again from `until` on: nobody was asked, so nothing
    /// else is known anew.
    async fn put_off(&self, lease: &Lease, until: Timestamp) -> Result<(), StoreError>;
    /// Gives leases back unused.
    async fn release(&self, leases: &[Lease]) -> Result<(), StoreError>;
    /// Returns leases that ran out to the queue and tells how many there were. A claim does the
    /// same first; [`Counts::expired`] counts all.
    async fn expire(&self, now: Timestamp) -> Result<u64, StoreError>;

    /// Articles, newest first.
    async fn articles(&self, query: &ArticleQuery) -> Result<Vec<ArticleRow>, StoreError>;
    /// One article.
    async fn article(&self, id: i64) -> Result<Option<ArticleRow>, StoreError>;
    /// Where else its text stood and how it changed; at most `limit` copies and addresses.
    async fn trail(&self, article: i64, limit: usize) -> Result<Trail, StoreError>;
    /// Its page as fetched, while it is kept.
    async fn page(&self, article: i64) -> Result<Option<Page>, StoreError>;
    /// Replaces what was concluded about an article.
    async fn reassess(
        &self,
        article: i64,
        content: &Article,
        assessment: &Assessment,
        at: Timestamp,
    ) -> Result<(), StoreError>;
    /// Adds a review; false if there is no such article.
    async fn add_review(&self, article: i64, review: &Review) -> Result<bool, StoreError>;
    /// Sources by name.
    async fn sources(&self) -> Result<Vec<SourceRow>, StoreError>;
    /// How one source stands by all its articles; a source that is not known has none.
    async fn standing(&self, source: &str) -> Result<Standing, StoreError>;

    /// What the stream has learned of a site, by its [name](crate::site::name).
    async fn site(&self, name: &str) -> Result<Option<SiteMemory>, StoreError>;
    /// Merges what a worker has learned of a site with what the others have, and tells the whole.
    async fn learn_site(
        &self,
        name: &str,
        memory: &SiteMemory,
        at: Timestamp,
    ) -> Result<SiteMemory, StoreError>;

    /// Notifications due, at most `limit`.
    async fn parcels(&self, now: Timestamp, limit: usize) -> Result<Vec<Parcel>, StoreError>;
    /// Takes a notification off (`None`) or puts it back until a later time.
    async fn settle(&self, parcel: i64, retry_at: Option<Timestamp>) -> Result<(), StoreError>;

    /// For the gauges.
    async fn counts(&self, now: Timestamp) -> Result<Counts, StoreError>;
    /// Drops raw pages fetched before `before` and tells how many there were; what was learned of
    /// sites that have shown nothing since goes too.
    async fn prune(&self, before: Timestamp) -> Result<u64, StoreError>;
    /// Drops the fingerprints of texts read before `before`, which new ones are then no longer
    /// compared with, and tells how many there were. What was found to be a copy stays one.
    async fn forget(&self, before: Timestamp) -> Result<u64, StoreError>;
    /// Writes everything down and lets go of the file.
    async fn close(&self) -> Result<(), StoreError>;
}

/// Opens the store that `url` names, creating or migrating it as needed. `observer` is told of
/// every operation from then on.
pub async fn open(url: &str, observer: Observer) -> Result<Arc<dyn Store>, StoreError> {
    match url.split_once(':') {
        Some(("sqlite", path)) if !path.is_empty() => sqlite::open(Path::new(path), observer).await,
        _ => Err(StoreError::Url(url.to_string())),
    }
}
