//! A week of virtual time: when the visits of many sources fall due, and how late they are where databases
//! do so many visits a second (docs/scale.md).
//!
//!     cargo bench --bench schedule [-- SOURCES [VISITS_A_SECOND]]
//!
//! Newsrooms are made up, 100,000 at most, each asked by the rhythm that is learned of it over four weeks; the
//! last week counts. An article is read when it is found and after 1, 4, 16 and 64 hours. Where there are more
//! sources than newsrooms, each stands for many of its kind, who are asked at other seconds of the same minute.
//! What cannot be done in its minute waits in turn: the oldest goes first, as in the queue.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a bench prints its table, and how far it is"
)]

use std::time::Duration;

use benggala::frontier::{PollLimits, Rhythm};

#[path = "../tests/it/frontier/newsrooms.rs"]
#[expect(dead_code, reason = "what is told of polls is not needed here")]
mod newsrooms;

use newsrooms::{BEGIN, DAY, HOUR, articles, time};

/// As in the default configuration.
const PACE: PollLimits = PollLimits {
    every: Duration::from_secs(600),
    min: Duration::from_secs(120),
    max: Duration::from_secs(4 * 3_600),
};
/// Hours after which an article is read, and read again.
const READS: [i64; 5] = [0, 1, 4, 16, 64];
const NEWSROOMS_MAX: u64 = 100_000;
const DAYS: i64 = 35;
const WEEK: i64 = 7 * DAY;
const MINUTES: usize = (WEEK / 60) as usize;
/// What one PostgreSQL does (`cargo bench --bench claims`, eight workers).
const VISITS_A_SECOND: f64 = 400.0;

/// Visits that fall due in each minute of the last week, and articles of a source a day.
struct Demand {
    due: Vec<f64>,
    articles: f64,
}

impl Demand {
    fn of(sources: u64) -> Demand {
        let newsrooms = sources.min(NEWSROOMS_MAX);
        let mut demand = Demand {
            due: vec![0.0; MINUTES],
            articles: 0.0,
        };
        for seed in 0..newsrooms {
            demand.watch(seed);
            if seed % 1_000 == 999 {
                eprint!("\r{} of {newsrooms} newsrooms", seed + 1);
            }
        }
        eprint!("\r");
        demand.articles /= newsrooms as f64 * DAYS as f64;
        let stands_for = sources as f64 / newsrooms as f64;
        demand.due.iter_mut().for_each(|due| *due *= stands_for);
        demand
    }

    fn add(&mut self, at: i64) {
        let second = at - (BEGIN + DAYS * DAY - WEEK);
        if let Some(due) = usize::try_from(second)
            .ok()
            .and_then(|second| self.due.get_mut(second / 60))
        {
            *due += 1.0;
        }
    }

    fn watch(&mut self, seed: u64) {
        let articles = articles(seed, DAYS);
        let mut rhythm = Rhythm::default();
        let (mut now, mut read) = (BEGIN + (seed as i64 * 613) % HOUR, 0);
        while now < BEGIN + DAYS * DAY {
            self.add(now);
            let from = read;
            while read < articles.len() && articles[read] <= now {
                READS.iter().for_each(|hours| self.add(now + hours * HOUR));
                read += 1;
                self.articles += 1.0;
            }
            let new: Vec<_> = articles[from..read]
                .iter()
                .map(|&at| Some(time(at)))
                .collect();
            rhythm.observe(&new, None, time(now));
            now += (rhythm.wait(time(now), &PACE).as_secs() as i64).max(1);
        }
    }

    /// Visits a second on the mean, and in the busiest minute.
    fn rates(&self) -> (f64, f64) {
        let mean = self.due.iter().sum::<f64>() / WEEK as f64;
        (mean, self.due.iter().copied().fold(0.0, f64::max) / 60.0)
    }

    /// The minutes by which visits are late at so many a second: of 99 in 100, and at most.
    fn lateness(&self, a_second: f64) -> (f64, f64) {
        let mut waiting = 0.0;
        let mut late: Vec<(f64, f64)> = Vec::with_capacity(MINUTES);
        for due in &self.due {
            waiting = (waiting + due - a_second * 60.0).max(0.0);
            late.push((waiting / a_second / 60.0, *due));
        }
        late.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut left = self.due.iter().sum::<f64>() * 0.99;
        let of_most = late.iter().find(|(_, due)| {
            left -= due;
            left <= 0.0
        });
        let worst = late.last().map_or(0.0, |(minutes, _)| *minutes);
        (of_most.map_or(worst, |(minutes, _)| *minutes), worst)
    }
}

fn main() {
    let mut numbers = std::env::args().filter_map(|arg| arg.parse::<f64>().ok());
    let asked = numbers.next().map(|sources| vec![sources as u64]);
    let visits = numbers.next().unwrap_or(VISITS_A_SECOND);
    println!(
        "| sources | articles a day | visits/s, mean / busiest minute | busiest to mean | databases of {visits} visits/s | minutes late, p99 / most |\n|---|---|---|---|---|---|"
    );
    for sources in asked.unwrap_or_else(|| vec![1_000, 100_000, 10_000_000]) {
        let demand = Demand::of(sources);
        let (mean, busiest) = demand.rates();
        for share in [1.1, 1.25, 1.5, 2.0] {
            let databases = (mean * share / visits).ceil();
            let (of_most, worst) = demand.lateness(databases * visits);
            println!(
                "| {sources} | {:.1} | {mean:.1} / {busiest:.1} | {:.2} | {databases} | {of_most:.1} / {worst:.1} |",
                demand.articles,
                busiest / mean
            );
            if worst == 0.0 {
                break;
            }
        }
    }
}
