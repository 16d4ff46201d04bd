//! Clocks that jump.

use std::time::Duration;

use benggala::frontier::clock::{Clocks, Jump, is_possible, jump};
use chrono::{DateTime, TimeDelta};

/// So many seconds later by each clock.
fn clocks(wall: i64, passed: u64, awake: u64) -> Clocks {
    Clocks {
        wall: DateTime::from_timestamp(1_790_000_000 + wall, 0).unwrap(),
        passed: Duration::from_secs(1_000 + passed),
        awake: Duration::from_secs(900 + awake),
    }
}

#[test]
fn a_step_and_a_sleep_are_told_from_time_that_passes() {
    let stepped = |seconds| Some(Jump::Stepped(TimeDelta::seconds(seconds)));
    let slept = |seconds| Some(Jump::Slept(Duration::from_secs(seconds)));
    for (wall, passed, awake, found) in [
        (5, 5, 5, None),
        (600, 600, 600, None),
        // NTP slews, and the loop hesitates.
        (8, 5, 5, None),
        (3, 5, 5, None),
        (20, 20, 1, None),
        (3_605, 5, 5, stepped(3_600)),
        (-3_595, 5, 5, stepped(-3_600)),
        (2_592_005, 5, 5, stepped(2_592_000)),
        (28_800, 28_800, 5, slept(28_795)),
        // Set while it slept.
        (36_000, 28_800, 5, stepped(7_200)),
    ] {
        let found_now = jump(&clocks(0, 0, 0), &clocks(wall, passed, awake));
        assert_eq!(found_now, found, "{wall} {passed} {awake}");
    }
}

#[test]
fn a_clock_that_begins_in_1970_is_wrong() {
    for (seconds, possible) in [(0, false), (86_400, false), (1_790_000_000, true)] {
        let wall = DateTime::from_timestamp(seconds, 0).unwrap();
        assert_eq!(is_possible(wall), possible, "{wall}");
    }
}
