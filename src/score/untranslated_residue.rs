//! "Perusahaan itu akan of the pabrik membuka": words of the source left in the sentence.

use super::{About, Counts, Detector, Draft, Example, Family, Grade};
use crate::{
    lang::Pack,
    model::{Finding, Lang, Span},
};

/// See [`ABOUT`].
pub(super) struct UntranslatedResidue;

/// Grammatical words of the other language, at least: fewer may be borrowed.
const GRAMMATICAL_MIN: usize = 3;
/// The same for English, the language of most sources, whose pairs of them are seldom borrowed.
const GRAMMATICAL_MIN_ENGLISH: usize = 2;
/// Words that may stand between, for each grammatical one.
const BETWEEN_MAX: usize = 2;
/// Words in which the text's own language must show itself on either side.
const NEAR: usize = 3;
/// Fragments in one text, at most: beyond, the text is in two languages or about one.
const FINDINGS_MAX: usize = 3;

const STRONG: Grade = Grade::strong(0.2, Counts::new(0, 0, 0));

const ABOUT: About = About {
    rule: "untranslated-residue",
    summary: "words of another language left standing inside a sentence",
    why: "an engine that loses its place copies a piece of the source; a writer who quotes sets \
          quotation marks, and a name has capitals",
    family: Family::Translation,
    grades: &[STRONG],
    flags: &[
        Example {
            lang: "id",
            text: "Pemerintah akan menutup jembatan itu [[because of the]] banjir yang datang tiap tahun.",
        },
        Example {
            lang: "en",
            text: "The minister said that the bridge [[wird nicht mehr]] be open to cars.",
        },
    ],
    passes: &[
        Example {
            lang: "id",
            text: "Ia menyebut rencana itu “out of the box” dan bergabung dengan Bank of the West di kota itu.",
        },
        Example {
            lang: "en",
            text: "The crème de la crème of the town came to the opening of the Théâtre de la Ville.",
        },
    ],
};

impl Detector for UntranslatedResidue {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn detect(&self, draft: &Draft<'_>, found: &mut Vec<Finding>) {
        let Some(pack) = draft.pack else { return };
        let mut fragments = Vec::new();
        let mut at = 0;
        while at < draft.keys.len() {
            if foreign(draft, pack, at).next().is_none() {
                at += 1;
                continue;
            }
            let end = (at + 1..)
                .find(|&next| !joins(draft, next - 1) || !is_foreign_or_plain(draft, pack, next))
                .unwrap_or(at + 1);
            fragments.extend(fragment(draft, pack, &(at..end)));
            at = end;
        }
        if fragments.len() > FINDINGS_MAX {
            return;
        }
        found.extend(fragments.into_iter().map(|(words, name)| {
            let span = draft.span(words.start, words.end);
            Finding {
                rule: ABOUT.rule,
                grade: STRONG.name,
                note: format!("“{}” is left in {name}", &draft.text.raw[span.clone()]),
                span,
                left_out: None,
            }
        }));
    }
}

/// The languages of which the small word at `at` is a grammatical word, where the text's language
/// or a relative of it has no such word.
fn foreign<'a>(draft: &'a Draft<'_>, pack: &'a Pack, at: usize) -> impl Iterator<Item = &'a Pack> {
    let key = draft.keys[at];
    let langs = match pack.function_words.contains(&key) {
        true => &[],
        false => draft.lexicon.function_word_of(key),
    };
    let usable = !langs.is_empty() && is_small(draft, at) && !is_own(draft, pack, langs);
    let langs = langs.iter().filter(move |_| usable);
    langs.filter_map(|lang| draft.lexicon.pack(lang))
}

/// Whether one of `langs` is the text's or a relative of it.
fn is_own(draft: &Draft<'_>, pack: &Pack, langs: &[Lang]) -> bool {
    let mut others = langs.iter().filter_map(|lang| draft.lexicon.pack(lang));
    others.any(|other| other.identified_as == pack.identified_as)
}

/// A word that may belong to a fragment: small, and no grammatical word of the text's language.
fn is_foreign_or_plain(draft: &Draft<'_>, pack: &Pack, at: usize) -> bool {
    draft.keys.get(at).is_some_and(|key| {
        is_small(draft, at) && !is_own(draft, pack, draft.lexicon.function_word_of(*key))
    })
}

/// In small letters; a single one may be of any language.
fn is_small(draft: &Draft<'_>, at: usize) -> bool {
    let word = draft.text.word(at);
    word.len() > 1 && word.starts_with(char::is_lowercase)
}

fn joins(draft: &Draft<'_>, at: usize) -> bool {
    draft.text.gap_after(at) == " "
}

/// What of `run` is in one other language, from its first to its last grammatical word, and the
/// name of that language.
fn fragment<'a>(draft: &'a Draft<'_>, pack: &'a Pack, run: &Span) -> Option<(Span, &'a str)> {
    foreign(draft, pack, run.start).find_map(|other| {
        let of_other = |at: &usize| foreign(draft, pack, *at).any(|found| found.lang == other.lang);
        let grammatical: Vec<usize> = run.clone().filter(of_other).collect();
        let words = run.start..grammatical.last()? + 1;
        let is_english = draft
            .templates
            .is_some_and(|english| english.lang == other.lang);
        let least = match is_english {
            true => GRAMMATICAL_MIN_ENGLISH,
            false => GRAMMATICAL_MIN,
        };
        let dense =
            grammatical.len() >= least && words.len() <= (1 + BETWEEN_MAX) * grammatical.len();
        let start = draft.text.words[words.start].start;
        (dense && is_inside(draft, pack, other, &words) && !draft.is_quoted(start))
            .then_some((words, other.name.as_str()))
    })
}

/// Whether the text's own language, told by a word that is not the other's too, goes on before and
/// after, with no capital between: a name may be foreign to its last word.
fn is_inside(draft: &Draft<'_>, pack: &Pack, other: &Pack, words: &Span) -> bool {
    let own = |at: usize| {
        let key = &draft.keys[at];
        pack.function_words.contains(key) && !other.function_words.contains(key)
    };
    let before = (1..=NEAR).map_while(|step| {
        let at = words.start.checked_sub(step)?;
        (draft.joins_next(at) && is_lower(draft, at)).then_some(at)
    });
    let after = (0..NEAR).map_while(|step| {
        let at = words.end + step;
        (at < draft.keys.len() && draft.joins_next(at - 1) && is_lower(draft, at)).then_some(at)
    });
    let (mut before, mut after) = (before, after);
    before.any(own) && after.any(own)
}

fn is_lower(draft: &Draft<'_>, at: usize) -> bool {
    draft.text.word(at).starts_with(char::is_lowercase)
}
