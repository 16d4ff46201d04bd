//! What every visit shares and a reload leaves as it is.

use std::sync::Arc;

use futures_util::FutureExt as _;
use tokio::sync::mpsc;

use crate::{fetch::HostNotes, metrics::Metrics, store::Store, trace::Traces};

use super::{
    clock::Clock, cpu::Cores, health::Health, languages::Languages, memory::SiteMemories,
    outage::Outage, question::Question,
};

/// What every visit shares.
pub(super) struct Resources {
    pub(super) store: Arc<dyn Store>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) clock: Clock,
    pub(super) health: Health,
    pub(super) cores: Cores,
    /// What the stream has learned of the sites it passes.
    pub(super) memories: SiteMemories,
    /// What it has learned of the languages that it reads.
    pub(super) languages: Languages,
    pub(super) outage: Outage,
    /// Articles that wait for a second opinion.
    pub(super) questions: mpsc::Sender<Question>,
    /// Who is told of the way of each article.
    pub(super) traces: Arc<Traces>,
    /// Where the hosts are written down that redirects lead to.
    pub(super) host_notes: Arc<HostNotes>,
}

impl Resources {
    pub(super) fn new(
        store: &Arc<dyn Store>,
        metrics: &Arc<Metrics>,
        clock: &Clock,
        health: &Health,
        questions: mpsc::Sender<Question>,
        traces: &Arc<Traces>,
    ) -> Resources {
        Resources {
            store: Arc::clone(store),
            metrics: Arc::clone(metrics),
            clock: clock.clone(),
            health: health.clone(),
            cores: Cores::of_this_machine(),
            memories: SiteMemories::new(Arc::clone(store), clock.clone()),
            languages: Languages::new(Arc::clone(store), clock.clone()),
            outage: Outage::default(),
            questions,
            traces: Arc::clone(traces),
            host_notes: host_notes(store, clock),
        }
    }
}

fn host_notes(store: &Arc<dyn Store>, clock: &Clock) -> Arc<HostNotes> {
    let (store, clock) = (Arc::clone(store), clock.clone());
    Arc::new(move |url, delay| {
        let (store, clock) = (Arc::clone(&store), clock.clone());
        async move {
            let now = clock.now();
            let until = store.note_host(&url, delay, now).await;
            let until = until.map_err(|error| error.to_string())?;
            Ok(until.and_then(|until| (until - now).to_std().ok()))
        }
        .boxed()
    })
}
