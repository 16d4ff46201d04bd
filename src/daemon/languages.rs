//! What is known of how languages are used: read from the store once, written back as it grows.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;
use url::Url;

use crate::{
    site,
    store::{Store, StoreError},
    usage::{Heard, Usage},
};

use super::clock::Clock;

/// Articles that are learned from between two times of writing: a sketch is written whole.
const UNSAVED_MAX: u32 = 256;

/// What is known at hand, and the store behind it.
#[derive(Debug)]
pub(super) struct Languages {
    store: Arc<dyn Store>,
    clock: Clock,
    read: OnceCell<()>,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    usage: Usage,
    /// Articles learned from since it was saved.
    unsaved: u32,
}

impl Languages {
    pub(super) fn new(store: Arc<dyn Store>, clock: Clock) -> Languages {
        Languages {
            store,
            clock,
            read: OnceCell::new(),
            known: Mutex::default(),
        }
    }

    /// What is known now. Where the store fails, that is counted, and the next page asks again.
    pub(super) async fn usage(&self) -> Usage {
        let read = self.read.get_or_try_init(|| async {
            let stored = self.store.usage().await?;
            self.with(|known| {
                for (lang, sketch) in &stored {
                    known.usage.know(lang, sketch);
                }
            });
            Ok::<(), StoreError>(())
        });
        // Judged without it, as a new store would.
        let _ = read.await;
        self.with(|known| known.usage.clone())
    }

    /// Takes in what an article showed of its language.
    pub(super) fn learn(&self, url: &Url, heard: Option<&Heard>) {
        let (Some(host), Some(heard)) = (site::name(url), heard) else {
            return;
        };
        self.with(|known| {
            known.usage.learn(heard, host, self.clock.now());
            known.unsaved += 1;
        });
    }

    /// Writes down what was learned, if it is much.
    pub(super) async fn save_much(&self) {
        if self.with(|known| known.unsaved) >= UNSAVED_MAX {
            self.save().await;
        }
    }

    /// Writes down all that was learned. A failure is counted; what was to be written is part of what
    /// is written next.
    pub(super) async fn save(&self) {
        let changed = self.with(|known| {
            known.unsaved = 0;
            known.usage.take_changed()
        });
        for (lang, sketch) in changed {
            if let Ok(merged) = self
                .store
                .learn_usage(&lang, &sketch, self.clock.now())
                .await
            {
                self.with(|known| known.usage.know(&lang, &merged));
            }
        }
    }

    fn with<T>(&self, then: impl FnOnce(&mut Known) -> T) -> T {
        then(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
