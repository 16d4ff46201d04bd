//! When something was published or changed, as exactly as its page says it and no more so.

use std::{fmt, str::FromStr};

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat};
use serde::{Deserialize, Serialize};

use super::Timestamp;

/// A day or a moment. As text it is ISO 8601: `2024-05-03`, `2024-05-03T10:15:00` where the page
/// names no zone, `2024-05-03T10:15:00+07:00` (RFC 3339) where it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Date {
    /// A day on the writer's calendar: nothing tells the time.
    Day(NaiveDate),
    /// A time on the writer's clock: nothing tells its zone.
    Local(NaiveDateTime),
    /// A moment, in the zone that the page gave.
    Moment(DateTime<FixedOffset>),
}

/// A text that is no [`Date`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither a day nor a time in ISO 8601")]
pub struct NoDate;

impl Date {
    /// The day as it was written, whatever the zone.
    pub fn day(&self) -> NaiveDate {
        match self {
            Date::Day(day) => *day,
            Date::Local(time) => time.date(),
            Date::Moment(moment) => moment.date_naive(),
        }
    }

    /// The moment, where it is known.
    pub fn moment(&self) -> Option<DateTime<FixedOffset>> {
        match self {
            Date::Moment(moment) => Some(*moment),
            Date::Day(_) | Date::Local(_) => None,
        }
    }

    /// The moment to reckon with: where no zone is named, UTC stands in; where no time is, the first
    /// minute of the day.
    pub fn instant(&self) -> Timestamp {
        match self {
            Date::Day(day) => day.and_time(NaiveTime::MIN).and_utc(),
            Date::Local(time) => time.and_utc(),
            Date::Moment(moment) => moment.to_utc(),
        }
    }

    /// For readers: to the minute, and no time where none is known.
    pub fn in_words(&self) -> String {
        match self {
            Date::Day(day) => day.to_string(),
            Date::Local(time) => time.format("%Y-%m-%d %H:%M").to_string(),
            Date::Moment(moment) => moment.format("%Y-%m-%d %H:%M %:z").to_string(),
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Date::Day(day) => day.fmt(f),
            Date::Local(time) => time.format("%Y-%m-%dT%H:%M:%S%.f").fmt(f),
            Date::Moment(moment) => {
                f.write_str(&moment.to_rfc3339_opts(SecondsFormat::AutoSi, true))
            }
        }
    }
}

impl FromStr for Date {
    type Err = NoDate;

    fn from_str(text: &str) -> Result<Date, NoDate> {
        let moment = || DateTime::parse_from_rfc3339(text).map(Date::Moment);
        let local = |_| NaiveDateTime::from_str(text).map(Date::Local);
        let day = |_| NaiveDate::from_str(text).map(Date::Day);
        moment().or_else(local).or_else(day).map_err(|_| NoDate)
    }
}

impl From<Timestamp> for Date {
    fn from(at: Timestamp) -> Date {
        Date::Moment(at.fixed_offset())
    }
}

impl TryFrom<String> for Date {
    type Error = NoDate;

    fn try_from(text: String) -> Result<Date, NoDate> {
        text.parse()
    }
}

impl From<Date> for String {
    fn from(date: Date) -> String {
        date.to_string()
    }
}
