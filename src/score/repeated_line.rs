//! The paragraph that was there before; the line that stands on every article of the site.

use std::collections::HashSet;

use super::{About, Detector, Draft, Example, Family, Rates};
use crate::{
    lang::{FNV_SEED, fnv},
    model::{Finding, LeftOut, Span},
};

/// See [`ABOUT`].
pub(super) struct RepeatedLine;

/// Words of a paragraph that nobody writes twice; shorter lines recur as headings and labels do.
const WORDS_MIN: usize = 20;

pub(super) const ABOUT: About = About {
    rule: "repeated-line",
    summary: "a line that comes back: in the text itself, or on other articles of the site",
    why: "what the page repeats is its template or a display of its own text: a call to subscribe, \
          a note about the site, a sentence in large type",
    family: Family::Boilerplate,
    weight: 0.06,
    rates: Rates {
        native: 0.0,
        human: 0.0,
        machine: 0.0,
    },
    flags: &[Example {
        lang: "en",
        text: "The river rose by two metres in a night, and nobody in the village had been told \
               that it would.\n\nThe mayor blamed the dam.\n\n[[The river rose by two metres in a \
               night, and nobody in the village had been told that it would.]]",
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
        let mut seen = HashSet::new();
        for line in draft.lines().filter(|line| line.len() >= WORDS_MIN) {
            if !ends_sentence(draft, &line) || seen.insert(print(draft, &line)) {
                continue;
            }
            found.push(Finding {
                rule: ABOUT.rule,
                span: draft.whole_line(&line),
                note: "the text has said this before, word for word".to_string(),
                left_out: None,
            });
        }
    }
}

/// The finding for a line that the extractor left out, if the site shows it on other articles too.
pub(super) fn left_out(line: &LeftOut) -> Option<Finding> {
    (line.articles > 0).then(|| Finding {
        rule: ABOUT.rule,
        span: line.at..line.at,
        note: "stands on other articles of the site too".to_string(),
        left_out: Some(line.text.clone()),
    })
}

fn print(draft: &Draft<'_>, line: &Span) -> u64 {
    let keys = draft.keys[line.clone()].iter();
    keys.fold(FNV_SEED, |hash, key| fnv(hash, &key.to_le_bytes()))
}

fn ends_sentence(draft: &Draft<'_>, line: &Span) -> bool {
    let gap = draft.text.gap_after(line.end - 1);
    gap.trim_start()
        .starts_with(['.', '!', '?', '…', '。', '！', '？', '؟', '।'])
}
