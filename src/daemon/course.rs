//! The way of an article from its discovery to its verdict, as a trace tells it.

use crate::{
    model::{FetchOutcome, PageKind, Timestamp},
    store::Completed,
    trace::{Span, Trace},
};

use super::facts::Facts;

/// What a visit to an article was; nothing of what is polled. One that is read for the first time was
/// on its way since it was discovered. `stored`: when the store was asked to write it down, and when it
/// had done so; then it has told what came of it.
pub(super) fn course(
    facts: &Facts,
    completed: Option<&Completed>,
    stored: (Timestamp, Timestamp),
) -> Option<Trace> {
    let link = &facts.lease.link;
    if link.kind != PageKind::Article {
        return None;
    }
    let came = match facts.lease.first_read {
        None => facts.lease.known_since.min(facts.began),
        Some(_) => facts.began,
    };
    let outcome = facts.exchange.outcome;
    let mut attributes = vec![
        ("url.full", link.url.to_string()),
        ("benggala.source", link.source.clone()),
        ("benggala.outcome", outcome.as_str().to_string()),
    ];
    if let Some(status) = facts.exchange.status {
        attributes.push(("http.response.status_code", status.to_string()));
    }
    if let Some(inspected) = &facts.content.inspected {
        let verdict = inspected.inspection.assessment.verdict;
        attributes.push(("benggala.verdict", verdict.as_str().to_string()));
    }
    if let Some(article) = completed.and_then(|completed| completed.article) {
        attributes.push(("benggala.article", article.to_string()));
    }
    let is_well = matches!(outcome, FetchOutcome::Ok | FetchOutcome::NotModified);
    let error = facts.exchange.error.clone();
    let error = error.filter(|_| !is_well);
    Some(Trace {
        began: came,
        ended: stored.1,
        attributes,
        error: error.or_else(|| {
            let is_lost = completed.is_none();
            is_lost.then(|| "the store has not taken it".to_string())
        }),
        spans: spans(facts, came, stored),
    })
}

/// What was done, one after the other. Nothing lasts less than no time, however clocks are set.
fn spans(facts: &Facts, came: Timestamp, stored: (Timestamp, Timestamp)) -> Vec<Span> {
    let asked = (facts.began + facts.exchange.waited).min(facts.at);
    let mut spans = vec![
        ("wait", came, facts.began),
        ("pace", facts.began, asked),
        ("fetch", asked, facts.at),
    ];
    if let Some(inspected) = &facts.content.inspected {
        spans.push(("extract", inspected.began, inspected.read));
        spans.push(("score", inspected.read, inspected.judged));
    }
    spans.push(("store", stored.0, stored.1));
    let spans = spans.into_iter().map(|(name, began, ended)| Span {
        name,
        began,
        ended: ended.max(began),
    });
    spans.collect()
}
