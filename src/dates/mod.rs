//! A text in, the [`Date`] that it names out: a day, a time without a zone, or a moment.
//!
//! For feeds, sitemaps and pages alike, in the words of every language whose file has a `[dates]`
//! table. A text is cut in numbers, words and marks (`tokens`), whose words mean what the tables
//! say (`words`); then the time and its zone are taken out (`clock`), and the rest is the day
//! (`day`). Weeks and ordinal days of ISO 8601 are no dates here, nor are other calendars' but the
//! Thai one's and that of Iran (`solar_hijri`).

mod clock;
mod day;
mod path;
mod solar_hijri;
mod tokens;
mod words;

use chrono::{
    DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc,
};

use self::{
    day::YEARS,
    tokens::{Line, fold},
    words::Lookup,
};
use crate::model::{Date, Timestamp};

pub use path::in_path;
pub use tokens::{digits, is_iso};
pub use words::{Customs, Table, Words};

/// Shortest and longest text that is read as a date, in bytes.
const BYTES_MIN: usize = 8;
const BYTES_MAX: usize = 240;

/// How far ahead of the present a date may lie: a day for zones, a day for clocks that are wrong.
const AHEAD_MAX: TimeDelta = TimeDelta::days(2);

/// Reads dates of one page or feed.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'w> {
    words: Lookup<'w>,
    /// The last day that is believed.
    last: NaiveDate,
}

impl<'w> Reader<'w> {
    /// `tag` names the language of the texts, if it is known; else it is empty. What lies ahead of
    /// `now` by more than two days is no date of a publication and refused.
    pub fn new(words: &'w Words, tag: &str, now: Timestamp) -> Reader<'w> {
        let last = now.checked_add_signed(AHEAD_MAX).unwrap_or(now);
        Reader {
            words: Lookup::new(words, tag),
            last: last.date_naive(),
        }
    }

    /// What was written for machines: as [`Reader::text`], and seconds or milliseconds since 1970.
    /// The language does not tell which of `3/4/2025` is the month: templates and programs often
    /// speak American on pages that do not.
    pub fn field(&self, text: &str) -> Option<Date> {
        let text = text.trim();
        if text.bytes().all(|byte| byte.is_ascii_digit())
            && let Some(date) = since_1970(text).or_else(|| run_together(text))
        {
            return self.plausible(date);
        }
        self.read(text, &self.words.in_no_order())
    }

    /// What was written for people, or nearly so: a text with a date and little else.
    pub fn text(&self, text: &str) -> Option<Date> {
        self.read(text.trim(), &self.words)
    }

    fn read(&self, text: &str, words: &Lookup<'_>) -> Option<Date> {
        if !(BYTES_MIN..=BYTES_MAX).contains(&text.len()) || digits(text) == 0 {
            return None;
        }
        if is_iso(text)
            && let Ok(moment) = DateTime::parse_from_rfc3339(text)
        {
            return self.plausible(Date::Moment(moment));
        }
        let folded = fold(text);
        let mut line = Line::cut(&folded);
        let mut clock = clock::find(&line, text, words);
        if let Some(clock) = &clock {
            line.take(clock.range.clone());
        }
        let found = day::find(&line, words)?;
        if clock.is_none() {
            clock = clock::dotted_after(&line, text, words, found.range);
        }
        let date = match clock {
            None => Date::Day(found.day),
            Some(clock) => {
                let time = found.day.and_time(clock.time);
                clock
                    .zone
                    .map_or(Some(local(time)), |zone| at_zone(time, zone))?
            }
        };
        self.plausible(date)
    }

    /// The day in the path of a URL.
    pub fn path(&self, path: &str) -> Option<Date> {
        in_path(path).and_then(|day| self.plausible(Date::Day(day)))
    }

    /// Whether a word is a month's name.
    pub fn is_month(&self, word: &str) -> bool {
        let folded = fold(word);
        self.words.months(&Line::cut(&folded)).next().is_some()
    }

    fn plausible(&self, date: Date) -> Option<Date> {
        let day = date.day();
        (YEARS.contains(&day.year()) && day <= self.last).then_some(date)
    }
}

/// A time whose zone is not known. Programs write a day as its midnight, and next to nothing is
/// published in that very second.
fn local(time: NaiveDateTime) -> Date {
    if time.time() == NaiveTime::MIN {
        Date::Day(time.date())
    } else {
        Date::Local(time)
    }
}

fn at_zone(local: NaiveDateTime, seconds: i32) -> Option<Date> {
    let zone = FixedOffset::east_opt(seconds)?;
    local.and_local_timezone(zone).single().map(Date::Moment)
}

/// Ten digits are seconds since 1970 (from 2001 on), thirteen are milliseconds.
fn since_1970(text: &str) -> Option<Date> {
    let number: i64 = text.parse().ok()?;
    let moment = match text.len() {
        10 => DateTime::<Utc>::from_timestamp(number, 0),
        13 => DateTime::from_timestamp_millis(number),
        _ => None,
    };
    moment.map(|moment| Date::Moment(moment.fixed_offset()))
}

/// `20240503101500`
fn run_together(text: &str) -> Option<Date> {
    let is_whole = text.len() == "yyyymmddhhmmss".len();
    let time = NaiveDateTime::parse_from_str(text, "%Y%m%d%H%M%S");
    time.ok().filter(|_| is_whole).map(local)
}
