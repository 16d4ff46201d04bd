//! The clock that all go by, and times that a wrong one left behind.

use chrono::TimeDelta;

use super::{failure::Result, session::Db, value::params};
use crate::{
    frontier::clock::{Horizon, Jump},
    model::Timestamp,
    store::{
        TimeCorrection,
        times::{AHEAD_MIN, HAPPENED, millis},
    },
};

/// See [`crate::store::Store::clock`]. Not the time at which the transaction began.
pub(super) async fn now(db: &Db) -> Result<Timestamp> {
    db.value(
        "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint",
        &params![],
    )
    .await
}

/// See [`crate::store::Store::correct_times`].
pub(super) async fn correct(db: &Db, correction: &TimeCorrection) -> Result<u64> {
    let now = correction.now;
    if correction.jump.is_none() && !is_suspect(db, now, &correction.horizon).await? {
        return Ok(0);
    }
    let all = "SELECT id FROM hosts ORDER BY id FOR NO KEY UPDATE";
    db.execute(all, &params![]).await?;
    let corrected = match correction.jump {
        None => bound(db, correction).await? + end_future(db, now).await?,
        Some(Jump::Stepped(by)) => {
            renew_leases(db, correction).await?
                + shift(db, now, by).await?
                + end_future(db, now).await?
        }
        Some(Jump::Slept(_)) => {
            renew_leases(db, correction).await? + scatter(db, correction).await?
        }
    };
    if corrected > 0 {
        refresh_all(db).await?;
    }
    Ok(corrected)
}

/// Whether a wrong clock has been here. Whatever is done under one leaves a trace in these columns,
/// which are few or have an index.
async fn is_suspect(db: &Db, now: Timestamp, horizon: &Horizon) -> Result<bool> {
    let furthest = horizon.poll.max(horizon.article);
    db.value(
        "SELECT EXISTS (SELECT 1 FROM sources WHERE greatest(since, last_success) > $1)
             OR EXISTS (SELECT 1 FROM articles WHERE fetched_at > $1)
             OR EXISTS (SELECT 1 FROM hosts WHERE next_at > $2)
             OR EXISTS (SELECT 1 FROM urls
                         WHERE state = 'queued' AND wanted AND NOT past AND next_at > $3)",
        &params![now + AHEAD_MIN, now + horizon.host, now + furthest],
    )
    .await
}

/// Brings what was planned too far ahead, or by a clock that ran ahead, within what may be planned
/// now: polls soon and one by one, articles after the wait that was meant, hosts after their pause.
async fn bound(db: &Db, correction: &TimeCorrection) -> Result<u64> {
    let (now, horizon) = (correction.now, &correction.horizon);
    let urls = db
        .execute(
            "UPDATE urls
                SET next_at = CASE
                    WHEN kind <> 'article' OR fetched_at IS NULL OR fetched_at <= $2
                    THEN $1 + floor(random() * $3)::bigint
                    ELSE $1 + greatest(0, least(next_at - fetched_at, $4)) END
              WHERE state = 'queued' AND next_at > $1
                AND (coalesce(fetched_at, discovered_at) > $2
                     OR next_at > $1 + CASE kind WHEN 'article' THEN $4 ELSE $5::bigint END)",
            &params![
                now,
                now + AHEAD_MIN,
                millis(correction.spread),
                millis(horizon.article),
                millis(horizon.poll),
            ],
        )
        .await?;
    let hosts = db
        .execute(
            "UPDATE hosts
                SET next_at = least(next_at, $1 + CASE failures
                                                  WHEN 0 THEN least(delay, $2)
                                                  ELSE greatest(delay, $3) END)
              WHERE next_at > $1",
            &params![now, millis(horizon.host), millis(horizon.failing_host)],
        )
        .await?;
    let outbox = db
        .execute(
            "UPDATE outbox SET next_at = $1 WHERE next_at > $1::bigint + $2::bigint",
            &params![now, millis(horizon.failing_host)],
        )
        .await?;
    Ok(urls + hosts + outbox)
}

/// Moves what was to come with the clock, so that every wait lasts as long as it would have.
async fn shift(db: &Db, now: Timestamp, by: TimeDelta) -> Result<u64> {
    let mut shifted = 0;
    for table in ["urls", "hosts", "outbox"] {
        let which = match table {
            "urls" => "state IN ('queued', 'leased') AND",
            _ => "",
        };
        let sql = format!(
            "UPDATE {table} SET next_at = greatest($1::bigint, next_at + $2::bigint)
              WHERE {which} next_at > least($1::bigint, $1::bigint - $2::bigint)"
        );
        let values = params![now, by.num_milliseconds()];
        shifted += db.execute(&sql, &values).await?;
    }
    Ok(shifted)
}

/// Spreads the polls that fell due while the machine slept.
async fn scatter(db: &Db, correction: &TimeCorrection) -> Result<u64> {
    db.execute(
        "UPDATE urls SET next_at = $1 + floor(random() * $2)::bigint
          WHERE state = 'queued' AND wanted AND NOT past AND next_at <= $1 AND kind <> 'article'",
        &params![correction.now, millis(correction.spread)],
    )
    .await
}

/// Whoever has a lease has it still, whatever the clock says.
async fn renew_leases(db: &Db, correction: &TimeCorrection) -> Result<u64> {
    db.execute(
        "UPDATE urls SET lease_until = $1::bigint + $2::bigint WHERE state = 'leased'",
        &params![correction.now, millis(correction.lease)],
    )
    .await
}

/// What happened ahead of now happened now; rules of robots.txt whose age nobody knows are asked for
/// anew.
async fn end_future(db: &Db, now: Timestamp) -> Result<u64> {
    let ahead = now + AHEAD_MIN;
    let mut ended = db
        .execute("DELETE FROM robots WHERE fetched_at > $1", &params![ahead])
        .await?;
    ended += db
        .execute("DELETE FROM addresses WHERE next_at > $1", &params![ahead])
        .await?;
    for (table, column) in HAPPENED {
        let sql = format!("UPDATE {table} SET {column} = $1 WHERE {column} > $2");
        ended += db.execute(&sql, &params![now, ahead]).await?;
    }
    Ok(ended)
}

/// See [`super::queue::refresh_hosts`], which does the same for some of them.
async fn refresh_all(db: &Db) -> Result<()> {
    db.execute(
        "UPDATE hosts SET ready_at = greatest(next_at, first.at)
           FROM (SELECT host_id, min(next_at) AS at FROM urls
                  WHERE state = 'queued' AND wanted GROUP BY host_id) AS first
          WHERE hosts.id = first.host_id AND ready_at IS NOT NULL",
        &params![],
    )
    .await?;
    Ok(())
}
