//! The time of day in a line, and its zone.

use std::ops::Range;

use chrono::NaiveTime;

use super::{
    tokens::{Line, is_iso},
    words::{Lookup, Period, Unit},
};

/// A time and where it stands.
#[derive(Debug)]
pub(super) struct Clock {
    pub(super) time: NaiveTime,
    /// Seconds east of UTC, where the line tells.
    pub(super) zone: Option<i32>,
    pub(super) range: Range<usize>,
}

/// The reading of a clock's face, without the half of the day.
#[derive(Debug, Clone, Copy)]
struct Face {
    hour: u32,
    minute: u32,
    second: u32,
    nano: u32,
    /// The token after it.
    end: usize,
}

impl Face {
    fn new(hour: u32, minute: u32, end: usize) -> Face {
        Face {
            hour,
            minute,
            second: 0,
            nano: 0,
            end,
        }
    }
}

/// The time that is written so that it can be nothing else: `10:15`, `10h15`, `3 pm`, `10.15 Uhr`.
/// `text` is the line as it was written.
pub(super) fn find(line: &Line<'_>, text: &str, words: &Lookup<'_>) -> Option<Clock> {
    let faces = |read: &dyn Fn(usize) -> Option<Face>| {
        (0..line.len()).find_map(|at| complete(line, text, words, at, read(at)?))
    };
    faces(&|at| with_colons(line, at))
        .or_else(|| faces(&|at| compact(line, at)))
        .or_else(|| faces(&|at| with_dot_and_more(line, text, words, at)))
        .or_else(|| faces(&|at| with_units(line, words, at)))
        .or_else(|| faces(&|at| hour_alone(line, words, at)))
}

/// `10.15` right behind a date, or one word after it.
pub(super) fn dotted_after(
    line: &Line<'_>,
    text: &str,
    words: &Lookup<'_>,
    date: Range<usize>,
) -> Option<Clock> {
    let gap = |at: &usize| line.mark(*at).is_some_and(|mark| ",|-–—•·/".contains(mark));
    let mut at = (date.end..line.len()).find(|at| !gap(at))?;
    if line.word(at).is_some() {
        at += 1;
        at += usize::from(line.mark(at) == Some('.'));
    }
    complete(line, text, words, at, with_dot(line, at)?)
}

/// Adds what stands around a face: the part of the day and the zone.
fn complete(
    line: &Line<'_>,
    text: &str,
    words: &Lookup<'_>,
    start: usize,
    face: Face,
) -> Option<Clock> {
    let mut range = start..face.end;
    if let Some((Unit::Hour, end)) = words.unit(line, range.end) {
        range.end = end;
    }
    let mut hour = face.hour;
    if let Some((period, end)) = words.period(line, range.end) {
        hour = of_the_day(hour, period);
        range.end = end + usize::from(line.mark(end) == Some('.'));
    } else if let Some((period, begin)) = words.period_before(line, start) {
        hour = of_the_day(hour, period);
        range.start = begin;
    }
    let time = NaiveTime::from_hms_nano_opt(hour, face.minute, face.second, face.nano)?;
    let zone = zone(line, text, words, range.end);
    if let Some((_, end)) = zone {
        range.end = end;
    }
    Some(Clock {
        time,
        zone: zone.map(|(seconds, _)| seconds),
        range,
    })
}

/// The hour from 0 to 23 of one on a clock of twelve hours. One above twelve needs no help.
fn of_the_day(hour: u32, period: Period) -> u32 {
    match (period, hour) {
        (Period::Am | Period::Night, 12) => 0,
        (Period::Pm, 0..=11) | (Period::Noon, 1..=5) | (Period::Night, 6..=11) => hour + 12,
        _ => hour,
    }
}

fn hour(line: &Line<'_>, at: usize) -> Option<u32> {
    let number = line.number(at).filter(|number| number.digits <= 2)?;
    u32::try_from(number.value).ok().filter(|hour| *hour < 24)
}

