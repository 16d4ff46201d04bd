//! "arbitrary woodland" for "random forest": a term whose words were swapped for synonyms.

use std::{collections::HashMap, sync::LazyLock};

use foldhash::fast::RandomState;

use super::{
    About, Counts, Detector, Draft, Example, Family, Grade,
    detector::fill,
    excuse::{Topic, is_cited},
};
use crate::{
    lang::{KeyMap, WordKey, key, keys},
    model::{Finding, Span},
};

/// See [`ABOUT`].
pub(super) struct SpunPhrase;

/// What `config/spun.py` found; its head explains the columns.
pub(super) const TABLE: &str = include_str!("../../config/spun.tsv");
/// The language of the table.
const LANG: &str = "en";
/// Words between two phrases that speak for each other, at most: a long text has more chances.
const APART_MAX: usize = 100;
/// Phrases in one text that are reported: beyond, they say it all.
const FINDINGS_MAX: usize = 8;

// It fires on none of the measured news, but on about 1 in 100 pages of guides and technical writing,
// whose terms look like swapped ones: by itself it flags nothing.
const STRONG: Grade = Grade::strong(0.12, Counts::new(0, 0, 0))
    .when("a phrase known from spun texts, a pair of words that only swapping makes, or two pairs");
const WEAK: Grade = Grade::weak(0.1, Counts::new(2, 9, 13))
    .when("one pair of words that swapping makes and chance may");

const PHRASE: &str = "spun texts write this for “{}”";
const PAIR: &str = "nobody writes these words together; spun texts have {}";
const BOTH_SWAPPED: &str = "“{}” for “{}”, “{}” for “{}”";
const SWAPPED: &str = "“{}” for “{}”";

const ABOUT: About = About {
    rule: "spun-phrase",
    summary: "a set phrase whose words were swapped for synonyms",
    why: "software that rewrites a text to hide where it came from swaps words one by one; a writer \
          knows the phrase",
    family: Family::Translation,
    grades: &[STRONG, WEAK],
    notes: &[PHRASE, PAIR, BOTH_SWAPPED, SWAPPED],
    flags: &[Example {
        lang: "en",
        text: "The clinic treats [[bosom malignancy]] and trained its program with a [[straight relapse]].",
    }],
    passes: &[Example {
        lang: "en",
        text: "The clinic treats breast cancer. “Bosom malignancy”, an old book says.",
    }],
};

/// How sure a pair of words is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Degree {
    /// Counts beside another phrase only.
    Paired,
    Weak,
    Strong,
}

/// A phrase of the list.
#[derive(Debug)]
struct Listed {
    words: Vec<WordKey>,
    term: &'static str,
    degree: Degree,
}

/// The table, by the hash of words.
#[derive(Debug, Default)]
struct Spun {
    /// Listed phrases and their terms, by the first word.
    phrases: KeyMap<Vec<Listed>>,
    /// What a word mostly stands for.
    originals: KeyMap<&'static str>,
    pairs: HashMap<(WordKey, WordKey), Degree, RandomState>,
}

static SPUN: LazyLock<Spun> = LazyLock::new(|| {
    let mut spun = Spun::default();
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        let mut columns = line.split('\t');
        let (Some(kind), Some(words), Some(rest)) =
            (columns.next(), columns.next(), columns.next())
        else {
            continue;
        };
        let degree = match kind {
            "strong" | "phrase" => Degree::Strong,
            "weak" | "phrase-weak" => Degree::Weak,
            _ => Degree::Paired,
        };
        match kind {
            "word" => {
                spun.originals.insert(key(words), rest);
            }
            "phrase" | "phrase-weak" => spun.list(words, rest, degree),
            _ => {
                let pairs = rest.split(' ').map(|second| (key(words), key(second)));
                spun.pairs.extend(pairs.map(|pair| (pair, degree)));
            }
        }
    }
    spun
});

impl Spun {
    fn list(&mut self, phrase: &str, term: &'static str, degree: Degree) {
        let words = keys(phrase);
        let Some(first) = words.first() else { return };
        let of_first = self.phrases.entry(*first).or_default();
        of_first.push(Listed {
            words,
            term,
            degree,
        });
    }
}

/// A phrase found: its words, how sure it is, and what to say.
struct Hit {
    words: Span,
    degree: Degree,
    note: String,
}

