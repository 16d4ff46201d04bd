//! "Photo: Jane Doe", "Editor: John Roe"

use super::{About, Counts, Detector, Draft, Example, Family, Grade, stock_line};
use crate::{lang::StockFamily, model::Finding};

/// See [`ABOUT`].
pub(super) struct CreditLine;

const WEAK: Grade = Grade::weak(0.03, Counts::new(68, 7, 39));

const ABOUT: About = About {
    rule: "credit-line",
    summary: "a line that names who made the picture, who edited the page or where it stood first",
    why: "it belongs to the picture or the page; amid the text it shows that nobody told them apart. \
          Papers print such lines themselves, so it weighs next to nothing",
    family: Family::Boilerplate,
    grades: &[WEAK],
    notes: stock_line::NOTES,
    flags: &[
        Example {
            lang: "id",
            text: "Hujan turun.\n\n[[Foto: Jane Doe]]\n\n[[Editor: John Roe]]",
        },
        Example {
            lang: "en",
            text: "It rained.\n\n[[Photo by Jane Doe]]",
        },
    ],
    passes: &[
        Example {
            lang: "en",
            text: "The photo by the window showed a man with a hat.",
        },
        Example {
            lang: "id",
            text: "Editor itu menolak mengubah judul buku.",
        },
    ],
};

impl Detector for CreditLine {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn detect(&self, draft: &Draft<'_>, found: &mut Vec<Finding>) {
        let credits = stock_line::lines(draft).filter(|(_, family)| *family == StockFamily::Credit);
        found.extend(credits.map(|(span, family)| Finding {
            rule: ABOUT.rule,
            grade: WEAK.name,
            span,
            note: stock_line::note(family).to_string(),
            left_out: None,
        }));
    }
}