/// Minutes or seconds.
fn sixtieth(line: &Line<'_>, at: usize) -> Option<u32> {
    let number = line.number(at).filter(|number| number.digits == 2)?;
    u32::try_from(number.value).ok().filter(|part| *part < 60)
}

fn is_glued_mark(line: &Line<'_>, at: usize, marks: &[char]) -> bool {
    line.mark(at).is_some_and(|mark| marks.contains(&mark))
        && line.is_glued(at)
        && line.is_glued(at + 1)
}

/// `10:15`, `10:15:30`, `10:15:30.250`
fn with_colons(line: &Line<'_>, at: usize) -> Option<Face> {
    let hour = hour(line, at)?;
    // `03/May/2024:10:15:00` is how web servers write their logs.
    let before = at.checked_sub(2).and_then(|before| line.number(before));
    let is_part =
        before.is_some_and(|before| before.digits <= 2) && is_glued_mark(line, at - 1, &[':']);
    if is_part || !is_glued_mark(line, at + 1, &[':']) {
        return None;
    }
    let mut face = Face::new(hour, sixtieth(line, at + 2)?, at + 3);
    if is_glued_mark(line, at + 3, &[':'])
        && let Some(second) = sixtieth(line, at + 4)
    {
        (face.second, face.end) = (second, at + 5);
        if is_glued_mark(line, at + 5, &['.', ','])
            && let Some(nano) = fraction(line, at + 6)
        {
            (face.nano, face.end) = (nano, at + 7);
        }
    }
    Some(face)
}

/// Digits of a second behind its mark; two would rather be a day.
fn fraction(line: &Line<'_>, at: usize) -> Option<u32> {
    const NANO_DIGITS: u32 = 9;
    let number = line.number(at)?;
    let digits = u32::try_from(number.digits).ok()?;
    let missing = NANO_DIGITS.checked_sub(digits)?;
    u32::try_from(number.value * 10_u64.pow(missing)).ok()
}

/// `T101500` and `T1015` of the basic format of ISO 8601, and `20240503 101500`.
fn compact(line: &Line<'_>, at: usize) -> Option<Face> {
    let number = line.number(at)?;
    let is_behind_day = |at: usize| {
        let before = at.checked_sub(1).and_then(|before| line.number(before));
        before.is_some_and(|before| before.digits == 8)
    };
    let is_behind_t = at > 1 && line.word(at - 1) == Some("t") && is_behind_day(at - 1);
    if !(is_behind_t || is_behind_day(at)) {
        return None;
    }
    let digits = match number.digits {
        4 => number.value * 100,
        6 => number.value,
        _ => return None,
    };
    let digits = u32::try_from(digits).ok()?;
    Some(Face {
        second: digits % 100,
        ..Face::new(digits / 10_000, digits / 100 % 100, at + 1)
    })
}

/// `10h15`, `10 h`, `10 Uhr 15`, `10時15分`.
fn with_units(line: &Line<'_>, words: &Lookup<'_>, at: usize) -> Option<Face> {
    let hour = hour(line, at)?;
    let (Unit::Hour, end) = words.unit(line, at + 1)? else {
        return None;
    };
    let mut face = Face::new(hour, 0, end);
    if let Some(minute) = sixtieth_or_less(line, end) {
        match words.unit(line, end + 1) {
            Some((Unit::Minute, end)) => (face.minute, face.end) = (minute, end),
            // `10 Uhr 15` needs both its digits: `10 Uhr, 3. Mai`.
            _ if sixtieth(line, end).is_some() && line.mark(end + 1).is_none() => {
                (face.minute, face.end) = (minute, end + 1);
            }
            _ => return Some(face),
        }
    }
    if let Some(second) = sixtieth_or_less(line, face.end)
        && let Some((Unit::Second, end)) = words.unit(line, face.end + 1)
    {
        (face.second, face.end) = (second, end);
    }
    Some(face)
}

