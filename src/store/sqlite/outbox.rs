//! Notifications that wait for their receivers: written with the article, so that none is lost.

use chrono::TimeDelta;
use rusqlite::{Connection, params};
use serde_json::{Value, json};

use super::{
    column::{Millis, row_limit},
    copies,
};
use crate::{
    model::{EventKind, Review, SourceStanding, Timestamp, TranslationStanding},
    store::{ArticleRow, Notification, Settlement, Silence, StoredFinding},
};

/// Findings told in one notification; the article's page has them all.
const FINDINGS_MAX: usize = 100;

/// Articles of its own without which a source is not told to be suspected.
const SUSPECTED_ARTICLES: u64 = 10;

/// A source about which we are unsure is told to be suspected once in so many days.
const SUSPECTED_AGAIN: TimeDelta = TimeDelta::days(7);

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
    let mut payload = payload(row, standing);
    if let Some(cluster) = copies::cluster(db, row.id)? {
        // Whether one of them was told before this one.
        let told: bool = db
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM copies JOIN articles ON articles.id = copies.article_id
                  WHERE copies.cluster_id = ?1 AND articles.verdict = 'flag' AND articles.id < ?2)",
            )?
            .query_row(params![cluster.id, row.id], |row| row.get(0))?;
        payload["copies"] = json!({
            "cluster": cluster.id,
            "articles": cluster.articles,
            "sources": cluster.sources,
            "told": told,
        });
    }
    put(db, channels, &payload, at)
}

fn payload(row: &ArticleRow, standing: &SourceStanding) -> Value {
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
        "event": EventKind::ArticleFlagged.as_str(),
        "article": row.id,
        "lang": row.lang,
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
        "event": EventKind::ReviewDecided.as_str(),
        "article": row.id,
        "lang": row.lang,
        "url": row.url.as_str(),
        "source": row.source,
        "title": row.title,
        "verdict": row.verdict.as_str(),
        "shelf": row.shelf.as_str(),
        "review": review,
    })
}

/// Tells what a new article has changed about its source.
pub(super) fn stands(
    db: &Connection,
    channels: &[String],
    source: (i64, &str),
    (before, now): (&SourceStanding, &SourceStanding),
    at: Timestamp,
) -> rusqlite::Result<()> {
    let Some(translation) = &now.translation else {
        return Ok(());
    };
    let (id, name) = source;
    let before = before.translation.as_ref();
    let event = |kind: EventKind| {
        json!({
            "event": kind.as_str(),
            "source": name,
            "articles": now.articles,
            "flagged": now.flagged,
            "source_translation": translation,
        })
    };
    let turned = |known: &TranslationStanding| known.turned.as_ref().map(|turn| turn.at);
    if turned(translation) != before.and_then(turned) {
        return put(db, channels, &event(EventKind::SourceTurned), at);
    }
    let is_suspected = |known: &TranslationStanding| {
        known.articles >= SUSPECTED_ARTICLES && known.probability > TranslationStanding::SUSPECTED
    };
    if !is_suspected(translation) || before.is_some_and(is_suspected) {
        return Ok(());
    }
    let is_news = db
        .prepare_cached(
            "UPDATE sources SET suspected_at = ?2 WHERE id = ?1
                AND (suspected_at IS NULL OR suspected_at < ?3)",
        )?
        .execute(params![id, Millis(at), Millis(at - SUSPECTED_AGAIN)])?;
    match is_news {
        0 => Ok(()),
        _ => put(db, channels, &event(EventKind::SourceSuspected), at),
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
        let payload = json!({
            "event": EventKind::SourceSilent.as_str(),
            "source": silence.source,
            "since": silence.since,
            "expected_interval_seconds": silence.expected.map(|expected| expected.as_secs()),
        });
        put(db, channels, &payload, now)?;
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
