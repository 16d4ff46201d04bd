//! The rules of what comes next: pure functions of the clock.
//!
//! Two things are kept apart. [`after`] plans one URL: done, gone, or again ([`relisted`]: what is
//! gone and still listed). [`host_pause`] plans
//! the host: how long nobody may ask it. A URL is asked when both its own time and its host's have
//! come. When a source that answers is asked again follows from its [`Rhythm`], when an article is
//! looked at again for corrections from [`recheck`].

pub mod backfill;
pub mod clock;
mod intake;
mod moved;
mod rhythm;
mod silence;

pub use intake::{
    BACKDATED_MAX, HOUR_MAX, INTAKE_MAX, Intake, LIST_MAX, Listing, NEWEST_MIN, Unread, intake,
};
pub use moved::Moved;
pub use rhythm::{FRESH_MAX, PollLimits, Rhythm};
pub use silence::silence_after;

use std::{collections::BTreeSet, time::Duration};

use chrono::TimeDelta;

use crate::model::{Courtesy, FetchOutcome, PageKind, Timestamp, Zone};

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// No wait that is planned here is longer: it keeps all sums far from overflow.
pub const WAIT_MAX: Duration = Duration::from_secs(365 * 24 * 3_600);

/// No wait after a failure is shorter, whatever the configuration says.
pub const WAIT_MIN: Duration = SECOND;

/// A server may ask us to stay away this long at most: beyond it lie typing errors and the year
/// 2100.
pub const RETRY_AFTER_MAX: Duration = DAY;

/// The least pause after a first 429, whatever it says (RFC 6585, section 4, leaves it open); it
/// doubles with each further one.
pub const THROTTLED_FIRST: Duration = Duration::from_secs(60);

/// Failures of a host in a row that cost it nothing: one lost packet is no outage.
pub const HOST_FAILURES_FREE: u32 = 2;

/// Answers of 403 in a row that cost a host as little as one failure does.
pub const FORBIDDEN_FREE: u32 = 6;

/// The first pause of a host that fails beyond [`HOST_FAILURES_FREE`].
pub const HOST_FAILING_FIRST: Duration = Duration::from_secs(30);

/// The longest pause of a host that does not answer: it should be noticed when it is back.
pub const HOST_FAILING_MAX: Duration = Duration::from_secs(3_600);

/// What our own machine could not ask is asked again after this time: its want passes as others end.
const LOCAL_WAIT: Duration = Duration::from_secs(20);

/// Failures that will most likely repeat (too large, undecodable, redirected in circles) get this
/// many attempts in all before the article rests.
pub const ATTEMPTS_AT_BROKEN: u32 = 2;

/// Where articles of any age are taken, links that are never read are given up after this long.
const GIVE_UP_AFTER: Duration = Duration::from_secs(7 * 24 * 3_600);

/// A link that rests after failures is tried again this long after the last one at most, while its
/// source lists it.
pub const REST_MAX: Duration = DAY;

/// A host is left alone at least so many times as long as it took to answer. Heritrix, the crawler
/// of the Internet Archive, takes five by default; its gaps without it are shorter than ours.
const SLOWNESS: u32 = 3;

/// Slowness lengthens a gap this many times at most: one slow page is no outage.
const SLOWED_MAX: u32 = 8;

/// What was put off for courtesy comes back over so long a time.
const PUT_OFF_SPREAD: Duration = Duration::from_secs(3_600);

/// How far around its time a poll is moved, so that sources do not march in step: 10 %.
const POLL_SPREAD: f64 = 0.1;

/// So many distinct hosts must have failed within [`NETWORK_WINDOW`], and none answered, before
/// our own network is blamed.
pub const NETWORK_HOSTS_MIN: usize = 3;

/// See [`NETWORK_HOSTS_MIN`].
pub const NETWORK_WINDOW: Duration = Duration::from_secs(60);

/// An article is looked at again when it is this many times as old as at the last look: most
/// corrections come soon.
const RECHECK_GROWTH: u32 = 4;

/// How failures are retried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// Attempts at one article before it rests until it is listed again.
    pub attempts_max: u32,
    /// The first wait after a failure; doubles with each.
    pub retry_first: Duration,
    /// The longest wait after failures.
    pub retry_max: Duration,
    /// An article that has been known for so long without being read is not tried any more.
    pub give_up_after: Duration,
}

