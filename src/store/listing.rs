//! What is known of links that are announced once more, and what that means for them.

use chrono::TimeDelta;

use super::work::Completion;
use crate::{
    frontier::{self, Asked},
    model::{FetchOutcome, Link, LinkCounts, PageKind, Poll, Timestamp},
};

/// Bytes of a URL: longer ones are traps, and no server need take them (RFC 9110, 4.1, asks for
/// 8,000; no news site comes near a quarter).
pub(super) const URL_MAX: usize = 2_048;

/// How exactly it is known when a link was last listed: not every poll writes it down, for most links are
/// known.
const LISTED_ANEW: TimeDelta = TimeDelta::days(7);

/// What became of links.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Added {
    pub(super) new: usize,
    pub(super) known: usize,
    /// Of these, the articles that are new, and those that were known.
    articles: (u64, u64),
    /// Articles that are known and not to be read.
    remembered: u64,
}

impl Added {
    /// Counts a link that was not known, or not to be read, and begins in this state.
    pub(super) fn count_new(&mut self, link: &Link, state: &str) {
        if state == "queued" {
            self.new += 1;
            self.articles.0 += u64::from(link.kind == PageKind::Article);
        }
    }

    /// What a poll listed. Links that were known and not to be read count as old.
    pub(super) fn poll(self, poll: Poll) -> Poll {
        let (new, known) = self.articles;
        let links = LinkCounts {
            new,
            known: poll.links.known + known,
            old: poll.links.old + self.remembered,
            ..poll.links
        };
        Poll { links, ..poll }
    }
}

/// A link that was announced before.
pub(super) struct KnownLink {
    pub(super) id: i64,
    pub(super) host: i64,
    pub(super) wanted: bool,
    pub(super) state: String,
    pub(super) outcome: Option<FetchOutcome>,
    pub(super) status: Option<u16>,
    pub(super) attempts: u32,
    pub(super) fetched_at: Option<Timestamp>,
    pub(super) known_since: Timestamp,
    pub(super) is_parked: bool,
    pub(super) listed_at: Timestamp,
    /// In the queue for a backfill alone.
    pub(super) is_past: bool,
}

/// What is to be written of a link that is listed again.
pub(super) struct ListedAgain {
    /// It is announced now, and no longer there for a backfill alone.
    pub(super) is_news: bool,
    /// It is to be read, from then on.
    pub(super) wake: Option<Timestamp>,
    /// That is all; `false` for a part of a source that rests.
    pub(super) is_settled: bool,
}

impl KnownLink {
    /// Whether it is known and not to be read.
    fn is_unread(&self) -> bool {
        self.state == "done" && self.fetched_at.is_none()
    }

    /// Whether it is to be written down that it is listed still.
    pub(super) fn is_listed_anew(&self, at: Timestamp) -> bool {
        at - self.listed_at > LISTED_ANEW
    }

    /// Counts a link that was known, and wakes an article that is to be read after all or once more.
    pub(super) fn again(
        &self,
        link: &Link,
        state: &str,
        completion: &Completion,
        added: &mut Added,
    ) -> ListedAgain {
        let is_article = link.kind == PageKind::Article;
        let (is_unread, is_queued) = (is_article && self.is_unread(), state == "queued");
        let mut again = ListedAgain {
            is_news: self.is_past && (!is_unread || is_queued),
            wake: None,
            is_settled: true,
        };
        if is_unread && is_queued {
            again.wake = Some(completion.at);
            added.count_new(link, state);
        } else if is_unread {
            added.remembered += 1;
        } else {
            added.known += 1;
            added.articles.1 += u64::from(is_article);
            again.is_settled = is_article || self.wanted;
            if self.state == "gone" && !self.is_parked {
                again.wake = self.tried_again(completion);
            }
        }
        again
    }

    /// An article that rests after failures and is listed again is tried again, when the schedule says.
    fn tried_again(&self, completion: &Completion) -> Option<Timestamp> {
        let (outcome, failed_at, now) = (self.outcome?, self.fetched_at?, completion.at);
        let asked = Asked {
            kind: PageKind::Article,
            outcome,
            status: self.status,
            attempts: self.attempts,
            known_for: (now - self.known_since).to_std().unwrap_or_default(),
        };
        frontier::relisted(&asked, failed_at, now, &completion.schedule)
    }
}
