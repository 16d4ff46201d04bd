//! Dates as feeds and sitemaps write them: by the standard, nearly so, or by habit.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use crate::model::Timestamp;

/// Longer texts are no dates.
const LENGTH_MAX: usize = 64;

/// Zone names that feeds use though RFC 822 lacks them (and those it has), in minutes east of UTC.
const ZONES: &[(&str, i32)] = &[
    ("BST", 60),
    ("CDT", -300),
    ("CEST", 120),
    ("CET", 60),
    ("CST", -360),
    ("EAT", 180),
    ("EDT", -240),
    ("EEST", 180),
    ("EET", 120),
    ("EST", -300),
    ("GMT", 0),
    ("HKT", 480),
    ("ICT", 420),
    ("JST", 540),
    ("KST", 540),
    ("MDT", -360),
    ("MSK", 180),
    ("MST", -420),
    ("MYT", 480),
    ("PDT", -420),
    ("PHT", 480),
    ("PKT", 300),
    ("PST", -480),
    ("SGT", 480),
    ("UT", 0),
    ("UTC", 0),
    ("WEST", 60),
    ("WET", 0),
    ("WIB", 420),
    ("WIT", 540),
    ("WITA", 480),
    ("Z", 0),
];

/// The first three letters of the months in English, and where other languages of feeds differ.
const MONTHS: &[(&str, u32)] = &[
    ("jan", 1),
    ("feb", 2),
    ("mar", 3),
    ("apr", 4),
    ("may", 5),
    ("mei", 5),
    ("mai", 5),
    ("jun", 6),
    ("jul", 7),
    ("aug", 8),
    ("agu", 8),
    ("sep", 9),
    ("oct", 10),
    ("okt", 10),
    ("nov", 11),
    ("dec", 12),
    ("des", 12),
    ("dez", 12),
];

/// Reads RFC 3339, W3C date-times (sitemaps), RFC 822 and 2822 with the usual mistakes: a wrong or
/// foreign weekday, a month's full name, month before day, a missing zone (then UTC).
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.len() > LENGTH_MAX {
        return None;
    }
    DateTime::parse_from_rfc3339(text)
        .map(|date| date.with_timezone(&Utc))
        .ok()
        .or_else(|| iso(text))
        .or_else(|| rfc822(text))
}

/// `2024`, `2024-05`, `2024-05-17`, `2024-05-17T09:30+07:00`, `2024-05-17 09:30:00 WIB`.
fn iso(text: &str) -> Option<Timestamp> {
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, ""));
    let mut parts = date.split('-');
    let year = parts.next().filter(|y| y.len() == 4)?.parse().ok()?;
    let month = parts.next().map_or(Some(1), |m| m.parse().ok())?;
    let day = parts.next().map_or(Some(1), |d| d.parse().ok())?;
    let date = NaiveDate::from_ymd_opt(year, month, day)?;
    if parts.next().is_some() {
        return None;
    }
    let time = time.trim();
    let end = time
        .find(|c: char| !(c.is_ascii_digit() || c == ':' || c == '.'))
        .unwrap_or(time.len());
    at(date, &time[..end], time[end..].trim())
}

/// `[Fri, ]17 May 2024 09:30[:00] +0700`
fn rfc822(text: &str) -> Option<Timestamp> {
    let rest = text.split_once(',').map_or(text, |(before, rest)| {
        // `May 17, 2024` has its comma elsewhere.
        if before.bytes().any(|b| b.is_ascii_digit()) {
            text
        } else {
            rest
        }
    });
    let mut words = rest
        .split(|c: char| c.is_whitespace() || c == ',')
        .filter(|word| !word.is_empty())
        .peekable();
    if words
        .peek()
        .is_some_and(|word| is_word(word) && month(word).is_none())
    {
        words.next();
    }
    let (first, second) = (words.next()?, words.next()?);
    let (day, month) = match month(first) {
        Some(month) => (second, month),
        None => (first, month(second)?),
    };
    let year: i32 = words.next()?.parse().ok()?;
    let year = match year {
        0..=49 => 2000 + year,
        50..=99 => 1900 + year,
        _ => year,
    };
    let date = NaiveDate::from_ymd_opt(year, month, day.parse().ok()?)?;
    at(date, words.next().unwrap_or(""), words.next().unwrap_or(""))
}

fn is_word(word: &str) -> bool {
    word.chars().all(|c| c.is_alphabetic() || c == '.')
}

fn month(word: &str) -> Option<u32> {
    let start = word.get(..3)?;
    MONTHS
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(start))
        .map(|&(_, number)| number)
}

fn at(date: NaiveDate, time: &str, zone: &str) -> Option<Timestamp> {
    let time = match time {
        "" => NaiveTime::MIN,
        _ => ["%H:%M:%S%.f", "%H:%M"]
            .iter()
            .find_map(|format| NaiveTime::parse_from_str(time, format).ok())?,
    };
    let local = NaiveDateTime::new(date, time).and_utc();
    local.checked_sub_signed(TimeDelta::minutes(i64::from(offset(zone)?)))
}

/// Minutes east of UTC of `+0700`, `+07:00`, `-03`, `WIB`, `GMT+7` or nothing.
fn offset(zone: &str) -> Option<i32> {
    let (name, sign, digits) = match zone.find(['+', '-']) {
        Some(at) => (&zone[..at], &zone[at..=at], &zone[at + 1..]),
        None => (zone, "+", "0"),
    };
    let base = match name.trim() {
        "" => 0,
        name => {
            ZONES
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(name))?
                .1
        }
    };
    let digits = digits.replace(':', "");
    let number: i32 = digits.parse().ok().filter(|_| digits.len() <= 4)?;
    let minutes = match digits.len() {
        1 | 2 => number * 60,
        _ => number / 100 * 60 + number % 100,
    };
    Some(if sign == "-" {
        base - minutes
    } else {
        base + minutes
    })
}
