//! A walk through a source's past: where it is, and what an article means for it.

use url::Url;

use super::work::{BackfillTask, Completion, Lease};
use crate::model::{BackfillState, Date, PageKind, Reason, Timestamp, Verdict};

/// A backfill as it goes on.
pub(super) struct Walk {
    pub(super) id: i64,
    pub(super) source: i64,
    pub(super) since: Timestamp,
    pub(super) limit: Option<u64>,
    pub(super) state: BackfillState,
    /// Pages of links that were read or cannot be had.
    pub(super) lists: u64,
    pub(super) links: u64,
    /// Articles.
    pub(super) read: u64,
}

/// What of a backfill stands in the queue or is under way.
pub(super) struct InQueue {
    pub(super) all: u64,
    /// That was not tried yet.
    pub(super) fresh: u64,
}

/// A link that waits for its turn.
pub(super) struct Waiting {
    pub(super) url: Url,
    pub(super) kind: PageKind,
    pub(super) published: Option<Date>,
}

/// What the end of the visit of an article is for a backfill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Brought {
    /// No article.
    Nothing,
    /// One from before the time that is asked for.
    Older,
    /// One that is asked for.
    Article,
}

impl Brought {
    /// What a lease for the backfill has ended with.
    pub(super) fn by(task: BackfillTask, lease: &Lease, completion: &Completion) -> Brought {
        let Some(visit) = &completion.visit else {
            return Brought::Nothing;
        };
        let is_none = matches!(
            visit.assessment.verdict,
            Verdict::Abstain(
                Reason::NotAnArticle
                    | Reason::NeedsScript
                    | Reason::Empty
                    | Reason::NotHtml
                    | Reason::Failed
            )
        );
        let published = visit.article.published.or(lease.link.published);
        match published {
            _ if is_none => Brought::Nothing,
            Some(published) if published.instant() < task.since => Brought::Older,
            _ => Brought::Article,
        }
    }

    /// Where it is counted.
    pub(super) const fn column(self) -> &'static str {
        match self {
            Brought::Nothing => "failed",
            Brought::Older => "older",
            Brought::Article => "articles_read",
        }
    }
}
