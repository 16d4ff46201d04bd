//! "Perusahaan itu akan of the pabrik membuka": words of the source left in the sentence.

use super::{
    About, Counts, Detector, Draft, Example, Family, Grade, detector::fill, excuse::is_cited,
};
use crate::{
    lang::{KeySet, Pack, key},
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
const FINDINGS_MAX: usize = 6;
/// Grammatical words of the text's language in the paragraph of a clause, at least.
const OWN_MIN: usize = 2;
/// Words of a clause, at least.
const CLAUSE_MIN: usize = 5;
/// Of a clause's words, one in so many is grammatical.
const CLAUSE_SHARE: usize = 3;
/// What joins the words of names, in the languages of the packs.
const NAME_JOINS: [&str; 17] = [
    "of", "for", "and", "de", "du", "des", "di", "da", "do", "del", "et", "y", "e", "von", "für",
    "und", "der",
];
/// English words that are left alone in a sentence and never borrowed, nor part of a borrowed phrase.
const ALONE: &str = "the which were had been their they them these those would could because than \
                     his its with from have has this that are while";

const STRONG: Grade = Grade::strong(0.6, Counts::new(0, 0, 0))
    .when("a clause of five words or more inside a sentence, or two fragments");
const WEAK: Grade =
    Grade::weak(0.15, Counts::new(0, 1, 0)).when("several grammatical words inside a sentence");
const SENTENCE: Grade = Grade::weak(0.12, Counts::new(2, 1, 5))
    .named("weak-sentence")
    .when("a sentence of its own, which a writer may have cited");
const WORD: Grade = Grade::weak(0.1, Counts::new(1, 0, 1))
    .named("weak-word")
    .when("one grammatical word of English inside a sentence");

const NOTE: &str = "“{}” is left in {}";

const ABOUT: About = About {
    rule: "untranslated-residue",
    summary: "words of another language left standing inside a sentence",
    why: "an engine that loses its place copies a piece of the source; a writer who quotes sets \
          quotation marks, and a name has capitals",
    family: Family::Translation,
    grades: &[STRONG, WEAK, SENTENCE, WORD],
    notes: &[NOTE],
    flags: &[
        Example {
            lang: "id",
            text: "Hujan turun sejak pagi dan [[the river has risen by]] two meter, kata warga.",
        },
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
        let mut fragments: Vec<Fragment<'_>> = clauses(draft, pack);
        for others in [enclosed(draft, pack).collect(), short(draft, pack)] {
            let known: Vec<Span> = fragments.iter().map(|f| f.words.clone()).collect();
            let apart = |words: &Span| {
                let meets = |other: &Span| words.start < other.end && other.start < words.end;
                !known.iter().any(meets)
            };
            fragments.extend(others.into_iter().filter(|f| apart(&f.words)));
        }
        fragments.retain(|f| !is_cited(draft, draft.text.words[f.words.start].start));
        if fragments.len() > FINDINGS_MAX {
            return;
        }
        let is_inside = |fragment: &Fragment<'_>| fragment.grade != SENTENCE;
        let several = fragments.iter().filter(|f| is_inside(f)).count() > 1;
        found.extend(fragments.into_iter().map(|fragment| {
            let promoted = several && is_inside(&fragment);
            let span = draft.span(fragment.words.start, fragment.words.end);
            let name = &fragment.other.name;
            Finding {
                rule: ABOUT.rule,
                grade: if promoted { STRONG } else { fragment.grade }.name,
                note: fill(NOTE, &[&draft.text.raw[span.clone()], name]),
                span,
                left_out: None,
            }
        }));
    }
}

/// Words in another language.
struct Fragment<'a> {
    words: Span,
    other: &'a Pack,
    grade: Grade,
}