impl Detector for SpunPhrase {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn detect(&self, draft: &Draft<'_>, found: &mut Vec<Finding>) {
        if draft.lang.as_ref().is_none_or(|lang| lang.as_str() != LANG) {
            return;
        }
        let mut hits: Vec<Hit> = Vec::new();
        let mut at = 0;
        while at < draft.keys.len() {
            let hit = phrase(draft, at)
                .or_else(|| pair(draft, at))
                .filter(|hit| !is_cited(draft, draft.text.words[hit.words.start].start));
            at = hit.as_ref().map_or(at + 1, |hit| hit.words.end);
            hits.extend(hit);
        }
        if hits.is_empty() {
            return;
        }
        let spans: Vec<Span> = hits
            .iter()
            .map(|hit| draft.span(hit.words.start, hit.words.end))
            .collect();
        let topic = Topic::new(draft, &spans);
        let hits: Vec<(Hit, Span)> = hits
            .into_iter()
            .zip(spans)
            .filter(|(_, span)| !topic.excuses(draft, span.start))
            .collect();
        let graded = hits
            .iter()
            .filter_map(|(hit, span)| Some((hit, span, grade(draft, hit, &hits)?)));
        found.extend(graded.take(FINDINGS_MAX).map(|(hit, span, grade)| Finding {
            rule: ABOUT.rule,
            grade: grade.name,
            span: span.clone(),
            note: hit.note.clone(),
            left_out: None,
        }));
    }
}

/// How much a phrase says, with another phrase near it or without; `None` where that is nothing.
fn grade(draft: &Draft<'_>, hit: &Hit, hits: &[(Hit, Span)]) -> Option<Grade> {
    let words = |hit: &Hit| &draft.keys[hit.words.clone()];
    let is_near = |other: &Hit| other.words.start.abs_diff(hit.words.start) <= APART_MAX;
    let accompanied = hits
        .iter()
        .any(|(other, _)| is_near(other) && words(other) != words(hit));
    match (accompanied, hit.degree) {
        (true, _) | (_, Degree::Strong) => Some(STRONG),
        (false, Degree::Weak) => Some(WEAK),
        (false, Degree::Paired) => None,
    }
}

/// A listed phrase that begins at the word `at`; the longest.
fn phrase(draft: &Draft<'_>, at: usize) -> Option<Hit> {
    let phrases = SPUN.phrases.get(&draft.keys[at])?;
    let rest = &draft.keys[at..];
    // A name that was swapped keeps its capitals: "the Unified Realm".
    let is_name = |listed: &Listed| listed.term.starts_with(char::is_uppercase);
    let fits = |listed: &Listed| {
        let count = listed.words.len();
        rest.starts_with(&listed.words)
            && is_run(draft, at, count)
            && (is_name(listed) || !has_name(draft, at, count))
    };
    let listed = phrases
        .iter()
        .filter(|listed| fits(listed))
        .max_by_key(|listed| listed.words.len())?;
    Some(Hit {
        words: at..at + listed.words.len(),
        degree: listed.degree,
        note: fill(PHRASE, &[listed.term]),
    })
}

/// A pair of words that swapping makes, at the word `at`.
fn pair(draft: &Draft<'_>, at: usize) -> Option<Hit> {
    let (first, second) = (*draft.keys.get(at)?, *draft.keys.get(at + 1)?);
    let degree = *SPUN.pairs.get(&(first, second))?;
    if !is_run(draft, at, 2) || has_name(draft, at, 2) {
        return None;
    }
    let swapped: Vec<(&str, &str)> = [(at, first), (at + 1, second)]
        .into_iter()
        .filter_map(|(at, word)| {
            let original = *SPUN.originals.get(&word)?;
            Some((draft.text.word(at), original))
        })
        .collect();
    let swapped = match swapped[..] {
        [(word, original)] => fill(SWAPPED, &[word, original]),
        [(word, original), (other, its)] => fill(BOTH_SWAPPED, &[word, original, other, its]),
        _ => String::new(),
    };
    Some(Hit {
        words: at..at + 2,
        degree,
        note: fill(PAIR, &[&swapped]),
    })
}

/// Whether only spaces or hyphens part `count` words from `at` on.
fn is_run(draft: &Draft<'_>, at: usize, count: usize) -> bool {
    (at..at + count - 1).all(|word| matches!(draft.text.gap_after(word), " " | "-"))
}

/// Whether a name is among them; the first may begin a sentence.
fn has_name(draft: &Draft<'_>, at: usize, count: usize) -> bool {
    (at + 1..at + count).any(|word| draft.is_capital(word))
}
