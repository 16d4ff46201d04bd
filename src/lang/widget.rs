//! The labels of pictures and buttons, as a page shows them around its article.

use serde::Deserialize;

use super::phrase::{KeySet, WordKey, key, keys};

/// The table as written. `config/languages/en.toml` explains the keys.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WidgetEntry {
    #[serde(default)]
    picture: Vec<String>,
    #[serde(default)]
    share: Vec<String>,
    #[serde(default)]
    follow: Vec<String>,
}

/// Words of such labels.
#[derive(Debug, Clone, Default)]
pub struct Widgets {
    /// What a picture's credit begins with: "photo".
    pub picture: KeySet,
    /// What buttons that pass an article on are called: "share", "print".
    pub share: KeySet,
    /// How readers are asked to follow: "follow us on"; runs of words, before a network's name.
    pub follow: Vec<Vec<WordKey>>,
}

impl Widgets {
    pub(super) fn new(entry: &WidgetEntry) -> Widgets {
        let set = |words: &[String]| words.iter().map(|word| key(word)).collect();
        Widgets {
            picture: set(&entry.picture),
            share: set(&entry.share),
            follow: entry.follow.iter().map(|words| keys(words)).collect(),
        }
    }
}
