//! What is remembered of sites: read from the store when a site is met, written back as it grows.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::Utc;
use url::Url;

use crate::{
    model::Article,
    site::{self, SiteMemory, Sites},
};

use super::Shared;

/// Sites that are held in memory, at most: 24 MiB of the fullest.
const SITES_MAX: usize = 512;

/// The memories at hand.
#[derive(Debug)]
pub(super) struct Memory(Mutex<Sites>);

impl Default for Memory {
    fn default() -> Memory {
        Memory(Mutex::new(Sites::new(SITES_MAX)))
    }
}

impl Memory {
    fn with<T>(&self, then: impl FnOnce(&mut Sites) -> T) -> T {
        then(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What is known of the site of a page. Where the store fails, nothing is: that is counted, and the
/// page is read as if the site were new.
pub(super) async fn of_site(shared: &Shared, url: &Url) -> Arc<SiteMemory> {
    let Some(name) = site::name(url) else {
        return Arc::default();
    };
    if let Some(known) = shared.memory.with(|sites| sites.get(name)) {
        return known;
    }
    let stored = shared.store.site(name).await;
    let stored = stored.ok().flatten().unwrap_or_default();
    shared.memory.with(|sites| sites.know(name, &stored))
}

/// Takes in what an article showed of its site.
pub(super) async fn learn(shared: &Shared, url: &Url, article: &Article) {
    let (Some(name), Some(sighting)) = (site::name(url), &article.sighting) else {
        return;
    };
    let grown = shared.memory.with(|sites| sites.learn(name, sighting));
    if let Some(grown) = grown {
        write(shared, name, &grown).await;
    }
}

/// Writes down all that is not yet.
pub(super) async fn save(shared: &Shared) {
    for (name, memory) in shared.memory.with(Sites::unsaved) {
        write(shared, &name, &memory).await;
    }
}

/// A failure is counted; what was to be written is part of what is written next.
async fn write(shared: &Shared, name: &str, memory: &SiteMemory) {
    if let Ok(merged) = shared.store.learn_site(name, memory, Utc::now()).await {
        shared.memory.with(|sites| sites.know(name, &merged));
    }
}
