//! "Mоscow" with a Cyrillic о.

use super::{About, Counts, Detector, Draft, Example, Family, Grade, detector::fill};
use crate::{
    model::Finding,
    text::{Script, script},
};

/// See [`ABOUT`].
pub(super) struct MixedScriptWord;

/// Cyrillic letters that look like Latin ones.
const CYRILLIC_ALIKE: &str = "асеорхуіјѕһԁАВЕКМНОРСТХУІЈЅ";
/// Latin letters that look like Cyrillic ones.
const LATIN_ALIKE: &str = "aceopxyijshdABEKMHOPCTXYIJS";
/// What joins parts that may each have their alphabet: O'Нил.
const PARTS: [char; 3] = ['\'', '’', '.'];
/// Letters of a word, at least: a lone pair is a formula or a model name.
const LETTERS_MIN: usize = 3;
/// Words of one text that are reported: beyond, the whole text is disguised.
const FINDINGS_MAX: usize = 5;

const WEAK: Grade = Grade::weak(0.1, Counts::new(1, 1, 0));

const NOTE: &str = "“{}” mixes Latin and Cyrillic letters that look alike";

const ABOUT: About = About {
    rule: "mixed-script-word",
    summary: "Latin and Cyrillic look-alikes inside one word",
    why: "engines and text spinners mix alphabets inside a word; a keyboard does not",
    family: Family::Translation,
    grades: &[WEAK],
    notes: &[NOTE],
    flags: &[Example {
        lang: "en",
        text: "The talks in [[M\u{43e}scow]] ended late.",
    }],
    passes: &[Example {
        lang: "ru",
        text: "Переговоры в Москве: IT-рынок, SMSки, O'Нил и 5G-сети.",
    }],
};

impl Detector for MixedScriptWord {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn detect(&self, draft: &Draft<'_>, found: &mut Vec<Finding>) {
        let words = draft.text.words.iter().enumerate();
        let words = words.map(|(at, span)| (draft.text.word(at), span));
        let mixed = words
            .filter(|(word, _)| may_be_mixed(word) && word.split(PARTS).any(is_mixed))
            .take(FINDINGS_MAX);
        found.extend(mixed.map(|(word, span)| Finding {
            rule: ABOUT.rule,
            grade: WEAK.name,
            span: span.clone(),
            note: fill(NOTE, &[word]),
            left_out: None,
        }));
    }
}

/// A quick look at the bytes, for nearly all words: an ASCII letter beside the lead byte of a
/// Cyrillic one.
fn may_be_mixed(word: &str) -> bool {
    word.bytes().any(|byte| (0xd0..=0xd4).contains(&byte))
        && word.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Whether the letters of the rarer alphabet all pass for those of the other.
fn is_mixed(word: &str) -> bool {
    let of = |wanted| move |c: &char| script(*c) == Some(wanted);
    let latin = word.chars().filter(of(Script::Latin)).count();
    let cyrillic = word.chars().filter(of(Script::Cyrillic)).count();
    if latin == 0 || cyrillic == 0 || latin + cyrillic < LETTERS_MIN {
        return false;
    }
    let (rarer, alike) = match cyrillic <= latin {
        true => (Script::Cyrillic, CYRILLIC_ALIKE),
        false => (Script::Latin, LATIN_ALIKE),
    };
    word.chars().filter(of(rarer)).all(|c| alike.contains(c))
}
