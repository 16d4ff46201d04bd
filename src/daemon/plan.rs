//! What comes next for a URL: what is known of it and the configuration brought to the rules of
//! `frontier`.

use std::time::Duration;

use url::Url;

use crate::{
    config::ScheduleConfig,
    discover,
    frontier::{self, Moved, Next, PollLimits, Rhythm, Schedule},
    model::{Link, PageKind, Timestamp},
    store::{Fate, Lease},
};

use super::{active::ActiveConfig, facts::Facts, outage};

/// What is to be kept of a visit for the next one.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) fate: Fate,
    /// Of a source that answered.
    pub(super) rhythm: Option<Rhythm>,
    /// Where the source says that it is.
    pub(super) moved: Option<Moved>,
    /// When the host may be asked again.
    pub(super) host_next_at: Timestamp,
    /// Failures of the host in a row.
    pub(super) host_failures: u32,
}

/// Until when its source must not be asked, if that is so.
pub(super) fn put_off(active: &ActiveConfig, lease: &Lease, now: Timestamp) -> Option<Timestamp> {
    let source = active.sources.get(&lease.link.source)?;
    frontier::put_off(&source.courtesy, lease.asked_today, now, rand::random())
}

/// The address to ask: the URL's own, or where its source has moved to.
pub(super) fn address(lease: &Lease, now: Timestamp) -> &Url {
    believed(lease.moved.as_ref(), now).unwrap_or(&lease.link.url)
}

/// The rhythm of a source after an answered poll that brought `new` links.
pub(super) fn rhythm(facts: &Facts, new: &[Link]) -> Rhythm {
    let arrivals: Vec<_> = new
        .iter()
        .map(|link| Some(link.published?.instant()))
        .collect();
    let exchange = &facts.exchange;
    let fresh_for = discover::fresh_for(&exchange.headers, &exchange.body);
    let mut rhythm = facts.lease.rhythm.clone();
    rhythm.observe(&arrivals, fresh_for, facts.at);
    rhythm
}

/// Plans what follows from a visit. `rhythm` is that of a source after this poll, where something
/// was learned of it.
pub(super) fn plan(active: &ActiveConfig, facts: &Facts, rhythm: Option<Rhythm>) -> Plan {
    let exchange = &facts.exchange;
    let (pause, host_failures) = frontier::host_pause(
        exchange.outcome,
        exchange.status,
        facts.lease.host_failures,
        frontier::slowed(exchange.delay, exchange.took),
        exchange.retry_after,
        rand::random(),
    );
    Plan {
        fate: fate(active, facts, rhythm.as_ref()),
        rhythm,
        moved: moved(facts),
        host_next_at: facts.at + pause,
        host_failures,
    }
}

/// The new address of a source, if it is believed from this visit on.
pub(super) fn new_address<'p>(facts: &Facts, plan: &'p Plan) -> Option<&'p Url> {
    let before = believed(facts.lease.moved.as_ref(), facts.at);
    believed(plan.moved.as_ref(), facts.at).filter(|to| Some(*to) != before)
}

fn believed(moved: Option<&Moved>, now: Timestamp) -> Option<&Url> {
    moved.and_then(|moved| moved.confirmed(now))
}

/// Where the source says that it is, after this answer.
fn moved(facts: &Facts) -> Option<Moved> {
    let (lease, exchange) = (&facts.lease, &facts.exchange);
    if lease.link.kind == PageKind::Article {
        return None;
    }
    let asked_there = facts.asked != lease.link.url;
    let target = exchange.moved_to.as_ref();
    let before = lease.moved.clone();
    Moved::after(before, exchange.outcome, target, asked_there, facts.at)
}

/// What becomes of the URL.
fn fate(active: &ActiveConfig, facts: &Facts, rhythm: Option<&Rhythm>) -> Fate {
    let (lease, now) = (&facts.lease, facts.at);
    if facts.network_is_down {
        return Fate::Again {
            at: now + outage::PAUSE,
            attempts: lease.attempts,
        };
    }
    let schedule = &active.config.schedule;
    let kind = facts.content.kind.unwrap_or(lease.link.kind);
    let again = match kind {
        PageKind::Article => {
            let first_read = lease.first_read.unwrap_or(now);
            let age = (now - first_read).to_std().unwrap_or_default();
            frontier::recheck(age, schedule.recheck, schedule.recheck_until)
        }
        _ => Some(interval(active, facts, rhythm.unwrap_or(&lease.rhythm))),
    };
    let next = frontier::after(
        kind,
        facts.exchange.outcome,
        facts.exchange.status,
        lease.attempts,
        again,
        &Schedule {
            attempts_max: schedule.attempts_max,
            retry_first: schedule.retry_first,
            retry_max: schedule.retry_max,
        },
        rand::random(),
    );
    match next {
        Next::Done => Fate::Done,
        Next::Gone => Fate::Gone,
        Next::Again { after, attempts } => Fate::Again {
            at: now + after,
            attempts,
        },
    }
}

/// Between two polls: as the source is configured, else as its rhythm suggests.
fn interval(active: &ActiveConfig, facts: &Facts, rhythm: &Rhythm) -> Duration {
    let source = active.sources.get(&facts.lease.link.source);
    source
        .and_then(|source| source.every)
        .unwrap_or_else(|| rhythm.wait(facts.at, &pace(&active.config.schedule)))
}

/// An `every` outside its own limits widens them.
fn pace(schedule: &ScheduleConfig) -> PollLimits {
    PollLimits {
        every: schedule.every,
        min: schedule.every_min.min(schedule.every),
        max: schedule.every_max.max(schedule.every),
    }
}
