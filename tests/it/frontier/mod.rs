mod backfill;
mod clock;
mod day;
mod intake;
mod moved;
mod newsrooms;
mod rhythm;

use std::time::Duration;

use benggala::{
    frontier::{
        Asked, Attempt, HOST_FAILING_MAX, Next, REST_MAX, RETRY_AFTER_MAX, Schedule, WAIT_MAX,
        WAIT_MIN, after, give_up_after, host_pause, network_down, put_off, recheck, relisted,
        retry, silence_after, slowed,
    },
    model::{Courtesy, FetchOutcome, PageKind, Quiet, Timestamp, Zone},
};
use chrono::TimeDelta;
use proptest::prelude::*;

use crate::store::{given, sqlite};

const SCHEDULE: Schedule = Schedule {
    attempts_max: 5,
    retry_first: Duration::from_secs(60),
    retry_max: Duration::from_secs(86_400),
    give_up_after: WEEK,
};
const WEEK: Duration = Duration::from_secs(7 * 86_400);
const SOURCES: [PageKind; 4] = [
    PageKind::Feed,
    PageKind::Sitemap,
    PageKind::Listing,
    PageKind::Auto,
];
const TEN_MINUTES: Duration = Duration::from_secs(600);
const HOUR: Duration = Duration::from_secs(3_600);

fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + TimeDelta::seconds(1_700_000_000 + seconds)
}

fn again(seconds: u64, attempts: u32) -> Next {
    Next::Again {
        after: secs(seconds),
        attempts,
    }
}

fn gone(attempts: u32) -> Next {
    Next::Gone { attempts }
}

/// One that has just been found.
fn asked(kind: PageKind, outcome: FetchOutcome, status: Option<u16>, attempts: u32) -> Asked {
    Asked {
        kind,
        outcome,
        status,
        attempts,
        known_for: Duration::ZERO,
    }
}

#[tokio::test]
async fn a_day_of_deaths_and_outages_loses_nothing_and_leaves_nothing_lying() {
    let place = sqlite::place();
    let store = place.open().await;
    let course = day::live(store.as_ref(), 6, 1, |_| {}).await;
    assert!(course.deaths > 40 && course.polls > 250, "{course:?}");
    assert_eq!(
        (course.lost, course.doubled, course.early, course.stuck),
        (0, 0, 0, 0)
    );
    assert!(course.spins < 3, "{} moments in a row", course.spins);
    assert_eq!(course.delays.len(), course.published);
}

#[test]
fn an_article_is_read_once_or_rests() {
    use FetchOutcome::*;
    for (outcome, status, attempts, expected) in [
        (Ok, Some(200), 0, Next::Done),
        (Ok, Some(200), 4, Next::Done),
        (NotModified, Some(304), 0, Next::Done),
        (Http4xx, Some(404), 0, gone(1)),
        (Http4xx, Some(404), 6, gone(7)),
        (Http4xx, Some(410), 0, gone(1)),
        (Http4xx, Some(451), 0, gone(1)),
        (Http4xx, Some(403), 0, gone(1)),
        (Http4xx, Some(401), 0, gone(1)),
        (Http4xx, Some(418), 0, gone(1)),
        (Http4xx, None, 0, gone(1)),
        (Blocked, None, 0, gone(1)),
        (TooLarge, Some(200), 0, again(60, 1)),
        (TooLarge, Some(200), 1, gone(2)),
        (Decode, Some(200), 1, gone(2)),
        (Redirect, Some(302), 1, gone(2)),
        (Http5xx, Some(503), 1, again(120, 2)),
        (Http5xx, Some(503), 4, gone(5)),
        (Http5xx, None, u32::MAX, gone(u32::MAX)),
        (Cancelled, None, 3, again(0, 3)),
    ] {
        let asked = asked(PageKind::Article, outcome, status, attempts);
        let next = after(&asked, None, &SCHEDULE, 1.0);
        assert_eq!(next, expected, "{outcome:?} {status:?} after {attempts}");
    }
}

