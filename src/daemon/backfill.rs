//! A backfill without a daemon beside it: the loop, for the past of one source alone.

use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use chrono::Utc;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{
    config::Config,
    metrics::Metrics,
    model::{Backfill, BackfillState},
    store::{self, BackfillOrder, OpenError, Store, StoreError},
};

use super::{Daemon, clock::Clock, error::DaemonError, health::Health, service::observer};

/// How often is looked how far it is.
const LOOK: Duration = Duration::from_millis(250);

/// A store that is held for one backfill.
#[derive(Debug)]
pub struct OwnBackfill {
    store: Arc<dyn Store>,
    metrics: Arc<Metrics>,
    config: Config,
    source: String,
}

impl OwnBackfill {
    /// Opens the store and takes over the sources of the configuration.
    ///
    /// # Errors
    /// If another process has the store, or it cannot be read.
    pub async fn open(
        config: Config,
        source: &str,
        metrics: Arc<Metrics>,
    ) -> Result<OwnBackfill, OpenError> {
        let store = store::open(&config.store.url, observer(&metrics, &Health::default())).await?;
        let group = config.group.as_deref();
        let sources = &config.sources;
        store.put_sources(group, sources, Utc::now()).await?;
        Ok(OwnBackfill {
            store,
            metrics,
            config,
            source: source.to_string(),
        })
    }

    /// Ends the backfill that is under way; `None` if there is none.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn stop(self) -> Result<Option<Backfill>, StoreError> {
        let stopped = self.store.stop_backfill(&self.source, Utc::now()).await?;
        self.store.close().await?;
        Ok(stopped)
    }

    /// Begins a backfill or goes on with it, and reads until it is done or `stop` is cancelled.
    /// `tell` hears how far it is several times a second. Tells how far it came; `None` if the
    /// store does not know the source.
    ///
    /// # Errors
    /// If the store or the client fails.
    pub async fn read(
        self,
        order: &BackfillOrder,
        stop: CancellationToken,
        mut tell: impl FnMut(&Backfill),
    ) -> Result<Option<Backfill>, DaemonError> {
        let (store, source) = (Arc::clone(&self.store), self.source.clone());
        let begun = store.start_backfill(&source, order, Utc::now()).await?;
        let Some(mut backfill) = begun else {
            store.close().await?;
            return Ok(None);
        };
        let mut daemon = tokio::spawn(self.daemon(stop.clone()).run());
        let ended = loop {
            tell(&backfill);
            if backfill.state != BackfillState::Running {
                stop.cancel();
            }
            let wait = tokio::time::timeout(LOOK, &mut daemon);
            if let Ok(ended) = wait.await {
                break ended;
            }
            // While it stops, it closes the store: what was last seen is what is told.
            if let Ok(Some(seen)) = store.backfill(&source).await {
                backfill = seen;
            }
        };
        ended.unwrap_or_else(|error| Err(DaemonError::Panicked(error.to_string())))?;
        Ok(Some(backfill))
    }

    fn daemon(self, stop: CancellationToken) -> Daemon {
        // Nobody reloads: a closed channel says nothing.
        let (_, reload) = mpsc::channel(1);
        Daemon {
            config: Arc::new(ArcSwap::from_pointee(self.config)),
            store: self.store,
            metrics: self.metrics,
            backfill_of: Some(self.source),
            reload,
            traces: Arc::default(),
            clock: Clock::of_this_machine(),
            health: Health::default(),
            stop,
            stop_now: CancellationToken::new(),
        }
    }
}
