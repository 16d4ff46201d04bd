//! When a source publishes, learned from what each poll brings, and when to ask it next.
//!
//! The rate of publishing is taken as a product: so many articles a second on average, times the
//! share of the hour of the day, of the weekday and of the five minutes within the hour (agencies
//! publish on the hour). Old observations fade. A source is asked again when either of two costs of
//! not asking is due: the seconds that unseen articles have probably waited, all together, which
//! alone gives intervals that shrink with the square root of the rate, the optimum for mean delay
//! at a given number of requests; or the number of articles that probably wait. Cho and
//! Garcia-Molina (2003, "Effective Page Refresh Policies for Web Crawlers") treat the constant rate.

use std::time::Duration;

use chrono::{Datelike, TimeDelta, Timelike};
use serde::{Deserialize, Serialize};

use crate::model::Timestamp;

/// Observations lose half their weight in this time: habits of a newsroom last for weeks.
const HALF_LIFE: f64 = 21.0 * 86_400.0;

/// Seconds of an hour, the bins of the first profile.
const HOUR: f64 = 3_600.0;

/// What is believed before anything is seen: one article in this many seconds …
const PRIOR_SECONDS: f64 = HOUR;

/// … and flat profiles, which count as much as so many articles.
const PRIOR_HOURS: f64 = 12.0;
const PRIOR_DAYS: f64 = 14.0;
const PRIOR_MINUTES: f64 = 24.0;

/// Seconds of a bin within the hour: the grid on which the rate is summed up.
const BIN: i64 = 300;

/// A feed's dates tell of the past, but not of all of it: feeds list the latest entries only, and
/// a few stay for years.
const HISTORY_MAX: TimeDelta = TimeDelta::days(14);

/// How long unseen articles may wait in all, in seconds, where sources are asked every
/// [`TYPICAL`] until they are known. Chosen with [`ARTICLES_WAITING`] by `cargo bench --bench year`.
const SECONDS_WAITING: f64 = 2_000.0;

/// How many unseen articles may wait, as above.
const ARTICLES_WAITING: f64 = 1.4;

/// The interval to which the two figures above belong. A longer one lengthens all in proportion.
const TYPICAL: f64 = 600.0;

/// A source may say that it stays the same for so long at most: many feeds name a day and publish
/// by the hour.
pub const FRESH_MAX: Duration = Duration::from_secs(3_600);

/// Between which limits a source is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PollLimits {
    /// Before anything is known of the source; what is learned later is scaled by it.
    pub every: Duration,
    /// Never sooner.
    pub min: Duration,
    /// Never later.
    pub max: Duration,
}

/// What the polls of one source have shown. Starts empty; serialised as it is in the store.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Rhythm {
    /// Articles by hour of the day, UTC. These and the sums below fade with [`HALF_LIFE`].
    hours: [f32; 24],
    /// Articles by weekday, from Monday, UTC.
    days: [f32; 7],
    /// Articles by five minutes of the hour.
    minutes: [f32; 12],
    articles: f64,
    /// Seconds of observation.
    seconds: f64,
    /// The last poll.
    until: Option<Timestamp>,
    /// How long the source last said that it stays the same.
    fresh_for: Option<Duration>,
}

impl Rhythm {
    /// Takes in what a poll at `now` brought: of each article that was not known before, when it
    /// was published, where the source says so. The first poll counts only what is dated.
    /// `fresh_for` is how long the answer says that it stays valid; `None` leaves what was said
    /// before, for a "not modified" need not repeat it.
    pub fn observe(
        &mut self,
        arrivals: &[Option<Timestamp>],
        fresh_for: Option<Duration>,
        now: Timestamp,
    ) {
        self.fresh_for = fresh_for.or(self.fresh_for);
        let (from, arrivals) = match self.until {
            Some(until) => (until.min(now), spread(arrivals, until.min(now), now)),
            None => history(arrivals, now),
        };
        let passed = seconds(now - from);
        self.fade(passed);
        self.seconds += passed;
        for at in arrivals {
            self.articles += 1.0;
            self.hours[at.hour() as usize % 24] += 1.0;
            self.days[at.weekday().num_days_from_monday() as usize % 7] += 1.0;
            self.minutes[at.minute() as usize / 5 % 12] += 1.0;
        }
        self.until = Some(now);
    }

    fn fade(&mut self, passed: f64) {
        let keep = (-passed / HALF_LIFE).exp2();
        let profiles = self.hours.iter_mut().chain(&mut self.days);
        for count in profiles.chain(&mut self.minutes) {
            *count *= keep as f32;
        }
        self.articles *= keep;
        self.seconds *= keep;
    }

