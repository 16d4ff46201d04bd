//! The way of an article from its discovery to its verdict, as a trace tells it.
//!
//! A trace is one article. It begins with its discovery, every visit until it is read or given up is a
//! part of it, and the span that all stand under is told with the last of these. Looking at it again
//! for corrections is a trace of its own that links to the first.

use crate::{
    model::{FetchOutcome, PageKind},
    store::{Completed, Fate},
    trace::{ArticleIds, Attribute, Span, SpanId, SpanKind, TraceId, Traces},
};

use super::facts::{Facts, Step};

/// How the store took what came of a visit.
pub(super) struct Written<'a> {
    /// What became of the URL.
    pub(super) fate: Fate,
    /// `None`: it failed.
    pub(super) completed: Option<&'a Completed>,
    /// From the question to the answer.
    pub(super) step: Step,
}

/// Tells of a visit to an article; of what is polled nothing is told.
pub(super) fn tell(traces: &Traces, facts: &Facts, written: &Written<'_>) {
    let link = &facts.lease.link;
    if link.kind == PageKind::Article {
        let article = (&link.url, facts.lease.known_since);
        traces.tell(article, |article| spans(facts, written, article));
    }
}

fn spans(facts: &Facts, written: &Written<'_>, article: ArticleIds) -> Vec<Span> {
    let is_first = facts.lease.first_read.is_none();
    let mut telling = Telling {
        trace: match is_first {
            true => article.trace,
            false => TraceId::of_chance(rand::random()),
        },
        spans: Vec::new(),
    };
    let came = facts.lease.known_since.min(facts.began);
    let ended = written.step.ended;
    let attributes = of_article(facts, written);
    if is_first && facts.lease.attempts == 0 {
        let wait = Step::new("wait", came, facts.began);
        telling.add(&wait, Some(article.root));
    }
    if is_first && is_settled(facts, written) {
        let root = telling.add(&Step::new("article", came, ended), None);
        root.id = article.root;
        root.attributes = attributes.clone();
        root.error = failure(facts, written);
    }
    let visit = telling.add(&Step::new("visit", facts.began, ended), None);
    visit.parent = is_first.then_some(article.root);
    visit.link = (!is_first).then_some(article);
    visit.attributes = attributes;
    visit.error = failure(facts, written);
    let visit = visit.id;
    for step in facts.steps.iter().chain([&written.step]) {
        let span = telling.add(step, Some(visit));
        if step.name == Step::FETCH {
            span.kind = SpanKind::Client;
            span.attributes = of_fetch(facts);
            span.error = facts.exchange.error.clone().filter(|_| !is_well(facts));
        }
        let within = Some(span.id);
        for part in &step.parts {
            telling.add(part, within);
        }
    }
    telling.spans
}

/// Spans of one trace, one after the other.
struct Telling {
    trace: TraceId,
    spans: Vec<Span>,
}

impl Telling {
    /// Adds a span of which nothing is known but its time, to be said more of.
    fn add(&mut self, step: &Step, parent: Option<SpanId>) -> &mut Span {
        self.spans.push(Span {
            trace: self.trace,
            id: SpanId::of_chance(rand::random()),
            parent,
            link: None,
            name: step.name,
            kind: SpanKind::Internal,
            began: step.began,
            // Nothing lasts less than no time, however clocks are set meanwhile.
            ended: step.ended.max(step.began),
            attributes: Vec::new(),
            error: None,
        });
        let last = self.spans.len() - 1;
        &mut self.spans[last]
    }
}

/// Whether nothing more is to come before the article is looked at again: there is a verdict, or it is
/// given up. What was not written down is visited again.
fn is_settled(facts: &Facts, written: &Written<'_>) -> bool {
    let is_written = written
        .completed
        .is_some_and(|completed| completed.accepted);
    let is_read = facts.content.inspected.is_some();
    is_written && (is_read || matches!(written.fate, Fate::Done | Fate::Gone { .. }))
}

fn is_well(facts: &Facts) -> bool {
    matches!(
        facts.exchange.outcome,
        FetchOutcome::Ok | FetchOutcome::NotModified
    )
}

/// Why a visit came to nothing, if it did.
fn failure(facts: &Facts, written: &Written<'_>) -> Option<String> {
    let outcome = facts.exchange.outcome.as_str();
    match written.completed {
        None => Some("the store has not taken it".to_string()),
        Some(completed) if !completed.accepted => Some("another worker has it by now".to_string()),
        Some(_) if is_well(facts) => None,
        Some(_) => facts.exchange.error.clone().or(Some(outcome.to_string())),
    }
}

/// What is known of the article.
fn of_article(facts: &Facts, written: &Written<'_>) -> Vec<Attribute> {
    let link = &facts.lease.link;
    let mut known: Vec<Attribute> = vec![
        ("url.full", link.url.as_str().into()),
        ("benggala.source", link.source.as_str().into()),
        ("benggala.outcome", facts.exchange.outcome.as_str().into()),
        ("benggala.attempts", i64::from(facts.lease.attempts).into()),
    ];
    if let Some(row) = written.completed.and_then(|completed| completed.article) {
        known.push(("benggala.article", row.into()));
    }
    let Some(inspected) = &facts.content.inspected else {
        return known;
    };
    let (article, assessment) = (
        &inspected.inspection.article,
        &inspected.inspection.assessment,
    );
    let findings = assessment.findings.len() as i64;
    let score = f64::from(assessment.scores.overall);
    known.push(("benggala.verdict", assessment.verdict.as_str().into()));
    known.push(("benggala.score", score.into()));
    known.push(("benggala.findings", findings.into()));
    if let Some(reason) = assessment.verdict.reason() {
        known.push(("benggala.reason", reason.as_str().into()));
    }
    if let Some(lang) = &article.lang {
        known.push(("benggala.language", lang.as_str().into()));
    }
    known
}

/// What is known of asking for its page, by the names that all programs have for that.
fn of_fetch(facts: &Facts) -> Vec<Attribute> {
    let exchange = &facts.exchange;
    let mut known: Vec<Attribute> = vec![
        ("http.request.method", "GET".into()),
        ("url.full", facts.asked.as_str().into()),
        (
            "benggala.waited_seconds",
            exchange.waited.as_secs_f64().into(),
        ),
        ("benggala.wire_bytes", bytes(exchange.wire_bytes).into()),
    ];
    if let Some(host) = facts.asked.host_str() {
        known.push(("server.address", host.into()));
    }
    if let Some(port) = facts.asked.port_or_known_default() {
        known.push(("server.port", i64::from(port).into()));
    }
    if let Some(status) = exchange.status {
        known.push(("http.response.status_code", i64::from(status).into()));
    }
    if exchange.final_url != facts.asked {
        known.push(("benggala.final_url", exchange.final_url.as_str().into()));
    }
    if exchange.retries > 0 {
        let retries = i64::from(exchange.retries);
        known.push(("http.request.resend_count", retries.into()));
    }
    if !is_well(facts) {
        known.push(("error.type", exchange.outcome.as_str().into()));
    }
    known
}

fn bytes(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
