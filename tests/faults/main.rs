//! What servers do to a crawler, one row a fault: how each ends, how long it takes and how much
//! memory it costs at its peak.
//!
//! A test binary of its own and one test in it, because memory is counted for the whole process:
//! the faults run one after the other and nothing else runs beside them. The hostile servers share
//! the process, so what is measured is an upper bound.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that fails may panic"
)]

mod bench;
mod connection;
mod feeds;
mod http2;
mod meaning;
mod names;
mod pages;
mod proxy;
mod redirects;
mod robots;
#[path = "../it/fetch/server.rs"]
#[allow(dead_code, reason = "shared with the other tests of fetching")]
mod server;
mod tls;
mod wire;

use std::{
    collections::BTreeSet,
    io::{Write as _, stdout},
    panic::AssertUnwindSafe,
    time::Duration,
};

use futures_util::FutureExt as _;
use peak_alloc::PeakAlloc;

use bench::{Fault, longest_call};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// No fault may cost more.
const MEMORY_MAX: usize = 64 << 20;

/// A fault ends so long after its time limit at the latest.
const GRACE: Duration = Duration::from_secs(1);

/// What the process held before a fault and at its peak.
struct Growth(usize);

impl Growth {
    fn begin() -> Growth {
        MEMORY.reset_peak_usage();
        Growth(MEMORY.current_usage())
    }

    fn bytes(&self) -> usize {
        MEMORY.peak_usage().saturating_sub(self.0)
    }
}

/// All faults in the order of their numbers.
fn faults() -> Vec<Fault> {
    let rooms = [
        wire::FAULTS,
        connection::FAULTS,
        redirects::FAULTS,
        meaning::FAULTS,
        pages::FAULTS,
        robots::FAULTS,
        feeds::FAULTS,
    ];
    let mut all: Vec<Fault> = rooms.concat();
    all.sort_by_key(|fault| fault.number);
    all
}

#[test]
fn every_fault_ends_as_specified_in_time_and_in_bounds() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let faults = faults();
    let numbers: BTreeSet<u8> = faults.iter().map(|fault| fault.number).collect();
    assert!(numbers.iter().copied().eq(1..=73), "{numbers:?}");

    pages::warm_up();
    // Written past the capture of the test harness: the table is what the test is for.
    let mut out = stdout();
    writeln!(
        out,
        "\n{:>5}  {:<44} {:<13} {:>9} {:>10}",
        "fault", "", "outcome", "time", "memory"
    )
    .unwrap();
    let mut failures = Vec::new();
    for fault in faults {
        let (outcome, time, memory) = runtime.block_on(async {
            let measured = (fault.prepare)().await;
            let growth = Growth::begin();
            longest_call::reset();
            let outcome = AssertUnwindSafe(measured).catch_unwind().await;
            let outcome = outcome.unwrap_or("panicked");
            (outcome, longest_call::get(), growth.bytes())
        });
        writeln!(
            out,
            "{:>5}  {:<44} {outcome:<13} {:>6.0} ms {:>6.1} MiB",
            fault.number,
            fault.name,
            time.as_secs_f64() * 1e3,
            memory as f64 / f64::from(1 << 20),
        )
        .unwrap();
        let told = format!("{} {}", fault.number, fault.name);
        if outcome != fault.expected {
            failures.push(format!("{told}: {outcome} instead of {}", fault.expected));
        }
        if time > fault.limit + GRACE {
            failures.push(format!("{told}: took {time:?}, limit {:?}", fault.limit));
        }
        if memory > MEMORY_MAX {
            failures.push(format!("{told}: took {memory} bytes"));
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}
