//! "1,234.5" and "1.234,5" in one text; 12/31/2025 and 8 pm where nobody writes so.
//!
//! Quotation marks are left out on purpose. Two kinds of them in one text tell machines from the
//! natives of news corpora, but 24 of 714 German web pages mix them too, as many as machines do.

use super::{About, Counts, Detector, Draft, Example, Family, Grade};
use crate::{
    dates::Customs,
    lang::Pack,
    model::{Finding, Span},
};

/// See [`ABOUT`].
pub(super) struct MixedConventions;

/// Findings of one grade that are shown: one carries the evidence.
const SHOWN: usize = 3;

/// Years that news dates are of; other numbers belong to a reference.
const YEARS: std::ops::RangeInclusive<u32> = 1900..=2099;

/// Words for a number, before what a file or a decision is filed under.
const NUMBER: [&str; 12] = [
    "no",
    "nr",
    "num",
    "nº",
    "n",
    "nomor",
    "nombor",
    "number",
    "numéro",
    "número",
    "nummer",
    "номер",
];

const STRONG: Grade = Grade::strong(0.3, Counts::new(0, 0, 1))
    .when("an American date in digits, or \"am\" and \"pm\", in a language that has neither");
const WEAK: Grade =
    Grade::weak(0.05, Counts::new(0, 1, 1)).when("two ways to group digits or to date in one text");
const MONTH: Grade = Grade::weak(0.05, Counts::new(1, 0, 0))
    .named("weak-month")
    .when("the month's name before the day, in a language that puts it behind");
const IMPOSSIBLE: Grade = Grade::weak(0.1, Counts::new(0, 0, 0))
    .named("weak-impossible")
    .when("a date that no calendar has: 31/02/2025, 31 September");

const NUMBERS: &str = "digits are grouped in another way than before";
const AMERICAN: &str = "the month stands first, as in America";
const DATES: &str = "day and month change places";
const HOURS: &str = "nobody counts hours so in this language";
const MONTH_FIRST: &str = "the month stands before the day";
const NO_DATE: &str = "no calendar has this date";

const ABOUT: About = About {
    rule: "mixed-conventions",
    summary: "numbers, dates or times written as another country does",
    why: "an engine carries some of the source's notation over and adapts the rest; an editor \
          keeps to one, though a pasted statement can bring the other in",
    family: Family::Translation,
    grades: &[STRONG, IMPOSSIBLE, WEAK, MONTH],
    notes: &[NUMBERS, AMERICAN, DATES, HOURS, MONTH_FIRST, NO_DATE],
    flags: &[
        Example {
            lang: "de",
            text: "Der Umsatz stieg auf 1.250.000 Euro, der Verlust auf [[3,410,500]] Euro.",
        },
        Example {
            lang: "fr",
            text: "Le vote du 31/12/2025 est reporté, le scrutin ferme à [[8 pm]] ce soir-là.",
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
        let mut add = |grade: Grade, span: Span, note: &str| {
            found.push(Finding {
                rule: ABOUT.rule,
                grade: grade.name,
                note: note.to_string(),
                span,
                left_out: None,
            });
        };
        if let Some(span) = numbers(draft, &numerals) {
            add(WEAK, span, NUMBERS);
        }
        let customs = draft.customs();
        // A text with several is about the calendar.
        let days: Vec<Span> = customs
            .into_iter()
            .flat_map(|customs| impossible_days(draft, &numerals, customs))
            .take(2)
            .collect();
        let slip = days.first().filter(|_| days.len() == 1).cloned();
        impossible_dates(draft, &numerals)
            .chain(slip)
            .take(SHOWN)
            .for_each(|span| add(IMPOSSIBLE, span, NO_DATE));
        match customs.filter(|customs| customs.is_day_first()) {
            Some(_) => american_dates(draft, &numerals)
                .take(SHOWN)
                .for_each(|span| add(STRONG, span, AMERICAN)),
            None => dates(draft, &numerals)
                .into_iter()
                .for_each(|span| add(WEAK, span, DATES)),
        }
        let Some(customs) = customs else { return };
        if !customs.has_am_and_pm() {
            clock_times(draft, &numerals)
                .take(SHOWN)
                .for_each(|span| add(STRONG, span, HOURS));
        }
        if customs.is_day_first() {
            months_first(draft, &numerals, customs)
                .take(SHOWN)
                .for_each(|span| add(MONTH, span, MONTH_FIRST));
        }
    }
}

/// Dates in digits of which the second number can only be a day.
fn american_dates<'a>(
    draft: &'a Draft<'_>,
    numerals: &'a [usize],
) -> impl Iterator<Item = Span> + 'a {
    numerals
        .iter()
        .filter(|&&at| date(draft, at) == Some(First::Month))
        .map(|&at| draft.span(at, at + 3))
}

