//! Time that does not depend on what else the machine does.

use std::time::Duration;

/// The CPU time of this thread so far: a busy machine makes it wait.
#[cfg(target_os = "linux")]
pub(crate) fn time() -> Duration {
    let counters = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    let nanoseconds = counters.split_whitespace().next().unwrap();
    Duration::from_nanos(nanoseconds.parse().unwrap())
}

/// Where the system does not tell: the time that has passed.
#[cfg(not(target_os = "linux"))]
pub(crate) fn time() -> Duration {
    use std::{sync::LazyLock, time::Instant};

    static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);
    BEGUN.elapsed()
}
