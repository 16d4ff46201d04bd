//! "As an AI language model, I …", "Translated by Google".

use super::{About, Counts, Detector, Draft, Example, Family, Grade};
use crate::{
    lang::{ResidueFamily, Tail},
    model::{Finding, Span},
};

/// See [`ABOUT`].
pub(super) struct EngineResidue;

const STRONG: Grade = Grade::strong(0.9, Counts::new(0, 0, 0));

const ABOUT: About = About {
    rule: "engine-residue",
    summary: "what an assistant or a translation engine says to its user",
    why: "the text was pasted from a machine and nobody read it",
    family: Family::Translation,
    grades: &[STRONG],
    flags: &[
        Example {
            lang: "en",
            text: "[[As an AI language model, I]] have no news of the match.",
        },
        Example {
            lang: "id",
            text: "[[Berikut adalah terjemahan]]: Hujan turun di kota itu.",
        },
        Example {
            lang: "id",
            text: "Hujan turun di kota itu.\n\n[[Diterjemahkan oleh Google]]",
        },
    ],
    passes: &[
        Example {
            lang: "en",
            text: "The bot answered: “As an AI language model, I cannot say.”",
        },
        Example {
            lang: "id",
            text: "Novel itu diterjemahkan oleh Google dan para relawan pada tahun lalu.",
        },
    ],
};

impl Detector for EngineResidue {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn detect(&self, draft: &Draft<'_>, found: &mut Vec<Finding>) {
        let books: Vec<_> = draft.packs().map(|pack| &pack.residue).collect();
        let begins = |at: &usize| books.iter().any(|book| book.begins_with(draft.keys[*at]));
        for line in draft.lines() {
            let keys = &draft.keys[..line.end];
            let accept = |tail, end| match tail {
                Tail::Anything => true,
                Tail::Nothing => end == line.end,
                Tail::Colon => draft.has_colon_before(end),
            };
            for at in line.clone().filter(begins) {
                let hit = books
                    .iter()
                    .flat_map(|book| book.at(keys, at, &accept))
                    .filter(|hit| hit.phrase.floats || at == line.start)
                    .max_by_key(|hit| hit.end);
                let Some(hit) = hit else { continue };
                let span = draft.span(at, hit.end);
                if !draft.is_quoted(span.start) {
                    found.push(finding(span, hit.family));
                    break;
                }
            }
        }
    }
}

fn finding(span: Span, family: ResidueFamily) -> Finding {
    let note = match family {
        ResidueFamily::Assistant => "a language model speaks to its user here",
        ResidueFamily::Engine => "a translation engine left its mark here",
    };
    Finding {
        rule: ABOUT.rule,
        grade: STRONG.name,
        span,
        note: note.to_string(),
        left_out: None,
    }
}