    /// The mean time between two articles; `None` before the second poll or the first article.
    pub fn expected_interval(&self) -> Option<Duration> {
        (self.articles > 0.0 && self.seconds > 0.0)
            .then(|| Duration::try_from_secs_f64(self.seconds / self.articles).ok())
            .flatten()
    }

    /// How long to wait from `now`: in `pace.min..=pace.max`, and not less than the source says
    /// that it stays the same, up to [`FRESH_MAX`].
    pub fn wait(&self, now: Timestamp, pace: &PollLimits) -> Duration {
        let wait = match self.until {
            Some(_) => self.patience(now, pace),
            None => pace.every,
        };
        let fresh = self.fresh_for.unwrap_or_default().min(FRESH_MAX);
        wait.clamp(pace.min, pace.max.max(pace.min)).max(fresh)
    }

    /// Sums up the rate from `now` on until as much waits as may.
    fn patience(&self, now: Timestamp, pace: &PollLimits) -> Duration {
        let scale = pace.every.as_secs_f64() / TYPICAL;
        let due = |articles: f64, waited: f64| {
            articles / (ARTICLES_WAITING * scale) + waited / (SECONDS_WAITING * scale * scale)
        };
        let max = pace.max.as_secs_f64();
        let (mut passed, mut articles, mut waited) = (0.0, 0.0, 0.0);
        let mut at = now;
        while passed < max {
            let next = end_of_bin(at);
            let step = seconds(next - at).max(1.0);
            let rate = self.rate(at);
            let before = due(articles, waited);
            waited += articles * step + 0.5 * rate * step * step;
            articles += rate * step;
            let after = due(articles, waited);
            if after >= 1.0 {
                passed += step * (1.0 - before) / (after - before);
                break;
            }
            passed += step;
            at = next;
        }
        Duration::try_from_secs_f64(passed).unwrap_or(pace.max)
    }

    /// Articles a second at `at`.
    fn rate(&self, at: Timestamp) -> f64 {
        let hour = at.hour() as usize % 24;
        let near = |ahead: usize| f64::from(self.hours[(hour + ahead) % 24]);
        let by_hour = 0.25 * near(23) + 0.5 * near(0) + 0.25 * near(1);
        let by_day = f64::from(self.days[at.weekday().num_days_from_monday() as usize % 7]);
        let by_minute = f64::from(self.minutes[at.minute() as usize / 5 % 12]);
        let share =
            |count: f64, prior: f64, bins: f64| (count * bins + prior) / (self.articles + prior);
        (self.articles + 1.0) / (self.seconds + PRIOR_SECONDS)
            * share(by_hour, PRIOR_HOURS, 24.0)
            * share(by_day, PRIOR_DAYS, 7.0)
            * share(by_minute, PRIOR_MINUTES, 12.0)
    }
}

/// The dates of a first poll, and since when they tell of all that was published: the oldest of
/// them opens the time that was observed.
fn history(arrivals: &[Option<Timestamp>], now: Timestamp) -> (Timestamp, Vec<Timestamp>) {
    let oldest = now - HISTORY_MAX;
    let mut dated: Vec<Timestamp> = arrivals.iter().flatten().copied().collect();
    dated.retain(|at| (oldest..=now).contains(at));
    dated.sort_unstable();
    match dated.split_first() {
        Some((&first, rest)) => (first, rest.to_vec()),
        None => (now, dated),
    }
}

/// When each article came, between two polls. What bears no date came at any time in between, and
/// a date outside belongs to an article that was added late or lies ahead.
fn spread(arrivals: &[Option<Timestamp>], from: Timestamp, now: Timestamp) -> Vec<Timestamp> {
    let gap = (now - from) / i32::try_from(arrivals.len() + 1).unwrap_or(i32::MAX);
    (1..)
        .zip(arrivals)
        .map(|(number, at)| match at {
            Some(at) => (*at).clamp(from, now),
            None => from + gap * number,
        })
        .collect()
}

/// The next multiple of [`BIN`].
fn end_of_bin(at: Timestamp) -> Timestamp {
    at + TimeDelta::seconds(BIN - at.timestamp().rem_euclid(BIN))
}

/// Seconds of a span, none if it is negative: a clock that was set back teaches nothing.
fn seconds(span: TimeDelta) -> f64 {
    span.to_std().unwrap_or_default().as_secs_f64()
}
