//! The time of a place.

use std::fmt;

use chrono::{DateTime, Datelike as _, NaiveTime, TimeDelta, TimeZone as _, Timelike as _, Utc};
use chrono_tz::Tz;

use super::Timestamp;

/// Days from the first of the calendar to that of 1970.
const DAYS_TO_1970: i32 = 719_163;
/// Clocks are put forward by so much or a multiple of it.
const QUARTER: TimeDelta = TimeDelta::minutes(15);
/// Over more than a day they never were.
const QUARTERS_MAX: i32 = 96 + 1;

/// A time zone of the IANA database, as in `Asia/Jakarta`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Zone(Tz);

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Zone = Zone(Tz::UTC);

    /// The zone of this name, whatever its case. `None` where the database has none.
    pub fn named(name: &str) -> Option<Zone> {
        let known = name.parse().ok();
        let meant = || {
            chrono_tz::TZ_VARIANTS
                .iter()
                .find(|zone| zone.name().eq_ignore_ascii_case(name))
        };
        known.or_else(|| meant().copied()).map(Zone)
    }

    /// All names.
    pub fn names() -> impl Iterator<Item = &'static str> {
        chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name())
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// What the clocks there show.
    pub fn local(self, at: Timestamp) -> DateTime<Tz> {
        at.with_timezone(&self.0)
    }

    /// Seconds after midnight that the clocks there show, 0..86,400.
    pub fn second_of_day(self, at: Timestamp) -> u32 {
        self.local(at).num_seconds_from_midnight()
    }

    /// The day there, in days since 1970.
    pub fn day(self, at: Timestamp) -> i64 {
        let days = self.local(at).date_naive().num_days_from_ce() - DAYS_TO_1970;
        days.into()
    }

    /// When the next day begins there: at midnight, or as soon after it as there is a time where the
    /// clocks are put forward over it.
    pub fn next_day(self, at: Timestamp) -> Timestamp {
        let midnight = self.local(at).date_naive().and_time(NaiveTime::MIN) + TimeDelta::days(1);
        let times = (0..QUARTERS_MAX).map(|quarter| midnight + QUARTER * quarter);
        let mut begins = times.filter_map(|time| self.0.from_local_datetime(&time).earliest());
        begins
            .next()
            .map_or(at + TimeDelta::days(1), |begin| begin.with_timezone(&Utc))
    }

    /// Day and minute there, with the zone: `2026-11-30 13:16 WIB`.
    pub fn write(self, at: Timestamp) -> String {
        self.local(at).format("%Y-%m-%d %H:%M %Z").to_string()
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
