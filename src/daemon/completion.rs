//! What is written of a visit, in the one transaction that ends its lease.

use crate::{
    canonical, discover,
    model::{Article, FetchOutcome, Page},
    store::{Completion, ListReading, Visit},
};

use super::{
    facts::{Facts, PageContent},
    plan::Plan,
    read::robots_text,
};

/// Puts the facts and what was planned together.
pub(super) fn completion(facts: &Facts, plan: Plan) -> Completion {
    let (lease, exchange, content) = (&facts.lease, &facts.exchange, &facts.content);
    Completion {
        at: facts.at,
        zone: plan.zone,
        outcome: exchange.outcome,
        status: exchange.status,
        etag: validator(facts, "etag", lease.etag.as_deref()),
        last_modified: validator(facts, "last-modified", lease.last_modified.as_deref()),
        fate: plan.fate,
        kind: content.kind,
        host_next_at: plan.host_next_at,
        host_failures: plan.host_failures,
        host_delay: plan.host_delay,
        rhythm: plan.rhythm,
        moved: plan.moved,
        robots: exchange.robots.clone(),
        poll: plan.poll,
        links: plan.intake.new,
        list: list_reading(facts, plan.list_given_up),
        known: plan.intake.known,
        remembered: plan.intake.remembered,
        schedule: plan.schedule,
        visit: read_article(facts).map(Box::new),
        error: failure(facts).or_else(|| first_problem(content)),
    }
}

/// What a page of links has brought to a backfill.
fn list_reading(facts: &Facts, is_given_up: bool) -> ListReading {
    match &facts.content.past {
        Some(links) => ListReading::Read(links.clone()),
        None if is_given_up && is_absent(facts) => ListReading::Absent,
        None if is_given_up => ListReading::GivenUp,
        None => ListReading::Pending,
    }
}

/// Whether it was only guessed that there is a sitemap at this address, and there is none for us.
fn is_absent(facts: &Facts) -> bool {
    let exchange = &facts.exchange;
    let is_refused = matches!(
        exchange.outcome,
        FetchOutcome::Http4xx | FetchOutcome::Blocked
    );
    let robots = robots_text(&facts.lease, exchange).unwrap_or_default();
    is_refused && discover::is_guessed_sitemap(&facts.lease.link.url, &robots)
}

fn read_article(facts: &Facts) -> Option<Visit> {
    let inspection = &facts.content.inspected.as_ref()?.inspection;
    let page = facts.page()?;
    Some(Visit {
        canonical: article_url(&inspection.article, &page),
        article: inspection.article.clone(),
        assessment: inspection.assessment.clone(),
        page,
    })
}

fn article_url(article: &Article, page: &Page) -> url::Url {
    match &article.url {
        Some(declared) => canonical::accepted(declared, &page.final_url),
        None => canonical::accepted(&page.final_url, &page.final_url),
    }
}

/// The outcome's name first: the review page gives advice by it.
fn failure(facts: &Facts) -> Option<String> {
    let error = facts.exchange.error.as_deref()?;
    Some(format!("{}: {error}", facts.exchange.outcome.as_str()))
}

/// A page of links that yielded nothing but problems has failed, though the server answered. What was
/// left out is counted, and no problem.
fn first_problem(content: &PageContent) -> Option<String> {
    let mut problems = content.problems.iter();
    let problem = problems.find(|problem| problem.foreign == 0)?;
    content.links.is_empty().then(|| problem.what.clone())
}

/// The value to send next time: the new one, the old one after "not modified", none after a 2xx
/// without; and none where the request was refused, for some servers refuse what has a condition.
fn validator(facts: &Facts, header: &str, old: Option<&str>) -> Option<String> {
    let new = facts.exchange.headers.get(header);
    match facts.exchange.outcome {
        FetchOutcome::Http4xx => None,
        FetchOutcome::Ok => new.map(str::to_string),
        _ => new.or(old).map(str::to_string),
    }
}
