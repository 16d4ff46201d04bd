//! The day in a line.

use std::ops::Range;

use chrono::{Datelike, NaiveDate};

use super::{
    solar_hijri,
    tokens::{Line, Number},
    words::{Calendar, Lookup, Month, Order, Unit},
};

/// A day and where it stands.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) day: NaiveDate,
    pub(super) range: Range<usize>,
}

/// From the first news sites on; what lies ahead of the present is refused elsewhere.
pub(super) const YEARS: Range<i32> = 1990..2100;
/// Thailand counts the years from 543 BC.
const BUDDHIST_YEARS: u64 = 543;

/// The day that a line names, in figures or with its month's name.
pub(super) fn find(line: &Line<'_>, words: &Lookup<'_>) -> Option<Found> {
    in_figures(line, words.order())
        .or_else(|| in_one_number(line))
        .or_else(|| in_words(line, words))
}

fn day(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    let date = NaiveDate::from_ymd_opt(year, month, day)?;
    YEARS.contains(&date.year()).then_some(date)
}

/// A year of the calendar of Iran: those in question are no years of ours.
fn solar_hijri_year(number: Number) -> Option<i32> {
    let year = i32::try_from(number.value).ok()?;
    (number.digits == 4 && solar_hijri::YEARS.contains(&year)).then_some(year)
}

fn solar_hijri_day(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    let date = solar_hijri::date(year, month, day)?;
    YEARS.contains(&date.year()).then_some(date)
}

/// A year of four digits.
fn year(number: Number) -> Option<i32> {
    let year = i32::try_from(number.value).ok()?;
    (number.digits == 4 && YEARS.contains(&year)).then_some(year)
}

/// The same, of either era: no year of ours is so large.
fn year_of_either(number: Number) -> Option<i32> {
    let buddhist = Number {
        value: number.value.checked_sub(BUDDHIST_YEARS)?,
        ..number
    };
    year(number).or_else(|| year(buddhist))
}

/// A year of two digits (RFC 2822, 4.3), or of three eras in a Buddhist calendar's.
fn short_year(number: Number, is_buddhist: bool) -> Option<i32> {
    let short = i32::try_from(number.value).ok()?;
    if number.digits != 2 {
        return None;
    }
    let buddhist = Number {
        value: 2_500 + number.value,
        digits: 4,
    };
    if let Some(year) = year_of_either(buddhist).filter(|_| is_buddhist) {
        return Some(year);
    }
    Some(if short < 50 {
        2_000 + short
    } else {
        1_900 + short
    })
}

/// A day of the month, or a month.
fn small(number: Number) -> Option<u32> {
    let value = u32::try_from(number.value).ok()?;
    (number.digits <= 2 && (1..=31).contains(&value)).then_some(value)
}

/// `17.05.2021`, `3. 5. 2024`, `17.05.21`, `12/31/2024`, `2024-05-03`.
fn in_figures(line: &Line<'_>, order: Order) -> Option<Found> {
    (0..line.len().saturating_sub(4)).find_map(|at| {
        let mark = line.mark(at + 1).filter(|mark| ".-/".contains(*mark))?;
        let is_joined = line.mark(at + 3) == Some(mark);
        // With hyphens between spaces it is a sum or a score.
        let is_tight = (at + 1..at + 5).all(|at| line.is_glued(at));
        if !is_joined || !(is_tight || mark != '-') {
            return None;
        }
        let numbers = [line.number(at)?, line.number(at + 2)?, line.number(at + 4)?];
        let found = of_three(numbers, mark, order)?;
        Some(Found {
            day: found,
            range: at..at + 5,
        })
    })
}

/// Where day and month could be either and `order` does not say, it is none.
fn of_three([a, b, c]: [Number; 3], mark: char, order: Order) -> Option<NaiveDate> {
    match (a.digits, b.digits, c.digits) {
        (4, 1..=2, 1..=2) => match solar_hijri_year(a) {
            Some(year) => solar_hijri_day(year, small(b)?, small(c)?),
            None => day(year_of_either(a)?, small(b)?, small(c)?),
        },
        (1..=2, 1..=2, 4) => {
            let (year, first, second) = (year_of_either(c)?, small(a)?, small(b)?);
            by_order(year, first, second, mark, order)
        }
        (2, 1..=2, 1..=2) if order == Order::YearFirst => {
            day(short_year(a, false)?, small(b)?, small(c)?)
        }
        (1..=2, 2, 2) if mark == '.' || (mark == '/' && is_year_last(order)) => {
            let (year, first, second) = (short_year(c, false)?, small(a)?, small(b)?);
            by_order(year, first, second, mark, order)
        }
        _ => None,
    }
}

/// Whether it is known that a year of two digits comes last.
fn is_year_last(order: Order) -> bool {
    matches!(order, Order::DayFirst | Order::MonthFirst)
}

fn by_order(year: i32, first: u32, second: u32, mark: char, order: Order) -> Option<NaiveDate> {
    // Dots are European.
    let is_either = mark != '.' && first <= 12 && second <= 12 && first != second;
    match order {
        Order::Unknown if is_either => None,
        Order::MonthFirst if is_either => day(year, first, second),
        _ if mark != '.' && second > 12 => day(year, first, second),
        _ => day(year, second, first),
    }
}

/// `20240503`, the whole line but for a time.
fn in_one_number(line: &Line<'_>) -> Option<Found> {
    let number = line.number(0).filter(|number| number.digits == 8)?;
    let is_whole = line.is_over(1) || (line.word(1) == Some("t") && line.is_over(2));
    let value = u32::try_from(number.value).ok()?;
    let (years, month, of_month) = (value / 10_000, value / 100 % 100, value % 100);
    let years = year(Number {
        value: years.into(),
        digits: 4,
    });
    is_whole.then_some(Found {
        day: day(years?, month, of_month)?,
        range: 0..1,
    })
}