/// One URL after it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// What was expected there.
    pub kind: PageKind,
    /// How it ended.
    pub outcome: FetchOutcome,
    /// HTTP status.
    pub status: Option<u16>,
    /// Attempts that had failed in a row before.
    pub attempts: u32,
    /// How long it has been known.
    pub known_for: Duration,
}

/// What becomes of a URL after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It was read and need not be asked again.
    Done,
    /// It rests: given up, unless its source lists it again (see [`relisted`]).
    Gone {
        /// Failed attempts in a row by then.
        attempts: u32,
    },
    /// It is asked again.
    Again {
        /// From now.
        after: Duration,
        /// Failed attempts in a row by then.
        attempts: u32,
    },
}

/// The wait after the `attempts`-th failure in a row: `first`, doubled with each further one up to
/// `max`, of which a random half is taken off ("equal jitter") so that what failed together does
/// not come back together. `jitter` is in 0..1. The result is in `WAIT_MIN..=WAIT_MAX`.
pub fn retry(attempts: u32, first: Duration, max: Duration, jitter: f64) -> Duration {
    scaled(doubled(attempts, first, max), 0.5 + 0.5 * unit(jitter)).max(WAIT_MIN)
}

/// What becomes of a URL. `again` is when it is asked next if it was read: for a source always
/// something (the longest wait if not), for an article `None` unless it is to be looked at for
/// corrections. `jitter` is random in 0..1.
///
/// A fault that passes (the host is throttling, walled or out of reach) is no attempt at an article:
/// it waits, ever longer. One that fails otherwise has so many attempts and then rests. A source is
/// never given up: one that is down is asked ever more slowly, and is back as soon as it answers.
pub fn after(asked: &Asked, again: Option<Duration>, schedule: &Schedule, jitter: f64) -> Next {
    if asked.outcome == FetchOutcome::Cancelled {
        return Next::Again {
            after: Duration::ZERO,
            attempts: asked.attempts,
        };
    }
    if asked.outcome == FetchOutcome::Local {
        return Next::Again {
            after: retry(1, LOCAL_WAIT, LOCAL_WAIT, jitter),
            attempts: asked.attempts,
        };
    }
    let is_read = matches!(asked.outcome, FetchOutcome::Ok | FetchOutcome::NotModified);
    match (asked.kind, again) {
        (PageKind::Article | PageKind::Robots, None) if is_read => Next::Done,
        (PageKind::Article | PageKind::Robots, _) if !is_read => article(asked, schedule, jitter),
        (_, again) => {
            let every = again.unwrap_or(WAIT_MAX).clamp(WAIT_MIN, WAIT_MAX);
            match is_read {
                true => poll(every, jitter),
                false => source(asked, every, schedule, jitter),
            }
        }
    }
}

/// When an article that rests since `failed_at`, where `asked` ended, is tried once more because its
/// source lists it at `now`: the wait doubles with each failure, up to [`REST_MAX`]. `None`: not any
/// more, for 410 says that it will not come back (RFC 9110, 15.5.11), or it has been known for too
/// long. What robots.txt forbids waits as long as a robots.txt is believed.
pub fn relisted(
    asked: &Asked,
    failed_at: Timestamp,
    now: Timestamp,
    schedule: &Schedule,
) -> Option<Timestamp> {
    if asked.status == Some(410) || asked.known_for > schedule.give_up_after {
        return None;
    }
    let wait = match asked.outcome {
        FetchOutcome::Blocked => REST_MAX,
        _ => doubled(
            asked.attempts,
            schedule.retry_first,
            schedule.retry_max.min(REST_MAX),
        ),
    };
    Some((failed_at + wait).max(now))
}

/// How long an article that cannot be read is tried: as long as links of its source may be old, a
/// day at least, and [`GIVE_UP_AFTER`] where they may be of any age.
pub fn give_up_after(link_age: Duration) -> Duration {
    match link_age.is_zero() {
        true => GIVE_UP_AFTER,
        false => link_age.max(DAY),
    }
}

/// In how long an article that was first read `age` ago is looked at again for corrections: at the
/// age `first`, then each time it has grown `RECHECK_GROWTH` times as old, up to the age `until`.
/// `None`: not any more, or never where `first` is zero.
pub fn recheck(age: Duration, first: Duration, until: Duration) -> Option<Duration> {
    let next = first.max(age.saturating_mul(RECHECK_GROWTH));
    (!first.is_zero() && next <= until).then(|| next - age)
}

