//! What every visit shares and a reload leaves as it is.

use std::sync::Arc;

use tokio::sync::mpsc;

use crate::{metrics::Metrics, store::Store};

use super::{
    cpu::Cores, languages::Languages, memory::SiteMemories, outage::Outage, question::Question,
};

/// What every visit shares.
#[derive(Debug)]
pub(super) struct Resources {
    pub(super) store: Arc<dyn Store>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) cores: Cores,
    /// What the stream has learned of the sites it passes.
    pub(super) memories: SiteMemories,
    /// What it has learned of the languages that it reads.
    pub(super) languages: Languages,
    pub(super) outage: Outage,
    /// Articles that wait for a second opinion.
    pub(super) questions: mpsc::Sender<Question>,
}

impl Resources {
    pub(super) fn new(
        store: &Arc<dyn Store>,
        metrics: &Arc<Metrics>,
        questions: mpsc::Sender<Question>,
    ) -> Resources {
        Resources {
            store: Arc::clone(store),
            metrics: Arc::clone(metrics),
            cores: Cores::of_this_machine(),
            memories: SiteMemories::new(Arc::clone(store)),
            languages: Languages::new(Arc::clone(store)),
            outage: Outage::default(),
            questions,
        }
    }
}
