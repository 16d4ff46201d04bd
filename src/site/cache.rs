//! The memories that a process has at hand.

use std::{collections::HashMap, sync::Arc};

use super::SiteMemory;
use crate::model::Sighting;

/// Articles after which a memory is worth writing down again.
const UNSAVED_MAX: u32 = 8;

/// Memories of sites by their names, so many at most: the one that was used longest ago goes
/// first. What is lost with it is what it had learned since it was last saved.
#[derive(Debug, Default)]
pub struct Sites {
    capacity: usize,
    clock: u64,
    slots: HashMap<String, CachedSite>,
}

#[derive(Debug, Default)]
struct CachedSite {
    memory: Arc<SiteMemory>,
    /// Articles learned from since it was saved.
    unsaved: u32,
    used: u64,
}

impl Sites {
    /// Room for `capacity` sites, at least one.
    pub fn new(capacity: usize) -> Sites {
        Sites {
            capacity: capacity.max(1),
            ..Sites::default()
        }
    }

    /// The memory of a site, if it is at hand.
    pub fn get(&mut self, site: &str) -> Option<Arc<SiteMemory>> {
        self.clock += 1;
        let slot = self.slots.get_mut(site)?;
        slot.used = self.clock;
        Some(Arc::clone(&slot.memory))
    }

    /// Takes in what is known of a site elsewhere, and tells the whole.
    pub fn know(&mut self, site: &str, memory: &SiteMemory) -> Arc<SiteMemory> {
        let slot = self.slot(site);
        slot.memory = Arc::new(slot.memory.merged(memory));
        Arc::clone(&slot.memory)
    }

    /// Takes in what an article showed. Whenever enough has come together, the memory is given
    /// back to be saved, and counts as saved.
    pub fn learn(&mut self, site: &str, sighting: &Sighting) -> Option<Arc<SiteMemory>> {
        let slot = self.slot(site);
        Arc::make_mut(&mut slot.memory).learn(sighting);
        slot.unsaved += 1;
        (slot.unsaved >= UNSAVED_MAX).then(|| slot.save())
    }

    /// All that is not saved yet, by the site's name. It counts as saved from now on.
    pub fn unsaved(&mut self) -> Vec<(String, Arc<SiteMemory>)> {
        let slots = self.slots.iter_mut();
        slots
            .filter(|(_, slot)| slot.unsaved > 0)
            .map(|(site, slot)| (site.clone(), slot.save()))
            .collect()
    }

    /// The slot of a site; makes room for it where there is none.
    fn slot(&mut self, site: &str) -> &mut CachedSite {
        self.clock += 1;
        if !self.slots.contains_key(site) && self.slots.len() >= self.capacity {
            let oldest = self.slots.iter().min_by_key(|(_, slot)| slot.used);
            if let Some(oldest) = oldest.map(|(site, _)| site.clone()) {
                self.slots.remove(&oldest);
            }
        }
        let slot = self.slots.entry(site.to_string()).or_default();
        slot.used = self.clock;
        slot
    }
}

impl CachedSite {
    fn save(&mut self) -> Arc<SiteMemory> {
        self.unsaved = 0;
        Arc::clone(&self.memory)
    }
}
