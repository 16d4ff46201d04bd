//! A walk through a source's past, in words.

use super::wording::counted;
use crate::model::{Backfill, BackfillState};

/// What else there was, as it follows a number of articles.
pub fn others(backfill: &Backfill) -> String {
    let mut text = String::new();
    for (count, what) in [
        (backfill.older, "older"),
        (backfill.known, "known before"),
        (backfill.failed, "without an article or out of reach"),
        (backfill.lists_failed, "sitemaps or lists out of reach"),
    ] {
        if count > 0 {
            text.push_str(&format!(", {count} {what}"));
        }
    }
    text
}

/// What is left: `, 70 more known and 3 lists not read yet`.
pub fn left(backfill: &Backfill) -> String {
    let found = backfill.waiting + backfill.queued;
    let lists = match backfill.lists_waiting {
        0 => String::new(),
        lists => format!(" and {} not read yet", counted(lists, "list")),
    };
    format!(", {found} more known{lists}")
}

/// One line: `Backfill since 2020-01-31 is running: 50 articles read, 2 older, 70 more known`.
pub fn line(backfill: &Backfill) -> String {
    let since = backfill.since.date_naive();
    let (state, left) = match backfill.state {
        BackfillState::Running => ("is running", left(backfill)),
        BackfillState::Stopped => ("was stopped", left(backfill)),
        BackfillState::Done => ("is done", String::new()),
    };
    let read = counted(backfill.read, "article");
    let others = others(backfill);
    format!("Backfill since {since} {state}: {read} read{others}{left}")
}
