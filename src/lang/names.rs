//! Words that can be no name, and names that can be no word: for each language a table that
//! `config/name_tables.py` makes, with a note on its columns in `config/names/README.md`.

use std::sync::LazyLock;

use super::phrase::{KeyMap, KeySet, WordKey, key, key_of_two};

/// Language code and table.
pub(super) const BUILT_IN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/names.rs"));

/// Given names in Latin and Cyrillic letters, one a line.
pub(super) const GIVEN_NAMES: &str = include_str!("../../config/given_names.txt");

static GIVEN: LazyLock<KeySet> = LazyLock::new(|| GIVEN_NAMES.lines().map(key).collect());

/// What kind of thing a common word names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Nothing that was looked into: frequent, and hardly ever written with a capital.
    Common,
    /// A thing that one can see or touch, and which rules no country: an animal, a dish, a tool, a
    /// garment, a part of the body, a plant.
    Concrete,
    /// Rivers, stones, weather, metals: common as parts of names of places.
    Nature,
    /// A trade.
    Craft,
    /// A quality.
    Trait,
    /// A month that is a surname in English.
    Month,
    /// What is done to food, or goes with it.
    Cooking,
    /// A territory; where it has a translation, one that is an animal or a dish elsewhere.
    Territory,
    /// Nothing: a given name that proves nothing.
    Name,
}

/// A row of a table.
#[derive(Debug, Clone, Copy)]
pub struct NameWord {
    /// What it names.
    pub kind: Kind,
    /// The English word, for one that is known by its translations; else empty.
    pub english: &'static str,
    flags: &'static str,
}

impl NameWord {
    /// Whether it may be a surname or a given name.
    pub fn is_surname(&self) -> bool {
        self.flags.contains('s')
    }

    /// Whether it stands in the name of a place.
    pub fn is_place(&self) -> bool {
        self.flags.contains(['p', 't'])
    }

    /// Whether it is the name of a town somewhere.
    pub fn is_town(&self) -> bool {
        self.flags.contains('c')
    }

    /// Whether a firm is really called so.
    pub fn is_firm(&self) -> bool {
        self.flags.contains('f')
    }

    /// Whether it is the name of a territory in this language.
    pub fn is_territory(&self) -> bool {
        self.kind == Kind::Territory
    }

    /// Whether it names a territory, a people or a language in another language.
    pub fn is_nation(&self) -> bool {
        self.flags.contains(['S', 'L'])
    }

    /// Whether it names a month in another language.
    pub fn is_month(&self) -> bool {
        self.flags.contains('M')
    }

    /// Whether it is food, or has to do with food.
    pub fn is_kitchen(&self) -> bool {
        self.kind == Kind::Cooking || self.flags.contains('k')
    }
}

/// The table of one language.
#[derive(Debug, Clone, Default)]
pub struct Names {
    words: KeyMap<NameWord>,
    /// The first words of those of two.
    first_of_two: KeySet,
}

impl Names {
    /// The built-in table of a language; empty where there is none.
    pub(super) fn built_in(lang: &str) -> Names {
        let table = BUILT_IN.iter().find(|(code, _)| *code == lang);
        let rows = table.map_or("", |(_, table)| table).lines();
        let mut names = Names::default();
        for row in rows {
            let Some((word, known)) = self::row(row) else {
                continue;
            };
            if let Some((first, _)) = word.split_once(' ') {
                names.first_of_two.insert(key(first));
            }
            names.words.insert(key(word), known);
        }
        names
    }

    /// What is known of a word, in whatever case it is written.
    pub fn get(&self, word: WordKey) -> Option<&NameWord> {
        self.words.get(&word)
    }

    /// What is known of two words that make one.
    pub fn of_two(&self, first: WordKey, second: &str) -> Option<&NameWord> {
        let may_be = self.first_of_two.contains(&first);
        may_be
            .then(|| self.get(key_of_two(first, second)))
            .flatten()
    }

    /// Whether it is a given name and no ordinary word or place of this language.
    pub fn is_given(&self, word: WordKey) -> bool {
        GIVEN.contains(&word) && self.get(word).is_none_or(|word| !word.flags.contains('g'))
    }
}

/// Word, flags, kind, English word, in columns separated by tabs; what is empty at the end is left
/// out.
fn row(line: &'static str) -> Option<(&'static str, NameWord)> {
    let mut columns = line.split('\t');
    let word = columns.next().filter(|word| !word.is_empty())?;
    let flags = columns.next().unwrap_or_default();
    let kind = match columns.next().unwrap_or_default() {
        "nature" => Kind::Nature,
        "craft" => Kind::Craft,
        "trait" => Kind::Trait,
        "month" => Kind::Month,
        "cooking" => Kind::Cooking,
        "territory" => Kind::Territory,
        "name" => Kind::Name,
        "" => Kind::Common,
        _ => Kind::Concrete,
    };
    let english = columns.next().unwrap_or_default();
    let row = NameWord {
        kind,
        english,
        flags,
    };
    Some((word, row))
}
