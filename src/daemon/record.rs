//! What happened, as metrics and log lines: one place, so that they cannot disagree.

use std::{
    collections::{BTreeSet, HashSet},
    time::Duration,
};

use crate::{
    config::Config,
    fetch::GuardStage,
    frontier::clock::Jump,
    metrics::{
        Metrics,
        labels::{self, kind_label},
    },
    model::{
        Assessment, FetchOutcome, LinkCounts, PageKind, Reason, RobotsRules, Scores, Source,
        SourceStanding, Timestamp, Verdict,
    },
    opinion::{Consultation, Dropped},
    report::wording,
    store::{Completed, Heard, Hearing, Op, StoreError, WriterEvent},
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

/// Counts what whoever writes in the store does.
pub(super) fn wrote(metrics: &Metrics, event: WriterEvent) {
    match event {
        WriterEvent::Begun { waited } => {
            let waited = waited.as_secs_f64();
            metrics.store_write_wait_seconds.observe(waited);
        }
        WriterEvent::Committed { writes } => {
            metrics.store_commit_writes.observe(writes as f64);
        }
    }
}

/// Says that sources are configured which nobody asks who is at work now.
pub(super) fn left_to_others(config: &Config, left: &[String]) {
    if left.is_empty() {
        return;
    }
    let names: HashSet<&str> = left.iter().map(String::as_str).collect();
    let sources = config.sources.iter();
    let left_of = |source: &&Source| names.contains(source.name.as_str());
    let groups: BTreeSet<&str> = sources
        .filter(left_of)
        .map(|source| source.group.as_deref().unwrap_or("(none)"))
        .collect();
    tracing::warn!(
        sources = left.len(),
        groups = Vec::from_iter(groups).join(", "),
        "nobody who is at work now watches the sources of these groups: start a `benggala run` for each, \
         with its --group"
    );
}

/// Counts and logs a clock that was set, or a machine that slept.
pub(super) fn jumped(metrics: &Metrics, jump: Jump, clock: Timestamp) {
    metrics
        .clock_jumps_total
        .with_label_values(&[jump.kind()])
        .inc();
    match jump {
        Jump::Stepped(by) => {
            let seconds = by.num_seconds();
            tracing::warn!(seconds, %clock, "the clock was set: what was planned moves with it");
        }
        Jump::Slept(time) => {
            let seconds = time.as_secs();
            tracing::warn!(seconds, %clock, "the machine slept: polls come back one by one");
        }
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

/// Tells when the certificate of a source's own host ends. One that is believed on its fingerprint may end.
pub(super) fn certificate(metrics: &Metrics, facts: &Facts, source: &Source) {
    let is_its_host = facts.exchange.final_url.host() == source.url.host();
    let ends = facts.exchange.certificate_ends;
    if let Some(ends) = ends.filter(|_| is_its_host && source.certificate.is_none()) {
        metrics
            .source_certificate_expiry_timestamp_seconds
            .of(&metrics.source_label(&source.name))
            .set(ends.timestamp() as f64);
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
        // It stays so until somebody changes it.
        Some(error) if exchange.guard.is_some() => {
            tracing::warn!(
                outcome,
                error,
                advice = wording::ALLOW_PRIVATE,
                "fetch failed"
            );
        }
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
        Some(Reason::NotAnArticle | Reason::NeedsScript | Reason::Challenge | Reason::NotHtml) => {
            "not_article"
        }
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
    let (article, assessment) = (
        &inspected.inspection.article,
        &inspected.inspection.assessment,
    );
    let reason = assessment.verdict.reason().map(Reason::as_str);
    tracing::info!(verdict = assessment.verdict.as_str(), reason, "read");
    if let Some(published) = article.published.and_then(|date| date.moment()) {
        let age = (facts.at - published.to_utc()).num_seconds();
        metrics.article_age_seconds.observe(age.max(0) as f64);
    }
    metrics
        .articles_scored_total
        .with_label_values(&[assessment.verdict.as_str()])
        .inc();
    let source = metrics.source_label(&link.source);
    let source = source.as_str();
    metrics.source_articles_total.of(source).inc();
    if source != labels::OTHER {
        metrics
            .source_last_article_timestamp_seconds
            .of(source)
            .set(facts.at.timestamp() as f64);
    }
    if let Some(standing) = standing {
        record_standing(metrics, source, standing);
    }
    match assessment.verdict {
        Verdict::Pass => {}
        Verdict::Abstain(_) => {
            metrics.source_articles_abstained_total.of(source).inc();
            return;
        }
        Verdict::Flag => {
            metrics.source_articles_flagged_total.of(source).inc();
            record_flag(metrics, assessment, article.title.as_deref());
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
    let family = &metrics.source_links;
    for (outcome, count) in links.by_name() {
        // An alert asks whether anything listed is ours. That nothing else is, no series says as well.
        let figure = match count > 0 || outcome == "known" {
            true => Some(family.of_outcome(source, outcome)),
            false => family.find(source, outcome),
        };
        if let Some(figure) = figure {
            figure.set(count as f64);
        }
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
    let (low, high) = translation.interval;
    for (family, value) in [
        (
            &metrics.source_translation_probability,
            translation.probability,
        ),
        (&metrics.source_machine_translation_share, translation.share),
        (&metrics.source_machine_translation_share_low, low),
        (&metrics.source_machine_translation_share_high, high),
    ] {
        family.of(source).set(value);
    }
    if let Some(turn) = &translation.turned {
        metrics
            .source_translation_turned_timestamp_seconds
            .of(source)
            .set(turn.at.timestamp() as f64);
    }
}

fn record_scores(metrics: &Metrics, scores: Scores) {
    let known = [
        ("overall", Some(scores.overall)),
        ("machine_translation", Some(scores.machine_translation)),
        ("residue", Some(scores.residue)),
        ("boilerplate", Some(scores.boilerplate)),
        ("style", scores.style),
        ("translation", scores.style),
    ];
    for (name, score) in known {
        if let Some(score) = score {
            let histogram = metrics.article_score.with_label_values(&[name]);
            histogram.observe(score.into());
        }
    }
}

fn record_flag(metrics: &Metrics, assessment: &Assessment, title: Option<&str>) {
    let findings = assessment.findings.iter();
    let mut rules: Vec<&str> = findings.map(|finding| finding.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    for rule in &rules {
        metrics
            .articles_flagged_total
            .with_label_values(&[rule])
            .inc();
    }
    tracing::info!(title, rules = rules.join(", "), "flagged");
}

/// Counts and logs one call for a second opinion.
pub(super) fn consulted(metrics: &Metrics, asked: &Consultation, took: Duration) {
    let outcome = asked.outcome.as_str();
    metrics
        .opinion_requests_total
        .with_label_values(&[outcome])
        .inc();
    metrics
        .opinion_request_duration_seconds
        .observe(took.as_secs_f64());
    let is_invented = |why: &&Dropped| **why == Dropped::Invented;
    let invented = asked.dropped.iter().filter(is_invented).count();
    for (outcome, count) in [
        ("kept", asked.kept),
        ("invented", invented),
        ("dropped", asked.dropped.len() - invented),
    ] {
        metrics
            .opinion_quotes_total
            .with_label_values(&[outcome])
            .inc_by(count as u64);
    }
    for (kind, tokens) in [
        ("prompt", asked.tokens.prompt),
        ("completion", asked.tokens.completion),
    ] {
        metrics
            .opinion_tokens_total
            .with_label_values(&[kind])
            .inc_by(tokens);
    }
    match &asked.why {
        Some(why) => tracing::warn!(outcome, why, "no second opinion"),
        None => tracing::debug!(outcome, kept = asked.kept, "a second opinion was given"),
    }
}

/// Counts an article that was worth a question which was not put.
pub(super) fn not_asked(metrics: &Metrics, reason: &str) {
    metrics
        .opinion_not_asked_total
        .with_label_values(&[reason])
        .inc();
    tracing::debug!(reason, "no second opinion was asked for");
}

/// Says whether second opinions are suspended, once each time that it changes.
pub(super) fn suspended(metrics: &Metrics, is_suspended: bool) {
    let now = i64::from(is_suspended);
    if metrics.opinion_suspended.get() == now {
        return;
    }
    metrics.opinion_suspended.set(now);
    match is_suspended {
        true => tracing::error!(
            "second opinions are suspended: the model no longer says of our fixed texts what it \
             said at first; measure it (benggala eval opinion) and give it another `revision`"
        ),
        false => tracing::info!("the model answers as it did: second opinions go on"),
    }
}

/// Counts and logs what a second opinion has made of its article. `standing` is how the source
/// stands now.
pub(super) fn heard(
    metrics: &Metrics,
    source: &str,
    hearing: &Hearing,
    heard: Heard,
    standing: Option<&SourceStanding>,
) {
    let (article, remarks) = (hearing.article, hearing.opinion.remarks.len());
    if !heard.accepted {
        tracing::debug!(
            article,
            "the article has changed; its second opinion is late"
        );
        return;
    }
    tracing::info!(article, source, remarks, "a second opinion was heard");
    let label = metrics.source_label(source);
    if let Some(standing) = standing {
        record_standing(metrics, &label, standing);
    }
    if heard.newly_flagged {
        metrics.source_articles_flagged_total.of(&label).inc();
        record_flag(metrics, &hearing.assessment, hearing.title.as_deref());
    }
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
