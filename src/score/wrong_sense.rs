//! "Tausende Ventilatoren im Stadion": fans that blow air where those who cheer are meant.

use super::{
    About, Counts, Detector, Draft, Example, Family, Grade,
    detector::fill,
    literal_translation::{company, wordings},
};
use crate::model::Finding;

/// See [`ABOUT`].
pub(super) struct WrongSense;

const STRONG: Grade = Grade::strong(0.3, Counts::new(0, 0, 7))
    .when("two words beside it belong to the sense that was meant");
const WEAK: Grade =
    Grade::weak(0.1, Counts::new(0, 4, 33)).when("one word beside it belongs to the sense meant");

const NOTE: &str = "“{}” is another sense of “{}”; here a writer says “{}”";

const ABOUT: About = About {
    rule: "wrong-sense",
    summary: "a word for another sense of the source's word, in the company of the right one",
    why: "an engine picks the sense that it has seen most often; whoever reads the sentence stumbles \
          over fans that blow air and cheer",
    family: Family::Translation,
    grades: &[STRONG, WEAK],
    notes: &[NOTE],
    flags: &[
        Example {
            lang: "de",
            text: "Im Stadion sangen Tausende [[Ventilatoren]] die Hymne des Vereins.",
        },
        Example {
            lang: "id",
            text: "Ribuan [[kipas]] memenuhi stadion untuk menonton konser itu.",
        },
    ],
    passes: &[
        Example {
            lang: "de",
            text: "Im Stadion kühlen Ventilatoren die Luft, und die Hymne erklingt.",
        },
        Example {
            lang: "id",
            text: "Ribuan kipas angin dijual di dekat stadion itu.",
        },
    ],
};

impl Detector for WrongSense {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn detect(&self, draft: &Draft<'_>, found: &mut Vec<Finding>) {
        let Some(senses) = draft.wordings.map(|wordings| &wordings.senses) else {
            return;
        };
        for (words, sense) in wordings(draft, senses, |words| draft.paragraph(words)) {
            let beside = company(draft, draft.sentence(&words), &sense.near);
            let grade = match beside {
                0 | 1 => WEAK,
                _ => STRONG,
            };
            let span = draft.span(words.start, words.end);
            let wording = &draft.text.raw[span.clone()];
            let instead = sense.instead.as_deref().unwrap_or("another word");
            found.push(Finding {
                rule: ABOUT.rule,
                grade: grade.name,
                note: fill(NOTE, &[wording, &sense.renders, instead]),
                span,
                left_out: None,
            });
        }
    }
}