#[test]
fn what_passes_is_no_attempt_at_an_article() {
    use FetchOutcome::*;
    for (outcome, status) in [
        (Throttled, Some(429)),
        (Throttled, Some(503)),
        (Challenge, Some(200)),
        (RobotsUnreachable, None),
        (Timeout, None),
        (Dns, None),
        (Connect, None),
        (Tls, None),
        (Http4xx, Some(408)),
        (Http4xx, Some(425)),
        (Http4xx, Some(429)),
    ] {
        for (known_for, attempts, expected) in [
            (Duration::ZERO, 0, again(60, 0)),
            (HOUR / 2, 4, again(900, 4)),
            (WEEK / 2, u32::MAX, again(86_400, u32::MAX)),
            (WEEK, 4, again(86_400, 4)),
            (WEEK + secs(1), 4, gone(4)),
        ] {
            let asked = Asked {
                known_for,
                ..asked(PageKind::Article, outcome, status, attempts)
            };
            let next = after(&asked, None, &SCHEDULE, 1.0);
            assert_eq!(next, expected, "{outcome:?} after {known_for:?}");
        }
    }
}

#[test]
fn a_week_out_of_reach_costs_an_article_few_requests() {
    let mut asked = asked(PageKind::Article, FetchOutcome::Timeout, None, 0);
    let mut requests = 1;
    while let Next::Again { after, .. } = after(&asked, None, &SCHEDULE, 0.0) {
        asked.known_for += after;
        requests += 1;
    }
    assert!((20..60).contains(&requests), "{requests}");
}

#[test]
fn what_rests_is_tried_again_ever_more_slowly_while_it_is_listed() {
    use FetchOutcome::*;
    for (outcome, status, attempts, known_for, now, expected) in [
        (Http4xx, Some(404), 1, HOUR, 10, Some(60)),
        (Http4xx, Some(404), 1, HOUR, 600, Some(600)),
        (Http4xx, Some(403), 5, HOUR, 10, Some(960)),
        (Http5xx, Some(500), 5, HOUR, 2_000, Some(2_000)),
        (Decode, Some(200), u32::MAX, WEEK, 10, Some(86_400)),
        (Http4xx, Some(404), 9, WEEK + secs(1), 10, None),
        (Http4xx, Some(410), 1, HOUR, 600, None),
        // Until its robots.txt is read again.
        (Blocked, None, 1, HOUR, 600, Some(86_400)),
    ] {
        let asked = Asked {
            known_for,
            ..asked(PageKind::Article, outcome, status, attempts)
        };
        let tried = relisted(&asked, at(0), at(now), &SCHEDULE);
        assert_eq!(tried, expected.map(at), "{outcome:?} {status:?} {attempts}");
    }
    let days = Schedule {
        retry_max: WEEK,
        ..SCHEDULE
    };
    let asked = asked(PageKind::Article, Http4xx, Some(404), 40);
    assert_eq!(
        relisted(&asked, at(0), at(1), &days),
        Some(at(0) + REST_MAX)
    );
}

#[test]
fn a_link_is_given_up_when_it_is_as_old_as_links_may_be() {
    let day = secs(86_400);
    for (link_age, expected) in [(WEEK * 2, WEEK * 2), (HOUR, day), (Duration::ZERO, WEEK)] {
        assert_eq!(give_up_after(link_age), expected, "{link_age:?}");
    }
}

#[test]
fn a_source_is_never_given_up() {
    use FetchOutcome::*;
    for kind in SOURCES {
        for (outcome, status, attempts, every, expected) in [
            (Ok, Some(200), 3, TEN_MINUTES, again(600, 0)),
            (NotModified, Some(304), 0, secs(60), again(60, 0)),
            (Http4xx, Some(404), 0, TEN_MINUTES, again(600, 1)),
            (Http4xx, Some(404), 7, TEN_MINUTES, again(5_760, 8)),
            (Http4xx, Some(410), 0, TEN_MINUTES, again(64_800, 1)),
            (Http5xx, Some(500), 0, secs(5), again(45, 1)),
            (Blocked, None, 99, TEN_MINUTES, again(64_800, 100)),
            (Dns, None, u32::MAX, TEN_MINUTES, again(64_800, u32::MAX)),
            // The interval wins over a cap below it.
            (Dns, None, 50, secs(200_000), again(200_000, 51)),
            (Cancelled, None, 2, TEN_MINUTES, again(0, 2)),
        ] {
            let asked = asked(kind, outcome, status, attempts);
            let next = after(&asked, Some(every), &SCHEDULE, 0.5);
            assert_eq!(
                next, expected,
                "{kind:?} {outcome:?} {status:?} after {attempts}"
            );
        }
    }
}