/// "8 pm", "8:30 a.m.", "8pm"
fn clock_times<'a>(draft: &'a Draft<'_>, numerals: &'a [usize]) -> impl Iterator<Item = Span> + 'a {
    numerals.iter().filter_map(|&at| {
        let word = draft.text.word(at).to_lowercase();
        let joined = ["am", "pm"]
            .iter()
            .find_map(|period| word.strip_suffix(period));
        let (digits, end) = match joined {
            Some(digits) => (digits, at + 1),
            None => (word.as_str(), at + 2),
        };
        // "8:30" is two words.
        let hours = at
            .checked_sub(1)
            .filter(|_| draft.text.gap_before(at) == ":");
        let time = hours.map_or_else(
            || digits.to_string(),
            |hours| format!("{}:{digits}", draft.text.word(hours)),
        );
        let named =
            joined.is_some() || (draft.text.gap_after(at) == " " && is_period(draft, at + 1));
        let span = draft.span(hours.unwrap_or(at), end);
        (named && is_time(&time) && !draft.is_quoted(span.start)).then_some(span)
    })
}

/// Whether the word at `at` is "am" or "pm", and no word of the language.
fn is_period(draft: &Draft<'_>, at: usize) -> bool {
    let word = draft.text.word(at);
    let ordinary = draft.pack.is_some_and(|pack| {
        let key = draft.keys.get(at);
        key.is_some_and(|key| pack.function_words.contains(key))
    });
    let period = word.to_lowercase().replace('.', "");
    matches!(period.as_str(), "am" | "pm") && !ordinary && !is_title_case(word)
}

/// "Am", which begins a sentence or a name.
fn is_title_case(word: &str) -> bool {
    word.starts_with(char::is_uppercase) && word.ends_with(char::is_lowercase)
}

/// A time of a clock of twelve.
fn is_time(text: &str) -> bool {
    let (hour, minutes) = text.split_once([':', '.']).unwrap_or((text, "00"));
    let hour = hour.parse::<u8>();
    hour.is_ok_and(|hour| (1..=12).contains(&hour)) && minutes.len() == 2 && minutes < "60"
}

/// "Juillet 23, 2024" where the day goes first. A month that is called so in English too may stand in
/// something that was pasted as it is.
fn months_first<'a>(
    draft: &'a Draft<'_>,
    numerals: &'a [usize],
    customs: Customs<'a>,
) -> impl Iterator<Item = Span> + 'a {
    numerals.iter().filter_map(move |&at| {
        let month = at.checked_sub(1)?;
        let day = draft.text.word(at).parse::<u8>().ok()?;
        let year = draft.text.word(at + 1);
        let dated = year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit());
        let spaced = draft.text.gap_after(month) == " " && draft.text.gap_after(at) == ", ";
        let found = dated && spaced && (1..=31).contains(&day);
        let name = draft.text.word(month);
        let english = draft.lexicon.template_pack();
        let english = english.and_then(|pack| draft.lexicon.dates().customs(&pack.lang));
        let own = || customs.is_month(name) && !english.is_some_and(|other| other.is_month(name));
        (found && own()).then(|| draft.span(month, at + 2))
    })
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
        let span = draft.span(at, at + 1);
        // What somebody else wrote follows what he is used to.
        (!draft.is_quoted(span.start)).then_some((grouping, span))
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

