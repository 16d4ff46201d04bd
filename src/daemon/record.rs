//! What happened, as metrics and log lines: one place, so that they cannot disagree.

use std::time::Duration;

use crate::{
    fetch::GuardStage,
    metrics::{
        Metrics,
        labels::{self, kind_label},
    },
    model::{
        FetchOutcome, LinkCounts, PageKind, Reason, RobotsRules, Scores, SourceStanding, Verdict,
    },
    store::{Completed, Op, StoreError},
};

use super::{
    facts::{Facts, TimedInspection},
    plan::{self, Plan},
};

/// Times an operation of the store; counts and logs its failure.
pub(super) fn stored(metrics: &Metrics, op: Op, took: Duration, error: Option<&StoreError>) {
    metrics
        .store_operation_duration_seconds
        .with_label_values(&[op.as_str()])
        .observe(took.as_secs_f64());
    if let Some(error) = error {
        metrics
            .store_errors_total
            .with_label_values(&[op.as_str(), error.kind()])
            .inc();
        tracing::error!(op = op.as_str(), %error, "the store failed");
    }
}

/// Says that a source is asked elsewhere from now on.
pub(super) fn moved(facts: &Facts, plan: &Plan) {
    if let Some(to) = plan::new_address(facts, plan) {
        tracing::warn!(%to, "the source has moved and is asked there from now on; change its `url`");
    }
}

/// Counts and logs one visit, and what the store made of it: `None` where that failed. `standing`
/// is how the source stands with a new article. The span of the visit tells which it was.
pub(super) fn visit(
    metrics: &Metrics,
    facts: &Facts,
    completed: Option<Completed>,
    standing: Option<&SourceStanding>,
) {
    record_exchange(metrics, facts);
    if let Some(inspected) = &facts.content.inspected {
        record_extraction(metrics, inspected);
    }
    for problem in &facts.content.problems {
        tracing::debug!(problem = problem.what, "partly read");
    }
    match completed {
        Some(completed) if completed.accepted => {
            record_completed(metrics, facts, completed, standing);
        }
        Some(_) => tracing::warn!("the lease had passed on; result dropped"),
        None => {}
    }
}

fn record_exchange(metrics: &Metrics, facts: &Facts) {
    let exchange = &facts.exchange;
    let kind = kind_label(facts.lease.link.kind);
    metrics
        .fetches_total
        .with_label_values(&[kind, exchange.outcome.as_str()])
        .inc();
    for robots in &exchange.robots {
        let outcome = match robots.rules {
            RobotsRules::Text(_) => FetchOutcome::Ok,
            RobotsRules::Unavailable => FetchOutcome::Http4xx,
            RobotsRules::Unreachable => FetchOutcome::Http5xx,
        };
        let labels = [kind_label(PageKind::Robots), outcome.as_str()];
        metrics.fetches_total.with_label_values(&labels).inc();
    }
    if let Some(status) = exchange.status {
        metrics
            .fetch_responses_total
            .with_label_values(&[labels::code_label(status)])
            .inc();
    }
    if exchange.outcome != FetchOutcome::Blocked {
        metrics
            .fetch_duration_seconds
            .with_label_values(&[kind])
            .observe(exchange.took.as_secs_f64());
        metrics
            .politeness_wait_seconds
            .observe(exchange.waited.as_secs_f64());
    }
    if exchange.outcome == FetchOutcome::Ok {
        metrics
            .fetch_body_bytes
            .with_label_values(&[kind])
            .observe(exchange.body.len() as f64);
    }
    metrics.fetch_wire_bytes_total.inc_by(exchange.wire_bytes);
    metrics
        .fetch_retries_total
        .with_label_values(&[labels::RETRY_CONNECTION_CLOSED])
        .inc_by(u64::from(exchange.retries));
    if exchange.robots_denied {
        metrics.robots_denied_total.inc();
    }
    if let Some(stage) = exchange.guard {
        let stage = match stage {
            GuardStage::Url => "url",
            GuardStage::Dns => "dns",
            GuardStage::Redirect => "redirect",
        };
        metrics.ssrf_blocked_total.with_label_values(&[stage]).inc();
    }
    let outcome = exchange.outcome.as_str();
    match &exchange.error {
        Some(error) => tracing::info!(outcome, error, "fetch failed"),
        None => tracing::debug!(outcome, "fetched"),
    }
}

fn record_extraction(metrics: &Metrics, inspected: &TimedInspection) {
    let assessment = &inspected.inspection.assessment;
    let outcome = match assessment.verdict.reason() {
        None | Some(Reason::UnknownLanguage | Reason::OtherLanguage) => "ok",
        Some(Reason::TooShort) => "too_short",
        Some(Reason::ParseLimit) => "parse_limit",
        Some(Reason::Empty) => "empty",
        Some(Reason::NotAnArticle | Reason::Challenge | Reason::NotHtml) => "not_article",
        Some(Reason::Failed) => "panic",
    };
    metrics
        .extractions_total
        .with_label_values(&[outcome])
        .inc();
    metrics
        .extraction_duration_seconds
        .observe(inspected.took.as_secs_f64());
    let characters = inspected.inspection.article.body.chars().count();
    metrics.article_text_characters.observe(characters as f64);
}