fn article(asked: &Asked, schedule: &Schedule, jitter: f64) -> Next {
    let attempts = asked.attempts;
    if will_pass(asked) {
        if asked.known_for > schedule.give_up_after {
            return Next::Gone { attempts };
        }
        let after = passing_wait(asked.known_for, schedule, jitter);
        return Next::Again { after, attempts };
    }
    let attempts_max = match asked.outcome {
        FetchOutcome::Blocked | FetchOutcome::Http4xx => 1,
        FetchOutcome::TooLarge | FetchOutcome::Decode | FetchOutcome::Redirect => {
            schedule.attempts_max.min(ATTEMPTS_AT_BROKEN)
        }
        _ => schedule.attempts_max,
    };
    let attempts = attempts.saturating_add(1);
    if attempts >= attempts_max {
        return Next::Gone { attempts };
    }
    let after = retry(attempts, schedule.retry_first, schedule.retry_max, jitter);
    Next::Again { after, attempts }
}

/// Half of the time that it has been known, of which a random half is taken off: no count of
/// attempts is needed for waits that grow, and a week holds no more than some forty of them.
fn passing_wait(known_for: Duration, schedule: &Schedule, jitter: f64) -> Duration {
    let wait = (known_for / 2).max(schedule.retry_first);
    retry(1, wait, schedule.retry_max, jitter)
}

/// Whether a failure speaks of this moment or of the whole host, rather than of the page: a host
/// that is out of reach or wants us to wait, and the 4xx statuses that say so: Request Timeout (RFC
/// 9110), Too Early (RFC 8470), Too Many Requests (RFC 6585).
fn will_pass(asked: &Asked) -> bool {
    match asked.outcome {
        FetchOutcome::Throttled
        | FetchOutcome::Challenge
        | FetchOutcome::RobotsUnreachable
        | FetchOutcome::Timeout
        | FetchOutcome::Dns
        | FetchOutcome::Connect
        | FetchOutcome::Tls => true,
        FetchOutcome::Http4xx => matches!(asked.status, Some(408 | 425 | 429)),
        _ => false,
    }
}

/// Moved by up to [`POLL_SPREAD`], so that what was read together is not asked together.
fn poll(every: Duration, jitter: f64) -> Next {
    let spread = POLL_SPREAD * (2.0 * unit(jitter) - 1.0);
    let after = scaled(every, 1.0 + spread).max(WAIT_MIN);
    Next::Again { after, attempts: 0 }
}

fn source(asked: &Asked, every: Duration, schedule: &Schedule, jitter: f64) -> Next {
    let attempts = asked.attempts.saturating_add(1);
    // 410 says that waiting will not help: go straight to the slowest pace.
    let step = if asked.status == Some(410) {
        u32::MAX
    } else {
        attempts
    };
    let after = retry(step, schedule.retry_first, schedule.retry_max, jitter).max(every);
    Next::Again { after, attempts }
}

/// How long a host is left alone after an answer, and its failures in a row from now on: the
/// longest of `delay` (its ordinary pace), what it asked for (`retry_after`, clamped) and the
/// backoff that its failures call for, which grows whatever it asks for. `jitter` is random in 0..1.
pub fn host_pause(
    outcome: FetchOutcome,
    status: Option<u16>,
    failures: u32,
    delay: Duration,
    retry_after: Option<Duration>,
    jitter: f64,
) -> (Duration, u32) {
    let asked = retry_after.map(|wait| wait.min(RETRY_AFTER_MAX));
    let (backoff, failures) = match outcome {
        FetchOutcome::Ok | FetchOutcome::NotModified => (Duration::ZERO, 0),
        FetchOutcome::Throttled | FetchOutcome::Challenge => {
            let failures = failures.saturating_add(1);
            let wait = doubled(failures, THROTTLED_FIRST, RETRY_AFTER_MAX);
            let wait = scaled(wait, 1.0 + 0.5 * unit(jitter)).min(RETRY_AFTER_MAX);
            (wait, failures)
        }
        FetchOutcome::Connect
        | FetchOutcome::Dns
        | FetchOutcome::Tls
        | FetchOutcome::Timeout
        | FetchOutcome::RobotsUnreachable
        | FetchOutcome::Http5xx => {
            let failures = failures.saturating_add(1);
            (failing_pause(failures, jitter), failures)
        }
        // One page may be forbidden; page after page means that we are not wanted now.
        FetchOutcome::Http4xx if status == Some(403) => {
            let failures = failures.saturating_add(1);
            let beyond = failures.saturating_sub(FORBIDDEN_FREE);
            (failing_pause(beyond, jitter), failures)
        }
        // The host answers, or was not asked: that says nothing about how it does.
        FetchOutcome::Http4xx
        | FetchOutcome::Redirect
        | FetchOutcome::TooLarge
        | FetchOutcome::Decode
        | FetchOutcome::Blocked
        | FetchOutcome::Local
        | FetchOutcome::Cancelled => (Duration::ZERO, failures),
    };
    let pause = backoff
        .max(delay.min(RETRY_AFTER_MAX))
        .max(asked.unwrap_or_default());
    (pause, failures)
}

