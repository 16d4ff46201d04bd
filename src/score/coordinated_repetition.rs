//! "punctuation marks and punctuation marks"

use super::{About, Counts, Detector, Draft, Example, Family, Grade, detector::fill};
use crate::{
    lang::Pack,
    model::{Finding, Span},
};

/// See [`ABOUT`].
pub(super) struct CoordinatedRepetition;

/// One word twice is emphasis in many languages ("again and again") and is looked at by itself.
const WORDS_MIN: usize = 2;
/// Longer ones are refrains and quotations.
const WORDS_MAX: usize = 6;
/// Letters that one of the words must have: "or so or so" is nobody's translation.
const LETTERS_MIN: usize = 4;

const STRONG: Grade =
    Grade::strong(0.5, Counts::new(0, 0, 13)).when("the sentence or its part ends there");
const WEAK: Grade = Grade::weak(0.2, Counts::new(1, 0, 12)).when("the sentence goes on");

// Of all native texts, and of one in eight of the machines': it weighs less than it may.
const WORD: Grade = Grade::weak(0.15, Counts::new(2, 2, 82))
    .named("weak-word")
    .when("one word, of those that do not say how much or how long");

const NOTE: &str = "“{}” is joined to itself";

const ABOUT: About = About {
    rule: "coordinated-repetition",
    summary: "a phrase joined to itself: \"X and X\"",
    why: "where the source joins two synonyms, a translation engine often has one word for both; \
          a writer does not join a thing to itself",
    family: Family::Translation,
    grades: &[STRONG, WEAK, WORD],
    notes: &[NOTE],
    flags: &[
        Example {
            lang: "id",
            text: "Ia menolak [[tanda hubung dan tanda hubung]], katanya.",
        },
        Example {
            lang: "en",
            text: "The ministry promised [[safe roads and safe roads]].",
        },
        Example {
            lang: "en",
            text: "The law protects [[tenants and tenants]] in the old town.",
        },
    ],
    passes: &[
        Example {
            lang: "en",
            text: "It grew more difficult and more difficult, again and again.",
        },
        Example {
            lang: "id",
            text: "Ia menolak tanda hubung dan tanda hubung ganda yang panjang.",
        },
    ],
};

impl Detector for CoordinatedRepetition {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn detect(&self, draft: &Draft<'_>, found: &mut Vec<Finding>) {
        let Some(pack) = draft.pack else { return };
        for (at, key) in draft.keys.iter().enumerate() {
            if !pack.coordinators.contains(key) {
                continue;
            }
            let longest = WORDS_MAX.min(at).min(draft.keys.len() - at - 1);
            let repeated = (WORDS_MIN..=longest)
                .rev()
                .find(|&len| is_repeated(draft, at, len) && is_content(draft, pack, at, len));
            let phrase = repeated.and_then(|len| Some((len, grade(draft, pack, at, len)?)));
            let word = || is_word(draft, pack, at).then_some((1, WORD));
            if let Some((len, grade)) = phrase.or_else(word) {
                let phrase = &draft.text.raw[draft.span(at - len, at)];
                found.push(Finding {
                    rule: ABOUT.rule,
                    grade: grade.name,
                    span: draft.span(at - len, at + len + 1),
                    note: fill(NOTE, &[phrase]),
                    left_out: None,
                });
            }
        }
    }
}

/// Whether the `len` words before `at` and after it are the same, with nothing between them.
fn is_repeated(draft: &Draft<'_>, at: usize, len: usize) -> bool {
    draft.keys[at - len..at] == draft.keys[at + 1..=at + len]
        && (at - len..at + len).all(|word| draft.joins_next(word))
}

/// Common words of which a lower-case one says something, and no emphasis.
fn is_content(draft: &Draft<'_>, pack: &Pack, at: usize, len: usize) -> bool {
    let mut phrase = at - len..at;
    let mut words = phrase.clone().chain(at + 1..=at + len);
    let says = |word: usize| {
        !pack.function_words.contains(&draft.keys[word])
            && draft.text.word(word).chars().count() >= LETTERS_MIN
    };
    // "step by step", "petit à petit"
    let stressed = draft.keys[phrase.start] == draft.keys[at - 1]
        || phrase
            .clone()
            .any(|word| pack.emphasis.contains(&draft.keys[word]))
        || measures(draft, pack, &phrase);
    let opens = is_plain(draft, pack, at, len) && draft.sentence(&phrase).start == phrase.start;
    let first = phrase.start;
    words.all(|word| is_common(draft, pack, word) || (opens && word == first))
        && phrase.any(|word| says(word) && is_small_word(draft, word))
        && !stressed
}

/// Whether the `len` words before `at` are a thing and its article.
fn is_plain(draft: &Draft<'_>, pack: &Pack, at: usize, len: usize) -> bool {
    len == 2 && pack.function_words.contains(&draft.keys[at - len])
}

