//! What workers take from the store and bring back.

use std::{sync::Arc, time::Duration};

use url::Url;

use super::rows::ArticleRow;
use crate::{
    frontier::{
        Moved, Rhythm, Schedule,
        clock::{Horizon, Jump},
    },
    model::{
        Article, Assessment, CopyKind, FetchOutcome, Lang, Link, LinkCounts, Opinion, OpinionKey,
        Page, PageKind, Policy, Poll, Review, RobotsRecord, Span, Timestamp, Zone,
    },
};

/// What a worker asks for when it wants work.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Unique to this process.
    pub worker: String,
    /// The present.
    pub now: Timestamp,
    /// By whose clocks the requests of a day are counted.
    pub zone: Zone,
    /// How long the worker may take.
    pub lease: Duration,
    /// URLs at most.
    pub limit: usize,
    /// Leased URLs of one host at most, counting those under way.
    pub per_host: usize,
    /// Nothing of a host of which another worker has a lease: each keeps the pace of what it asks at the
    /// same time, and two do not know of each other.
    pub alone: bool,
    /// Nothing but what belongs to sources of this group, or to those of none.
    pub group: Option<String>,
    /// Nothing but what the backfill of the source with this name asks for.
    pub backfill_of: Option<String>,
}

/// How times that a wrong clock left behind are set right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeCorrection {
    /// The present.
    pub now: Timestamp,
    /// What happened to the clock; `None` at a start, where nobody knows.
    pub jump: Option<Jump>,
    /// How far ahead anything may be planned.
    pub horizon: Horizon,
    /// From now on, the leases under way run for so long.
    pub lease: Duration,
    /// Polls that come back together are spread over so long a time.
    pub spread: Duration,
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
    /// How often its source was asked on the day of the claim.
    pub asked_today: u64,
    /// When it was first announced.
    pub known_since: Timestamp,
    /// When it was first read.
    pub first_read: Option<Timestamp>,
    /// When it has brought something new so far; empty for what is not polled.
    pub rhythm: Rhythm,
    /// Where it says that it is now.
    pub moved: Option<Moved>,
    /// What it said when it last answered.
    pub last_poll: Option<Poll>,
    /// The backfill that it is asked for.
    pub backfill: Option<BackfillTask>,
}

impl Lease {
    /// Whether it is asked for a backfill alone: nobody waits for its news.
    pub fn is_past(&self) -> bool {
        self.backfill.is_some_and(|task| task.past)
    }
}

/// What a backfill wants of a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackfillTask {
    /// The row of the backfill.
    pub id: i64,
    /// What is dated before this is left out.
    pub since: Timestamp,
    /// Pages of links between the source and this one.
    pub depth: u32,
    /// Nothing but the backfill asks for it.
    pub past: bool,
}

/// What a backfill is begun with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackfillOrder {
    /// Articles published before this are left out.
    pub since: Timestamp,
    /// Articles at most.
    pub limit: Option<u64>,
    /// Where the walk begins.
    pub starts: Vec<(PageKind, Url)>,
}

/// What a page of links has brought to the backfill that asked for it.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum ListReading {
    /// Nothing yet: it is asked again.
    #[default]
    Pending,
    /// Articles and further pages of links.
    Read(Vec<Link>),
    /// It cannot be had.
    GivenUp,
    /// It was guessed that it might be there, and it is not.
    Absent,
}

/// What becomes of a URL after its lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Read; not asked for again.
    Done,
    /// Rests: not found, forbidden, out of attempts. Tried again only if its source lists it again.
    Gone {
        /// Failed attempts in a row.
        attempts: u32,
    },
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
    /// By whose clocks the requests of a day are counted.
    pub zone: Zone,
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
    /// The gap between two requests to the host, longer for a slow one: what it rests after a crash, for
    /// it may still be answering. `None` leaves it.
    pub host_delay: Option<Duration>,
    /// What the rhythm of a source is by now; `None` leaves it.
    pub rhythm: Option<Rhythm>,
    /// Where a source says that it is now.
    pub moved: Option<Moved>,
    /// robots.txt files that were fetched on the way.
    pub robots: Vec<RobotsRecord>,
    /// What a poll listed, but for the links, which the store tells new from known; `None` leaves
    /// what was known of the poll before.
    pub poll: Option<Poll>,
    /// What the page announces and is to be read, unless it was.
    pub links: Vec<Link>,
    /// What a page of links has brought to the backfill of its lease.
    pub list: ListReading,
    /// Articles that it lists and are known.
    pub known: Vec<Link>,
    /// Articles that it lists and are not to be read: known from now on.
    pub remembered: Vec<Link>,
    /// By which those of them that rest after failures are tried again.
    pub schedule: Schedule,
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
    /// The article's identity as far as the page tells: its accepted canonical URL. The store knows
    /// whether another text declares the same one.
    pub canonical: Url,
    /// What was read.
    pub article: Article,
    /// What was concluded.
    pub assessment: Assessment,
}

