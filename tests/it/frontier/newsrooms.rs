//! Made-up newsrooms with rhythms like those of real ones, and what a way of asking them costs:
//! shared by the test of a season and the simulation of a year (`cargo bench --bench year`).

use benggala::model::Timestamp;
use rand::{Rng, RngExt, SeedableRng, rngs::StdRng};

pub(super) const HOUR: i64 = 3_600;
pub(super) const DAY: i64 = 24 * HOUR;

/// Monday, 5 January 2026.
pub(super) const BEGIN: i64 = 1_767_571_200;

/// What kind of a newsroom, in shares of all: agencies that never sleep, dailies, regional papers,
/// blogs and villages, weekly papers, bulletins on the hour, and those that fall silent.
const KINDS: [(Kind, f64); 7] = [
    (Kind::Agency, 0.02),
    (Kind::Daily, 0.18),
    (Kind::Regional, 0.30),
    (Kind::Local, 0.33),
    (Kind::Weekly, 0.08),
    (Kind::Bulletin, 0.04),
    (Kind::Dying, 0.05),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Agency,
    Daily,
    Regional,
    Local,
    Weekly,
    Bulletin,
    Dying,
}

/// One newsroom's habits.
struct Newsroom {
    kind: Kind,
    per_day: f64,
    /// Seconds by which its day begins later than UTC's.
    zone: i64,
    /// Share of the daytime rate at night.
    night: f64,
    /// Share of the weekday's rate on Saturday and Sunday.
    weekend: f64,
    /// The hour of the morning peak.
    peak: f64,
    /// Of a weekly paper: the day and hour of the issue.
    issue: (i64, i64),
    /// The day after which it publishes nothing.
    last_day: i64,
}

impl Newsroom {
    fn new(random: &mut StdRng, days: i64) -> Newsroom {
        let kind = pick(random);
        let per_day = match kind {
            Kind::Agency => between(random, 200.0, 600.0),
            Kind::Daily => between(random, 40.0, 200.0),
            Kind::Regional => between(random, 8.0, 40.0),
            Kind::Local => between(random, 0.4, 8.0),
            Kind::Weekly => 0.3,
            Kind::Bulletin => between(random, 20.0, 150.0),
            Kind::Dying => between(random, 0.5, 20.0),
        };
        let wakes = matches!(kind, Kind::Agency | Kind::Bulletin);
        Newsroom {
            kind,
            per_day,
            zone: random.random_range(0..24) * HOUR,
            night: if wakes {
                0.4
            } else {
                0.03 + 0.1 * random.random::<f64>()
            },
            weekend: if wakes {
                0.7
            } else {
                0.2 + 0.7 * random.random::<f64>()
            },
            peak: 9.0 + 3.0 * random.random::<f64>(),
            issue: (random.random_range(0..5), random.random_range(5..12)),
            last_day: match kind {
                Kind::Dying => random.random_range(days / 10..days),
                _ => days,
            },
        }
    }

    /// Relative activity: quiet at night, a peak in the morning and one in the late afternoon.
    fn activity(&self, hour: i64) -> f64 {
        let x = hour as f64;
        let bell = |middle: f64, width: f64| (-(x - middle).powi(2) / width).exp();
        match hour {
            6..23 => 0.35 + bell(self.peak, 8.0) + 0.7 * bell(17.0, 10.0),
            _ => self.night,
        }
    }

    fn publish(&self, day: i64, mood: f64, random: &mut StdRng, out: &mut Vec<i64>) {
        let weekday = day % 7;
        let begin = BEGIN + day * DAY + self.zone;
        if self.kind == Kind::Weekly && weekday == self.issue.0 {
            for _ in 0..10 + poisson(random, 10.0) {
                out.push(begin + self.issue.1 * HOUR + random.random_range(0..90 * 60));
            }
        }
        let weekend = if weekday >= 5 { self.weekend } else { 1.0 };
        for hour in 0..24 {
            let mean = self.per_day / 15.0 * self.activity(hour) * weekend * mood;
            let within = if self.kind == Kind::Bulletin {
                180
            } else {
                HOUR
            };
            for _ in 0..poisson(random, mean) {
                out.push(begin + hour * HOUR + random.random_range(0..within));
            }
        }
        // Something happens: follow-ups within the next hours.
        if random.random::<f64>() < 0.08 {
            let news = begin + random.random_range(0..DAY);
            for _ in 0..poisson(random, (0.15 * self.per_day).min(25.0)) {
                out.push(news - (random.random::<f64>().max(1e-9).ln() * 3_600.0) as i64);
            }
        }
    }
}

