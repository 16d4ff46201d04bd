//! URLs that are set aside, so that they do not stop the rest: those whose visits ended without a
//! word again and again, and those whose rows cannot be read.
//!
//! A lease counts as lost from its beginning: whoever dies cannot count it. Its end takes that back.

use chrono::TimeDelta;
use rusqlite::{Connection, Error, named_params, params};

use super::column::Millis;
use crate::model::Timestamp;

/// Leases that may be lost in a row. Three processes that died over one page are no accident.
pub(super) const LOST_MAX: u32 = 3;

/// A page that is polled is a source's: it is not given up, but asked again after this time.
const POLL_RESTS: TimeDelta = TimeDelta::days(1);

/// URLs that were under way together when a process died are asked one at a time, so that the one that
/// is to blame is found. The others of them look again in so long.
const TAKE_TURNS: TimeDelta = TimeDelta::seconds(5);

/// Leaves out of `urls`, which are due, all that were under way when a process died, but for the first if
/// none of them is under way.
pub(super) fn one_at_a_time(
    db: &Connection,
    urls: Vec<i64>,
    now: Timestamp,
) -> rusqlite::Result<Vec<i64>> {
    let mut is_one_under_way: bool = db
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM urls WHERE state = 'leased' AND suspect)")?
        .query_row([], |row| row.get(0))?;
    let mut suspect = db.prepare_cached("SELECT suspect FROM urls WHERE id = ?1")?;
    let mut later = db.prepare_cached("UPDATE urls SET next_at = ?2 WHERE id = ?1")?;
    let mut chosen = Vec::with_capacity(urls.len());
    for url in urls {
        let is_suspect: bool = suspect.query_row([url], |row| row.get(0))?;
        if is_suspect && is_one_under_way {
            later.execute(params![url, Millis(now + TAKE_TURNS)])?;
            continue;
        }
        is_one_under_way |= is_suspect;
        chosen.push(url);
    }
    Ok(chosen)
}

/// Parks what has lost its last lease and is back in the queue.
pub(super) fn park_lost(db: &Connection, url: i64, now: Timestamp) -> rusqlite::Result<()> {
    let url: String = db
        .prepare_cached(
            "UPDATE urls
                SET parked = 'lost', outcome = 'cancelled', fetched_at = :now,
                    error = 'lost: the visit ended without a word ' || lost || ' times',
                    state = CASE kind WHEN 'article' THEN 'gone' ELSE state END,
                    next_at = CASE kind WHEN 'article' THEN next_at ELSE :rested END
              WHERE id = :url
              RETURNING url",
        )?
        .query_row(
            named_params! {
                ":url": url,
                ":now": Millis(now),
                ":rested": Millis(now + POLL_RESTS),
            },
            |row| row.get(0),
        )?;
    tracing::error!(
        url,
        "parked: the daemon or the visit died over it again and again"
    );
    db.prepare_cached(
        "UPDATE sources SET failures = failures + 1, error = 'lost: reading it ended the daemon'
          WHERE url = ?1",
    )?
    .execute([url])?;
    Ok(())
}

/// Sets a URL aside whose row cannot be read. Its host is to be refreshed.
pub(super) fn set_aside(db: &Connection, url: i64, why: &Error) -> rusqlite::Result<()> {
    tracing::error!(row = url, %why, "a URL is set aside: its row cannot be read");
    db.prepare_cached(
        "UPDATE urls
            SET state = 'gone', worker = NULL, lease_until = NULL, parked = 'unreadable', error = ?2
          WHERE id = ?1",
    )?
    .execute(params![url, format!("unreadable: {why}")])?;
    Ok(())
}

/// URLs of a source that are parked.
pub(super) fn of_source(db: &Connection, source: i64) -> rusqlite::Result<u64> {
    db.prepare_cached("SELECT count(*) FROM urls WHERE source_id = ?1 AND parked IS NOT NULL")?
        .query_row([source], |row| row.get(0))
}
