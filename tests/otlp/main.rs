//! What a collector of traces is told of the way of articles, and that none does any harm. Built with
//! the feature `otlp` alone, and by itself, so that no other test is built anew for it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that fails may panic"
)]

#[path = "../it/demo/client.rs"]
#[allow(dead_code, reason = "shared with the tests of the demo")]
mod client;
mod collector;
mod course;
mod queue;
#[path = "../it/daemon/site.rs"]
#[allow(dead_code, reason = "shared with the other tests of the daemon")]
mod site;
#[path = "../it/daemon/watch.rs"]
#[allow(dead_code, reason = "shared with the other tests of the daemon")]
mod watch;

/// As the other tests of the daemon find it.
mod demo {
    pub(crate) use crate::client;
}
