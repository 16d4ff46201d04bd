//! The evidence of a stretch of articles, as a histogram: all that a posterior needs of any number
//! of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::Timestamp;

/// Width of a bin, in nats: far below the spread of the articles of one source.
const STEP: f64 = 0.25;

/// What one article weighs at most, in nats, either way: no single one decides about a source.
const MOST: f64 = 6.0;

/// The bin of a log likelihood ratio.
pub(super) fn bin(log_ratio: f32) -> i8 {
    (f64::from(log_ratio).clamp(-MOST, MOST) / STEP).round() as i8
}

/// The log likelihood ratio that a bin stands for.
pub(super) fn value(bin: i8) -> f64 {
    f64::from(bin) * STEP
}

/// A stretch of articles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Regime {
    /// When its first article was read.
    pub(super) since: Timestamp,
    /// Bin -> articles; 49 bins at most.
    counts: BTreeMap<i8, u64>,
}

impl Regime {
    pub(super) fn new(since: Timestamp) -> Regime {
        Regime {
            since,
            counts: BTreeMap::new(),
        }
    }

    pub(super) fn add(&mut self, bin: i8) {
        *self.counts.entry(bin).or_default() += 1;
    }

    /// The articles of this one that are not of `later`, a part of it.
    pub(super) fn without(&self, later: &Regime) -> Regime {
        let mut counts = self.counts.clone();
        for (bin, taken) in &later.counts {
            if let Some(count) = counts.get_mut(bin) {
                *count = count.saturating_sub(*taken);
            }
        }
        Regime {
            since: self.since,
            counts,
        }
    }

    pub(super) fn articles(&self) -> u64 {
        self.counts.values().sum()
    }

    /// Log likelihood ratios and how many articles have each.
    pub(super) fn values(&self) -> impl Iterator<Item = (f64, f64)> {
        let counts = self.counts.iter();
        counts.map(|(bin, count)| (value(*bin), *count as f64))
    }

    /// Its mean, and the sum of squared deviations from it.
    pub(super) fn moments(&self) -> (f64, f64) {
        let articles = self.articles().max(1) as f64;
        let mean = self.values().map(|(x, n)| n * x).sum::<f64>() / articles;
        let squares = self.values().map(|(x, n)| n * (x - mean).powi(2)).sum();
        (mean, squares)
    }
}

/// To four decimals, which JSON gives back to the last bit: a standing that was kept goes on as if
/// it had not been.
pub(super) fn as_kept(x: f64) -> f64 {
    (x * 1e4).round() / 1e4
}
