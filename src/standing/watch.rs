//! Change detection: when did a source begin to publish something else?
//!
//! Two CUSUM charts (Page 1954, "Continuous Inspection Schemes"), one for a rise of the evidence
//! and one for a fall, each in units of the source's own spread around its own level. Page's rule
//! was chosen over Bayesian online change-point detection (Adams and MacKay 2007) because it keeps
//! two numbers instead of a weight for every possible run length, is the fastest rule there is at a
//! given rate of false alarms (Moustakides 1986), and dates the change by itself: the last time
//! that its sum stood at 0. Level and spread are those of the articles so far, in the manner of
//! Hawkins's self-starting chart (1987), for nobody knows beforehand how a source writes.
//!
//! An alarm says that the level moved; whether the source turned is for the posterior to say.

use serde::{Deserialize, Serialize};

use super::regime::{Regime, as_kept, value};
use crate::model::Timestamp;

/// Half of the smallest shift worth finding, in standard deviations.
const SLACK: f64 = 0.75;

/// A sum over this is an alarm. With [`SLACK`], simulated sources of one kind raise fewer than one
/// false turn per 1,000 articles, and a source that turns is noticed after five to sixteen, the sooner
/// the plainer it turns (`tests/it/standing.rs` prints and holds the table).
const ALARM: f64 = 8.0;

/// One outlandish article moves the sums by no more than this many standard deviations.
const OUTLIER: f64 = 2.5;

/// Articles before the level of a source is known well enough to be watched.
const LEARNING: u64 = 10;

/// Articles of the new kind without which nothing is said of them.
const BEGUN: u64 = 5;

/// The spread of the articles of one source, in nats, that is assumed for want of its own; it
/// weighs as much as [`LEARNING`] articles.
const SPREAD: f64 = 0.8;

/// One chart, with the articles since its sum last stood at 0.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Chart {
    sum: f64,
    begun: Option<Regime>,
}

impl Chart {
    fn observe(&mut self, deviation: f64, bin: i8, at: Timestamp) {
        let sum = (self.sum + deviation - SLACK).clamp(0.0, 2.0 * ALARM);
        self.sum = as_kept(sum);
        if self.sum == 0.0 {
            self.begun = None;
        } else {
            self.begun.get_or_insert_with(|| Regime::new(at)).add(bin);
        }
    }

    fn alarm(&self) -> Option<&Regime> {
        let begun = self.begun.as_ref()?;
        (self.sum >= ALARM && begun.articles() >= BEGUN).then_some(begun)
    }
}

/// Both charts of a source.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Watch {
    rising: Chart,
    falling: Chart,
}

impl Watch {
    /// Compares an article with those before it; tells the articles since the level changed, if
    /// that is beyond doubt.
    pub(super) fn observe(&mut self, before: &Regime, bin: i8, at: Timestamp) -> Option<Regime> {
        let articles = before.articles();
        if articles < LEARNING {
            return None;
        }
        let (n, assumed) = (articles as f64, LEARNING as f64);
        let (mean, squares) = before.moments();
        let variance = (assumed * SPREAD * SPREAD + squares) / (assumed + n - 1.0);
        let deviation = (value(bin) - mean) / (variance * (1.0 + 1.0 / n)).sqrt();
        let deviation = deviation.clamp(-OUTLIER, OUTLIER);
        self.rising.observe(deviation, bin, at);
        self.falling.observe(-deviation, bin, at);
        let alarm = self.rising.alarm().or_else(|| self.falling.alarm());
        alarm.cloned()
    }
}
