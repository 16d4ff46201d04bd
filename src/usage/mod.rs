//! What the stream has shown of each language: which wordings several independent hosts use.
//!
//! A rule that asks whether anybody writes so gets the answer of the hosts that were read, not of a
//! list. Wordings are known by hashes alone, and only those are kept that rules ask about or that
//! begin with a capital: of all others there is no end.

mod sketch;
mod wording;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

pub use self::{
    sketch::{FORGOTTEN_AFTER, Sketch, WITNESSES},
    wording::Use,
};
use crate::model::{Lang, Timestamp};

/// Languages of which something is kept, at most: 21 MiB of the fullest.
pub const LANGUAGES_MAX: usize = 16;

/// Uses of one article that are taken in, at most.
pub const USES_MAX: usize = 512;

/// The wordings that one article used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// The language of the article.
    pub lang: Lang,
    /// At most [`USES_MAX`].
    pub uses: Vec<Use>,
}

/// What is known of all languages. Cheap to clone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Usage {
    languages: BTreeMap<Lang, Arc<Sketch>>,
    /// Those that have learned something since they were last given out.
    changed: BTreeSet<Lang>,
}

/// A sketch with its language, as a file holds it.
#[derive(Serialize, Deserialize)]
struct Stored {
    lang: String,
    sketch: Vec<u8>,
}

impl Usage {
    /// What is known of a language.
    pub fn of(&self, lang: &Lang) -> Option<&Sketch> {
        self.languages.get(lang).map(Arc::as_ref)
    }

    /// Takes in what an article on `host` used, read at `at`. A language too many takes the place of
    /// the one that was heard longest ago.
    pub fn learn(&mut self, heard: &Heard, host: &str, at: Timestamp) {
        if !self.languages.contains_key(&heard.lang) && self.languages.len() >= LANGUAGES_MAX {
            let oldest = self
                .languages
                .iter()
                .min_by_key(|(_, known)| known.newest());
            if let Some(oldest) = oldest.map(|(lang, _)| lang.clone()) {
                self.languages.remove(&oldest);
                self.changed.remove(&oldest);
            }
        }
        let sketch = self.languages.entry(heard.lang.clone()).or_default();
        let sketch = Arc::make_mut(sketch);
        for one in heard.uses.iter().take(USES_MAX) {
            sketch.learn(*one, host, at);
        }
        self.changed.insert(heard.lang.clone());
    }

    /// Takes in what is known of a language elsewhere.
    pub fn know(&mut self, lang: &Lang, sketch: &Sketch) {
        if self.languages.contains_key(lang) || self.languages.len() < LANGUAGES_MAX {
            let known = self.languages.entry(lang.clone()).or_default();
            Arc::make_mut(known).join(sketch);
        }
    }

    /// The languages that have learned something since this was last asked.
    pub fn take_changed(&mut self) -> Vec<(Lang, Arc<Sketch>)> {
        let changed = std::mem::take(&mut self.changed).into_iter();
        changed
            .filter_map(|lang| Some((lang.clone(), Arc::clone(self.languages.get(&lang)?))))
            .collect()
    }

    /// For a file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let languages = self.languages.iter().map(|(lang, sketch)| Stored {
            lang: lang.as_str().to_string(),
            sketch: sketch.to_bytes(),
        });
        postcard::to_allocvec(&languages.collect::<Vec<_>>()).unwrap_or_default()
    }

    /// The inverse of [`Usage::to_bytes`]; `None` for what this release did not write.
    pub fn from_bytes(bytes: &[u8]) -> Option<Usage> {
        let stored: Vec<Stored> = postcard::from_bytes(bytes).ok()?;
        let mut usage = Usage::default();
        for one in stored.into_iter().take(LANGUAGES_MAX) {
            usage.know(&Lang::new(&one.lang)?, &Sketch::from_bytes(&one.sketch)?);
        }
        Some(usage)
    }
}
