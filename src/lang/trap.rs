//! Word-for-word renderings: "Rumah Putih" for the White House, which Indonesian calls "Gedung
//! Putih".

use serde::Deserialize;

use unicode_segmentation::UnicodeSegmentation;

use super::phrase::{KeySet, Phrase, PhraseBook, key};

/// An entry as written in a pack. `config/languages/en.toml` explains the keys.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TrapEntry {
    says: String,
    renders: String,
    instead: Option<String>,
    #[serde(default)]
    near: String,
    #[serde(default)]
    unless: String,
}

/// A wording that betrays the words it was made from.
#[derive(Debug, Clone)]
pub struct Trap {
    /// The name or idiom that was taken word by word, in the language it comes from.
    pub renders: String,
    /// What a writer says.
    pub instead: Option<String>,
    /// Words that betray only with a capital, for they are names.
    pub names: KeySet,
    /// Words of which one must stand in the same sentence; none where the wording is enough.
    pub near: WordList,
    /// Words of which any one, anywhere in the text, excuses: the thing itself is meant.
    pub unless: WordList,
}

/// Words in lower case; `secur*` stands for every word that begins so.
#[derive(Debug, Clone, Default)]
pub struct WordList(Vec<(String, WordMatch)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WordMatch {
    Whole,
    Beginning,
}

impl WordList {
    pub(super) fn parse(text: &str) -> WordList {
        let words = text.split_whitespace().map(|word| {
            let (word, extent) = match word.strip_suffix('*') {
                Some(stem) => (stem, WordMatch::Beginning),
                None => (word, WordMatch::Whole),
            };
            (word.to_lowercase(), extent)
        });
        WordList(words.collect())
    }

    /// Whether it holds no word.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `word`, in lower case, is one of them.
    pub fn contains(&self, word: &str) -> bool {
        self.0.iter().any(|(listed, extent)| match extent {
            WordMatch::Whole => word == listed,
            WordMatch::Beginning => word.starts_with(listed.as_str()),
        })
    }
}

/// The traps of one language; the phrases of `book` are filed under indices into the list.
#[derive(Debug, Clone, Default)]
pub struct Traps {
    /// The wordings.
    pub book: PhraseBook<usize>,
    list: Vec<Trap>,
}

impl Traps {
    /// The trap that a phrase of the book belongs to.
    pub fn get(&self, index: usize) -> Option<&Trap> {
        self.list.get(index)
    }

    /// All of them, in the order of the pack.
    pub fn iter(&self) -> impl Iterator<Item = &Trap> {
        self.list.iter()
    }

    /// Reads the entries of a pack; what is wrong with one costs that one, and is told.
    pub(super) fn read(entries: Vec<TrapEntry>, mut tell: impl FnMut(String)) -> Traps {
        let mut traps = Traps::default();
        for entry in entries {
            if let Err(why) = traps.add(entry) {
                tell(why);
            }
        }
        traps
    }

    fn add(&mut self, entry: TrapEntry) -> Result<(), String> {
        let phrase = Phrase::parse(&entry.says).map_err(|why| format!("{}: {why}", entry.says))?;
        self.book.add(phrase, self.list.len());
        self.list.push(Trap {
            names: entry
                .says
                .unicode_words()
                .filter(|word| word.starts_with(char::is_uppercase))
                .map(key)
                .collect(),
            renders: entry.renders,
            instead: entry.instead,
            near: WordList::parse(&entry.near),
            unless: WordList::parse(&entry.unless),
        });
        Ok(())
    }
}
