//! Times that a wrong clock left behind: where they stand in every store.

use std::time::Duration;

use chrono::TimeDelta;

use crate::frontier::WAIT_MAX;

/// What is so little ahead of now may be the haste of another clock.
pub(super) const AHEAD_MIN: TimeDelta = TimeDelta::seconds(5);

/// When things happened: none of it can lie ahead.
pub(super) const HAPPENED: [(&str, &str); 13] = [
    ("urls", "fetched_at"),
    ("urls", "discovered_at"),
    ("urls", "first_read"),
    ("articles", "fetched_at"),
    ("articles", "last_fetched_at"),
    ("pages", "fetched_at"),
    ("fingerprints", "read_at"),
    ("assessments", "at"),
    ("reviews", "at"),
    ("sites", "updated_at"),
    ("sources", "since"),
    ("sources", "last_success"),
    ("sources", "last_article"),
];

/// A wait as it is written: no wait is longer than [`WAIT_MAX`].
pub(super) fn millis(wait: Duration) -> i64 {
    i64::try_from(wait.min(WAIT_MAX).as_millis()).unwrap_or(i64::MAX)
}