/// Dates neither number of which can be a month, or one of which can be no day. What has a sign of
/// numbers beside it, or stands behind the word for a number, is a reference.
fn impossible_dates<'a>(
    draft: &'a Draft<'_>,
    numerals: &'a [usize],
) -> impl Iterator<Item = Span> + 'a {
    let is_reference = |at: usize| {
        let before = draft.text.gap_before(at);
        let word = at.checked_sub(1).map_or("", |at| draft.text.word(at));
        let joins = ['/', '-', '–', ':', '№', '#'];
        let numbered = NUMBER.contains(&word.to_lowercase().as_str());
        numbered || before.ends_with(joins) || draft.text.gap_after(at + 2).starts_with(joins)
    };
    numerals.iter().filter_map(move |&at| {
        let (first, second) = slashed(draft, at)?;
        let possible = |day: u32, month: u32| (1..=31).contains(&day) && (1..=12).contains(&month);
        let either = possible(first, second) || possible(second, first);
        (!either && !is_reference(at)).then(|| draft.span(at, at + 3))
    })
}

/// "31 September", "le 30 février", "February 30, 2024": days that their month does not have. A quotation
/// may be a title, or a joke about the calendar.
fn impossible_days<'a>(
    draft: &'a Draft<'_>,
    numerals: &'a [usize],
    customs: Customs<'a>,
) -> impl Iterator<Item = Span> + 'a {
    numerals.iter().filter_map(move |&at| {
        let day = draft.text.word(at);
        let day = day.parse::<u32>().ok().filter(|_| day.len() == 2)?;
        // "30 de febrero", "31. April"
        let is_linking = |pack: &Pack| {
            let next = draft.keys.get(at + 1);
            next.is_some_and(|next| pack.genitives.contains(next))
        };
        let last = at + 1 + usize::from(draft.pack.is_some_and(is_linking));
        let plain = |at: usize| matches!(draft.text.gap_after(at), " " | ". " | "\u{a0}");
        let after = customs
            .month(draft.text.word(last))
            .filter(|_| (at..last).all(plain));
        let year = || {
            let year = draft
                .text
                .word(at + 1)
                .parse()
                .is_ok_and(|year| YEARS.contains(&year));
            year && matches!(draft.text.gap_after(at), ", " | " ")
        };
        let before = || {
            let before = at
                .checked_sub(1)
                .filter(|before| draft.text.gap_after(*before) == " ")?;
            customs.month(draft.text.word(before)).filter(|_| year())
        };
        let (month, words) = match after {
            Some(month) => (month, at..last + 1),
            None => (before()?, at - 1..at + 1),
        };
        let longest = match month {
            2 => 29,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        let span = draft.span(words.start, words.end);
        let beyond = day > longest && day <= 31;
        (beyond && !draft.is_quoted(span.start)).then_some(span)
    })
}

/// The order in a date with slashes, where one of the numbers can only be a day.
fn date(draft: &Draft<'_>, at: usize) -> Option<First> {
    match slashed(draft, at)? {
        (13..=31, 1..=12) => Some(First::Day),
        (1..=12, 13..=31) => Some(First::Month),
        _ => None,
    }
}

/// The first two numbers of what is written like a date with slashes.
fn slashed(draft: &Draft<'_>, at: usize) -> Option<(u32, u32)> {
    let slash = |at| draft.text.gap_after(at) == "/";
    let number = |at: usize, len: std::ops::RangeInclusive<usize>| -> Option<u32> {
        let word = draft.text.word(at);
        len.contains(&word.len()).then(|| word.parse().ok())?
    };
    let numbers = (number(at, 1..=2)?, number(at + 1, 1..=2)?);
    let year = number(at + 2, 4..=4).filter(|year| YEARS.contains(year));
    let longer = draft.text.gap_before(at).ends_with('/');
    (slash(at) && slash(at + 1) && year.is_some() && !longer).then_some(numbers)
}
