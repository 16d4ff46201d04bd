//! "Rumah Putih" for the White House, "di akhir hari" for "at the end of the day".

use super::{About, Counts, Detector, Draft, Example, Family, Grade};
use crate::{
    lang::{Trap, WordList},
    model::{Finding, Span},
};

/// See [`ABOUT`].
pub(super) struct LiteralTranslation;

/// Wordings of one text that are looked at: what excuses one is looked for in the whole text.
const WORDINGS_MAX: usize = 30;
/// Words of a quotation that may be a title or a term that is spoken about; in longer ones
/// somebody speaks, and what he says was translated too.
const TITLE_WORDS_MAX: usize = 7;

const STRONG: Grade = Grade::strong(0.5, Counts::new(0, 0, 69));

const ABOUT: About = About {
    rule: "literal-translation",
    summary: "a name or an idiom of another language, put into this one word by word",
    why: "an engine that does not know the expression translates its words; a writer knows what \
          the thing is called here",
    family: Family::Translation,
    grades: &[STRONG],
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
        let Some(traps) = draft.pack.map(|pack| &pack.traps) else {
            return;
        };
        let starts = (0..draft.keys.len()).filter(|at| traps.book.begins_with(draft.keys[*at]));
        let wordings = starts.flat_map(|at| {
            let hits = traps.book.at(&draft.keys, at, &|_, _| true);
            hits.filter_map(move |hit| Some((at..hit.end, traps.get(hit.family)?)))
        });
        let mut end = 0;
        for (words, trap) in wordings.take(WORDINGS_MAX) {
            if words.start < end || !betrays(draft, &words, trap) {
                continue;
            }
            end = words.end;
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
    let instead = trap.instead.as_ref();
    let instead = instead.map_or_else(String::new, |words| format!("; a writer says “{words}”"));
    format!("“{wording}” is “{}” word by word{instead}", trap.renders)
}

/// Whether the wording stands in one piece, as the name it is, in the company that betrays it, and
/// nothing excuses it.
fn betrays(draft: &Draft<'_>, words: &Span, trap: &Trap) -> bool {
    let mut names = words
        .clone()
        .filter(|at| trap.names.contains(&draft.keys[*at]));
    (words.start..words.end - 1).all(|word| draft.joins_next(word))
        && names.all(|at| draft.is_capital(at))
        && (trap.near.is_empty() || any_of(draft, sentence(draft, words), &trap.near))
        && !any_of(draft, 0..draft.keys.len(), &trap.unless)
        && !is_title(draft, words)
}

fn any_of(draft: &Draft<'_>, mut words: Span, list: &WordList) -> bool {
    !list.is_empty() && words.any(|at| list.contains(&draft.text.word(at).to_lowercase()))
}

/// The words of the sentence that holds `words`.
pub(super) fn sentence(draft: &Draft<'_>, words: &Span) -> Span {
    let from = draft.text.words[words.start].start;
    let sentences = &draft.text.sentences;
    let index = sentences.partition_point(|sentence| sentence.end <= from);
    sentences
        .get(index)
        .map_or_else(|| words.clone(), |sentence| draft.text.words_in(sentence))
}

/// Whether the words stand in a quotation of a few words.
fn is_title(draft: &Draft<'_>, words: &Span) -> bool {
    let span = draft.span(words.start, words.end);
    draft
        .quotation(span.start)
        .is_some_and(|quoted| draft.text.words_in(&quoted).len() <= TITLE_WORDS_MAX)
}