/// `3 May 2024`, `May 3rd, 2024`, `3. Mai 2024`, `2024年5月3日`, `ngày 3 tháng 5 năm 2024`.
fn in_words(line: &Line<'_>, words: &Lookup<'_>) -> Option<Found> {
    let units = Units::of(line, words);
    let counted = units.month.and_then(|at| {
        let number = small(line.number(at)?).filter(|month| *month <= 12)?;
        let month = Month {
            number,
            calendar: Calendar::Gregorian,
        };
        // The unit may stand on either side.
        Some((month, at.saturating_sub(1)..at + 2))
    });
    words
        .months(line)
        .chain(counted)
        .find_map(|(month, range)| around_month(line, &units, month, range))
}

/// Numbers that a word counts as a year, month or day.
#[derive(Debug, Default)]
struct Units {
    year: Option<usize>,
    month: Option<usize>,
    day: Option<usize>,
}

impl Units {
    fn of(line: &Line<'_>, words: &Lookup<'_>) -> Units {
        let mut units = Units::default();
        for at in (0..line.len()).filter(|at| line.number(*at).is_some()) {
            let place = match words.unit_of(line, at) {
                Some(Unit::Year) => &mut units.year,
                Some(Unit::Month) => &mut units.month,
                Some(Unit::Day) => &mut units.day,
                _ => continue,
            };
            place.get_or_insert(at);
        }
        units
    }
}

/// The day around a month's name. Where the numbers beside it are none, others of the line serve.
fn around_month(
    line: &Line<'_>,
    units: &Units,
    month: Month,
    range: Range<usize>,
) -> Option<Found> {
    let small_at = |at: usize| small(line.number(at)?).map(|value| (value, at));
    let before = number_before(line, range.start).and_then(|at| {
        let first = first_of_span(line, at).and_then(small_at);
        first.or_else(|| small_at(at))
    });
    let after = number_after(line, range.end).and_then(small_at);
    let is_solar_hijri = month.calendar == Calendar::SolarHijri;
    let is_buddhist = month.calendar == Calendar::Buddhist;
    let year = match month.calendar {
        Calendar::Gregorian => year,
        Calendar::Buddhist => year_of_either,
        Calendar::SolarHijri => solar_hijri_year,
    };
    let is_before_year = |at: usize| {
        let next = number_after(line, at + 1).and_then(|at| line.number(at));
        next.is_some_and(|next| year(next).is_some())
    };
    let anywhere = || {
        (0..line.len())
            .filter(|at| !range.contains(at))
            .find_map(small_at)
    };
    let (of_month, at) = units
        .day
        .and_then(small_at)
        .or_else(|| after.filter(|(_, at)| is_before_year(*at)))
        .or(before)
        .or(after)
        .or_else(anywhere)?;
    let year_at = |at: usize| Some((year(line.number(at)?)?, at));
    let short = || {
        let at_year = number_after(line, range.end).filter(|_| before.is_some())?;
        let is_last = line.is_over(at_year + 1);
        let found = short_year(line.number(at_year)?, is_buddhist)?;
        (is_last && !is_solar_hijri).then_some((found, at_year))
    };
    let (year, year_at) = units
        .year
        .and_then(year_at)
        .or_else(|| (0..line.len()).find_map(year_at))
        .or_else(short)?;
    let ends = [range.start, range.end - 1, at, year_at];
    let start = ends.into_iter().min().unwrap_or(range.start);
    let end = ends.into_iter().max().unwrap_or(range.start);
    let day = match is_solar_hijri {
        true => solar_hijri_day(year, month.number, of_month)?,
        false => day(year, month.number, of_month)?,
    };
    // A unit may follow, as in `3日`.
    Some(Found {
        day,
        range: start..(end + 1).min(line.len()),
    })
}

/// The number that begins a span which ends at a place, as in `14. - 20. Januar`.
fn first_of_span(line: &Line<'_>, end: usize) -> Option<usize> {
    let dash = end.checked_sub(1)?;
    if !matches!(line.mark(dash)?, '-' | '–') {
        return None;
    }
    let before = dash.checked_sub(1)?;
    before.checked_sub(usize::from(line.mark(before) == Some('.')))
}

/// Words between a day and its month, such as `of`, `de` and the endings of ordinals, and letters
/// of each.
const BETWEEN_WORDS_MAX: usize = 2;
const BETWEEN_LETTERS_MAX: usize = 3;

/// The number right before a place, but for marks and short words.
fn number_before(line: &Line<'_>, place: usize) -> Option<usize> {
    nearest_number(line, (0..place).rev())
}

/// The number right behind a place.
fn number_after(line: &Line<'_>, place: usize) -> Option<usize> {
    nearest_number(line, place..line.len())
}

fn nearest_number(line: &Line<'_>, places: impl Iterator<Item = usize>) -> Option<usize> {
    let mut words = 0;
    for at in places {
        if line.number(at).is_some() {
            return Some(at);
        }
        let is_short = |word: &str| word.chars().count() <= BETWEEN_LETTERS_MAX;
        let is_between = match (line.mark(at), line.word(at)) {
            (Some(mark), _) => ".,-/'".contains(mark),
            (_, Some(word)) => {
                words += 1;
                words <= BETWEEN_WORDS_MAX && is_short(word)
            }
            _ => false,
        };
        if !is_between {
            return None;
        }
    }
    None
}
