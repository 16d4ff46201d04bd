//! Whether work can be done, and why not.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::{
    metrics::Metrics,
    model::Unready,
    store::{Op, StoreError},
};

/// The loop comes round every five seconds at least; one that has not for so long hangs.
const STUCK_AFTER: Duration = Duration::from_secs(60);

/// What keeps the daemon from its work, for everybody who asks.
#[derive(Debug, Clone)]
pub struct Health(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    reasons: BTreeSet<Unready>,
    /// What will keep it from its work before long.
    warning: Option<String>,
    /// When the loop came round last.
    beat: Instant,
}

impl Default for Health {
    fn default() -> Health {
        Health(Arc::new(Mutex::new(State {
            reasons: BTreeSet::from([Unready::Starting]),
            warning: None,
            beat: Instant::now(),
        })))
    }
}

impl Health {
    /// All that keeps it from its work now; nothing if it works.
    pub fn reasons(&self) -> Vec<Unready> {
        let state = self.state();
        let mut reasons = state.reasons.clone();
        if state.beat.elapsed() > STUCK_AFTER {
            reasons.insert(Unready::Stuck);
        }
        reasons.into_iter().collect()
    }

    /// Says so in the metrics.
    pub fn show(&self, metrics: &Metrics) {
        let reasons = self.reasons();
        metrics.ready.set(i64::from(reasons.is_empty()));
        for reason in Unready::ALL {
            metrics
                .unready
                .with_label_values(&[reason.as_str()])
                .set(i64::from(reasons.contains(&reason)));
        }
    }

    /// Whether a reason holds from now on. Tells whether that is news.
    pub(super) fn set(&self, reason: Unready, holds: bool) -> bool {
        let mut state = self.state();
        match holds {
            true => state.reasons.insert(reason),
            false => state.reasons.remove(&reason),
        }
    }

    /// What will keep it from its work before long, for people.
    pub fn warning(&self) -> Option<String> {
        self.state().warning.clone()
    }

    /// Warns from now on, or no more. Tells whether that is news.
    pub(super) fn warn(&self, warning: Option<String>) -> bool {
        let mut state = self.state();
        let is_news = state.warning.is_some() != warning.is_some();
        state.warning = warning;
        is_news
    }

    pub(super) fn has(&self, reason: Unready) -> bool {
        self.state().reasons.contains(&reason)
    }

    /// The store has done something. What it cannot write it cannot write for anybody: the next write
    /// that succeeds, a probe at the latest, says that it can again.
    pub(super) fn stored(&self, op: Op, error: Option<&StoreError>) {
        match (op, error) {
            (Op::Complete | Op::Probe, None) => {
                self.set(Unready::Store, false);
            }
            (_, Some(StoreError::Full | StoreError::Open { .. } | StoreError::Corrupt { .. })) => {
                self.set(Unready::Store, true);
            }
            (Op::Complete | Op::Probe, Some(StoreError::Database(_))) => {
                self.set(Unready::Store, true);
            }
            _ => {}
        }
        if op == Op::Probe {
            let is_moved = matches!(error, Some(StoreError::Moved { .. }));
            self.set(Unready::File, is_moved);
        }
    }

    /// The loop came round.
    pub(super) fn beat(&self) {
        self.state().beat = Instant::now();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
