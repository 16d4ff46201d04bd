//! Times that a wrong clock left behind.

use chrono::TimeDelta;
use rusqlite::{Connection, named_params, params};

use super::column::Millis;
use crate::{
    frontier::clock::{Horizon, Jump},
    model::Timestamp,
    store::{
        TimeCorrection,
        times::{AHEAD_MIN, HAPPENED, millis},
    },
};

/// See [`crate::store::Store::correct_times`].
pub(super) fn correct(db: &Connection, correction: &TimeCorrection) -> rusqlite::Result<u64> {
    let now = correction.now;
    let corrected = match correction.jump {
        None => match is_suspect(db, now, &correction.horizon)? {
            true => bound(db, correction)? + end_future(db, now)?,
            false => 0,
        },
        Some(Jump::Stepped(by)) => {
            renew_leases(db, correction)? + shift(db, now, by)? + end_future(db, now)?
        }
        Some(Jump::Slept(_)) => renew_leases(db, correction)? + scatter(db, correction)?,
    };
    if corrected > 0 {
        refresh_hosts(db)?;
    }
    Ok(corrected as u64)
}

/// Whether a wrong clock has been here. Whatever is done under one leaves a trace in these columns,
/// which are few or have an index.
fn is_suspect(db: &Connection, now: Timestamp, horizon: &Horizon) -> rusqlite::Result<bool> {
    let furthest = horizon.poll.max(horizon.article);
    db.query_row(
        "SELECT EXISTS (SELECT 1 FROM sources WHERE max(since, coalesce(last_success, 0)) > :past)
             OR EXISTS (SELECT 1 FROM articles WHERE fetched_at > :past)
             OR EXISTS (SELECT 1 FROM hosts WHERE next_at > :host)
             OR EXISTS (SELECT 1 FROM urls
                         WHERE state = 'queued' AND wanted AND NOT past AND next_at > :furthest)",
        named_params! {
            ":past": Millis(now + AHEAD_MIN),
            ":host": Millis(now + horizon.host),
            ":furthest": Millis(now + furthest),
        },
        |row| row.get(0),
    )
}

/// Brings what was planned too far ahead, or by a clock that ran ahead, within what may be planned
/// now: polls soon and one by one, articles after the wait that was meant, hosts after their pause.
fn bound(db: &Connection, correction: &TimeCorrection) -> rusqlite::Result<usize> {
    let (now, horizon) = (correction.now, &correction.horizon);
    let urls = db.execute(
        "UPDATE urls
            SET next_at = CASE
                WHEN kind <> 'article' OR fetched_at IS NULL OR fetched_at <= :past
                THEN :now + abs(random() % :spread)
                ELSE :now + max(0, min(next_at - fetched_at, :article)) END
          WHERE state = 'queued' AND next_at > :now
            AND (coalesce(fetched_at, discovered_at) > :past
                 OR next_at > :now + CASE kind WHEN 'article' THEN :article ELSE :poll END)",
        named_params! {
            ":now": Millis(now),
            ":past": Millis(now + AHEAD_MIN),
            ":spread": millis(correction.spread).max(1),
            ":article": millis(horizon.article),
            ":poll": millis(horizon.poll),
        },
    )?;
    let hosts = db.execute(
        "UPDATE hosts
            SET next_at = min(next_at,
                              ?1 + CASE failures WHEN 0 THEN min(delay, ?2) ELSE max(delay, ?3) END)
          WHERE next_at > ?1",
        params![
            Millis(now),
            millis(horizon.host),
            millis(horizon.failing_host)
        ],
    )?;
    let outbox = db.execute(
        "UPDATE outbox SET next_at = ?1 WHERE next_at > ?1 + ?2",
        params![Millis(now), millis(horizon.failing_host)],
    )?;
    Ok(urls + hosts + outbox)
}

/// Moves what was to come with the clock, so that every wait lasts as long as it would have.
fn shift(db: &Connection, now: Timestamp, by: TimeDelta) -> rusqlite::Result<usize> {
    let mut shifted = 0;
    for table in ["urls", "hosts", "outbox"] {
        let which = match table {
            "urls" => "state IN ('queued', 'leased') AND",
            _ => "",
        };
        shifted += db.execute(
            &format!(
                "UPDATE {table} SET next_at = max(?1, next_at + ?2)
                  WHERE {which} next_at > min(?1, ?1 - ?2)"
            ),
            params![Millis(now), by.num_milliseconds()],
        )?;
    }
    Ok(shifted)
}

/// Spreads the polls that fell due while the machine slept.
fn scatter(db: &Connection, correction: &TimeCorrection) -> rusqlite::Result<usize> {
    db.execute(
        "UPDATE urls SET next_at = ?1 + abs(random() % ?2)
          WHERE state = 'queued' AND wanted AND NOT past AND next_at <= ?1 AND kind <> 'article'",
        params![Millis(correction.now), millis(correction.spread).max(1)],
    )
}

/// Whoever has a lease has it still, whatever the clock says.
fn renew_leases(db: &Connection, correction: &TimeCorrection) -> rusqlite::Result<usize> {
    db.execute(
        "UPDATE urls SET lease_until = ?1 + ?2 WHERE state = 'leased'",
        params![Millis(correction.now), millis(correction.lease)],
    )
}

/// What happened ahead of now happened now; rules of robots.txt whose age nobody knows are asked for
/// anew.
fn end_future(db: &Connection, now: Timestamp) -> rusqlite::Result<usize> {
    let mut ended = db.execute(
        "DELETE FROM robots WHERE fetched_at > ?1",
        [Millis(now + AHEAD_MIN)],
    )?;
    for (table, column) in HAPPENED {
        ended += db.execute(
            &format!("UPDATE {table} SET {column} = ?1 WHERE {column} > ?2"),
            [Millis(now), Millis(now + AHEAD_MIN)],
        )?;
    }
    Ok(ended)
}

/// See [`super::queue::refresh_host`], which does the same for one of them.
fn refresh_hosts(db: &Connection) -> rusqlite::Result<()> {
    db.execute(
        "UPDATE hosts SET ready_at = max(next_at, (
             SELECT min(next_at) FROM urls
              WHERE state = 'queued' AND wanted AND host_id = hosts.id))
          WHERE ready_at IS NOT NULL",
        [],
    )?;
    Ok(())
}
