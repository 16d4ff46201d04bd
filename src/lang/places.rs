//! Names of provinces and states that contain an ordinary word: "West Bengal".

use std::collections::{HashMap, HashSet};

use unicode_segmentation::UnicodeSegmentation;

use super::{
    pack::Pack,
    phrase::{KeyMap, WordKey, key, keys},
};
use crate::model::Problem;

/// All territories and subdivisions of Unicode CLDR; its first lines say how it was built. Kept as
/// it is (600 KB): packed it would be a fourth, and nobody could read what changes in it.
pub(super) const BUILT_IN: &str = include_str!("../../config/places.tsv");

/// Characters that the name of a country must have to be known by its beginning.
const STEM_MIN: usize = 4;

/// Characters of a word that names a place, at least.
const PROPER_MIN: usize = 3;

/// Countries in whose places a word may occur and still be a proper one; "Province" is in many.
const PROPER_COUNTRIES: usize = 2;

/// A country with what shows that a text speaks of it.
#[derive(Debug, Clone)]
pub struct Country {
    /// As displayed.
    pub name: String,
    /// The country's names and those of its subdivisions, as runs of words.
    pub names: Vec<Vec<WordKey>>,
    /// The proper words of the country's names, in lower case: what the names of its inhabitants
    /// begin with.
    pub stems: Vec<String>,
}

/// A subdivision whose name contains an ordinary word.
#[derive(Debug, Clone)]
pub struct Place {
    /// The words of its name, in one of its cases.
    pub name: Vec<WordKey>,
    /// Which of them is the ordinary one.
    pub ordinary: usize,
    /// That word as the pack lists it.
    pub listed: WordKey,
    /// Index into [`Places::countries`].
    pub country: usize,
}

/// The places of one language that can betray a translation: those abroad whose names join an
/// ordinary word of the language (`place_words` of its pack) to a proper one, and do not already
/// contain their country's name. Countries themselves are left out: no reader asks where South
/// Africa lies, so naming it without an introduction betrays nobody.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// Countries that have such a subdivision.
    pub countries: Vec<Country>,
    /// By their ordinary word.
    pub by_word: KeyMap<Vec<Place>>,
}

/// A row of the table: a territory in one language.
struct Territory<'a> {
    lang: &'a str,
    code: &'a str,
    names: Vec<&'a str>,
    subdivisions: Vec<&'a str>,
}

impl<'a> Territory<'a> {
    fn parse(line: &'a str) -> Option<Territory<'a>> {
        let mut columns = line.split('\t');
        let row = Territory {
            lang: columns.next()?,
            code: columns.next()?,
            names: columns.next()?.split('|').collect(),
            subdivisions: columns
                .next()?
                .split('|')
                .filter(|n| !n.is_empty())
                .collect(),
        };
        columns.next().is_none().then_some(row)
    }
}

fn rows(table: &str) -> impl Iterator<Item = (&str, Option<Territory<'_>>)> {
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| (line, Territory::parse(line)))
}

/// What is wrong with a table.
pub(super) fn problems(table: &str) -> impl Iterator<Item = Problem> {
    rows(table)
        .filter(|(_, row)| row.is_none())
        .map(|(line, _)| Problem {
            what: format!("table of places: not four columns: {line}"),
            ..Problem::default()
        })
}

impl Places {
    /// Reads the rows of one language: language, code, the territory's names, the names of its
    /// subdivisions, in columns separated by tabs, names separated by `|`.
    pub(super) fn parse(table: &str, pack: &Pack) -> Places {
        let mut places = Places::default();
        let rows: Vec<Territory<'_>> = rows(table)
            .filter_map(|(_, row)| row)
            .filter(|row| row.lang == pack.lang.as_str())
            .collect();
        let proper = proper_words(&rows);
        for row in rows.iter().filter(|row| !pack.home.contains(row.code)) {
            places.add(row, &proper, pack);
        }
        places
    }

    fn add(&mut self, row: &Territory<'_>, proper: &HashSet<WordKey>, pack: &Pack) {
        let index = self.countries.len();
        let of_country: HashSet<WordKey> = row.names.iter().flat_map(|name| keys(name)).collect();
        let (mut kept, mut others) = (Vec::new(), Vec::new());
        for name in &row.subdivisions {
            let words = keys(name);
            let ordinary = ordinary(name, &words, pack);
            let is_proper =
                |word: &WordKey| !pack.place_words.contains_key(word) && proper.contains(word);
            match ordinary {
                Some((at, listed))
                    if words.iter().any(is_proper)
                        && !words.iter().any(|word| of_country.contains(word)) =>
                {
                    kept.push((at, listed, *name));
                }
                _ => others.push(*name),
            }
        }
        if kept.is_empty() {
            return;
        }
        for (ordinary, listed, name) in kept {
            for name in pack.cases.forms(name) {
                let words = keys(&name);
                let filed = self.by_word.entry(words[ordinary]).or_default();
                filed.push(Place {
                    name: words,
                    ordinary,
                    listed,
                    country: index,
                });
            }
        }
        let all = row.names.iter().chain(&others);
        self.countries.push(Country {
            name: row.names[0].to_string(),
            names: all
                .flat_map(|name| pack.cases.forms(name))
                .map(|name| keys(&name))
                .filter(|name| !name.is_empty())
                .collect(),
            stems: row
                .names
                .iter()
                .filter_map(|name| stem(name, pack))
                .collect(),
        });
    }
}

/// Which of a name's words is, or begins with, a word of place names, and that word as the pack lists
/// it: "bengala occidental", and "Westbengalen" where nouns are joined.
fn ordinary(name: &str, words: &[WordKey], pack: &Pack) -> Option<(usize, WordKey)> {
    let listed = |word: &WordKey| pack.place_words.contains_key(word);
    let whole = words.iter().position(listed).map(|at| (at, words[at]));
    let begun = || {
        let word = name.unicode_words().next().filter(|_| pack.joins_nouns)?;
        let heads = word.char_indices().map(|(at, _)| word.split_at(at));
        let mut heads = heads.filter(|(_, rest)| rest.chars().count() >= STEM_MIN);
        heads.find_map(|(head, _)| Some((0, key(head))).filter(|(_, head)| listed(head)))
    };
    whole.or_else(begun)
}

/// The words that name places rather than kinds of places: found in few countries.
fn proper_words(rows: &[Territory<'_>]) -> HashSet<WordKey> {
    let mut countries: HashMap<WordKey, HashSet<&str>> = HashMap::new();
    for row in rows {
        for word in row
            .subdivisions
            .iter()
            .flat_map(|name| name.unicode_words())
        {
            if word.chars().count() >= PROPER_MIN {
                countries.entry(key(word)).or_default().insert(row.code);
            }
        }
    }
    countries
        .into_iter()
        .filter(|(_, seen)| seen.len() <= PROPER_COUNTRIES)
        .map(|(word, _)| word)
        .collect()
}

/// The word of a country's name that its people and things are called after: the first one, for
/// the rest is often an ordinary word ("Amerika Serikat", where a "serikat" is any union).
fn stem(name: &str, pack: &Pack) -> Option<String> {
    name.unicode_words()
        .find(|word| word.chars().count() >= STEM_MIN && !pack.place_words.contains_key(&key(word)))
        .map(str::to_lowercase)
}
