//! One URL, from lease to completion: facts, then a plan, then what is written, then what is said.

use std::{future::poll_fn, pin::pin, sync::Arc, task::Poll};

use chrono::TimeDelta;
use tokio::time::{Instant, sleep_until};
use tracing::{Instrument, Span};
use url::Url;

use crate::{
    fetch::{Exchange, Request},
    frontier::Intake,
    metrics::labels::kind_label,
    model::{FetchOutcome, SourceStanding, Timestamp},
    store::Lease,
};

use super::{
    active::ActiveConfig,
    completion::completion,
    course::{self, Written},
    facts::{Facts, PageContent, Step},
    plan,
    read::read,
    record, rendering,
    resources::Resources,
    second_opinion,
};

/// What the loop is told of a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum VisitEnd {
    /// The lease was ended, or put off.
    Finished,
    /// So it was, and nobody was reached: our own network is gone.
    NetworkIsDown,
    /// So it was, and nobody was asked: our own machine is out of handles.
    MachineIsFull,
}

/// What every log line of a visit bears. Of the highest level, so that it is there for a line of
/// any level that is let through.
pub(super) fn span(lease: &Lease) -> Span {
    let link = &lease.link;
    tracing::error_span!(
        "visit",
        url = %link.url,
        source = link.source,
        host = link.url.host_str(),
        kind = kind_label(link.kind),
    )
}

/// Goes on with a visit only before `until`. The clock is looked at before anything else: a process that
/// was frozen does not begin with what it was about to do.
pub(super) async fn within(until: Instant, visit: impl Future<Output = VisitEnd>) -> VisitEnd {
    let (mut visit, mut end) = (pin!(visit), pin!(sleep_until(until)));
    poll_fn(|context| {
        if end.as_mut().poll(context).is_ready() || Instant::now() >= until {
            tracing::warn!("a visit outlasted its lease and is cut off");
            return Poll::Ready(VisitEnd::Finished);
        }
        visit.as_mut().poll(context)
    })
    .await
}

/// Visits the URL of a lease, unless its source is not to be asked now.
pub(super) async fn visit(
    resources: Arc<Resources>,
    active: Arc<ActiveConfig>,
    lease: Lease,
) -> VisitEnd {
    let span = span(&lease);
    let visit = async {
        let now = resources.clock.now();
        if has_left(&resources, &active, &lease).await {
            return put_off(&resources, &lease, now + LEFT_RESTS).await;
        }
        match plan::put_off(&active, &lease, now) {
            Some(until) => put_off(&resources, &lease, until).await,
            None => ask(&resources, &active, lease, now).await,
        }
    };
    visit.instrument(span).await
}

/// How long what is queued of a source that has left waits before that is looked at again.
const LEFT_RESTS: TimeDelta = TimeDelta::hours(6);

/// Whether the source of a lease is in no configuration any more, here or of another worker: who took it
/// out, perhaps because its owner asked, wants none of it fetched.
async fn has_left(resources: &Resources, active: &ActiveConfig, lease: &Lease) -> bool {
    let source = &lease.link.source;
    if active.source(source).is_some() {
        return false;
    }
    // A failure is told already; what may be asked is asked then.
    let known = resources.store.source(source).await.ok().flatten();
    known.is_some_and(|known| !known.enabled)
}

/// Nobody is asked, so there are no facts: nothing is counted and nothing written but the time.
async fn put_off(resources: &Resources, lease: &Lease, until: Timestamp) -> VisitEnd {
    // The store has told of a failure; the lease runs out then.
    if resources.store.put_off(lease, until).await.is_ok() {
        tracing::debug!(%until, "put off");
    }
    VisitEnd::Finished
}