#[test]
fn polls_are_spread_by_a_tenth() {
    let poll = |jitter| {
        let asked = asked(PageKind::Feed, FetchOutcome::Ok, None, 0);
        after(&asked, Some(TEN_MINUTES), &SCHEDULE, jitter)
    };
    assert_eq!(poll(0.0), again(540, 0));
    assert_eq!(poll(1.0), again(660, 0));
}

#[test]
fn an_article_is_looked_at_again_ever_more_rarely() {
    let mut ages = vec![Duration::ZERO];
    while let Some(wait) = recheck(ages[ages.len() - 1], HOUR, WEEK) {
        ages.push(ages[ages.len() - 1] + wait);
    }
    assert_eq!(ages, [0, 1, 4, 16, 64].map(|hours| hours * HOUR));
    assert_eq!(recheck(Duration::ZERO, Duration::ZERO, WEEK), None);
    assert_eq!(recheck(Duration::MAX, HOUR, WEEK), None);
    let next = |outcome, again| {
        let asked = asked(PageKind::Article, outcome, None, 0);
        after(&asked, again, &SCHEDULE, 0.5)
    };
    assert_eq!(next(FetchOutcome::Ok, Some(HOUR)), again(3_600, 0));
    assert_eq!(next(FetchOutcome::NotModified, Some(HOUR)), again(3_600, 0));
    assert_eq!(next(FetchOutcome::Timeout, Some(HOUR)), again(45, 0));
}

#[test]
fn a_host_is_left_alone_as_long_as_it_takes() {
    use FetchOutcome::*;
    let year = Duration::from_secs(365 * 86_400);
    for (outcome, failures, retry_after, expected) in [
        (Ok, 9, None, (secs(2), 0)),
        (NotModified, 1, None, (secs(2), 0)),
        (Ok, 0, Some(secs(30)), (secs(30), 0)),
        (Http4xx, 3, None, (secs(2), 3)),
        (Blocked, 3, None, (secs(2), 3)),
        (Cancelled, 0, None, (secs(2), 0)),
        (Throttled, 0, None, (secs(60), 1)),
        (Throttled, 1, None, (secs(120), 2)),
        (Throttled, 40, None, (RETRY_AFTER_MAX, 41)),
        (Throttled, 0, Some(secs(0)), (secs(60), 1)),
        (Throttled, 0, Some(secs(7)), (secs(60), 1)),
        (Throttled, 5, Some(secs(7)), (secs(1_920), 6)),
        (Throttled, 1, Some(secs(600)), (secs(600), 2)),
        (Throttled, 0, Some(year), (RETRY_AFTER_MAX, 1)),
        (Challenge, 0, None, (secs(60), 1)),
        (Timeout, 0, None, (secs(2), 1)),
        (Connect, 1, None, (secs(2), 2)),
        (Http5xx, 2, None, (secs(15), 3)),
        (Dns, 3, None, (secs(30), 4)),
        (Tls, u32::MAX, None, (HOST_FAILING_MAX / 2, u32::MAX)),
        (Http5xx, 0, Some(secs(90)), (secs(90), 1)),
        (RobotsUnreachable, 0, None, (secs(2), 1)),
        (RobotsUnreachable, 3, None, (secs(30), 4)),
    ] {
        let got = host_pause(outcome, None, failures, secs(2), retry_after, 0.0);
        assert_eq!(
            got, expected,
            "{outcome:?} after {failures} with {retry_after:?}"
        );
    }
    let (pause, _) = host_pause(Throttled, None, 0, secs(2), None, 1.0);
    assert_eq!(pause, secs(90), "jitter only ever lengthens it");
    let (pause, _) = host_pause(Ok, None, 0, Duration::MAX, None, 0.0);
    assert_eq!(pause, RETRY_AFTER_MAX);
}