/// What articles are judged by, where a decision makes that necessary.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedBy {
    /// The thresholds.
    pub policy: Policy,
    /// The languages that packs serve.
    pub languages: Arc<[Lang]>,
}

/// A reviewer's word on its way into the store.
#[derive(Debug, Clone, PartialEq)]
pub struct Ruling {
    /// Who said what, and when; its `finding` and `ended` are the store's to say.
    pub review: Review,
    /// The rule and the place of the finding that it is about; `None` for the whole article.
    pub finding: Option<(String, Span)>,
    /// The sender's: the same one is the same review.
    pub key: Option<String>,
    /// What the article is judged by after it.
    pub judged_by: JudgedBy,
}

/// A reviewer takes back the last word on an article, or what makes one of its findings count no
/// more.
#[derive(Debug, Clone, PartialEq)]
pub struct Withdrawal {
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// As in [`Ruling`].
    pub finding: Option<(String, Span)>,
    /// What the article is judged by after it.
    pub judged_by: JudgedBy,
}

/// What came of a reviewer's word.
#[derive(Debug, Clone, PartialEq)]
pub enum Ruled {
    /// It is kept.
    Done(Review),
    /// It was kept before, under the same key.
    Already(Review),
    /// Another word was kept under this key.
    OtherKey,
    /// There is no such article.
    NoArticle,
    /// There is no such finding, or nothing to take back.
    NoFinding,
}

/// Decisions that were made together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Batch {
    /// What they are taken back by.
    pub id: i64,
    /// How many.
    pub articles: u64,
}

/// What a completion changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Completed {
    /// False when the lease had passed to somebody else: nothing was written.
    pub accepted: bool,
    /// Links not seen before.
    pub links_new: usize,
    /// Links seen before, but for those that are only remembered.
    pub links_known: usize,
    /// What this poll listed.
    pub poll: Option<Poll>,
    /// What all addresses of the source listed when they last answered.
    pub source_links: LinkCounts,
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

/// A second opinion and what is concluded from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Hearing {
    /// The article's row.
    pub article: i64,
    /// The headline that was asked about.
    pub title: Option<String>,
    /// The text that was asked about.
    pub body: String,
    /// By what the opinion is found again.
    pub key: OpinionKey,
    /// What was said.
    pub opinion: Opinion,
    /// The article's assessment with the opinion in it; its rules are those that it had without.
    pub assessment: Assessment,
    /// When it was said.
    pub at: Timestamp,
}

impl Hearing {
    /// Whether it is about the article as it is now: the same text, judged by the same rules. Where a
    /// reviewer has spoken since the question was put, what was heard is kept for `rescore`.
    pub(super) fn is_about(&self, article: &ArticleRow) -> bool {
        let aside = article.findings.iter().filter(|f| f.dismissed_by.is_some());
        article.body == self.body
            && article.title == self.title
            && article.rules == self.assessment.rules
            && aside.count() == self.assessment.dismissed.len()
    }
}

/// What a second opinion changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Heard {
    /// False when the article had changed meanwhile: only the opinion is kept.
    pub accepted: bool,
    /// The article is flagged and was not before.
    pub newly_flagged: bool,
}

/// How long what is kept: what is from before then may go. `None` keeps all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Keep {
    /// Articles first read before, with all that belongs to them; not those that somebody has decided on.
    pub articles: Option<Timestamp>,
    /// What was replaced before: former texts and conclusions; and what receivers refused.
    pub versions: Option<Timestamp>,
    /// Addresses of articles that nobody has listed since.
    pub urls: Option<Timestamp>,
}
