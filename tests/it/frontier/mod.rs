mod moved;
mod newsrooms;
mod rhythm;

use std::time::Duration;

use benggala::{
    frontier::{
        Attempt, HOST_FAILING_MAX, Next, RETRY_AFTER_MAX, Schedule, WAIT_MAX, WAIT_MIN, after,
        host_pause, network_down, put_off, recheck, retry, slowed, worth_fetching,
    },
    model::{Courtesy, Date, FetchOutcome, Link, PageKind, Quiet, Timestamp},
};
use chrono::TimeDelta;
use proptest::prelude::*;
use url::Url;

const SCHEDULE: Schedule = Schedule {
    attempts_max: 5,
    retry_first: Duration::from_secs(60),
    retry_max: Duration::from_secs(86_400),
};
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

#[test]
fn an_article_is_read_once_or_given_up() {
    use FetchOutcome::*;
    for (outcome, status, attempts, expected) in [
        (Ok, Some(200), 0, Next::Done),
        (Ok, Some(200), 4, Next::Done),
        (NotModified, Some(304), 0, Next::Done),
        (Http4xx, Some(404), 0, Next::Gone),
        (Http4xx, Some(410), 0, Next::Gone),
        (Http4xx, Some(451), 0, Next::Gone),
        (Http4xx, Some(403), 0, Next::Gone),
        (Http4xx, Some(401), 0, Next::Gone),
        (Http4xx, Some(418), 0, Next::Gone),
        (Http4xx, None, 0, Next::Gone),
        (Http4xx, Some(408), 0, again(60, 1)),
        (Http4xx, Some(425), 0, again(60, 1)),
        (Http4xx, Some(429), 3, again(480, 4)),
        (Http4xx, Some(429), 4, Next::Gone),
        (Blocked, None, 0, Next::Gone),
        (TooLarge, Some(200), 0, again(60, 1)),
        (TooLarge, Some(200), 1, Next::Gone),
        (Decode, Some(200), 1, Next::Gone),
        (Redirect, Some(302), 1, Next::Gone),
        (Timeout, None, 0, again(60, 1)),
        (Http5xx, Some(503), 1, again(120, 2)),
        (Connect, None, 2, again(240, 3)),
        (Dns, None, 3, again(480, 4)),
        (Tls, None, 4, Next::Gone),
        (Throttled, Some(429), 0, again(60, 1)),
        (Challenge, Some(200), 0, again(60, 1)),
        (Timeout, None, u32::MAX, Next::Gone),
        (Cancelled, None, 3, again(0, 3)),
    ] {
        let next = after(
            PageKind::Article,
            outcome,
            status,
            attempts,
            None,
            &SCHEDULE,
            1.0,
        );
        assert_eq!(next, expected, "{outcome:?} {status:?} after {attempts}");
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
            let next = after(kind, outcome, status, attempts, Some(every), &SCHEDULE, 0.5);
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
        after(
            PageKind::Feed,
            FetchOutcome::Ok,
            None,
            0,
            Some(TEN_MINUTES),
            &SCHEDULE,
            jitter,
        )
    };
    assert_eq!(poll(0.0), again(540, 0));
    assert_eq!(poll(1.0), again(660, 0));
}

#[test]
fn an_article_is_looked_at_again_ever_more_rarely() {
    const WEEK: Duration = Duration::from_secs(7 * 86_400);
    let mut ages = vec![Duration::ZERO];
    while let Some(wait) = recheck(ages[ages.len() - 1], HOUR, WEEK) {
        ages.push(ages[ages.len() - 1] + wait);
    }
    assert_eq!(ages, [0, 1, 4, 16, 64].map(|hours| hours * HOUR));
    assert_eq!(recheck(Duration::ZERO, Duration::ZERO, WEEK), None);
    assert_eq!(recheck(Duration::MAX, HOUR, WEEK), None);
    let next = |outcome, again| after(PageKind::Article, outcome, None, 0, again, &SCHEDULE, 0.5);
    assert_eq!(next(FetchOutcome::Ok, Some(HOUR)), again(3_600, 0));
    assert_eq!(next(FetchOutcome::NotModified, Some(HOUR)), again(3_600, 0));
    assert_eq!(next(FetchOutcome::Timeout, Some(HOUR)), again(45, 1));
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
        (Throttled, 5, Some(secs(7)), (secs(7), 6)),
        (Throttled, 0, Some(secs(0)), (secs(2), 1)),
        (Throttled, 0, Some(year), (RETRY_AFTER_MAX, 1)),
        (Challenge, 0, None, (secs(60), 1)),
        (Timeout, 0, None, (secs(2), 1)),
        (Connect, 1, None, (secs(2), 2)),
        (Http5xx, 2, None, (secs(15), 3)),
        (Dns, 3, None, (secs(30), 4)),
        (Tls, u32::MAX, None, (HOST_FAILING_MAX / 2, u32::MAX)),
        (Http5xx, 0, Some(secs(90)), (secs(90), 1)),
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
        };
        let got = put_off(&courtesy, asked, clock(now), 0.0);
        assert_eq!(got, until, "{courtesy:?} {asked} {now}");
        let latest = put_off(&courtesy, asked, clock(now), 1.0);
        assert_eq!(latest, until.map(|until| until + HOUR));
    }
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
fn old_news_is_no_news() {
    let link = |published: Option<Timestamp>| Link {
        url: Url::parse("https://example.com/a").expect("a URL"),
        source: "example.com".to_string(),
        kind: PageKind::Article,
        published: published.map(Date::from),
    };
    for (published, worth) in [
        (None, true),
        (Some(at(0)), true),
        (Some(at(-3_600)), true),
        (Some(at(-3_601)), false),
        (Some(at(99_999)), true),
        (Some(Timestamp::MIN_UTC), false),
        (Some(Timestamp::MAX_UTC), true),
    ] {
        assert_eq!(
            worth_fetching(&link(published), at(0), HOUR),
            worth,
            "{published:?}"
        );
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
        attempts in any::<u32>(),
        again in prop::option::of(duration()),
        times in (duration(), duration()),
        attempts_max in any::<u32>(),
        jitter in any::<f64>(),
    ) {
        let schedule = Schedule {
            attempts_max,
            retry_first: times.0,
            retry_max: times.1,
        };
        match after(kind, outcome, status, attempts, again, &schedule, jitter) {
            Next::Again { after, .. } if outcome != FetchOutcome::Cancelled => {
                prop_assert!(after >= WAIT_MIN && after <= WAIT_MAX * 2);
            }
            Next::Again { attempts: kept, .. } => prop_assert_eq!(kept, attempts),
            Next::Done | Next::Gone => prop_assert_eq!(kind, PageKind::Article),
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
