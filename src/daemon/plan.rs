//! What comes next for a URL: what is known of it and the configuration brought to the rules of
//! `frontier`.

use std::time::Duration;

use url::Url;

use crate::{
    config::ScheduleConfig,
    discover,
    frontier::{self, Asked, Intake, Listing, Moved, Next, PollLimits, Rhythm, Schedule, Unread},
    model::{FetchOutcome, Link, LinkCounts, PageKind, Poll, Problem, Timestamp, Zone},
    store::{Fate, Lease},
};

use super::{active::ActiveConfig, facts::Facts, outage};

/// What is to be kept of a visit for the next one.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) fate: Fate,
    /// Of a source that answered.
    pub(super) rhythm: Option<Rhythm>,
    /// What a source that answered listed.
    pub(super) poll: Option<Poll>,
    /// What becomes of that.
    pub(super) intake: Intake,
    /// How what fails is tried again.
    pub(super) schedule: Schedule,
    /// By whose clocks requests are counted.
    pub(super) zone: Zone,
    /// Where the source says that it is.
    pub(super) moved: Option<Moved>,
    /// A backfill no longer waits for this page of links.
    pub(super) list_given_up: bool,
    /// When the host may be asked again.
    pub(super) host_next_at: Timestamp,
    /// The gap between two requests to it; `None` where nothing is known of it.
    pub(super) host_delay: Option<Duration>,
    /// Failures of the host in a row.
    pub(super) host_failures: u32,
}

/// Until when its source must not be asked, if that is so.
pub(super) fn put_off(active: &ActiveConfig, lease: &Lease, now: Timestamp) -> Option<Timestamp> {
    let source = active.source(&lease.link.source)?;
    let mut courtesy = source.courtesy;
    if lease.is_past() {
        // The other half of the day's requests is for news.
        courtesy.per_day = courtesy.per_day.map(|per_day| per_day / 2);
    }
    let zone = active.config.schedule.zone;
    frontier::put_off(&courtesy, lease.asked_today, now, zone, rand::random())
}

/// The address to ask: the URL's own, or where its source has moved to.
pub(super) fn address(lease: &Lease, now: Timestamp) -> &Url {
    believed(lease.moved.as_ref(), now).unwrap_or(&lease.link.url)
}

/// What becomes of the links of a poll. `unread` are those that the store has not read.
pub(super) fn intake(active: &ActiveConfig, facts: &Facts, unread: &Unread) -> Intake {
    let lease = &facts.lease;
    let listing = Listing {
        kind: facts.content.kind.unwrap_or(lease.link.kind),
        is_first: lease.last_poll.is_none_or(|poll| poll.links.total() == 0),
        link_age: link_age(active, &lease.link.source),
        now: facts.at,
    };
    frontier::intake(facts.content.links.clone(), unread, &listing)
}

/// Plans what follows from a visit. `intake` is what its links are taken for.
pub(super) fn plan(active: &ActiveConfig, facts: &Facts, intake: Intake) -> Plan {
    let exchange = &facts.exchange;
    let gap = frontier::slowed(exchange.delay, exchange.took);
    let (pause, host_failures) = frontier::host_pause(
        exchange.outcome,
        exchange.status,
        facts.lease.host_failures,
        gap,
        exchange.retry_after,
        rand::random(),
    );
    let rhythm = facts.is_answered_poll().then(|| rhythm(facts, &intake.new));
    let schedule = schedule(active, &facts.lease.link.source);
    Plan {
        fate: fate(active, facts, rhythm.as_ref(), &schedule),
        rhythm,
        poll: poll(facts, &intake),
        intake,
        schedule,
        zone: active.config.schedule.zone,
        moved: moved(facts),
        list_given_up: matches!(next_of_past(facts, &schedule), Next::Gone { .. }),
        host_next_at: facts.at + pause,
        host_delay: Some(gap).filter(|gap| !gap.is_zero()),
        host_failures,
    }
}