fn sixtieth_or_less(line: &Line<'_>, at: usize) -> Option<u32> {
    let number = line.number(at).filter(|number| number.digits <= 2)?;
    u32::try_from(number.value).ok().filter(|part| *part < 60)
}

/// `10.15`, which may also be a date without its year.
fn with_dot(line: &Line<'_>, at: usize) -> Option<Face> {
    let hour = hour(line, at)?;
    let is_part = at > 1 && is_glued_mark(line, at - 1, &['.']);
    if is_part || !is_glued_mark(line, at + 1, &['.']) || is_glued_mark(line, at + 3, &['.']) {
        return None;
    }
    Some(Face::new(hour, sixtieth(line, at + 2)?, at + 3))
}

/// `10.15 Uhr`, `10.15 WIB`, `8.30 pagi`: what stands beside it tells that this is a time.
fn with_dot_and_more(line: &Line<'_>, text: &str, words: &Lookup<'_>, at: usize) -> Option<Face> {
    let face = with_dot(line, at)?;
    let is_told = matches!(words.unit(line, face.end), Some((Unit::Hour, _)))
        || words.period(line, face.end).is_some()
        || words.period_before(line, at).is_some()
        || zone(line, text, words, face.end).is_some();
    is_told.then_some(face)
}

/// `3 pm`
fn hour_alone(line: &Line<'_>, words: &Lookup<'_>, at: usize) -> Option<Face> {
    let hour = hour(line, at).filter(|hour| (1..=12).contains(hour))?;
    let (period, _) = words.period(line, at + 1)?;
    matches!(period, Period::Am | Period::Pm).then(|| Face::new(hour, 0, at + 1))
}

/// Zones reach from UTC-12 to UTC+14.
const HOURS_WEST_MAX: u32 = 12;
const HOURS_EAST_MAX: u32 = 14;

/// The zone right behind a time, in seconds east of UTC, and where it ends: `WIB`, `(WIB)`, `Z`,
/// `+0700`, `UTC+7`.
fn zone(line: &Line<'_>, text: &str, words: &Lookup<'_>, at: usize) -> Option<(i32, usize)> {
    let at = at + usize::from(line.mark(at).is_some_and(|mark| ",([".contains(mark)));
    if let Some(offset) = offset(line, text, at) {
        return Some(offset);
    }
    let (seconds, end) = words.zone(line, at)?;
    if seconds == 0 {
        return offset(line, text, end).or(Some((seconds, end)));
    }
    // `est`, `ist` and others are words too.
    let name = line.words(at..end)?;
    let is_zone = !name.is_ascii() || text.contains(&name.to_uppercase());
    is_zone.then_some((seconds, end))
}

/// `+07:00`, `-0330`, `+7`
fn offset(line: &Line<'_>, text: &str, at: usize) -> Option<(i32, usize)> {
    let is_west = match line.mark(at)? {
        '+' => false,
        '-' => true,
        _ => return None,
    };
    let number = line.number(at + 1).filter(|_| line.is_glued(at + 1))?;
    let value = u32::try_from(number.value).ok()?;
    let (hours, minutes, end) = match number.digits {
        3 | 4 => (value / 100, value % 100, at + 2),
        1 | 2 if is_glued_mark(line, at + 2, &[':']) => {
            // `10:15-11:30` is a span of time, but behind a date of ISO 8601.
            if is_west && line.is_glued(at) && !is_iso(text) {
                return None;
            }
            (value, sixtieth(line, at + 3)?, at + 4)
        }
        // `-17.05.2021`, `-3 May`
        1 | 2 if line.is_over(at + 2) || line.mark(at + 2) == Some(')') => (value, 0, at + 2),
        _ => return None,
    };
    let most = if is_west {
        HOURS_WEST_MAX
    } else {
        HOURS_EAST_MAX
    };
    let seconds = i32::try_from(hours * 3_600 + minutes * 60).ok()?;
    let is_zone = hours <= most && minutes < 60;
    is_zone.then_some((if is_west { -seconds } else { seconds }, end))
}
