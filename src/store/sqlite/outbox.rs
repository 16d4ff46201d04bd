//! Notifications that wait for their receivers: written with the article, so that none is lost.

use rusqlite::{Connection, params};
use serde_json::{Value, json};

use super::column::{Millis, row_limit};
use crate::{
    model::{Review, SourceStanding, Timestamp},
    store::{ArticleRow, Notification, Settlement, StoredFinding},
};

/// Findings told in one notification; the article's page has them all.
const FINDINGS_MAX: usize = 100;

/// What receivers are told of a flagged article.
pub(super) fn payload(row: &ArticleRow, standing: &SourceStanding) -> Value {
    let finding = |finding: &StoredFinding| {
        let in_body = || row.body.get(finding.span.clone());
        json!({
            "rule": finding.rule,
            "text": finding.left_out.as_deref().or_else(in_body).unwrap_or_default(),
            "note": finding.note,
        })
    };
    let counting = row.findings.iter().filter(|f| f.dismissed_by.is_none());
    let findings = counting.take(FINDINGS_MAX);
    let mut scores = json!(row.scores);
    // The old name of the style score.
    scores["translation"] = json!(row.scores.style);
    json!({
        "event": "article.flagged",
        "article": row.id,
        "url": row.url.as_str(),
        "source": row.source,
        "title": row.title,
        "published": row.published,
        "fetched_at": row.fetched_at,
        "verdict": row.verdict.as_str(),
        "scores": scores,
        "evidence": row.evidence,
        "source_translation": standing.translation,
        "findings": findings.map(finding).collect::<Vec<_>>(),
    })
}

/// What receivers are told of a decision, or of one that was taken back.
pub(super) fn decided(row: &ArticleRow, review: &Review) -> Value {
    json!({
        "event": "review.decided",
        "article": row.id,
        "url": row.url.as_str(),
        "source": row.source,
        "title": row.title,
        "verdict": row.verdict.as_str(),
        "shelf": row.shelf.as_str(),
        "review": review,
    })
}

/// Puts one notification in for each channel.
pub(super) fn put(
    db: &Connection,
    channels: &[String],
    payload: &Value,
    at: Timestamp,
) -> rusqlite::Result<()> {
    let payload = payload.to_string();
    for channel in channels {
        db.prepare_cached("INSERT INTO outbox (channel, payload, next_at) VALUES (?1, ?2, ?3)")?
            .execute(params![channel, payload, Millis(at)])?;
    }
    Ok(())
}

/// See [`crate::store::Store::notifications`]; those that wait longest come first.
pub(super) fn due(
    db: &Connection,
    channel: &str,
    now: Timestamp,
    limit: usize,
) -> rusqlite::Result<Vec<Notification>> {
    db.prepare_cached(
        "SELECT id, channel, payload, attempts FROM outbox
          WHERE refused IS NULL AND channel = ?1 AND next_at <= ?2 ORDER BY next_at, id LIMIT ?3",
    )?
    .query_map(params![channel, Millis(now), row_limit(limit)], |row| {
        Ok(Notification {
            id: row.get("id")?,
            channel: row.get("channel")?,
            payload: row.get("payload")?,
            attempts: row.get("attempts")?,
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
    db.prepare_cached("UPDATE outbox SET refused = NULL, next_at = ?1 WHERE refused IS NOT NULL")?
        .execute([Millis(now)])?;
    Ok(dropped as u64)
}