#[test]
fn page_after_page_forbidden_closes_the_host_until_one_is_allowed() {
    let mut failures = 0;
    let mut pauses = Vec::new();
    for _ in 0..12 {
        let (pause, counted) = host_pause(
            FetchOutcome::Http4xx,
            Some(403),
            failures,
            secs(2),
            None,
            1.0,
        );
        pauses.push(pause.as_secs());
        failures = counted;
    }
    assert_eq!(pauses, [2, 2, 2, 2, 2, 2, 2, 2, 30, 60, 120, 240]);
    let (pause, failures) = host_pause(FetchOutcome::Ok, Some(200), failures, secs(2), None, 1.0);
    assert_eq!((pause, failures), (secs(2), 0));
}

#[test]
fn slowness_lengthens_the_gap_within_bounds() {
    for (delay, took, expected) in [
        (2, 0, 2),
        (2, 1, 3),
        (2, 4, 12),
        (2, 600, 16),
        (0, 5, 0),
        (30, 5, 30),
    ] {
        assert_eq!(
            slowed(secs(delay), secs(took)),
            secs(expected),
            "{delay} {took}"
        );
    }
    assert_eq!(slowed(Duration::MAX, Duration::MAX), Duration::MAX);
}

#[test]
fn a_source_is_put_off_to_the_end_of_its_quiet_time_or_to_the_next_day() {
    let clock = |text: &str| -> Timestamp { format!("2026-03-01T{text}Z").parse().unwrap() };
    let next_day = clock("00:00:00") + TimeDelta::days(1);
    for (quiet, per_day, asked, now, until) in [
        (None, None, 9_999, "12:00:00", None),
        (None, Some(10), 9, "12:00:00", None),
        (None, Some(10), 10, "12:00:00", Some(next_day)),
        (Some("22:00-04:30"), None, 0, "21:59:59", None),
        (Some("22:00-04:30"), None, 0, "04:30:00", None),
        (
            Some("22:00-04:30"),
            None,
            0,
            "04:29:59",
            Some(clock("04:30:00")),
        ),
        (
            Some("22:00-04:30"),
            None,
            0,
            "22:00:00",
            Some(next_day + TimeDelta::minutes(270)),
        ),
        (Some("09:00-17:00"), Some(5), 5, "10:00:00", Some(next_day)),
    ] {
        let courtesy = Courtesy {
            per_day,
            quiet: quiet.map(|quiet| Quiet::parse(quiet).unwrap()),
            ..Courtesy::default()
        };
        let got = put_off(&courtesy, asked, clock(now), Zone::UTC, 0.0);
        assert_eq!(got, until, "{courtesy:?} {asked} {now}");
        let latest = put_off(&courtesy, asked, clock(now), Zone::UTC, 1.0);
        assert_eq!(latest, until.map(|until| until + HOUR));
    }
}

/// By the clocks of the newsroom, summer time and all.
#[test]
fn a_quiet_time_is_of_its_zone() {
    let at = |text: &str| -> Timestamp { text.parse().unwrap() };
    let courtesy = Courtesy {
        quiet: Quiet::parse("22:00-04:30"),
        ..Courtesy::default()
    };
    for (zone, now, until) in [
        ("Asia/Jakarta", "2026-03-01T14:59:59Z", None),
        (
            "Asia/Jakarta",
            "2026-03-01T15:00:00Z",
            Some("2026-03-01T21:30:00Z"),
        ),
        (
            "Asia/Kathmandu",
            "2026-03-01T16:15:00Z",
            Some("2026-03-01T22:45:00Z"),
        ),
        ("Europe/Berlin", "2026-01-15T20:30:00Z", None),
        (
            "Europe/Berlin",
            "2026-07-15T20:30:00Z",
            Some("2026-07-16T02:30:00Z"),
        ),
        (
            "america/st_johns",
            "2026-01-15T01:30:00Z",
            Some("2026-01-15T08:00:00Z"),
        ),
    ] {
        let by = Zone::named(zone).unwrap();
        let got = put_off(&courtesy, 0, at(now), by, 0.0);
        assert_eq!(got, until.map(at), "{zone} {now}");
    }
    assert_eq!(Zone::named("Mars/Olympus"), None);
    let noon = at("2026-03-01T05:00:00Z");
    let written = ["UTC", "Asia/Jakarta"].map(|name| Zone::named(name).unwrap().write(noon));
    assert_eq!(written, ["2026-03-01 05:00 UTC", "2026-03-01 12:00 WIB"]);
}