async fn ask(
    resources: &Resources,
    active: &Arc<ActiveConfig>,
    lease: Lease,
    now: Timestamp,
) -> VisitEnd {
    let store = &resources.store;
    let facts = facts(resources, active, lease, now).await;
    let plan = match facts.content.links.is_empty() {
        true => plan::plan(active, &facts, Intake::default()),
        false => match store.unread(facts.content.links.clone()).await {
            Ok(unread) => {
                let intake = plan::intake(active, &facts, &unread);
                plan::plan(active, &facts, intake)
            }
            // Counted and told already. The lease runs out, and the page is read again.
            Err(_) => return VisitEnd::Finished,
        },
    };
    record::moved(&facts, &plan);
    let completion = completion(&facts, plan);
    // Nobody is woken by what was published long ago.
    let channels = match facts.lease.is_past() {
        true => &[],
        false => active.channels.as_slice(),
    };
    let (fate, asked) = (completion.fate, resources.clock.now());
    let completed = store.complete(&facts.lease, completion, channels).await;
    let written = Written {
        fate,
        completed: completed.as_ref().ok(),
        step: Step::new("store", asked, resources.clock.now()),
    };
    course::tell(&resources.traces, &facts, &written);
    if let Ok(completed) = &completed {
        second_opinion::ask_later(resources, active, &facts, completed);
    }
    let standing = match &completed {
        Ok(completed) if completed.article_new => standing(resources, &facts).await,
        Ok(_) | Err(_) => None,
    };
    if let Some(source) = active.source(&facts.lease.link.source) {
        record::certificate(&resources.metrics, &facts, source);
    }
    record::visit(
        &resources.metrics,
        &facts,
        completed.ok(),
        standing.as_ref(),
    );
    match (facts.network_is_down, facts.exchange.outcome) {
        (true, _) => VisitEnd::NetworkIsDown,
        (false, FetchOutcome::Local) => VisitEnd::MachineIsFull,
        (false, _) => VisitEnd::Finished,
    }
}

/// Fetches and reads.
async fn facts(
    resources: &Resources,
    active: &Arc<ActiveConfig>,
    lease: Lease,
    now: Timestamp,
) -> Facts {
    let until = Instant::now() + active.config.schedule.lease.mul_f64(LEASE_PART);
    let asked = plan::address(&lease, now).clone();
    let mut exchange = fetch(resources, active, &lease, &asked).await;
    let at = resources.clock.now();
    let network_is_down = resources.outage.judge(&mut exchange, at);
    let mut facts = Facts {
        lease,
        asked,
        exchange,
        began: now,
        at,
        steps: vec![Step::new(Step::FETCH, now, at)],
        network_is_down,
        content: PageContent::default(),
    };
    let Some(page) = facts.page() else {
        return facts;
    };
    let mut content = read(resources, active, &facts.lease, &facts.exchange, &page).await;
    facts.steps.extend(content.step());
    if content.needs_script()
        && let Some(page) = rendering::shown(resources, active, &mut facts, &page, until).await
    {
        content = read(resources, active, &facts.lease, &facts.exchange, &page).await;
        content.came_by_browser();
        facts.steps.extend(content.step());
    }
    if content.is_bot_wall() {
        // Nothing was read: the page is asked for again, when the wall may be gone.
        facts.exchange = facts.exchange.behind_bot_wall();
    } else {
        facts.content = content;
    }
    facts
}

/// The part of a lease that asking may take; the rest is for reading and writing.
const LEASE_PART: f64 = 0.8;

/// Fetches within the lease: a worker must have stopped before its lease passes to another.
async fn fetch(
    resources: &Resources,
    active: &ActiveConfig,
    lease: &Lease,
    asked: &Url,
) -> Exchange {
    if let Some(robots) = &lease.robots {
        active.fetcher.know(robots);
    }
    let request = Request {
        url: asked.clone(),
        kind: lease.link.kind,
        etag: lease.etag.clone(),
        last_modified: lease.last_modified.clone(),
    }
    .in_full_now_and_then(rand::random());
    let limit = active.config.schedule.lease.mul_f64(LEASE_PART);
    let way = resources.way(lease);
    match tokio::time::timeout(limit, active.fetcher.fetch_by(&request, &way)).await {
        Ok(exchange) => exchange,
        Err(_) => Exchange::timed_out(&request.url, "no answer before the lease was about to end"),
    }
}

/// How the source stands with the new article.
async fn standing(resources: &Resources, facts: &Facts) -> Option<SourceStanding> {
    let standing = resources.store.standing(&facts.lease.link.source).await;
    // A failure is counted already; the next article brings it again.
    Some(standing.ok()?.summary())
}
