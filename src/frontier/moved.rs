//! Sources that have moved: a permanent redirect is believed when it has stood for a while.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::model::{FetchOutcome, Timestamp};

/// So many answers in a row must have led to the same new address …
const SEEN_MIN: u32 = 5;

/// … over so long a time, before it is asked directly. Redirects to a page about maintenance or a
/// consent wall are often permanent by mistake, and gone the next day.
const STANDS_FOR: TimeDelta = TimeDelta::hours(24);

/// Where a source says that it is now (301 and 308, RFC 9110, 15.4.2 and 15.4.9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    to: Url,
    /// Answers in a row that led there.
    seen: u32,
    /// The first of them.
    since: Timestamp,
}

impl Moved {
    /// The address to ask instead, once it is believed.
    pub fn confirmed(&self, now: Timestamp) -> Option<&Url> {
        (self.seen >= SEEN_MIN && now - self.since >= STANDS_FOR).then_some(&self.to)
    }

    /// What is known after another answer. `target` is where permanent redirects led from the
    /// address that was asked, `asked_there` whether that was the new one already.
    pub fn after(
        before: Option<Moved>,
        outcome: FetchOutcome,
        target: Option<&Url>,
        asked_there: bool,
        now: Timestamp,
    ) -> Option<Moved> {
        let is_read = matches!(outcome, FetchOutcome::Ok | FetchOutcome::NotModified);
        let is_lost = matches!(
            outcome,
            FetchOutcome::Http4xx | FetchOutcome::Dns | FetchOutcome::Tls | FetchOutcome::Redirect
        );
        match (before, target) {
            // The new address leads nowhere: back to the one that is configured.
            (Some(_), _) if asked_there && is_lost => None,
            (before, _) if !is_read || (asked_there && target.is_none()) => before,
            (Some(moved), Some(to)) if moved.to == *to => Some(Moved {
                seen: moved.seen.saturating_add(1),
                ..moved
            }),
            (_, Some(to)) => Some(Moved {
                to: to.clone(),
                seen: 1,
                since: now,
            }),
            (_, None) => None,
        }
    }
}
