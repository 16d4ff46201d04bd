//! Notifications that wait for their receivers: written with the article, so that none is lost.

use rusqlite::{Connection, params};
use serde_json::{Value, json};

use super::column::{Millis, row_limit};
use crate::{
    model::{SourceStanding, Timestamp},
    store::{ArticleRow, Notification, StoredFinding},
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
    let findings = row.findings.iter().take(FINDINGS_MAX);
    let mut scores = json!(row.scores);
    // The old name of the style score.
    scores["translation"] = json!(row.scores.style);
    json!({
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
    now: Timestamp,
    limit: usize,
) -> rusqlite::Result<Vec<Notification>> {
    db.prepare_cached(
        "SELECT id, channel, payload, attempts FROM outbox
          WHERE next_at <= ?1 ORDER BY next_at, id LIMIT ?2",
    )?
    .query_map(params![Millis(now), row_limit(limit)], |row| {
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
    retry_at: Option<Timestamp>,
) -> rusqlite::Result<()> {
    match retry_at {
        None => db
            .prepare_cached("DELETE FROM outbox WHERE id = ?1")?
            .execute([notification]),
        Some(at) => db
            .prepare_cached(
                "UPDATE outbox SET attempts = attempts + 1, next_at = ?2 WHERE id = ?1",
            )?
            .execute(params![notification, Millis(at)]),
    }?;
    Ok(())
}
