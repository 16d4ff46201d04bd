//! "Rumah Putih" for the White House, "di akhir hari" for "at the end of the day".

use std::cmp::Reverse;

use super::{About, Counts, Detector, Draft, Example, Family, Grade, detector::fill};
use crate::{
    lang::{Hit, KeySet, Trap, Traps, WordList},
    model::{Finding, Span},
};

/// See [`ABOUT`].
pub(super) struct LiteralTranslation;

/// Wordings of one text that are looked at: what excuses one is looked for in the whole text.
const WORDINGS_MAX: usize = 30;

const STRONG: Grade = Grade::strong(0.5, Counts::new(0, 0, 91));

const INSTEAD: &str = "“{}” is “{}” word by word; a writer says “{}”";
const NOTE: &str = "“{}” is “{}” word by word";

const ABOUT: About = About {
    rule: "literal-translation",
    summary: "a name or an idiom of another language, put into this one word by word",
    why: "an engine that does not know the expression translates its words; a writer knows what \
          the thing is called here",
    family: Family::Translation,
    grades: &[STRONG],
    notes: &[INSTEAD, NOTE],
    flags: &[
        Example {
            lang: "id",
            text: "Juru bicara [[Rumah Putih]] menolak berkomentar tentang pertemuan itu.",
        },
        Example {
            lang: "de",
            text: "Die Regierung will, dass das Werk weniger [[Gewächshausgase]] ausstößt.",
        },
    ],
    passes: &[
        Example {
            lang: "id",
            text: "Juru bicara Gedung Putih menolak berkomentar tentang rumah putih di bukit itu.",
        },
        Example {
            lang: "id",
            text: "Ia membintangi film “Rumah Putih” karya sutradara muda itu.",
        },
    ],
};

impl Detector for LiteralTranslation {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn detect(&self, draft: &Draft<'_>, found: &mut Vec<Finding>) {
        let Some(traps) = draft.wordings.map(|wordings| &wordings.traps) else {
            return;
        };
        for (words, trap) in wordings(draft, traps, |_| 0..draft.keys.len()) {
            if draft.is_native(&words) {
                continue;
            }
            let span = draft.span(words.start, words.end);
            found.push(Finding {
                rule: ABOUT.rule,
                grade: STRONG.name,
                note: note(&draft.text.raw[span.clone()], trap),
                span,
                left_out: None,
            });
        }
    }
}

fn note(wording: &str, trap: &Trap) -> String {
    match &trap.instead {
        Some(instead) => fill(INSTEAD, &[wording, &trap.renders, instead]),
        None => fill(NOTE, &[wording, &trap.renders]),
    }
}

/// The wordings of `traps` that stand in a text in one piece, as the names they are, in the company
/// that betrays them, and that nothing within `reach` of them excuses; as ranges of word indices that do
/// not overlap.
pub(super) fn wordings<'t>(
    draft: &Draft<'_>,
    traps: &'t Traps,
    reach: impl Fn(&Span) -> Span,
) -> Vec<(Span, &'t Trap)> {
    let starts = (0..draft.keys.len()).filter(|at| traps.book.begins_with(draft.keys[*at]));
    let hits = starts.flat_map(|at| {
        let mut hits: Vec<_> = traps.book.at(&draft.keys, at, &|_, _| true).collect();
        // Of several that begin here the longest says most.
        hits.sort_by_key(|hit| Reverse(hit.end));
        let named = move |hit: Hit<'_, usize>| Some((at..hit.end, traps.get(hit.family)?));
        hits.into_iter().filter_map(named)
    });
    let mut kept: Vec<(Span, &Trap)> = Vec::new();
    let betraying = hits.filter(|(words, trap)| betrays(draft, words, trap));
    for (words, trap) in betraying.take(WORDINGS_MAX) {
        let end = kept.last().map_or(0, |(words, _)| words.end);
        let excused = || {
            // The wording's own words excuse nothing.
            let around = reach(&words);
            company(draft, around.start..words.start, &trap.unless) > 0
                || company(draft, words.end..around.end, &trap.unless) > 0
        };
        if words.start >= end && !excused() {
            kept.push((words, trap));
        }
    }
    kept
}

fn betrays(draft: &Draft<'_>, words: &Span, trap: &Trap) -> bool {
    let mut names = words
        .clone()
        .filter(|at| trap.names.contains(&draft.keys[*at]));
    (words.start..words.end - 1).all(|word| draft.joins_next(word))
        && names.all(|at| draft.is_capital(at))
        && (trap.near.is_empty() || is_in_company(draft, words, trap))
        && !draft.is_title(words)
}

/// Whether what betrays a wording stands in its sentence. Words that hardly meet by chance may be betrayed by
/// the paragraph, or by several words of the whole text.
fn is_in_company(draft: &Draft<'_>, words: &Span, trap: &Trap) -> bool {
    let beside = |span: Span| company(draft, span, &trap.near);
    let is_several = words.len() > 1;
    beside(draft.sentence(words)) > 0
        || is_several && beside(draft.paragraph(words)) > 0
        || is_several && beside(0..draft.keys.len()) >= FAR_COMPANY_MIN
}

/// Words anywhere in a text that make up for none beside a wording.
const FAR_COMPANY_MIN: usize = 3;

/// How many items of the list stand among `words`, each counted once.
pub(super) fn company(draft: &Draft<'_>, words: Span, list: &WordList) -> usize {
    if list.is_empty() {
        return 0;
    }
    let of_topic = |at: usize| {
        let told = draft.topic(at);
        told.topics.meets(list.topics).then_some(told.item)
    };
    let items = words.filter_map(|at| list.item(draft.text.word(at)).or_else(|| of_topic(at)));
    items.collect::<KeySet>().len()
}
