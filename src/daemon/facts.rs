//! What a visit has brought: all that is decided, written and counted afterwards follows from it.

use std::time::Duration;

use url::Url;

use crate::{
    fetch::Exchange,
    inspect::Inspection,
    model::{FetchOutcome, Link, Page, PageKind, Problem, Reason, Timestamp, Verdict},
    store::Lease,
};

/// What is known of a visit once its answer is read. A visit that asked nobody has none.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) lease: Lease,
    /// The address that was asked: the URL's own, or where its source has moved to.
    pub(super) asked: Url,
    pub(super) exchange: Exchange,
    /// When the visit began.
    pub(super) began: Timestamp,
    /// When the exchange had ended.
    pub(super) at: Timestamp,
    /// It failed because our own network is gone.
    pub(super) network_is_down: bool,
    pub(super) content: PageContent,
}

/// What was read in the page; nothing where there was none.
#[derive(Debug, Default)]
pub(super) struct PageContent {
    /// What an `Auto` source has turned out to be.
    pub(super) kind: Option<PageKind>,
    /// Of the newest sitemaps and of all articles.
    pub(super) links: Vec<Link>,
    pub(super) problems: Vec<Problem>,
    /// Links of a feed that lead to other sites.
    pub(super) elsewhere: u64,
    /// What a backfill that asked for the page goes on with.
    pub(super) past: Option<Vec<Link>>,
    /// Of an article's page, and of a wall in the place of a page of links.
    pub(super) inspected: Option<TimedInspection>,
}

/// A page's inspection, and the time it took with its wait for a core.
#[derive(Debug)]
pub(super) struct TimedInspection {
    pub(super) inspection: Inspection,
    pub(super) took: Duration,
    /// When a core began to read it.
    pub(super) began: Timestamp,
    /// When the article was there.
    pub(super) read: Timestamp,
    /// When it was judged.
    pub(super) judged: Timestamp,
}

impl Facts {
    /// Whether this was a poll of a source, for its news, and the source answered.
    pub(super) fn is_answered_poll(&self) -> bool {
        let is_read = matches!(
            self.exchange.outcome,
            FetchOutcome::Ok | FetchOutcome::NotModified
        );
        self.lease.link.kind != PageKind::Article && !self.lease.is_past() && is_read
    }

    /// The page, if there was one.
    pub(super) fn page(&self) -> Option<Page> {
        let exchange = self.exchange.clone();
        exchange.into_page(self.lease.link.clone(), self.at).ok()
    }
}

impl PageContent {
    /// Whether the server let a wall stand in the place of the page and said nothing of it.
    pub(super) fn is_bot_wall(&self) -> bool {
        let verdict = self
            .inspected
            .as_ref()
            .map(|inspected| inspected.inspection.assessment.verdict);
        verdict == Some(Verdict::Abstain(Reason::Challenge))
    }
}