fn record_completed(
    metrics: &Metrics,
    facts: &Facts,
    completed: Completed,
    standing: Option<&SourceStanding>,
) {
    let link = &facts.lease.link;
    record_links(metrics, facts, &completed);
    let Some(inspected) = &facts.content.inspected else {
        return;
    };
    if let Some(kind) = completed.copy {
        metrics
            .duplicates_total
            .with_label_values(&[kind.as_str()])
            .inc();
    }
    if completed.corrected {
        metrics.corrections_total.inc();
        tracing::info!("corrected");
    }
    if !completed.article_new {
        return;
    }
    let assessment = &inspected.inspection.assessment;
    tracing::info!(verdict = assessment.verdict.as_str(), "read");
    metrics
        .articles_scored_total
        .with_label_values(&[assessment.verdict.as_str()])
        .inc();
    let source = metrics.source_label(&link.source);
    let source = source.as_str();
    metrics
        .source_articles_total
        .with_label_values(&[source])
        .inc();
    if let Some(standing) = standing {
        record_standing(metrics, source, standing);
    }
    match assessment.verdict {
        Verdict::Pass => {}
        Verdict::Abstain(_) => {
            metrics
                .source_articles_abstained_total
                .with_label_values(&[source])
                .inc();
            return;
        }
        Verdict::Flag => {
            metrics
                .source_articles_flagged_total
                .with_label_values(&[source])
                .inc();
            record_flag(metrics, inspected);
        }
    }
    record_scores(metrics, assessment.scores);
}

/// What a page announced, and of a poll that was answered, what the source lists by now.
fn record_links(metrics: &Metrics, facts: &Facts, completed: &Completed) {
    let kind = kind_label(facts.lease.link.kind);
    let poll = completed
        .poll
        .filter(|_| facts.exchange.outcome == FetchOutcome::Ok);
    let filtered = poll.map_or(0, |poll| poll.links.old + poll.links.left_out());
    let problems = facts.content.problems.iter();
    let invalid = problems.filter(|problem| problem.foreign == 0).count();
    for (outcome, count) in [
        ("new", completed.links_new as u64),
        ("known", completed.links_known as u64),
        ("filtered", filtered),
        ("invalid", invalid as u64),
    ] {
        metrics
            .discoveries_total
            .with_label_values(&[kind, outcome])
            .inc_by(count);
    }
    if let Some(poll) = completed.poll {
        tracing::info!(links = %poll.links, "polled");
        let source = metrics.source_label(&facts.lease.link.source);
        record_source_links(metrics, &source, completed.source_links);
    }
}

/// Says what a source lists; nothing of those that share a label.
pub(super) fn record_source_links(metrics: &Metrics, source: &str, links: LinkCounts) {
    if source == labels::OTHER {
        return;
    }
    for (outcome, count) in links.by_name() {
        metrics
            .source_links
            .with_label_values(&[source, outcome])
            .set(i64::try_from(count).unwrap_or(i64::MAX));
    }
}

/// Says how a source stands; nothing before its first judged article, nor of those that share a
/// label.
pub(super) fn record_standing(metrics: &Metrics, source: &str, standing: &SourceStanding) {
    let Some(translation) = &standing.translation else {
        return;
    };
    if source == labels::OTHER {
        return;
    }
    metrics
        .source_translation_probability
        .with_label_values(&[source])
        .set(translation.probability);
    if let Some(turn) = &translation.turned {
        metrics
            .source_translation_turned_timestamp_seconds
            .with_label_values(&[source])
            .set(turn.at.timestamp() as f64);
    }
}

fn record_scores(metrics: &Metrics, scores: Scores) {
    metrics
        .article_score
        .with_label_values(&["overall"])
        .observe(scores.overall.into());
    metrics
        .article_score
        .with_label_values(&["boilerplate"])
        .observe(scores.boilerplate.into());
    if let Some(translation) = scores.translation {
        metrics
            .article_score
            .with_label_values(&["translation"])
            .observe(translation.into());
    }
}

fn record_flag(metrics: &Metrics, inspected: &TimedInspection) {
    let mut rules: Vec<&str> = inspected
        .inspection
        .assessment
        .findings
        .iter()
        .map(|finding| finding.rule)
        .collect();
    rules.sort_unstable();
    rules.dedup();
    for rule in &rules {
        metrics
            .articles_flagged_total
            .with_label_values(&[rule])
            .inc();
    }
    tracing::info!(
        title = inspected.inspection.article.title,
        rules = rules.join(", "),
        "flagged"
    );
}

/// Counts one answer of our own server.
pub(super) fn answered(metrics: &Metrics, route: &str, code: u16, took: Duration) {
    let labels = [labels::route_label(Some(route)), labels::code_label(code)];
    metrics.http_requests_total.with_label_values(&labels).inc();
    metrics
        .http_request_duration_seconds
        .with_label_values(&labels)
        .observe(took.as_secs_f64());
}
