//! "Benggala Barat" (West Bengal) in a text that speaks of "Barat" (the West).

use std::collections::HashMap;

use super::{About, Counts, Detector, Draft, Example, Family, Grade, detector::fill};
use crate::{
    lang::{Country, KeySet, Place, WordKey},
    model::Finding,
};

/// See [`ABOUT`].
pub(super) struct IsolatedPlace;

/// A place named more often is what the article is about.
const MENTIONS_MAX: usize = 2;
/// Places of one text that are looked at: for each the whole text is searched for its country.
const PLACES_MAX: usize = 20;

const STRONG: Grade = Grade::strong(0.5, Counts::new(0, 0, 0))
    .when("the ordinary word in its name stands alone elsewhere in the text");
const WEAK: Grade = Grade::weak(0.2, Counts::new(0, 0, 2))
    .when("the ordinary word does not, and the place is not merely where something happened");

const NOTE: &str = "{} is in {}, which the text never mentions";

const ABOUT: About = About {
    rule: "isolated-place",
    summary: "a province named once, in a text that never mentions its country",
    why: "a translation engine that wants to write \"the West\" can slip into \"West Bengal\", \
          the name it has seen more often; a writer who names a far province says where it lies",
    family: Family::Translation,
    grades: &[STRONG, WEAK],
    notes: &[NOTE],
    flags: &[
        Example {
            lang: "id",
            text: "Ia menilai sanksi Barat berat. Ia mengecam keputusan [[Virginia Barat]] itu.",
        },
        Example {
            lang: "en",
            text: "He blamed the West for it. The decision of [[West Darfur]] broke the law.",
        },
    ],
    passes: &[
        Example {
            lang: "id",
            text: "Ia menilai sanksi Barat berat. Gubernur Virginia Barat, Amerika Serikat, setuju.",
        },
        Example {
            lang: "id",
            text: "Sanksi Barat dinilai berat oleh pengusaha di Jawa Barat.",
        },
    ],
};

impl Detector for IsolatedPlace {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn detect(&self, draft: &Draft<'_>, found: &mut Vec<Finding>) {
        let Some(places) = draft.places else { return };
        let named: Vec<(usize, &Place)> = draft
            .keys
            .iter()
            .enumerate()
            .filter_map(|(at, key)| Some((at, places.by_word.get(key)?)))
            .flat_map(|(at, candidates)| candidates.iter().map(move |place| (at, place)))
            .filter_map(|(at, place)| Some((named_at(draft, at, place)?, place)))
            .collect();
        let mut mentions: HashMap<&[WordKey], usize> = HashMap::new();
        for (_, place) in &named {
            *mentions.entry(&place.name).or_insert(0) += 1;
        }
        let is_rare = |place: &Place| mentions[place.name.as_slice()] <= MENTIONS_MAX;
        let rare = named.iter().filter(|(_, place)| is_rare(place));
        for &(from, place) in rare.take(PLACES_MAX) {
            let country = &places.countries[place.country];
            let grade = match stands_alone(draft, place) {
                true => STRONG,
                false if does_something(draft, from) => WEAK,
                false => continue,
            };
            // The dearest question comes last: it takes the whole text.
            if is_mentioned(draft, country, &place.name) {
                continue;
            }
            let span = draft.span(from, from + place.name.len());
            let name = &draft.text.raw[span.clone()];
            found.push(Finding {
                rule: ABOUT.rule,
                grade: grade.name,
                note: fill(NOTE, &[name, &country.name]),
                span,
                left_out: None,
            });
        }
    }
}

/// Where the name of `place` begins, if its ordinary word is the word at `at`. A capital before or
/// after makes it part of a longer name.
fn named_at(draft: &Draft<'_>, at: usize, place: &Place) -> Option<usize> {
    let from = at.checked_sub(place.ordinary)?;
    let end = from + place.name.len();
    let matches = draft.keys.get(from..end)? == place.name.as_slice()
        && (from..end).all(|word| draft.is_capital(word))
        && (from..end - 1).all(|word| draft.joins_next(word));
    let before = from.checked_sub(1);
    let longer = before.is_some_and(|word| draft.is_capital(word) && draft.joins_next(word))
        || (draft.is_capital(end) && draft.joins_next(end - 1));
    (matches && !longer).then_some(from)
}

/// Whether the text names the country, its people or another of its places.
fn is_mentioned(draft: &Draft<'_>, country: &Country, name: &[WordKey]) -> bool {
    let keys = &draft.keys;
    let present: KeySet = keys.iter().copied().collect();
    // "Virginia" is a sibling of "West Virginia", but stands in its name.
    let within = |other: &[WordKey]| name.windows(other.len()).any(|words| words == other);
    let others = country.names.iter().filter(|other| !within(other));
    let by_name = others
        .filter(|other| other.iter().all(|word| present.contains(word)))
        .any(|other| {
            keys.windows(other.len())
                .any(|words| words == other.as_slice())
        });
    by_name
        || (0..keys.len()).any(|at| {
            let word = draft.text.word(at).to_lowercase();
            country.stems.iter().any(|stem| begins(&word, stem))
        })
}

/// Letters of what is left of a country's name without its last vowels, at least: "инди" of "Индия".
const ROOT_MIN: usize = 4;

/// Whether `word` begins with `stem`, give or take a last vowel: India, Indian, Inder.
fn begins(word: &str, stem: &str) -> bool {
    let root = stem.trim_end_matches(['a', 'e', 'i', 'o', 'u', 'y', 'я', 'а']);
    word.starts_with(stem) || (root.chars().count() >= ROOT_MIN && word.starts_with(root))
}

/// Whether the ordinary word of `place` stands somewhere without a proper name beside it.
fn stands_alone(draft: &Draft<'_>, place: &Place) -> bool {
    let Some(forms) = draft
        .pack
        .and_then(|pack| pack.place_words.get(&place.listed))
    else {
        return false;
    };
    draft.keys.iter().enumerate().any(|(at, key)| {
        forms.contains(key)
            && (draft.is_capital(at) || is_elided(draft, at))
            && !(draft.is_capital(at + 1) && draft.joins_next(at))
            && !at.checked_sub(1).is_some_and(|before| {
                let named = draft.is_capital(before) && draft.joins_next(before);
                named && !is_grammar(draft, before)
            })
    })
}

/// Whether the place whose name begins at `from` stands in a sentence as more than the place where
/// something happened: reports from afar name that without their country.
fn does_something(draft: &Draft<'_>, from: usize) -> bool {
    let Some(before) = from.checked_sub(1) else {
        return false;
    };
    let located = draft
        .pack
        .is_some_and(|pack| pack.locatives.contains(&draft.keys[before]));
    let line = draft.line(from);
    draft.text.gap_after(before) == " " && !located && draft.ends_sentence(&line)
}

/// "l'Occident", "d'Occident"
fn is_elided(draft: &Draft<'_>, at: usize) -> bool {
    let name = draft.text.word(at).split_once(['\'', '’']);
    name.is_some_and(|(_, name)| name.starts_with(char::is_uppercase))
}

/// "The West" is no longer name than "West".
fn is_grammar(draft: &Draft<'_>, at: usize) -> bool {
    draft
        .pack
        .is_some_and(|pack| pack.function_words.contains(&draft.keys[at]))
}