/// Whether a phrase says nothing but how much or how long: "des heures et des heures".
fn measures(draft: &Draft<'_>, pack: &Pack, phrase: &Span) -> bool {
    let mut keys = draft.keys[phrase.clone()].iter().rev();
    keys.next().is_some_and(|last| pack.measures.contains(last))
        && keys.all(|key| pack.function_words.contains(key))
}

/// Letters that a word must have that stands by itself on both sides.
const WORD_LETTERS_MIN: usize = 3;

/// Whether the one word before `at` stands after it too, and says neither how much nor how long nor that
/// it goes on: who sings, shouts or is quoted may say so, and what says more says it twice.
fn is_word(draft: &Draft<'_>, pack: &Pack, at: usize) -> bool {
    let (Some(before), after) = (at.checked_sub(1), at + 1) else {
        return false;
    };
    let same = draft.keys.get(after) == draft.keys.get(before)
        && draft.joins_next(before)
        && draft.text.gap_after(at) == " ";
    if !same || pack.measures.is_empty() {
        return false;
    }
    let key = &draft.keys[before];
    let word = draft.text.word(before);
    let small = is_small_word(draft, before);
    let more = small
        && pack
            .comparatives
            .iter()
            .any(|ending| word.ends_with(ending.as_str()));
    let says = word.chars().count() >= WORD_LETTERS_MIN
        && word.chars().all(char::is_alphabetic)
        && !pack.function_words.contains(key)
        && !pack.emphasis.contains(key)
        && !pack.measures.contains(key);
    let third = |at: Option<&_>| at.is_some_and(|key| pack.coordinators.contains(key));
    let row = third(before.checked_sub(1).and_then(|at| draft.keys.get(at)))
        || third(draft.keys.get(after + 1));
    // "Petit à petit et petit à petit"
    let wider = before > 0 && draft.keys.get(before - 1) == draft.keys.get(after + 1);
    let opens = before == 0 || !draft.joins_next(before - 1);
    says && !more
        && !wider
        && !row
        && (opens || is_common(draft, pack, before))
        && is_common(draft, pack, after)
        && grade(draft, pack, at, 1).is_some()
        && !draft.is_quoted(draft.text.words[before].start)
        && !is_chanted(draft, pack, before)
}

/// Whether somebody sings or shouts in the sentence of the word at `at`.
fn is_chanted(draft: &Draft<'_>, pack: &Pack, at: usize) -> bool {
    draft
        .sentence(&(at..at + 1))
        .any(|at| pack.chants.contains(&draft.text.word(at).to_lowercase()))
}

/// Whether the word at `at` is no name by its letters. Where every noun has a capital, that tells
/// nothing of one.
fn is_common(draft: &Draft<'_>, pack: &Pack, at: usize) -> bool {
    let mut rest = draft.text.word(at).chars();
    is_small_word(draft, at)
        || (pack.nouns_are_capital && rest.next().is_some() && rest.all(is_small))
}

fn is_small_word(draft: &Draft<'_>, at: usize) -> bool {
    draft.text.word(at).chars().all(is_small)
}

/// How plain it is that both halves, of `len` words around the one at `at`, are the same thing.
fn grade(draft: &Draft<'_>, pack: &Pack, at: usize, len: usize) -> Option<Grade> {
    let last = at + len;
    if ends_there(draft, pack, last) {
        return Some(STRONG);
    }
    let gap = draft.text.gap_after(last);
    let next = draft.keys.get(last + 1)?;
    let goes_on = gap.chars().all(char::is_whitespace) && !gap.contains('\n');
    // "an old friend and an old friend of his": two of them.
    let others = (at - len..at).any(|word| pack.indefinite.contains(&draft.keys[word]));
    // "it takes hard work and hard work is what they know": another clause.
    let clause = pack.auxiliaries.contains(next);
    // "las normas y las normas técnicas": the word of grammar was said again, too.
    let grammar = is_plain(draft, pack, at, len);
    let open = pack.function_words.contains(next) || grammar;
    (goes_on && !others && !clause && open).then_some(WEAK)
}

/// A phrase that goes on may be another phrase: "corn farmers and corn farmers' unions".
fn ends_there(draft: &Draft<'_>, pack: &Pack, last: usize) -> bool {
    let gap = draft.text.gap_after(last);
    let punctuated = gap.trim_matches(|c: char| c == '-' || c.is_whitespace());
    let possessive = gap.starts_with(['\'', '’']);
    (!punctuated.is_empty() && !possessive)
        || gap.contains("\n\n")
        || draft
            .keys
            .get(last + 1)
            .is_none_or(|next| pack.coordinators.contains(next))
}

/// A small letter, or what may stand inside a word.
fn is_small(c: char) -> bool {
    c.is_lowercase() || matches!(c, '\'' | '’') || (c.is_alphabetic() && !c.is_uppercase())
}
