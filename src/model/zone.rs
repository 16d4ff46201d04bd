//! The time of a place.

use std::fmt;

use chrono::{DateTime, Timelike as _};
use chrono_tz::Tz;

use super::Timestamp;

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