/// When one newsroom published over `days`, in Unix seconds, ascending. `seed` makes the newsroom.
pub(super) fn articles(seed: u64, days: i64) -> Vec<i64> {
    let mut random = StdRng::seed_from_u64(seed);
    let newsroom = Newsroom::new(&mut random, days);
    let mut out = Vec::new();
    let mut drift = 0.0_f64;
    for day in 0..newsroom.last_day {
        if day % 7 == 0 {
            drift = (drift + 0.15 * (random.random::<f64>() - 0.5)).clamp(-0.7, 0.7);
        }
        let holiday = if random.random::<f64>() < 0.02 {
            0.3
        } else {
            1.0
        };
        newsroom.publish(day, drift.exp() * holiday, &mut random, &mut out);
    }
    out.sort_unstable();
    out
}

fn pick(random: &mut StdRng) -> Kind {
    let mut left = random.random::<f64>();
    for (kind, share) in KINDS {
        left -= share;
        if left < 0.0 {
            return kind;
        }
    }
    Kind::Local
}

/// Evenly on a logarithmic scale.
fn between(random: &mut StdRng, low: f64, high: f64) -> f64 {
    low * (high / low).powf(random.random::<f64>())
}

/// By counting arrivals, which is fast enough for the means at hand.
fn poisson(random: &mut impl Rng, mean: f64) -> usize {
    let (mut count, mut time) = (0, 0.0);
    loop {
        time -= random.random::<f64>().max(1e-12).ln();
        if time > mean {
            return count;
        }
        count += 1;
    }
}

/// What a way of asking cost and brought, over all sources.
#[derive(Debug, Default, Clone)]
pub(super) struct Tally {
    pub(super) sources: u64,
    pub(super) polls: u64,
    /// Polls that brought nothing new.
    pub(super) wasted: u64,
    /// Articles by the minute quarters between publication and poll.
    delays: Vec<u64>,
    /// The median delay of each source, in seconds.
    medians: Vec<i64>,
}

/// The width of a bin of [`Tally::delays`] in seconds, and their number: two days.
const BIN: i64 = 15;
const BINS: usize = (2 * DAY / BIN) as usize;

impl Tally {
    /// Asks one source from its first second to the end of `days`. `wait` is told what was new,
    /// and when, and says in how many seconds it asks again.
    pub(super) fn watch(
        &mut self,
        articles: &[i64],
        days: i64,
        offset: i64,
        mut wait: impl FnMut(&[i64], i64) -> i64,
    ) {
        self.delays.resize(BINS, 0);
        let (mut now, mut read) = (BEGIN + offset, 0);
        let mut delays = Vec::new();
        while now < BEGIN + days * DAY {
            let from = read;
            while read < articles.len() && articles[read] <= now {
                delays.push(now - articles[read]);
                read += 1;
            }
            self.polls += 1;
            self.wasted += u64::from(read == from);
            now += wait(&articles[from..read], now).max(1);
        }
        for delay in &delays {
            self.delays[((delay / BIN) as usize).min(BINS - 1)] += 1;
        }
        delays.sort_unstable();
        self.medians.extend(delays.get(delays.len() / 2));
        self.sources += 1;
    }

    /// The delay in minutes within which the given share of all articles was found.
    pub(super) fn delay(&self, share: f64) -> f64 {
        let all: u64 = self.delays.iter().sum();
        let mut found = 0;
        let bin = self.delays.iter().position(|count| {
            found += count;
            found as f64 >= share * all as f64
        });
        (bin.unwrap_or(BINS) as i64 * BIN) as f64 / 60.0
    }

    /// The same over sources: of their median delays.
    pub(super) fn delay_of_sources(&self, share: f64) -> f64 {
        let mut medians = self.medians.clone();
        medians.sort_unstable();
        let at = (medians.len() as f64 * share) as usize;
        medians
            .get(at)
            .map_or(f64::NAN, |delay| *delay as f64 / 60.0)
    }

    /// Articles found.
    pub(super) fn articles(&self) -> u64 {
        self.delays.iter().sum()
    }
}

/// An instant of the simulation.
pub(super) fn time(seconds: i64) -> Timestamp {
    Timestamp::from_timestamp(seconds, 0).unwrap_or_default()
}
