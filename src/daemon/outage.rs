//! Whether our own network is there: what the last fetches say together.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::{
    fetch::Exchange,
    frontier::{self, Attempt},
    model::{FetchOutcome, Timestamp},
};

/// How long nothing is claimed once our own network seems to be gone: until what failed has left
/// [`frontier::NETWORK_WINDOW`], and every robots.txt that could not be reached is asked for again.
/// What is asked then tells whether the network is back.
pub(super) const PAUSE: Duration = Duration::from_secs(61);

/// Fetches that are remembered: more than a minute of a slow network brings.
const RECENT_MAX: usize = 256;

/// The last fetches, by host.
#[derive(Debug, Default)]
pub(super) struct Outage {
    recent: Mutex<VecDeque<(String, FetchOutcome, Timestamp)>>,
}

impl Outage {
    /// Takes a fetch into account. If it failed because our own network is gone, its host is not
    /// to blame: the exchange then counts as cancelled, what it says of robots.txt is dropped, and
    /// the answer is `true`.
    pub(super) fn judge(&self, exchange: &mut Exchange, now: Timestamp) -> bool {
        let host = exchange.final_url.host_str().unwrap_or_default();
        if !self.is_down_after(host, exchange.outcome, now) {
            return false;
        }
        tracing::warn!("our own network seems to be gone; nobody is blamed");
        exchange.outcome = FetchOutcome::Cancelled;
        exchange.robots.clear();
        true
    }

    fn is_down_after(&self, host: &str, outcome: FetchOutcome, now: Timestamp) -> bool {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if recent.len() == RECENT_MAX {
            recent.pop_front();
        }
        recent.push_back((host.to_string(), outcome, now));
        let failed = matches!(outcome, FetchOutcome::Dns | FetchOutcome::Connect);
        let attempts = recent.iter().map(|(host, outcome, at)| Attempt {
            host,
            outcome: *outcome,
            at: *at,
        });
        failed && frontier::network_down(attempts, now)
    }
}
