//! "1,234.5" and "1.234,5" in one text; 12/31/2025 and 31/12/2025.
//!
//! Quotation marks are left out on purpose. Two kinds of them in one text tell machines from the
//! natives of news corpora, but 24 of 714 German web pages mix them too, as many as machines do.

use super::{About, Counts, Detector, Draft, Example, Family, Grade};
use crate::model::{Finding, Span};

/// See [`ABOUT`].
pub(super) struct MixedConventions;

const WEAK: Grade = Grade::weak(0.05, Counts::new(0, 1, 1));

const ABOUT: About = About {
    rule: "mixed-conventions",
    summary: "numbers or dates written in two countries' ways within one text",
    why: "an engine carries some of the source's notation over and adapts the rest; an editor \
          keeps to one, though a pasted statement can bring the other in",
    family: Family::Translation,
    grades: &[WEAK],
    flags: &[
        Example {
            lang: "de",
            text: "Der Umsatz stieg auf 1.250.000 Euro, der Verlust auf [[3,410,500]] Euro.",
        },
        Example {
            lang: "fr",
            text: "Le vote, prévu le 31/12/2025, aura lieu le [[1/31/2026]] à midi.",
        },
    ],
    passes: &[
        Example {
            lang: "de",
            text: "Der Umsatz stieg auf 1.250.000 Euro, um 3,4 Prozent auf dem Kurs von 1,250.",
        },
        Example {
            lang: "fr",
            text: "Le vote, prévu le 31/12/2025, aura lieu le 1/2/2026 à 12.30 heures.",
        },
    ],
};

impl Detector for MixedConventions {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn detect(&self, draft: &Draft<'_>, found: &mut Vec<Finding>) {
        let numerals: Vec<usize> = (0..draft.text.words.len())
            .filter(|at| begins_with_digit(draft.text.word(*at)))
            .collect();
        let checks = [
            (
                numbers(draft, &numerals),
                "digits are grouped in another way than before",
            ),
            (dates(draft, &numerals), "day and month change places"),
        ];
        for (span, note) in checks {
            found.extend(span.map(|span| Finding {
                rule: ABOUT.rule,
                grade: WEAK.name,
                note: note.to_string(),
                span,
                left_out: None,
            }));
        }
    }
}

/// The first of `all` that follows another convention than the first one of all.
fn change<T: PartialEq>(mut all: impl Iterator<Item = (T, Span)>) -> Option<Span> {
    let (first, _) = all.next()?;
    all.find(|(convention, _)| *convention != first)
        .map(|(_, span)| span)
}

fn begins_with_digit(word: &str) -> bool {
    word.as_bytes().first().is_some_and(u8::is_ascii_digit)
}

fn numbers(draft: &Draft<'_>, numerals: &[usize]) -> Option<Span> {
    change(numerals.iter().filter_map(|&at| {
        let grouping = grouping(draft.text.word(at))?;
        Some((grouping, draft.span(at, at + 1)))
    }))
}

/// The mark that groups the digits of `number`, where there is no doubt about it: "1,234.5" and
/// "1,234,567", but not "1,234", which is a small number elsewhere.
fn grouping(number: &str) -> Option<char> {
    if number.len() < "1,234.5".len() {
        return None;
    }
    let mark = number.chars().find(|c| !c.is_ascii_digit())?;
    let decimal = match mark {
        ',' => '.',
        '.' => ',',
        _ => return None,
    };
    let (whole, fraction) = match number.split_once(decimal) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (number, None),
    };
    let mut groups = whole.split(mark);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let leads = groups
        .next()
        .is_some_and(|group| digits(group) && group.len() <= 3);
    let rest: Vec<&str> = groups.collect();
    let sure = fraction.map_or(rest.len() > 1, digits);
    (leads && sure && rest.iter().all(|group| digits(group) && group.len() == 3)).then_some(mark)
}

/// Which number comes first in a date.
#[derive(Clone, Copy, PartialEq)]
enum First {
    Day,
    Month,
}

fn dates(draft: &Draft<'_>, numerals: &[usize]) -> Option<Span> {
    change(
        numerals
            .iter()
            .filter_map(|&at| Some((date(draft, at)?, draft.span(at, at + 3)))),
    )
}

/// The order in a date with slashes, where one of the numbers can only be a day.
fn date(draft: &Draft<'_>, at: usize) -> Option<First> {
    let slash = |at| draft.text.gap_after(at) == "/";
    let number = |at: usize, len: std::ops::RangeInclusive<usize>| -> Option<u32> {
        let word = draft.text.word(at);
        len.contains(&word.len()).then(|| word.parse().ok())?
    };
    let (first, second) = (number(at, 1..=2)?, number(at + 1, 1..=2)?);
    if !slash(at) || !slash(at + 1) || number(at + 2, 4..=4).is_none() {
        return None;
    }
    match (first, second) {
        (13..=31, 1..=12) => Some(First::Day),
        (1..=12, 13..=31) => Some(First::Month),
        _ => None,
    }
}
