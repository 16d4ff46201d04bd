//! Notifications that wait for their receivers: written with the article, so that none is lost.

use chrono::TimeDelta;
use serde_json::Value;

use super::{copies, failure::Result, session::Db, value::params};
use crate::{
    model::{SourceStanding, Timestamp},
    store::{
        ArticleRow, Notification, Settlement, Silence,
        news::{self, SUSPECTED_AGAIN, Stand},
    },
};

/// One worker tells a channel, so that what is told comes once and in its order. One that has not asked
/// for so long is gone, and another takes its place.
const HELD: TimeDelta = TimeDelta::minutes(2);

/// Tells of a flagged article.
pub(super) async fn flagged(
    db: &Db,
    channels: &[String],
    row: &ArticleRow,
    standing: &SourceStanding,
    at: Timestamp,
) -> Result<()> {
    if channels.is_empty() {
        return Ok(());
    }
    let mut payload = news::flagged(row, standing);
    if let Some(cluster) = copies::cluster(db, row.id).await? {
        // Whether one of them was told before this one.
        let told: bool = db.value("SELECT EXISTS (SELECT 1 FROM copies JOIN articles ON articles.id = copies.article_id
                  WHERE copies.cluster_id = $1 AND articles.verdict = 'flag' AND articles.id < $2)", &params![cluster.id, row.id]).await?;
        payload["copies"] = news::copies(&cluster, told);
    }
    put(db, channels, &payload, at).await
}

/// Tells what a new article has changed about its source.
pub(super) async fn stands(
    db: &Db,
    channels: &[String],
    source: (i64, &str),
    (before, now): (&SourceStanding, &SourceStanding),
    at: Timestamp,
) -> Result<()> {
    let (id, name) = source;
    let event = match news::stands(name, before, now) {
        None => return Ok(()),
        Some(Stand::Turned(event)) => return put(db, channels, &event, at).await,
        Some(Stand::Suspected(event)) => event,
    };
    let is_news = db
        .execute(
            "UPDATE sources SET suspected_at = $2 WHERE id = $1
                AND (suspected_at IS NULL OR suspected_at < $3)",
            &params![id, at, at - SUSPECTED_AGAIN],
        )
        .await?;
    match is_news {
        0 => Ok(()),
        _ => put(db, channels, &event, at).await,
    }
}

/// See [`crate::store::Store::tell_silences`].
pub(super) async fn silences(
    db: &Db,
    silences: &[Silence],
    now: Timestamp,
    channels: &[String],
) -> Result<Vec<String>> {
    let mut told = Vec::new();
    for silence in silences {
        let is_news = db
            .execute(
                "UPDATE sources SET silent_since = $2 WHERE name = $1 AND enabled
                    AND silent_since IS DISTINCT FROM $2",
                &params![&silence.source, silence.since],
            )
            .await?;
        if is_news == 0 {
            continue;
        }
        put(db, channels, &news::silent(silence), now).await?;
        told.push(silence.source.clone());
    }
    Ok(told)
}

/// Puts one notification in for each channel.
pub(super) async fn put(
    db: &Db,
    channels: &[String],
    payload: &Value,
    at: Timestamp,
) -> Result<()> {
    let (source, payload) = (payload["source"].as_str(), payload.to_string());
    for channel in channels {
        db.execute(
            "INSERT INTO outbox (channel, source, payload, at, next_at)
             VALUES ($1, $2, $3, $4, $4)",
            &params![channel, source, &payload, at],
        )
        .await?;
    }
    Ok(())
}

/// See [`crate::store::Store::notifications`], for the worker `me`; those that wait longest come first. One whose source has an
/// earlier one that failed and waits still is not due.
pub(super) async fn due(
    db: &Db,
    me: &str,
    channel: &str,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<Notification>> {
    let due = db
        .list(
            "SELECT id, channel, payload, attempts, at FROM outbox AS this
          WHERE refused IS NULL AND channel = $1 AND next_at <= $2
            AND NOT EXISTS (
                SELECT 1 FROM outbox AS earlier
                 WHERE earlier.channel = this.channel AND earlier.source = this.source
                   AND earlier.id < this.id AND earlier.attempts > 0 AND earlier.refused IS NULL
                   AND earlier.next_at > this.next_at)
          ORDER BY next_at, id LIMIT $3",
            &params![channel, now, limit],
            |row| {
                Ok(Notification {
                    id: row.get("id")?,
                    channel: row.get("channel")?,
                    payload: row.get("payload")?,
                    attempts: row.get("attempts")?,
                    at: row.get("at")?,
                })
            },
        )
        .await?;
    match due.is_empty() || hold(db, me, channel, now).await? {
        true => Ok(due),
        false => Ok(Vec::new()),
    }
}

/// Whether it is `me` who tells a channel from now on.
async fn hold(db: &Db, me: &str, channel: &str, now: Timestamp) -> Result<bool> {
    let held = db
        .execute(
            "INSERT INTO holders (channel, holder, until) VALUES ($1, $2, $3)
             ON CONFLICT (channel) DO UPDATE SET holder = excluded.holder, until = excluded.until
              WHERE holders.holder = excluded.holder OR holders.until <= $4",
            &params![channel, me, now + HELD, now],
        )
        .await?;
    Ok(held > 0)
}

/// Leaves the channels to others.
pub(super) async fn let_go(db: &Db, me: &str) -> Result<()> {
    db.execute("DELETE FROM holders WHERE holder = $1", &params![me])
        .await?;
    Ok(())
}

/// See [`crate::store::Store::settle`].
pub(super) async fn settle(db: &Db, notification: i64, settlement: &Settlement) -> Result<()> {
    match settlement {
        Settlement::Done => {
            db.execute("DELETE FROM outbox WHERE id = $1", &params![notification])
                .await
        }
        Settlement::Again(at) => {
            db.execute(
                "UPDATE outbox SET attempts = attempts + 1, next_at = $2 WHERE id = $1",
                &params![notification, *at],
            )
            .await
        }
        Settlement::Refused(why) => {
            db.execute(
                "UPDATE outbox SET attempts = attempts + 1, refused = $2 WHERE id = $1",
                &params![notification, why],
            )
            .await
        }
    }?;
    Ok(())
}

/// See [`crate::store::Store::put_channels`].
pub(super) async fn put_channels(db: &Db, channels: &[String], now: Timestamp) -> Result<u64> {
    let dropped = db
        .execute(
            "DELETE FROM outbox WHERE channel <> ALL($1)",
            &params![channels],
        )
        .await?;
    // As if they were new: nothing waits for them.
    db.execute(
        "UPDATE outbox SET refused = NULL, attempts = 0, next_at = $1 WHERE refused IS NOT NULL",
        &params![now],
    )
    .await?;
    Ok(dropped as u64)
}
