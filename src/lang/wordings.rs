//! Wordings that betray a translation: a file a language, `config/wordings/<code>.toml` (`en.toml` explains
//! the keys), read when the first text of that language is.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    topic::Topics,
    trap::{TrapEntry, Traps},
};

/// Language code and text.
pub(super) const BUILT_IN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/wordings.rs"));

/// The file as written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WordingsFile {
    #[serde(default)]
    topics: BTreeMap<String, String>,
    #[serde(default)]
    traps: Vec<TrapEntry>,
    #[serde(default)]
    senses: Vec<TrapEntry>,
}

/// What betrays a translation into one language.
#[derive(Debug, Clone, Default)]
pub struct Wordings {
    /// What texts speak of.
    pub topics: Topics,
    /// Word-for-word renderings.
    pub traps: Traps,
    /// Words for another sense of the source's word; each has company that betrays it.
    pub senses: Traps,
}

impl Wordings {
    /// Reads a file. What is wrong with an entry costs that entry; a file that cannot be read has none.
    pub fn parse(text: &str, mut tell: impl FnMut(String)) -> Wordings {
        let file = toml::from_str(text).unwrap_or_else(|error| {
            tell(error.to_string());
            WordingsFile::default()
        });
        let topics = Topics::read(&file.topics, &mut tell);
        Wordings {
            traps: Traps::read(file.traps, &topics, |why| tell(format!("trap {why}"))),
            senses: Traps::read(file.senses, &topics, |why| tell(format!("sense {why}"))),
            topics,
        }
    }

    /// The built-in ones of a language; none where there is no file.
    pub(super) fn built_in(lang: &str) -> Wordings {
        let file = BUILT_IN.iter().find(|(code, _)| *code == lang);
        file.map_or_else(Wordings::default, |(_, text)| Wordings::parse(text, |_| ()))
    }
}

/// What is wrong with the built-in files (nothing, in a release).
pub(super) fn problems() -> Vec<String> {
    let mut problems = Vec::new();
    for (code, text) in BUILT_IN {
        Wordings::parse(text, |why| problems.push(format!("wordings {code}: {why}")));
    }
    problems
}
