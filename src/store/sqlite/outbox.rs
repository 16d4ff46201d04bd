//! Notifications that wait for their receivers: written with the article, so that none is lost.

use rusqlite::{Connection, params};
use serde_json::Value;

use super::{
    column::{Millis, row_limit},
    copies,
};
use crate::{
    model::{SourceStanding, Timestamp},
    store::{
        ArticleRow, Notification, Settlement, Silence,
        news::{self, SUSPECTED_AGAIN, Stand},
    },
};

/// Tells of a flagged article.
pub(super) fn flagged(
    db: &Connection,
    channels: &[String],
    row: &ArticleRow,
    standing: &SourceStanding,
    at: Timestamp,
) -> rusqlite::Result<()> {
    if channels.is_empty() {
        return Ok(());
    }
    let mut payload = news::flagged(row, standing);
    if let Some(cluster) = copies::cluster(db, row.id)? {
        // Whether one of them was told before this one.
        let told: bool = db
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM copies JOIN articles ON articles.id = copies.article_id
                  WHERE copies.cluster_id = ?1 AND articles.verdict = 'flag' AND articles.id < ?2)",
            )?
            .query_row(params![cluster.id, row.id], |row| row.get(0))?;
        payload["copies"] = news::copies(&cluster, told);
    }
    put(db, channels, &payload, at)
}

/// Tells what a new article has changed about its source.
pub(super) fn stands(
    db: &Connection,
    channels: &[String],
    source: (i64, &str),
    (before, now): (&SourceStanding, &SourceStanding),
    at: Timestamp,
) -> rusqlite::Result<()> {
    let (id, name) = source;
    let event = match news::stands(name, before, now) {
        None => return Ok(()),
        Some(Stand::Turned(event)) => return put(db, channels, &event, at),
        Some(Stand::Suspected(event)) => event,
    };
    let is_news = db
        .prepare_cached(
            "UPDATE sources SET suspected_at = ?2 WHERE id = ?1
                AND (suspected_at IS NULL OR suspected_at < ?3)",
        )?
        .execute(params![id, Millis(at), Millis(at - SUSPECTED_AGAIN)])?;
    match is_news {
        0 => Ok(()),
        _ => put(db, channels, &event, at),
    }
}

/// See [`crate::store::Store::tell_silences`].
pub(super) fn silences(
    db: &Connection,
    silences: &[Silence],
    now: Timestamp,
    channels: &[String],
) -> rusqlite::Result<Vec<String>> {
    let mut told = Vec::new();
    for silence in silences {
        let is_news = db
            .prepare_cached(
                "UPDATE sources SET silent_since = ?2 WHERE name = ?1 AND enabled
                    AND silent_since IS NOT ?2",
            )?
            .execute(params![silence.source, Millis(silence.since)])?;
        if is_news == 0 {
            continue;
        }
        put(db, channels, &news::silent(silence), now)?;
        told.push(silence.source.clone());
    }
    Ok(told)
}

/// Puts one notification in for each channel.
pub(super) fn put(
    db: &Connection,
    channels: &[String],
    payload: &Value,
    at: Timestamp,
) -> rusqlite::Result<()> {
    let (source, payload) = (payload["source"].as_str(), payload.to_string());
    for channel in channels {
        db.prepare_cached(
            "INSERT INTO outbox (channel, source, payload, at, next_at)
             VALUES (?1, ?2, ?3, ?4, ?4)",
        )?
        .execute(params![channel, source, payload, Millis(at)])?;
    }
    Ok(())
}

/// See [`crate::store::Store::notifications`]; those that wait longest come first. One whose source has an
/// earlier one that failed and waits still is not due.
pub(super) fn due(
    db: &Connection,
    channel: &str,
    now: Timestamp,
    limit: usize,
) -> rusqlite::Result<Vec<Notification>> {
    db.prepare_cached(
        "SELECT id, channel, payload, attempts, at FROM outbox AS this
          WHERE refused IS NULL AND channel = ?1 AND next_at <= ?2
            AND NOT EXISTS (
                SELECT 1 FROM outbox AS earlier
                 WHERE earlier.channel = this.channel AND earlier.source = this.source
                   AND earlier.id < this.id AND earlier.attempts > 0 AND earlier.refused IS NULL
                   AND earlier.next_at > this.next_at)
          ORDER BY next_at, id LIMIT ?3",
    )?
    .query_map(params![channel, Millis(now), row_limit(limit)], |row| {
        Ok(Notification {
            id: row.get("id")?,
            channel: row.get("channel")?,
            payload: row.get("payload")?,
            attempts: row.get("attempts")?,
            at: row.get::<_, Millis>("at")?.0,
        })
    })?
    .collect()
}

/// See [`crate::store::Store::settle`].
pub(super) fn settle(
    db: &Connection,
    notification: i64,
    settlement: &Settlement,
) -> rusqlite::Result<()> {
    match settlement {
        Settlement::Done => db
            .prepare_cached("DELETE FROM outbox WHERE id = ?1")?
            .execute([notification]),
        Settlement::Again(at) => db
            .prepare_cached(
                "UPDATE outbox SET attempts = attempts + 1, next_at = ?2 WHERE id = ?1",
            )?
            .execute(params![notification, Millis(*at)]),
        Settlement::Refused(why) => db
            .prepare_cached(
                "UPDATE outbox SET attempts = attempts + 1, refused = ?2 WHERE id = ?1",
            )?
            .execute(params![notification, why]),
    }?;
    Ok(())
}

/// See [`crate::store::Store::put_channels`].
pub(super) fn put_channels(
    db: &Connection,
    channels: &[String],
    now: Timestamp,
) -> rusqlite::Result<u64> {
    let known = serde_json::Value::from(channels).to_string();
    let dropped = db
        .prepare_cached(
            "DELETE FROM outbox WHERE channel NOT IN (SELECT value FROM json_each(?1))",
        )?
        .execute([known])?;
    // As if they were new: nothing waits for them.
    db.prepare_cached(
        "UPDATE outbox SET refused = NULL, attempts = 0, next_at = ?1 WHERE refused IS NOT NULL",
    )?
    .execute([Millis(now)])?;
    Ok(dropped as u64)
}
