//! A year of virtual time: 5,000 newsrooms watched at fixed intervals and by their learned rhythm.
//!
//!     cargo bench --bench year [-- SOURCES [DAYS]]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a bench prints its table, and how far it is"
)]

use std::time::Duration;

use benggala::frontier::{PollLimits, Rhythm};

#[path = "../tests/it/frontier/newsrooms.rs"]
mod newsrooms;

use newsrooms::{HOUR, Tally, articles, time};

/// As in the default configuration.
const PACE: PollLimits = PollLimits {
    every: Duration::from_secs(600),
    min: Duration::from_secs(120),
    max: Duration::from_secs(4 * 3_600),
};

fn main() {
    let mut numbers = std::env::args().filter_map(|arg| arg.parse().ok());
    let sources: u64 = numbers.next().unwrap_or(5_000);
    let days = numbers.next().map_or(365, |days| days as i64);
    let mut rows = vec![
        ("every 10 minutes", Tally::default()),
        ("every hour", Tally::default()),
        ("learned", Tally::default()),
    ];
    for seed in 0..sources {
        let articles = articles(seed, days);
        let offset = (seed as i64 * 613) % HOUR;
        rows[0].1.watch(&articles, days, offset, |_, _| 600);
        rows[1].1.watch(&articles, days, offset, |_, _| HOUR);
        let mut rhythm = Rhythm::default();
        rows[2].1.watch(&articles, days, offset, |new, now| {
            let new: Vec<_> = new.iter().map(|&at| Some(time(at))).collect();
            rhythm.observe(&new, None, time(now));
            rhythm.wait(time(now), &PACE).as_secs() as i64
        });
        if seed % 100 == 99 {
            eprint!("\r{} of {sources} sources", seed + 1);
        }
    }
    eprintln!();
    print(&rows, days);
}

fn print(rows: &[(&str, Tally)], days: i64) {
    let found = rows[0].1.articles() as f64;
    let source_days = rows[0].1.sources as f64 * days as f64;
    println!(
        "{} sources, {days} days, {:.1} articles a source and day",
        rows[0].1.sources,
        found / source_days
    );
    println!(
        "                   polls a source and day   minutes from publication to poll, of all articles   median of a source"
    );
    println!(
        "asked                  all  nothing new          p50      p90      p99                               p50      p90"
    );
    for (name, tally) in rows {
        println!(
            "{name:18} {:7.1} {:12.1} {:12.2} {:8.2} {:8.1} {:33.1} {:8.1}",
            tally.polls as f64 / source_days,
            tally.wasted as f64 / source_days,
            tally.delay(0.5),
            tally.delay(0.9),
            tally.delay(0.99),
            tally.delay_of_sources(0.5),
            tally.delay_of_sources(0.9),
        );
    }
}
