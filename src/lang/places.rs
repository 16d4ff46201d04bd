//! Names of provinces and states that contain an ordinary word: "West Bengal".

use unicode_segmentation::UnicodeSegmentation;

use super::{
    pack::Pack,
    phrase::{Key, KeyMap, key, keys},
};
use crate::model::{Lang, Problem};

/// Built from Unicode CLDR by `config/places.py`; its first lines say how.
pub(super) const BUILT_IN: &str = include_str!("../../config/places.tsv");

/// Characters that the name of a country must have to be known by its beginning.
const STEM_MIN: usize = 4;

/// A country with what shows that a text speaks of it.
#[derive(Debug, Clone)]
pub struct Country {
    /// As displayed.
    pub name: String,
    /// The country's names and those of its subdivisions, as runs of words.
    pub names: Vec<Vec<Key>>,
    /// The proper words of the country's names, in lower case: what the names of its inhabitants
    /// begin with.
    pub stems: Vec<String>,
}

/// A subdivision whose name contains an ordinary word.
#[derive(Debug, Clone)]
pub struct Place {
    /// The words of its name.
    pub name: Vec<Key>,
    /// Which of them is the ordinary one.
    pub ordinary: usize,
    /// Index into [`Places::countries`].
    pub country: usize,
}

/// The places of one language.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// Countries that have such a subdivision.
    pub countries: Vec<Country>,
    /// By their ordinary word.
    pub by_word: KeyMap<Vec<Place>>,
}

impl Places {
    /// Reads the rows of one language: language, country's names, ordinary subdivisions' names,
    /// other subdivisions' names, in columns separated by tabs, names separated by `|`.
    pub fn parse(table: &str, pack: &Pack, problems: &mut Vec<Problem>) -> Places {
        let mut places = Places::default();
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let mut columns = line.split('\t');
            if columns.next() != Some(pack.lang.as_str()) {
                continue;
            }
            let (Some(country), Some(ordinary), Some(others), None) = (
                columns.next(),
                columns.next(),
                columns.next(),
                columns.next(),
            ) else {
                problems.push(Problem {
                    what: format!("table of places: not four columns: {line}"),
                });
                continue;
            };
            places.add(country, ordinary, others, pack);
        }
        places
    }

    fn add(&mut self, country: &str, ordinary: &str, others: &str, pack: &Pack) {
        let index = self.countries.len();
        for name in ordinary.split('|') {
            let name = keys(name);
            let found = name
                .iter()
                .position(|word| pack.place_words.contains_key(word));
            if let Some(at) = found.filter(|_| name.len() > 1) {
                self.by_word.entry(name[at]).or_default().push(Place {
                    ordinary: at,
                    country: index,
                    name,
                });
            }
        }
        let all = country.split('|').chain(others.split('|'));
        self.countries.push(Country {
            name: country.split('|').next().unwrap_or_default().to_string(),
            names: all.map(keys).filter(|name| !name.is_empty()).collect(),
            stems: country
                .split('|')
                .filter_map(|name| stem(name, pack))
                .collect(),
        });
    }

    /// The languages that the table has rows for.
    pub fn languages(table: &str) -> impl Iterator<Item = Lang> {
        table
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| Lang::new(line.split('\t').next()?))
    }
}

/// The word of a country's name that its people and things are called after: the first one, for
/// the rest is often an ordinary word ("Amerika Serikat", where a "serikat" is any union).
fn stem(name: &str, pack: &Pack) -> Option<String> {
    name.unicode_words()
        .find(|word| word.chars().count() >= STEM_MIN && !pack.place_words.contains_key(&key(word)))
        .map(str::to_lowercase)
}