/// Clauses in another language, beside which their paragraph speaks the text's own.
fn clauses<'a>(draft: &'a Draft<'_>, pack: &'a Pack) -> Vec<Fragment<'a>> {
    let mut clauses = Vec::new();
    for paragraph in &draft.text.paragraphs {
        let words = draft.text.words_in(paragraph);
        let own = words.clone().filter(|at| is_own_word(draft, pack, *at));
        if own.take(OWN_MIN).count() < OWN_MIN {
            continue;
        }
        let mut at = words.start;
        while at < words.end {
            if is_own_word(draft, pack, at) {
                at += 1;
                continue;
            }
            let ends = |next: &usize| {
                is_own_word(draft, pack, *next) || !goes_on(draft, next.saturating_sub(1))
            };
            let end = (at + 1..words.end).find(ends).unwrap_or(words.end);
            clauses.extend(clause(draft, pack, &(at..end)));
            at = end;
        }
    }
    clauses
}

/// The clause that a run of words without any of the text's own grammatical words holds, if it is one
/// in another language.
fn clause<'a>(draft: &'a Draft<'_>, pack: &'a Pack, run: &Span) -> Option<Fragment<'a>> {
    let mut others: Vec<&Pack> = Vec::new();
    for other in run.clone().flat_map(|at| foreign(draft, pack, at)) {
        if !others.iter().any(|known| known.lang == other.lang) {
            others.push(other);
        }
    }
    others.into_iter().find_map(|other| {
        let of_other = |at: &usize| foreign(draft, pack, *at).any(|found| found.lang == other.lang);
        let grammatical: Vec<usize> = run.clone().filter(of_other).collect();
        let words = *grammatical.first()?..grammatical.last()? + 1;
        let different: KeySet = grammatical.iter().map(|at| draft.keys[*at]).collect();
        let plain = words.clone().filter(|at| !of_other(at));
        let is_clause = words.len() >= CLAUSE_MIN
            && different.len() >= GRAMMATICAL_MIN
            && words.len() <= CLAUSE_SHARE * grammatical.len()
            && plain
                .filter(|at| other.nouns_are_capital || is_lower(draft, *at))
                .count()
                > 0
            && !goes_on_a_name(draft, words.start);
        is_clause.then(|| Fragment {
            grade: match is_beside_own(draft, pack, other, &words) {
                true => STRONG,
                false => SENTENCE,
            },
            words,
            other,
        })
    })
}

/// Clauses between two marks that share words with the text's own language ("in", "a"), so that only
/// the marks tell where they end.
fn enclosed<'a>(
    draft: &'a Draft<'_>,
    pack: &'a Pack,
) -> impl Iterator<Item = Fragment<'a>> + use<'a> {
    let sentences = draft.text.sentences.iter();
    sentences.flat_map(move |sentence| {
        let words = draft.text.words_in(sentence);
        let mut from = words.start;
        let parts = words.clone().filter_map(move |at| {
            let ends = draft.text.gap_after(at) != " ";
            let part = from..at + 1;
            if ends {
                from = at + 1;
            }
            (ends && part.len() >= CLAUSE_MIN).then_some(part)
        });
        parts.filter_map(move |part| in_other(draft, pack, &words, &part))
    })
}

/// The clause that `part` of a sentence is, if all of it may be in one other language and the rest of the
/// sentence is in the text's own.
fn in_other<'a>(
    draft: &'a Draft<'_>,
    pack: &'a Pack,
    sentence: &Span,
    part: &Span,
) -> Option<Fragment<'a>> {
    let own_alone = |at: usize, other: &Pack| {
        is_own_word(draft, pack, at) && !other.function_words.contains(&draft.keys[at])
    };
    let first = part
        .clone()
        .find_map(|at| foreign(draft, pack, at).next())?;
    let english = draft.templates.filter(|english| english.lang != pack.lang);
    let other = english.into_iter().chain([first]).find(|other| {
        let alone: KeySet = part
            .clone()
            .filter(|at| foreign(draft, pack, *at).any(|found| found.lang == other.lang))
            .map(|at| draft.keys[at])
            .collect();
        let grammatical: KeySet = part
            .clone()
            .map(|at| draft.keys[at])
            .filter(|key| other.function_words.contains(key))
            .collect();
        let rest = sentence.clone().filter(|at| !part.contains(at));
        alone.len() >= GRAMMATICAL_MIN_ENGLISH
            && grammatical.len() >= GRAMMATICAL_MIN
            && part.len() <= CLAUSE_SHARE * grammatical.len()
            && part
                .clone()
                .all(|at| is_lower(draft, at) && !own_alone(at, other))
            && rest
                .filter(|at| own_alone(*at, other))
                .take(OWN_MIN)
                .count()
                == OWN_MIN
    })?;
    Some(Fragment {
        words: part.clone(),
        other,
        grade: WEAK,
    })
}

