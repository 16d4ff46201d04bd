//! Word-for-word renderings: "Rumah Putih" for the White House, which Indonesian calls "Gedung
//! Putih".

use serde::Deserialize;

use unicode_segmentation::UnicodeSegmentation;

use super::{
    phrase::{KeySet, Phrase, PhraseBook, WordKey, key, prefix_keys, with_endings},
    topic::{TopicSet, Topics, is_item},
};

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
    /// Words of which one must stand in the same sentence, or farther away beside several words; none where the
    /// wording is enough.
    pub near: WordList,
    /// Words of which any one, anywhere in the text, excuses: the thing itself is meant.
    pub unless: WordList,
}

/// Words in any case: `secur*` stands for every word that begins so, `@law` for those of a topic.
#[derive(Debug, Clone, Default)]
pub struct WordList {
    whole: KeySet,
    stems: KeySet,
    /// The topics whose words are on the list too.
    pub topics: TopicSet,
}

impl WordList {
    pub(super) fn parse(text: &str) -> WordList {
        let mut list = WordList::default();
        for item in text.split_whitespace() {
            match item.strip_suffix('*') {
                Some(stem) => list.stems.insert(key(stem)),
                None => list.whole.insert(key(item)),
            };
        }
        list
    }

    /// A list that may name topics; the error names one that is unknown.
    fn with_topics(text: &str, topics: &Topics) -> Result<WordList, String> {
        if let Some(item) = text.split_whitespace().find(|item| !is_item(item)) {
            return Err(format!("`{item}` is not one word"));
        }
        let (own, named): (Vec<&str>, Vec<&str>) = text
            .split_whitespace()
            .partition(|item| !item.starts_with('@'));
        Ok(WordList {
            topics: topics.named(named.into_iter().map(|name| name.trim_start_matches('@')))?,
            ..WordList::parse(&own.join(" "))
        })
    }

    /// Whether it holds no word.
    pub fn is_empty(&self) -> bool {
        self.whole.is_empty() && self.stems.is_empty() && self.topics.is_empty()
    }

    /// Whether `word` is one of its own words, topics aside.
    pub fn contains(&self, word: &str) -> bool {
        self.item(word).is_some()
    }

    /// The item of its own that `word` belongs to: itself, or the shortest that it begins with.
    pub fn item(&self, word: &str) -> Option<WordKey> {
        let whole = Some(key(word)).filter(|key| self.whole.contains(key));
        whole.or_else(|| {
            let mut stems = prefix_keys(word).filter(|prefix| self.stems.contains(prefix));
            stems.next()
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
    pub(super) fn read(
        entries: Vec<TrapEntry>,
        topics: &Topics,
        mut tell: impl FnMut(String),
    ) -> Traps {
        let mut traps = Traps::default();
        for entry in entries {
            if let Err(why) = traps.add(entry, topics) {
                tell(why);
            }
        }
        traps
    }

    fn add(&mut self, entry: TrapEntry, topics: &Topics) -> Result<(), String> {
        let told = |why| format!("{}: {why}", entry.says);
        let says = with_endings(&entry.says);
        let phrase = Phrase::parse(&says).map_err(told)?;
        let near = WordList::with_topics(&entry.near, topics).map_err(told)?;
        let unless = WordList::with_topics(&entry.unless, topics).map_err(told)?;
        self.book.add(phrase, self.list.len());
        self.list.push(Trap {
            names: says
                .unicode_words()
                .filter(|word| word.starts_with(char::is_uppercase))
                .map(key)
                .collect(),
            renders: entry.renders,
            instead: entry.instead,
            near,
            unless,
        });
        Ok(())
    }
}
