//! What comes next for a URL that was visited: the store and the configuration brought to the rules
//! of `frontier`.

use std::time::Duration;

use url::Url;

use crate::{
    config::ScheduleConfig,
    discover,
    fetch::Exchange,
    frontier::{self, Moved, Next, Pace, Rhythm, Schedule},
    model::{FetchOutcome, PageKind, Timestamp},
    store::{Fate, Lease},
};

use super::{Setup, Shared, visit::Reading};

/// What is to be kept of a visit for the next one.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) fate: Fate,
    pub(super) rhythm: Option<Rhythm>,
    pub(super) moved: Option<Moved>,
}

/// The rhythm of a source after a poll that was answered; `None` where there is nothing to learn.
pub(super) async fn learn(
    shared: &Shared,
    lease: &Lease,
    exchange: &Exchange,
    reading: &Reading,
    now: Timestamp,
) -> Option<Rhythm> {
    let is_read = matches!(
        exchange.outcome,
        FetchOutcome::Ok | FetchOutcome::NotModified
    );
    if lease.link.kind == PageKind::Article || !is_read {
        return None;
    }
    let new = shared.store.unseen(reading.links.clone()).await.ok()?;
    let arrivals: Vec<_> = new.iter().map(|link| link.published).collect();
    let fresh_for = discover::fresh_for(&exchange.headers, &exchange.body);
    let mut rhythm = lease.rhythm.clone();
    rhythm.observe(&arrivals, fresh_for, now);
    Some(rhythm)
}

/// Until when its source must not be asked, if that is so.
pub(super) fn put_off(setup: &Setup, lease: &Lease, now: Timestamp) -> Option<Timestamp> {
    let source = setup.sources.get(&lease.link.source)?;
    frontier::put_off(&source.courtesy, lease.asked_today, now, rand::random())
}

/// The address to ask: the URL's own, or where its source has moved to.
pub(super) fn address(lease: &Lease, now: Timestamp) -> &Url {
    let moved = lease.moved.as_ref().and_then(|moved| moved.confirmed(now));
    moved.unwrap_or(&lease.link.url)
}

/// Where the source says that it is, after this answer from `asked`.
pub(super) fn moved(
    lease: &Lease,
    exchange: &Exchange,
    asked: &Url,
    now: Timestamp,
) -> Option<Moved> {
    if lease.link.kind == PageKind::Article {
        return None;
    }
    let asked_there = *asked != lease.link.url;
    let before = lease.moved.clone();
    let was = before
        .as_ref()
        .and_then(|moved| moved.confirmed(now))
        .cloned();
    let target = exchange.moved_to.as_ref();
    let moved = Moved::after(before, exchange.outcome, target, asked_there, now);
    let is = moved.as_ref().and_then(|moved| moved.confirmed(now));
    if let Some(to) = is.filter(|to| Some(*to) != was.as_ref()) {
        tracing::warn!(source = lease.link.source, from = %lease.link.url, %to,
            "the source has moved and is asked there from now on; change its `url`");
    }
    moved
}

/// What becomes of the URL. `rhythm` is that of a source after this poll.
pub(super) fn fate(
    setup: &Setup,
    lease: &Lease,
    exchange: &Exchange,
    reading: &Reading,
    rhythm: Option<&Rhythm>,
    now: Timestamp,
) -> Fate {
    let schedule = &setup.config.schedule;
    let kind = reading.kind.unwrap_or(lease.link.kind);
    let again = match kind {
        PageKind::Article => {
            let first_read = lease.first_read.unwrap_or(now);
            let age = (now - first_read).to_std().unwrap_or_default();
            frontier::recheck(age, schedule.recheck, schedule.recheck_until)
        }
        _ => {
            let rhythm = rhythm.unwrap_or(&lease.rhythm);
            Some(interval(setup, lease, rhythm, now))
        }
    };
    let next = frontier::after(
        kind,
        exchange.outcome,
        exchange.status,
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
fn interval(setup: &Setup, lease: &Lease, rhythm: &Rhythm, now: Timestamp) -> Duration {
    let source = setup.sources.get(&lease.link.source);
    source
        .and_then(|source| source.every)
        .unwrap_or_else(|| rhythm.wait(now, &pace(&setup.config.schedule)))
}

/// An `every` outside its own limits widens them.
fn pace(schedule: &ScheduleConfig) -> Pace {
    Pace {
        every: schedule.every,
        min: schedule.every_min.min(schedule.every),
        max: schedule.every_max.max(schedule.every),
    }
}
