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
    /// What was done, one after the other.
    pub(super) steps: Vec<Step>,
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
    /// When that was.
    pub(super) step: Step,
}

/// A part of a visit: what was done, from when to when.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) name: &'static str,
    pub(super) began: Timestamp,
    pub(super) ended: Timestamp,
    /// What it was made of.
    pub(super) parts: Vec<Step>,
}

impl Step {
    /// The step that asks for a page.
    pub(super) const FETCH: &'static str = "fetch";

    /// One that has no parts.
    pub(super) fn new(name: &'static str, began: Timestamp, ended: Timestamp) -> Step {
        Step {
            name,
            began,
            ended,
            parts: Vec::new(),
        }
    }
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
        self.is_unjudged_for(Reason::Challenge)
    }

    /// Says of what was read that a browser had shown it.
    pub(super) fn came_by_browser(&mut self) {
        if let Some(inspected) = &mut self.inspected {
            let origins = &mut inspected.inspection.article.origins;
            origins.insert("page".to_string(), "browser".to_string());
        }
    }

    /// The step that has inspected it.
    pub(super) fn step(&self) -> Option<Step> {
        Some(self.inspected.as_ref()?.step.clone())
    }

    /// Whether nothing stands on the page until its scripts have run.
    pub(super) fn needs_script(&self) -> bool {
        self.is_unjudged_for(Reason::NeedsScript)
    }

    fn is_unjudged_for(&self, reason: Reason) -> bool {
        let inspected = self.inspected.as_ref();
        let verdict = inspected.map(|inspected| inspected.inspection.assessment.verdict);
        verdict == Some(Verdict::Abstain(reason))
    }
}
