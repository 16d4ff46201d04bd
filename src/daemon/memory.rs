//! What is remembered of sites: read from the store when a site is met, written back as it grows.

use std::sync::{Arc, Mutex, PoisonError};

use url::Url;

use crate::{
    model::Article,
    site::{self, SiteMemory, Sites},
    store::Store,
};

use super::clock::Clock;

/// Sites that are held in memory, at most: 24 MiB of the fullest.
const SITES_MAX: usize = 512;

/// The memories at hand, and the store behind them.
#[derive(Debug)]
pub(super) struct SiteMemories {
    store: Arc<dyn Store>,
    clock: Clock,
    sites: Mutex<Sites>,
}

impl SiteMemories {
    pub(super) fn new(store: Arc<dyn Store>, clock: Clock) -> SiteMemories {
        SiteMemories {
            store,
            clock,
            sites: Mutex::new(Sites::new(SITES_MAX)),
        }
    }

    /// What is known of the site of a page. Where the store fails, nothing is: that is counted, and
    /// the page is read as if the site were new.
    pub(super) async fn of_site(&self, url: &Url) -> Arc<SiteMemory> {
        let Some(name) = site::name(url) else {
            return Arc::default();
        };
        if let Some(known) = self.with(|sites| sites.get(name)) {
            return known;
        }
        let stored = self.store.site(name).await;
        let stored = stored.ok().flatten().unwrap_or_default();
        self.with(|sites| sites.know(name, &stored))
    }

    /// Takes in what an article showed of its site.
    pub(super) async fn learn(&self, url: &Url, article: &Article) {
        let (Some(name), Some(sighting)) = (site::name(url), &article.sighting) else {
            return;
        };
        let grown = self.with(|sites| sites.learn(name, sighting));
        if let Some(grown) = grown {
            self.write(name, &grown).await;
        }
    }

    /// Writes down all that is not yet.
    pub(super) async fn save(&self) {
        for (name, memory) in self.with(Sites::unsaved) {
            self.write(&name, &memory).await;
        }
    }

    /// A failure is counted; what was to be written is part of what is written next.
    async fn write(&self, name: &str, memory: &SiteMemory) {
        let learned = self.store.learn_site(name, memory, self.clock.now());
        if let Ok(merged) = learned.await {
            self.with(|sites| sites.know(name, &merged));
        }
    }

    fn with<T>(&self, then: impl FnOnce(&mut Sites) -> T) -> T {
        then(&mut self.sites.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
