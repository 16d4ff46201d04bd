//! Notifications that wait for their receivers: written with the article, so that none is lost.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{copies, failure::Result, session::Db, value::params};
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
    let mut payload = payload(row, standing);
    if let Some(cluster) = copies::cluster(db, row.id).await? {
        // Whether one of them was told before this one.
        let told: bool = db.value("SELECT EXISTS (SELECT 1 FROM copies JOIN articles ON articles.id = copies.article_id
                  WHERE copies.cluster_id = $1 AND articles.verdict = 'flag' AND articles.id < $2)", &params![cluster.id, row.id]).await?;
        payload["copies"] = json!({
            "cluster": cluster.id,
            "articles": cluster.articles,
            "sources": cluster.sources,
            "told": told,
        });
    }
    put(db, channels, &payload, at).await
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
pub(super) async fn stands(
    db: &Db,
    channels: &[String],
    source: (i64, &str),
    (before, now): (&SourceStanding, &SourceStanding),
    at: Timestamp,
) -> Result<()> {
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
        return put(db, channels, &event(EventKind::SourceTurned), at).await;
    }
    let is_suspected = |known: &TranslationStanding| {
        known.articles >= SUSPECTED_ARTICLES && known.probability > TranslationStanding::SUSPECTED
    };
    if !is_suspected(translation) || before.is_some_and(is_suspected) {
        return Ok(());
    }
    let is_news = db
        .execute(
            "UPDATE sources SET suspected_at = $2 WHERE id = $1
                AND (suspected_at IS NULL OR suspected_at < $3)",
            &params![id, at, at - SUSPECTED_AGAIN],
        )
        .await?;
    match is_news {
        0 => Ok(()),
        _ => put(db, channels, &event(EventKind::SourceSuspected), at).await,
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
        let payload = json!({
            "event": EventKind::SourceSilent.as_str(),
            "source": silence.source,
            "since": silence.since,
            "expected_interval_seconds": silence.expected.map(|expected| expected.as_secs()),
        });
        put(db, channels, &payload, now).await?;
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

/// See [`crate::store::Store::notifications`]; those that wait longest come first. One whose source has an
/// earlier one that failed and waits still is not due.
pub(super) async fn due(
    db: &Db,
    channel: &str,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<Notification>> {
    db.list(
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
    .await
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
