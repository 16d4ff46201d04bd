//! How one family of metrics is made and registered.

use std::cell::RefCell;

use prometheus::{
    Gauge, GaugeVec, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge,
    IntGaugeVec, Opts, Registry,
    core::{Collector, MetricVec, MetricVecBuilder},
    proto::MetricType,
};

use super::by_source::SourceFamily;

/// A label and the values it starts with.
pub(super) type Label<'a> = (&'a str, &'a [&'a str]);
/// For labels whose values are known later; those are bounded where they come from.
pub(super) const NONE_YET: &[&str] = &[];

/// Values of labels that other rooms name: what is counted by them starts at 0 for each.
#[derive(Debug, Clone, Copy, Default)]
pub struct LabelValues<'a> {
    /// `rule`: the detectors.
    pub rules: &'a [&'a str],
    /// `op` of the store: its operations.
    pub store_ops: &'a [&'a str],
    /// `kind` of a store's error.
    pub store_errors: &'a [&'a str],
    /// `kind` of what a store keeps.
    pub store_kinds: &'a [&'a str],
    /// `table` of a store: those whose rows are told.
    pub store_tables: &'a [&'a str],
}

/// A family that is about to be registered.
pub(super) struct MetricFamily<'a> {
    pub(super) registry: &'a Registry,
    pub(super) of_sources: &'a RefCell<Vec<SourceFamily>>,
    pub(super) values: LabelValues<'a>,
    pub(super) name: &'static str,
    pub(super) help: &'static str,
}

impl MetricFamily<'_> {
    fn opts(&self) -> Opts {
        Opts::new(self.name, self.help)
    }

    fn register<C: Collector + Clone + 'static>(&self, family: C) -> Result<C, prometheus::Error> {
        self.registry.register(Box::new(family.clone()))?;
        Ok(family)
    }

    /// Registers `family` with every combination of its labels' values at 0.
    fn start<B: MetricVecBuilder + 'static>(
        &self,
        family: MetricVec<B>,
        labels: &[Label<'_>],
    ) -> Result<MetricVec<B>, prometheus::Error> {
        let combinations = labels.iter().fold(vec![Vec::new()], |rows, (_, values)| {
            rows.iter()
                .flat_map(|row: &Vec<&str>| {
                    values
                        .iter()
                        .map(|value| [row.as_slice(), &[*value]].concat())
                })
                .collect()
        });
        for values in combinations {
            family.get_metric_with_label_values(&values)?;
        }
        self.register(family)
    }

    /// Kept apart from the registry.
    pub(super) fn of_sources(&self, kind: MetricType) -> Result<SourceFamily, prometheus::Error> {
        let family = SourceFamily::new(self.name, self.help, kind);
        self.of_sources.borrow_mut().push(family.clone());
        Ok(family)
    }

    pub(super) fn counter(&self) -> Result<IntCounter, prometheus::Error> {
        self.register(IntCounter::with_opts(self.opts())?)
    }

    pub(super) fn counters(
        &self,
        labels: &[Label<'_>],
    ) -> Result<IntCounterVec, prometheus::Error> {
        self.start(IntCounterVec::new(self.opts(), &names(labels))?, labels)
    }

    pub(super) fn gauge(&self) -> Result<IntGauge, prometheus::Error> {
        self.register(IntGauge::with_opts(self.opts())?)
    }

    pub(super) fn gauges(&self, labels: &[Label<'_>]) -> Result<IntGaugeVec, prometheus::Error> {
        self.start(IntGaugeVec::new(self.opts(), &names(labels))?, labels)
    }

    pub(super) fn float_gauge(&self) -> Result<Gauge, prometheus::Error> {
        self.register(Gauge::with_opts(self.opts())?)
    }

    pub(super) fn float_gauges(&self, labels: &[Label<'_>]) -> Result<GaugeVec, prometheus::Error> {
        self.start(GaugeVec::new(self.opts(), &names(labels))?, labels)
    }

    pub(super) fn histogram(&self, buckets: &[f64]) -> Result<Histogram, prometheus::Error> {
        let opts = HistogramOpts::new(self.name, self.help).buckets(buckets.to_vec());
        self.register(Histogram::with_opts(opts)?)
    }

    pub(super) fn histograms(
        &self,
        buckets: &[f64],
        labels: &[Label<'_>],
    ) -> Result<HistogramVec, prometheus::Error> {
        let opts = HistogramOpts::new(self.name, self.help).buckets(buckets.to_vec());
        self.start(HistogramVec::new(opts, &names(labels))?, labels)
    }
}

fn names<'a>(labels: &[Label<'a>]) -> Vec<&'a str> {
    labels.iter().map(|(name, _)| *name).collect()
}