/// The rhythm of a source after an answered poll that brought `new` links.
fn rhythm(facts: &Facts, new: &[Link]) -> Rhythm {
    let articles = new.iter().filter(|link| link.kind == PageKind::Article);
    let arrivals: Vec<_> = articles
        .map(|link| Some(link.published?.instant()))
        .collect();
    let exchange = &facts.exchange;
    let fresh_for = discover::fresh_for(&exchange.headers, &exchange.body);
    let mut rhythm = facts.lease.rhythm.clone();
    rhythm.observe(&arrivals, fresh_for, facts.at);
    rhythm
}

/// What an answered poll listed, but for what only the store can tell. "Not modified" lists what was
/// listed before, and none of it is new.
fn poll(facts: &Facts, intake: &Intake) -> Option<Poll> {
    if !facts.is_answered_poll() {
        return None;
    }
    let (lease, problems) = (&facts.lease, &facts.content.problems);
    let at = facts.at;
    if facts.exchange.outcome == FetchOutcome::NotModified {
        return lease.last_poll.map(|poll| Poll {
            at,
            links: LinkCounts {
                new: 0,
                known: poll.links.known + poll.links.new,
                ..poll.links
            },
            ..poll
        });
    }
    let is_left_out = |problem: &&Problem| problem.foreign > 0;
    let elsewhere = facts.content.elsewhere;
    Some(Poll {
        at,
        kind: facts.content.kind.unwrap_or(lease.link.kind),
        links: LinkCounts {
            old: (intake.remembered.len() + intake.dropped) as u64,
            foreign: elsewhere + problems.iter().map(|problem| problem.foreign).sum::<u64>(),
            foreign_kept: elsewhere,
            invalid: (problems.len() - problems.iter().filter(is_left_out).count()) as u64,
            ..LinkCounts::default()
        },
    })
}

/// How far back articles of a source may be dated.
fn link_age(active: &ActiveConfig, source: &str) -> Duration {
    let source = active.source(source);
    source
        .and_then(|source| source.link_age)
        .unwrap_or(active.config.schedule.link_age)
}

fn schedule(active: &ActiveConfig, source: &str) -> Schedule {
    let schedule = &active.config.schedule;
    Schedule {
        attempts_max: schedule.attempts_max,
        retry_first: schedule.retry_first,
        retry_max: schedule.retry_max,
        give_up_after: frontier::give_up_after(link_age(active, source)),
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
fn fate(active: &ActiveConfig, facts: &Facts, rhythm: Option<&Rhythm>, retries: &Schedule) -> Fate {
    let (lease, now) = (&facts.lease, facts.at);
    if facts.network_is_down {
        return Fate::Again {
            at: now + outage::PAUSE,
            attempts: lease.attempts,
        };
    }
    if lease.is_past() {
        return fate_of(next_of_past(facts, retries), now);
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
    let asked = Asked {
        kind,
        outcome: facts.exchange.outcome,
        status: facts.exchange.status,
        attempts: lease.attempts,
        known_for: (now - lease.known_since).to_std().unwrap_or_default(),
    };
    fate_of(frontier::after(&asked, again, retries, rand::random()), now)
}

/// What a backfill asks for is read once, whatever it is, and given up as an article is. A page that
/// is polled anyway has been known for long, which says nothing here.
fn next_of_past(facts: &Facts, retries: &Schedule) -> Next {
    let (exchange, lease) = (&facts.exchange, &facts.lease);
    let known_for = match lease.is_past() {
        true => (facts.at - lease.known_since).to_std().unwrap_or_default(),
        false => Duration::ZERO,
    };
    let asked = Asked {
        kind: PageKind::Article,
        outcome: exchange.outcome,
        status: exchange.status,
        attempts: lease.attempts,
        known_for,
    };
    frontier::after(&asked, None, retries, rand::random())
}

fn fate_of(next: Next, now: Timestamp) -> Fate {
    match next {
        Next::Done => Fate::Done,
        Next::Gone { attempts } => Fate::Gone { attempts },
        Next::Again { after, attempts } => Fate::Again {
            at: now + after,
            attempts,
        },
    }
}

/// Between two polls: as the source is configured, else as its rhythm suggests.
fn interval(active: &ActiveConfig, facts: &Facts, rhythm: &Rhythm) -> Duration {
    let source = active.source(&facts.lease.link.source);
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
