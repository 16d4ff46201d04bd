//! What receivers are told of, as JSON.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::rows::{ArticleRow, Cluster, Silence, StoredFinding};
use crate::model::{EventKind, Review, SourceStanding, TranslationStanding};

/// Findings told in one notification; the article's page has them all.
const FINDINGS_MAX: usize = 100;

/// Articles of its own without which a source is not told to be suspected.
const SUSPECTED_ARTICLES: u64 = 10;

/// A source about which we are unsure is told to be suspected once in so many days.
pub(super) const SUSPECTED_AGAIN: TimeDelta = TimeDelta::days(7);

/// What receivers are told of a flagged article.
pub(super) fn flagged(row: &ArticleRow, standing: &SourceStanding) -> Value {
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

/// The copies of a flagged article; whether one of them was `told` of before this one.
pub(super) fn copies(cluster: &Cluster, told: bool) -> Value {
    json!({
        "cluster": cluster.id,
        "articles": cluster.articles,
        "sources": cluster.sources,
        "told": told,
    })
}

/// What a new article has changed about its source.
pub(super) enum Stand {
    /// It writes otherwise now than it did before.
    Turned(Value),
    /// It is suspected now. Told once in [`SUSPECTED_AGAIN`].
    Suspected(Value),
}

/// Compares how a source stood before an article with how it stands now.
pub(super) fn stands(name: &str, before: &SourceStanding, now: &SourceStanding) -> Option<Stand> {
    let translation = now.translation.as_ref()?;
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
        return Some(Stand::Turned(event(EventKind::SourceTurned)));
    }
    let is_suspected = |known: &TranslationStanding| {
        known.articles >= SUSPECTED_ARTICLES && known.probability > TranslationStanding::SUSPECTED
    };
    let is_news = is_suspected(translation) && !before.is_some_and(is_suspected);
    is_news.then(|| Stand::Suspected(event(EventKind::SourceSuspected)))
}

/// What receivers are told of a source that has gone silent.
pub(super) fn silent(silence: &Silence) -> Value {
    json!({
        "event": EventKind::SourceSilent.as_str(),
        "source": silence.source,
        "since": silence.since,
        "expected_interval_seconds": silence.expected.map(|expected| expected.as_secs()),
    })
}