/// A day of 23 hours, one of 25, one that begins at one o'clock, and one that never was.
#[test]
fn the_next_day_is_that_of_its_zone() {
    let at = |text: &str| -> Timestamp { text.parse().unwrap() };
    let courtesy = Courtesy {
        per_day: Some(3),
        ..Courtesy::default()
    };
    for (zone, now, next, hours) in [
        ("UTC", "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", 24),
        (
            "Asia/Jakarta",
            "2026-03-01T17:00:00Z",
            "2026-03-02T17:00:00Z",
            24,
        ),
        (
            "Europe/Berlin",
            "2026-03-28T23:00:00Z",
            "2026-03-29T22:00:00Z",
            23,
        ),
        (
            "Europe/Berlin",
            "2026-10-24T22:00:00Z",
            "2026-10-25T23:00:00Z",
            25,
        ),
        (
            "Asia/Beirut",
            "2022-03-25T22:00:00Z",
            "2022-03-26T22:00:00Z",
            24,
        ),
        (
            "Asia/Beirut",
            "2022-03-26T22:00:00Z",
            "2022-03-27T21:00:00Z",
            23,
        ),
        (
            "Pacific/Apia",
            "2011-12-29T10:00:00Z",
            "2011-12-30T10:00:00Z",
            24,
        ),
    ] {
        let (by, now, next) = (Zone::named(zone).unwrap(), at(now), at(next));
        assert_eq!(put_off(&courtesy, 2, now, by, 0.0), None);
        assert_eq!(
            put_off(&courtesy, 3, now, by, 0.0),
            Some(next),
            "{zone} {now}"
        );
        assert_eq!((next - now).num_hours(), hours, "{zone}");
        let last = next - TimeDelta::seconds(1);
        assert_eq!(by.day(last), by.day(now), "{zone} {now}");
        assert!(by.day(next) > by.day(now), "{zone} {now}");
        assert_eq!(put_off(&courtesy, 3, last, by, 0.0), Some(next));
    }
    assert_eq!(Zone::UTC.day(at("1970-01-01T23:59:59Z")), 0);
    assert_eq!(Zone::UTC.day(at("1969-12-31T23:59:59Z")), -1);
}

#[test]
fn a_quiet_time_reads_as_it_is_written() {
    for text in ["22:00-04:30", "00:00-23:59", "09:05-09:06"] {
        assert_eq!(Quiet::parse(text).unwrap().to_string(), text);
    }
    for text in [
        "",
        "22-4",
        "24:00-01:00",
        "10:60-11:00",
        "10:00-10:00",
        "10:00",
    ] {
        assert_eq!(Quiet::parse(text), None, "{text}");
    }
}

#[test]
fn our_own_network_is_told_from_theirs() {
    use FetchOutcome::*;
    for (attempts, down) in [
        (
            vec![("a", Dns, 0), ("b", Connect, -10), ("c", Dns, -59)],
            true,
        ),
        (
            vec![("a", Dns, 0), ("b", Connect, -10), ("c", Dns, -61)],
            false,
        ),
        (vec![("a", Dns, 0), ("a", Dns, -1), ("b", Dns, -2)], false),
        (
            vec![
                ("a", Dns, 0),
                ("b", Dns, 0),
                ("c", Dns, 0),
                ("d", Http5xx, 0),
            ],
            false,
        ),
        (
            vec![("a", Dns, 0), ("b", Dns, 0), ("c", Dns, 0), ("d", Ok, -70)],
            true,
        ),
        (
            vec![
                ("a", Dns, 0),
                ("b", Dns, 0),
                ("c", Dns, 0),
                ("d", Timeout, 0),
            ],
            true,
        ),
        (
            vec![("a", Timeout, 0), ("b", Timeout, 0), ("c", Timeout, 0)],
            false,
        ),
        (vec![], false),
    ] {
        let recent = attempts.iter().map(|&(host, outcome, seconds)| Attempt {
            host,
            outcome,
            at: at(seconds),
        });
        assert_eq!(network_down(recent, at(0)), down, "{attempts:?}");
    }
}