/// Whether the word at `at` is a grammatical word of the text's language; of a language that shares it,
/// too.
fn is_own_word(draft: &Draft<'_>, pack: &Pack, at: usize) -> bool {
    pack.function_words.contains(&draft.keys[at])
}

/// Whether a clause may go on after the word at `at`.
fn goes_on(draft: &Draft<'_>, at: usize) -> bool {
    matches!(draft.text.gap_after(at), " " | ", " | "\u{a0}")
}

/// Whether the word at `at` goes on with a name ("Fédération de la vente") or stands in an address.
fn goes_on_a_name(draft: &Draft<'_>, at: usize) -> bool {
    let gap = draft.text.gap_before(at);
    let joins = gap == " " && NAME_JOINS.contains(&draft.text.word(at));
    let name = |before: usize| joins && draft.is_capital(before);
    gap.ends_with(['/', '-', '_', '@']) || at.checked_sub(1).is_some_and(name)
}

/// Whether the sentence of a clause speaks the text's own language right before or after it.
fn is_beside_own(draft: &Draft<'_>, pack: &Pack, other: &Pack, words: &Span) -> bool {
    let own =
        |at: usize| is_own_word(draft, pack, at) && !other.function_words.contains(&draft.keys[at]);
    let before = (1..=NEAR).map_while(|step| {
        let at = words.start.checked_sub(step)?;
        goes_on(draft, at).then_some(at)
    });
    let after = (0..NEAR).map_while(|step| {
        let at = words.end + step;
        (at < draft.keys.len() && goes_on(draft, at - 1)).then_some(at)
    });
    let (mut before, mut after) = (before, after);
    before.any(own) || after.any(own)
}

/// Fragments inside a sentence, and single words of English.
fn short<'a>(draft: &'a Draft<'_>, pack: &'a Pack) -> Vec<Fragment<'a>> {
    let mut fragments = Vec::new();
    let alone: KeySet = ALONE.split_whitespace().map(key).collect();
    let mut at = 0;
    while at < draft.keys.len() {
        if foreign(draft, pack, at).next().is_none() {
            at += 1;
            continue;
        }
        let end = (at + 1..)
            .find(|&next| !joins(draft, next - 1) || !is_foreign_or_plain(draft, pack, next))
            .unwrap_or(at + 1);
        let found = fragment(draft, pack, &(at..end)).map(|(words, other)| Fragment {
            words,
            other,
            grade: WEAK,
        });
        let single = || {
            let english = draft
                .templates
                .filter(|_| alone.contains(&draft.keys[at]))?;
            let words = at..at + 1;
            let fits = english.lang != pack.lang && is_inside(draft, pack, english, &words);
            fits.then_some(Fragment {
                words,
                other: english,
                grade: WORD,
            })
        };
        fragments.extend(found.or_else(single));
        at = end;
    }
    fragments
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

/// What of `run` is in one other language, from its first to its last grammatical word, and that
/// language.
fn fragment<'a>(draft: &'a Draft<'_>, pack: &'a Pack, run: &Span) -> Option<(Span, &'a Pack)> {
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
        (dense && is_inside(draft, pack, other, &words)).then_some((words, other))
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
