//! What a text speaks of: courts, ships, kitchens. A language's file lists the words of each topic.

use std::collections::BTreeMap;

use unicode_segmentation::UnicodeSegmentation;

use super::phrase::{KeyMap, WordKey, prefix_keys};

/// Topics of a language, at most: as many as [`TopicSet`] has bits.
const TOPICS_MAX: usize = 32;

/// Some topics of one language.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TopicSet(u32);

impl TopicSet {
    /// Whether the two share a topic.
    pub fn meets(self, other: TopicSet) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether there is none in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn add(&mut self, other: TopicSet) {
        self.0 |= other.0;
    }
}

/// What a word tells of topics.
#[derive(Debug, Clone, Copy, Default)]
pub struct TopicWord {
    /// The entry that it belongs to, so that two forms of one word count once.
    pub item: WordKey,
    /// The topics that it speaks of.
    pub topics: TopicSet,
}

/// The topics of one language, with their words in small letters; `court*` stands for every word that
/// begins so.
#[derive(Debug, Clone, Default)]
pub struct Topics {
    names: BTreeMap<String, TopicSet>,
    whole: KeyMap<TopicSet>,
    stems: KeyMap<TopicSet>,
}

impl Topics {
    /// Reads the lists of words by the names of their topics.
    pub(super) fn read(lists: &BTreeMap<String, String>, mut tell: impl FnMut(String)) -> Topics {
        let mut topics = Topics::default();
        if lists.len() > TOPICS_MAX {
            tell(format!(
                "more than {TOPICS_MAX} topics: the last are left out"
            ));
        }
        for (index, (name, words)) in lists.iter().take(TOPICS_MAX).enumerate() {
            let topic = TopicSet(1 << index);
            topics.names.insert(name.clone(), topic);
            for word in words.split_whitespace() {
                if !is_item(word) {
                    tell(format!("topic {name}: `{word}` is not one word"));
                    continue;
                }
                let (of, word) = match word.strip_suffix('*') {
                    Some(stem) => (&mut topics.stems, stem),
                    None => (&mut topics.whole, word),
                };
                let key = super::key(word);
                of.entry(key).or_default().add(topic);
            }
        }
        topics
    }

    /// The topics that a list names with `@`; the error names one that is unknown.
    pub(super) fn named<'a>(
        &self,
        names: impl Iterator<Item = &'a str>,
    ) -> Result<TopicSet, String> {
        let mut set = TopicSet::default();
        for name in names {
            let topic = self.names.get(name);
            set.add(*topic.ok_or_else(|| format!("`@{name}` is no topic"))?);
        }
        Ok(set)
    }

    /// What `word` tells.
    pub fn of(&self, word: &str) -> TopicWord {
        let mut told = TopicWord::default();
        let mut whole = 0;
        for prefix in prefix_keys(word) {
            whole = prefix;
            if let Some(topics) = self.stems.get(&prefix) {
                // The shortest that it begins with names it.
                told.item = if told.topics.is_empty() {
                    prefix
                } else {
                    told.item
                };
                told.topics.add(*topics);
            }
        }
        if let Some(topics) = self.whole.get(&whole) {
            told.item = if told.topics.is_empty() {
                whole
            } else {
                told.item
            };
            told.topics.add(*topics);
        }
        told
    }
}

/// Whether an item of a list can be met: texts are compared with it word by word.
pub(super) fn is_item(item: &str) -> bool {
    let word = item.strip_prefix('@').unwrap_or(item);
    let word = word.strip_suffix('*').unwrap_or(word);
    word.unicode_words().eq([word])
}
