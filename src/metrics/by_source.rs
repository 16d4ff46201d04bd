//! Families with series for each source.
//!
//! A thousand sources have some eighteen thousand series, which is most of what a scrape takes. A
//! registry copies the name and the labels of each whenever it is asked; here a series holds its labels
//! as they are written, and is written where it stands.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use prometheus::proto::MetricType;

use super::notation::{kind_name, put_escaped, put_head, put_value};

/// A family whose first label is `source`; some have `outcome` as a second one.
#[derive(Debug, Clone)]
pub struct SourceFamily {
    name: &'static str,
    help: &'static str,
    kind: MetricType,
    series: Arc<RwLock<BTreeMap<String, Vec<Series>>>>,
}

/// One line of a family.
#[derive(Debug)]
struct Series {
    outcome: &'static str,
    /// As they are written, with their braces.
    labels: String,
    figure: Figure,
}

/// The value of a series. All clones are the same one.
#[derive(Debug, Clone, Default)]
pub struct Figure(Arc<AtomicU64>);

impl Figure {
    /// What it is now.
    pub fn get(&self) -> f64 {
        f64::from_bits(self.0.load(Ordering::Relaxed))
    }

    /// Makes it another one.
    pub fn set(&self, value: f64) {
        self.0.store(value.to_bits(), Ordering::Relaxed);
    }

    /// Adds one.
    pub fn inc(&self) {
        let more = |bits| Some((f64::from_bits(bits) + 1.0).to_bits());
        // Never refused.
        let _ = (self.0).fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
    }
}

impl SourceFamily {
    pub(super) fn new(name: &'static str, help: &'static str, kind: MetricType) -> SourceFamily {
        SourceFamily {
            name,
            help,
            kind,
            series: Arc::default(),
        }
    }

    /// The series of a source, which begins at 0.
    pub fn of(&self, source: &str) -> Figure {
        self.of_outcome(source, "")
    }

    /// The one of an outcome, which begins at 0.
    pub fn of_outcome(&self, source: &str, outcome: &'static str) -> Figure {
        if let Some(figure) = self.find(source, outcome) {
            return figure;
        }
        let mut all = self.series.write().unwrap_or_else(PoisonError::into_inner);
        let own = all.entry(source.to_string()).or_default();
        // Somebody else may have begun it meanwhile.
        let begun = own.iter().find(|series| series.outcome == outcome);
        if let Some(series) = begun {
            return series.figure.clone();
        }
        let figure = Figure::default();
        own.push(Series {
            outcome,
            labels: labels(source, outcome),
            figure: figure.clone(),
        });
        figure
    }

    /// The one of an outcome, if it has begun.
    pub fn find(&self, source: &str, outcome: &str) -> Option<Figure> {
        let all = self.series.read().unwrap_or_else(PoisonError::into_inner);
        let mut own = all.get(source)?.iter();
        let found = own.find(|series| series.outcome == outcome)?;
        Some(found.figure.clone())
    }

    /// Drops all that a source has.
    pub fn forget(&self, source: &str) {
        let mut all = self.series.write().unwrap_or_else(PoisonError::into_inner);
        all.remove(source);
    }

    /// Appends it in the text format 0.0.4.
    pub(super) fn put_text(&self, out: &mut String) {
        self.put(out, |out| {
            let kind = kind_name(self.kind);
            for (what, said) in [("HELP", self.help), ("TYPE", kind)] {
                out.extend(["# ", what, " ", self.name, " ", said, "\n"]);
            }
        });
    }

    /// Appends it as OpenMetrics.
    pub(super) fn put_open(&self, out: &mut String) {
        self.put(out, |out| put_head(out, self.name, self.kind, self.help));
    }

    /// A family without series is not told. The name of a counter is that of its samples in both formats.
    fn put(&self, out: &mut String, head: impl FnOnce(&mut String)) {
        let all = self.series.read().unwrap_or_else(PoisonError::into_inner);
        if all.is_empty() {
            return;
        }
        head(out);
        for series in all.values().flatten() {
            out.push_str(self.name);
            out.push_str(&series.labels);
            put_value(out, series.figure.get());
        }
    }
}

/// Labels stand in the order of their names.
fn labels(source: &str, outcome: &str) -> String {
    let mut labels = String::from("{");
    if !outcome.is_empty() {
        labels.push_str("outcome=\"");
        put_escaped(&mut labels, outcome);
        labels.push_str("\",");
    }
    labels.push_str("source=\"");
    put_escaped(&mut labels, source);
    labels.push_str("\"}");
    labels
}
