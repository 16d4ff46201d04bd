//! The paragraph that was there before; the line that stands on every article of the site.

use std::collections::HashMap;

use super::{About, Counts, Detector, Draft, Example, Family, Grade};
use crate::{
    lang::{FNV_SEED, fnv},
    model::{Finding, LeftOut, Span},
};

/// See [`ABOUT`].
pub(super) struct RepeatedLine;

/// Times that a paragraph must stand in a text. A second time may be the author's own; a third is
/// the page's.
const TIMES_MIN: usize = 3;

/// Words of a paragraph that nobody writes so often; shorter lines recur as headings and labels do.
const WORDS_MIN: usize = 20;

const WEAK: Grade = Grade::weak(0.06, Counts::new(0, 0, 0));

const TWICE: &str = "the text has said this before, word for word";
const ELSEWHERE: &str = "stands on other articles of the site too";

pub(super) const ABOUT: About = About {
    rule: "repeated-line",
    summary: "a line that comes back: in the text itself, or on other articles of the site",
    why: "what the page repeats is its template or a display of its own text: a call to subscribe, \
          a note about the site, a sentence in large type",
    family: Family::Boilerplate,
    grades: &[WEAK],
    notes: &[TWICE, ELSEWHERE],
    flags: &[Example {
        lang: "en",
        text: "Our paper lives on what its readers send us each month, so please think of us when \
               you pay your bills.\n\nThe dam broke.\n\n[[Our paper lives on what its readers \
               send us each month, so please think of us when you pay your bills.]]\n\nThe mayor \
               left.\n\n[[Our paper lives on what its readers send us each month, so please think \
               of us when you pay your bills.]]",
    }],
    passes: &[Example {
        lang: "en",
        text: "Price: free for the first month, then two euros a week.\n\nA plain one.\n\n\
               Price: free for the first month, then two euros a week.",
    }],
};

impl Detector for RepeatedLine {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn detect(&self, draft: &Draft<'_>, found: &mut Vec<Finding>) {
        let mut places: HashMap<u64, Vec<Span>> = HashMap::new();
        for line in draft.lines().filter(|line| line.len() >= WORDS_MIN) {
            if draft.ends_sentence(&line) {
                places.entry(print(draft, &line)).or_default().push(line);
            }
        }
        let often = places.values().filter(|lines| lines.len() >= TIMES_MIN);
        found.extend(often.flat_map(|lines| &lines[1..]).map(|line| Finding {
            rule: ABOUT.rule,
            grade: WEAK.name,
            span: draft.whole_line(line),
            note: TWICE.to_string(),
            left_out: None,
        }));
    }
}

/// The finding for a line that the extractor left out, if the site shows it on other articles too.
pub(super) fn left_out(line: &LeftOut) -> Option<Finding> {
    (line.articles > 0).then(|| Finding {
        rule: ABOUT.rule,
        grade: WEAK.name,
        span: line.at..line.at,
        note: ELSEWHERE.to_string(),
        left_out: Some(line.text.clone()),
    })
}

fn print(draft: &Draft<'_>, line: &Span) -> u64 {
    let keys = draft.keys[line.clone()].iter();
    keys.fold(FNV_SEED, |hash, key| fnv(hash, &key.to_le_bytes()))
}