/// The gap to a host that took `took` for its last answer: `SLOWNESS` times that, if it is longer
/// than `delay`, up to `SLOWED_MAX` times `delay`. Whoever is slow has enough to do.
pub fn slowed(delay: Duration, took: Duration) -> Duration {
    let asked_for = took.min(WAIT_MAX) * SLOWNESS;
    delay.max(asked_for.min(delay.min(WAIT_MAX) * SLOWED_MAX))
}

/// Until when a source is left alone, that was asked `asked` times today: to the end of its quiet
/// time, or to the next day where it has been asked as often as it may; both by the clocks of `zone`.
/// `jitter`, random in 0..1, spreads what was put off over an hour from then on. `None`: it may be
/// asked now.
pub fn put_off(
    courtesy: &Courtesy,
    asked: u64,
    now: Timestamp,
    zone: Zone,
    jitter: f64,
) -> Option<Timestamp> {
    let local = zone.second_of_day(now);
    let quiet_ends = courtesy
        .quiet
        .and_then(|quiet| quiet.left(local / 60))
        .map(|minutes| now + TimeDelta::seconds((60 * minutes - local % 60).into()));
    let next_day = courtesy
        .per_day
        .filter(|per_day| asked >= *per_day)
        .map(|_| zone.next_day(now));
    let until = quiet_ends.max(next_day)?;
    Some(until + scaled(PUT_OFF_SPREAD, unit(jitter)))
}

fn failing_pause(failures: u32, jitter: f64) -> Duration {
    match failures.checked_sub(HOST_FAILURES_FREE) {
        None | Some(0) => WAIT_MIN,
        Some(over) => retry(over, HOST_FAILING_FIRST, HOST_FAILING_MAX, jitter),
    }
}

/// One fetch, as far as it tells of our own network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt<'a> {
    /// The authority that was asked.
    pub host: &'a str,
    /// How it ended.
    pub outcome: FetchOutcome,
    /// When.
    pub at: Timestamp,
}

/// Whether our own network is gone rather than the hosts we ask: within [`NETWORK_WINDOW`] of
/// `now` at least [`NETWORK_HOSTS_MIN`] hosts could not be resolved or connected to, and not one
/// answered. Then everything pauses and no source is blamed. A time-out tells neither way.
pub fn network_down<'a>(recent: impl IntoIterator<Item = Attempt<'a>>, now: Timestamp) -> bool {
    let mut unreachable = BTreeSet::new();
    for attempt in recent {
        // A clock that was set back leaves attempts in the future: they are old.
        if (now - attempt.at).abs().to_std().unwrap_or_default() > NETWORK_WINDOW {
            continue;
        }
        match attempt.outcome {
            FetchOutcome::Dns | FetchOutcome::Connect => {
                unreachable.insert(attempt.host);
            }
            FetchOutcome::Timeout
            | FetchOutcome::Blocked
            | FetchOutcome::RobotsUnreachable
            | FetchOutcome::Local
            | FetchOutcome::Cancelled => {}
            _ => return false,
        }
    }
    unreachable.len() >= NETWORK_HOSTS_MIN
}

/// `first` for the first attempt, twice that for the second …, at most `max`.
fn doubled(attempts: u32, first: Duration, max: Duration) -> Duration {
    let doublings = attempts.saturating_sub(1).min(31);
    first
        .clamp(WAIT_MIN, WAIT_MAX)
        .saturating_mul(1 << doublings)
        .min(max.clamp(WAIT_MIN, WAIT_MAX))
}

/// `wait` is at most [`WAIT_MAX`] and `factor` small and finite: `mul_f64` cannot overflow.
fn scaled(wait: Duration, factor: f64) -> Duration {
    wait.min(WAIT_MAX).mul_f64(factor)
}

/// Any float as one in 0..=1.
fn unit(jitter: f64) -> f64 {
    if jitter.is_nan() {
        0.5
    } else {
        jitter.clamp(0.0, 1.0)
    }
}
