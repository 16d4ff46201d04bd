//! What every visit shares and a reload leaves as it is.

use std::sync::Arc;

use futures_util::FutureExt as _;
use tokio::sync::mpsc;

use crate::{
    fetch::{AddressTurns, HostNotes, Way},
    metrics::Metrics,
    render::Renderer,
    store::{Lease, Store},
    trace::Traces,
};

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
    /// Who shows pages that need their scripts.
    pub(super) renderer: Renderer,
    /// Who is told of the way of each article.
    pub(super) traces: Arc<Traces>,
    /// Where the hosts are written down that redirects lead to.
    pub(super) host_notes: Arc<HostNotes>,
    /// Where turns are taken at the addresses that hosts share.
    pub(super) address_turns: Arc<AddressTurns>,
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
            renderer: Renderer::default(),
            traces: Arc::clone(traces),
            host_notes: host_notes(store, clock),
            address_turns: address_turns(store),
        }
    }

    /// Who is told of hosts and addresses while the URL of a lease is visited.
    pub(super) fn way(&self, lease: &Lease) -> Way {
        let (notes, turns) = (&self.host_notes, &self.address_turns);
        Way::from(&lease.link.url, Arc::clone(notes), Arc::clone(turns))
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

/// A store that nobody shares has no turns: the gate keeps the pace of this process.
fn address_turns(store: &Arc<dyn Store>) -> Arc<AddressTurns> {
    let store = Arc::clone(store);
    Arc::new(move |address, pace, patience| {
        let store = Arc::clone(&store);
        async move {
            let turn = store.take_turn(address, pace, patience).await;
            let wait = turn.map_err(|error| error.to_string())?;
            Ok(wait.unwrap_or_default())
        }
        .boxed()
    })
}