fn duration() -> impl Strategy<Value = Duration> {
    prop_oneof![
        (0..u64::MAX, 0..1_000_000_000u32).prop_map(|(s, n)| Duration::new(s, n)),
        (0..200_000u64).prop_map(Duration::from_millis),
        Just(Duration::ZERO),
        Just(Duration::MAX),
    ]
}

proptest! {
    #[test]
    fn waits_grow_and_stay_within_bounds(
        attempts in prop_oneof![0..40u32, Just(u32::MAX - 1), any::<u32>()],
        first in duration(),
        max in duration(),
        jitter in any::<f64>(),
    ) {
        let wait = retry(attempts, first, max, jitter);
        prop_assert!(wait >= WAIT_MIN && wait <= WAIT_MAX);
        prop_assert!(wait <= max.max(WAIT_MIN));
        prop_assert!(wait <= retry(attempts.saturating_add(1), first, max, jitter));
    }

    #[test]
    fn no_failure_is_retried_at_once(
        kind in prop::sample::select(vec![PageKind::Article, PageKind::Feed, PageKind::Auto]),
        outcome in prop::sample::select(FetchOutcome::ALL.to_vec()),
        status in prop::option::of(any::<u16>()),
        (attempts, known_for) in (any::<u32>(), duration()),
        again in prop::option::of(duration()),
        times in (duration(), duration()),
        attempts_max in any::<u32>(),
        jitter in any::<f64>(),
    ) {
        let schedule = Schedule {
            attempts_max,
            retry_first: times.0,
            retry_max: times.1,
            give_up_after: WEEK,
        };
        let asked = Asked {
            known_for,
            ..asked(kind, outcome, status, attempts)
        };
        match after(&asked, again, &schedule, jitter) {
            Next::Again { after, .. } if outcome != FetchOutcome::Cancelled => {
                prop_assert!(after >= WAIT_MIN && after <= WAIT_MAX * 2);
            }
            Next::Again { attempts: kept, .. } => prop_assert_eq!(kept, attempts),
            Next::Done | Next::Gone { .. } => prop_assert_eq!(kind, PageKind::Article),
        }
    }

    #[test]
    fn a_host_never_waits_less_than_its_delay_nor_forever(
        outcome in prop::sample::select(FetchOutcome::ALL.to_vec()),
        status in prop::option::of(prop_oneof![Just(403), any::<u16>()]),
        failures in any::<u32>(),
        delay in duration(),
        retry_after in prop::option::of(duration()),
        jitter in any::<f64>(),
    ) {
        let (pause, counted) = host_pause(outcome, status, failures, delay, retry_after, jitter);
        prop_assert!(pause >= delay.min(RETRY_AFTER_MAX) && pause <= RETRY_AFTER_MAX);
        prop_assert!(pause >= retry_after.unwrap_or_default().min(RETRY_AFTER_MAX));
        prop_assert!(counted == 0 || counted == failures || counted == failures.saturating_add(1));
    }
}

#[test]
fn silence_is_reckoned_by_the_rhythm_of_a_source() {
    let hours = |n: u64| Duration::from_secs(n * 3_600);
    for (expected, silent) in [
        (None, 48),
        (Some(hours(0)), 12),
        (Some(Duration::from_secs(600)), 12),
        (Some(hours(2)), 40),
        (Some(hours(7 * 24)), 30 * 24),
        (Some(Duration::MAX), 30 * 24),
    ] {
        assert_eq!(silence_after(expected), hours(silent), "{expected:?}");
    }
}
