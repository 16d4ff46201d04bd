use std::time::Duration;

use benggala::frontier::{FRESH_MAX, PollLimits, Rhythm};
use chrono::TimeDelta;
use proptest::prelude::*;

use super::newsrooms::{DAY, HOUR, Tally, articles, time};

const PACE: PollLimits = PollLimits {
    every: Duration::from_secs(600),
    min: Duration::from_secs(120),
    max: Duration::from_secs(4 * 3_600),
};

fn learned(arrivals: impl IntoIterator<Item = i64>, until: i64) -> Rhythm {
    let mut rhythm = Rhythm::default();
    rhythm.observe(&[], None, time(0));
    let dated: Vec<_> = arrivals.into_iter().map(|at| Some(time(at))).collect();
    rhythm.observe(&dated, None, time(until));
    rhythm
}

#[test]
fn an_unknown_source_is_asked_at_the_configured_interval() {
    assert_eq!(Rhythm::default().wait(time(0), &PACE), PACE.every);
    assert_eq!(Rhythm::default().expected_interval(), None);
}

#[test]
fn a_busy_source_is_asked_often_and_a_silent_one_at_the_limit() {
    let busy = learned((0..14 * DAY).step_by(180), 14 * DAY);
    let calm = learned((0..14 * DAY).step_by(6 * 3_600), 14 * DAY);
    let silent = learned([], 60 * DAY);
    let wait = |rhythm: &Rhythm| rhythm.wait(time(60 * DAY), &PACE);
    assert!(wait(&busy) < Duration::from_secs(360), "{:?}", wait(&busy));
    assert!(wait(&busy) < wait(&calm) && wait(&calm) < PACE.max);
    assert_eq!(wait(&silent), PACE.max);
    let interval = busy.expected_interval().unwrap().as_secs_f64();
    assert!((interval - 180.0).abs() < 2.0, "{interval}");
}

#[test]
fn nobody_is_asked_often_at_night() {
    let by_day = (0..28).flat_map(|day| (8..20).map(move |hour| day * DAY + hour * HOUR + 60));
    let rhythm = learned(by_day, 28 * DAY);
    let noon = rhythm.wait(time(28 * DAY + 12 * HOUR), &PACE);
    let night = rhythm.wait(time(28 * DAY + 22 * HOUR), &PACE);
    assert!(night > 3 * noon, "noon {noon:?}, night {night:?}");
}

#[test]
fn the_dates_of_the_first_poll_teach_at_once() {
    let mut rhythm = Rhythm::default();
    let dated: Vec<_> = (0..30).map(|n| Some(time(10 * DAY - n * 1_800))).collect();
    rhythm.observe(&dated, None, time(10 * DAY));
    let interval = rhythm.expected_interval().unwrap();
    assert_eq!(interval, Duration::from_secs(1_800));
}

#[test]
fn what_a_source_says_of_itself_holds_up_to_an_hour() {
    for (said, at_least) in [
        (Some(1_800), Duration::from_secs(1_800)),
        (Some(86_400), FRESH_MAX),
        (None, Duration::ZERO),
    ] {
        let mut rhythm = learned((0..14 * DAY).step_by(180), 14 * DAY);
        let now = time(14 * DAY + 200);
        rhythm.observe(&[], said.map(Duration::from_secs), now);
        rhythm.observe(&[], None, now + TimeDelta::seconds(1));
        let wait = rhythm.wait(now, &PACE);
        assert!(wait >= at_least, "{said:?}: {wait:?}");
        assert!(
            wait <= at_least.max(Duration::from_secs(600)),
            "{said:?}: {wait:?}"
        );
    }
}

#[test]
fn a_season_of_sources_is_watched_better_than_by_the_clock() {
    const DAYS: i64 = 60;
    let (mut hourly, mut learned) = (Tally::default(), Tally::default());
    for seed in 0..40 {
        let articles = articles(seed, DAYS);
        let offset = (seed as i64 * 613) % HOUR;
        hourly.watch(&articles, DAYS, offset, |_, _| HOUR);
        let mut rhythm = Rhythm::default();
        learned.watch(&articles, DAYS, offset, |new, now| {
            let new: Vec<_> = new.iter().map(|&at| Some(time(at))).collect();
            rhythm.observe(&new, None, time(now));
            rhythm.wait(time(now), &PACE).as_secs() as i64
        });
    }
    assert!(learned.articles() > 10_000);
    let (learned_delay, hourly_delay) = (learned.delay(0.5), hourly.delay(0.5));
    assert!(
        learned_delay < 0.5 * hourly_delay,
        "{learned_delay} minutes, {hourly_delay} by the clock"
    );
    let (of_sources, by_clock) = (learned.delay_of_sources(0.5), hourly.delay_of_sources(0.5));
    assert!(
        of_sources < 1.25 * by_clock,
        "{of_sources} minutes, {by_clock} by the clock"
    );
    let (wasted, hourly) = (learned.wasted, hourly.wasted);
    assert!(
        wasted < hourly,
        "{wasted} polls in vain, {hourly} by the clock"
    );
    assert_eq!(learned.sources, 40);
    assert!(learned.polls > wasted);
}

proptest! {
    #[test]
    fn no_history_leads_beyond_the_limits(
        polls in prop::collection::vec(
            (prop::collection::vec(prop::option::of(any::<i32>()), 0..20), any::<i32>()),
            0..20,
        ),
        fresh in prop::option::of(any::<u64>()),
        every in 1_u64..1_000_000,
        min in 1_u64..100_000,
        max in 1_u64..1_000_000,
        now in any::<i32>(),
    ) {
        let mut rhythm = Rhythm::default();
        for (arrivals, at) in polls {
            let arrivals: Vec<_> = arrivals.into_iter().map(|at| at.map(|at| time(at.into()))).collect();
            rhythm.observe(&arrivals, fresh.map(Duration::from_secs), time(at.into()));
        }
        let pace = PollLimits {
            every: Duration::from_secs(every),
            min: Duration::from_secs(min),
            max: Duration::from_secs(max),
        };
        let wait = rhythm.wait(time(now.into()), &pace);
        prop_assert!(wait >= pace.min);
        prop_assert!(wait <= pace.max.max(pace.min).max(FRESH_MAX));
        let stored = serde_json::to_string(&rhythm).unwrap();
        prop_assert_eq!(serde_json::from_str::<Rhythm>(&stored).unwrap().wait(time(now.into()), &pace), wait);
    }
}
