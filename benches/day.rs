//! A day of virtual time over a real store: made-up newsrooms, hosts that are down, answers that fail, a worker
//! that dies every 47 minutes.
//!
//!     cargo bench --bench day [-- SOURCES [DAYS]]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a bench prints its table, and how far it is, and ends at its first surprise"
)]

use std::time::Instant;

use benggala::{
    model::StoreUrl,
    store::{self, Observer},
};

#[path = "../tests/it/frontier/day.rs"]
mod day;
#[path = "../tests/it/store/given.rs"]
#[allow(dead_code, reason = "tests take more of it")]
mod given;
#[path = "../tests/it/frontier/newsrooms.rs"]
#[allow(dead_code, reason = "the bench of a year takes more of it")]
mod newsrooms;

#[tokio::main]
async fn main() {
    let mut numbers = std::env::args().filter_map(|arg| arg.parse().ok());
    let sources: usize = numbers.next().unwrap_or(1_000);
    let days = numbers.next().map_or(1, |days| days as i64);
    let folder = tempfile::tempdir().unwrap();
    let url = StoreUrl::Sqlite(folder.path().join("benggala.db"));
    let store = store::open(&url, Observer::default()).await.unwrap();
    let begun = Instant::now();
    let course = day::live(store.as_ref(), sources, days, |hour| {
        eprint!("\rhour {hour}");
    })
    .await;
    let rest = store.counts(newsrooms::time(newsrooms::BEGIN + days * newsrooms::DAY));
    let rest = rest.await.unwrap();
    let delay = |share: f64| {
        let at = (course.delays.len() as f64 * share) as usize;
        course.delays[at.min(course.delays.len() - 1)] as f64 / 60.0
    };
    println!(
        "\n{sources} sources, {days} days and a night in {:.0} s of real time: {} polls, {} of {} articles read, {} deaths",
        begun.elapsed().as_secs_f64(),
        course.polls,
        course.delays.len(),
        course.published,
        course.deaths,
    );
    println!(
        "lost {}, doubled {}, too early {}, claims that left what was due {}, moments without time passing {} in a row at most",
        course.lost, course.doubled, course.early, course.stuck, course.spins,
    );
    println!(
        "minutes from publication to reading: p50 {:.1}, p90 {:.1}, p99 {:.1}; leases that ran out {}",
        delay(0.5),
        delay(0.9),
        delay(0.99),
        rest.expired,
    );
}
