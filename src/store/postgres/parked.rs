//! URLs that are set aside, so that they do not stop the rest: those whose visits ended without a
//! word again and again, and those whose rows cannot be read.
//!
//! A lease counts as lost from its beginning: whoever dies cannot count it. Its end takes that back.

use chrono::TimeDelta;

use super::{
    failure::{Failure, Result},
    session::{Alone, Db},
    value::params,
};
use crate::model::Timestamp;

/// Leases that may be lost in a row. Three processes that died over one page are no accident.
pub(super) const LOST_MAX: u32 = 3;

/// From so many on a URL is asked while no other such one is. Of a lease that ran out it is not known
/// whether its worker died, nor over which of what it had; one may be an accident.
pub(super) const SUSPECT_FROM: u32 = 2;

/// A page that is polled is a source's: it is not given up, but asked again after this time.
const POLL_RESTS: TimeDelta = TimeDelta::days(1);

/// URLs that were under way together when a process died are asked one at a time, so that the one that
/// is to blame is found. The others of them look again in so long.
const TAKE_TURNS: TimeDelta = TimeDelta::seconds(5);

/// Leaves out of `urls`, which are due, all that were under way when a process died, but for the first if
/// none of them is under way.
pub(super) async fn one_at_a_time(db: &Db, urls: Vec<i64>, now: Timestamp) -> Result<Vec<i64>> {
    let suspect: Vec<i64> = db
        .values(
            "SELECT id FROM urls WHERE id = ANY($1) AND suspect",
            &params![urls.clone()],
        )
        .await?;
    if suspect.is_empty() {
        return Ok(urls);
    }
    db.alone(Alone::Suspects, "").await?;
    let mut is_one_under_way: bool = db
        .value(
            "SELECT EXISTS (SELECT 1 FROM urls WHERE state = 'leased' AND suspect)",
            &params![],
        )
        .await?;
    let mut chosen = Vec::with_capacity(urls.len());
    for url in urls {
        let is_suspect = suspect.contains(&url);
        if is_suspect && is_one_under_way {
            db.execute(
                "UPDATE urls SET next_at = $2 WHERE id = $1",
                &params![url, now + TAKE_TURNS],
            )
            .await?;
            continue;
        }
        is_one_under_way |= is_suspect;
        chosen.push(url);
    }
    Ok(chosen)
}

/// Parks what has lost its last lease and is back in the queue.
pub(super) async fn park_lost(db: &Db, url: i64, now: Timestamp) -> Result<()> {
    let url: String = db
        .value(
            "UPDATE urls
                SET parked = 'lost', outcome = 'cancelled', fetched_at = $2,
                    error = 'lost: the visit ended without a word ' || lost || ' times',
                    state = CASE kind WHEN 'article' THEN 'gone' ELSE state END,
                    next_at = CASE kind WHEN 'article' THEN next_at ELSE $3 END
              WHERE id = $1
              RETURNING url",
            &params![url, now, now + POLL_RESTS],
        )
        .await?;
    tracing::error!(
        url,
        "parked: the daemon or the visit died over it again and again"
    );
    db.execute(
        "UPDATE sources SET failures = failures + 1, error = 'lost: reading it ended the daemon'
          WHERE url = $1",
        &params![url],
    )
    .await?;
    Ok(())
}

/// Sets a URL aside whose row cannot be read. Its host is to be refreshed.
pub(super) async fn set_aside(db: &Db, url: i64, why: &Failure) -> Result<()> {
    tracing::error!(
        row = url,
        ?why,
        "a URL is set aside: its row cannot be read"
    );
    db.execute(
        "UPDATE urls
            SET state = 'gone', worker = NULL, lease_until = NULL, parked = 'unreadable', error = $2
          WHERE id = $1",
        &params![url, format!("unreadable: {}", why.said())],
    )
    .await?;
    Ok(())
}

/// URLs of a source that are parked.
pub(super) async fn of_source(db: &Db, source: i64) -> Result<u64> {
    db.value(
        "SELECT count(*) FROM urls WHERE source_id = $1 AND parked IS NOT NULL",
        &params![source],
    )
    .await
}
