//! The solar Hijri calendar, official in Iran and used in Afghanistan.

use std::ops::Range;

use chrono::NaiveDate;

/// Years that news is dated with: 1989 to 2093 of ours.
pub(super) const YEARS: Range<i32> = 1368..1473;

/// Days of our era before the first of Farvardin of the year 1, which was 22 March 622 (Gregorian).
const DAYS_BEFORE: i32 = 226_894;

/// That day in our calendar; `None` where there is no such day. Eight years of 33 are leap years, those
/// in which 25 y + 11 leaves less than 8 of 33, as in the calendar of ICU; from 1343 to 1472 these are
/// the years that the equinox at Tehran makes leap years.
pub(super) fn date(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    let before_month = match month {
        1..=7 => 31 * (month - 1),
        8..=12 => 30 * (month - 1) + 6,
        _ => return None,
    };
    let length = if month <= 6 { 31 } else { 30 };
    let of_year = i32::try_from(before_month + day).ok()?;
    let exists = (1..=length).contains(&day) && of_year <= first_day(year + 1) - first_day(year);
    let date = NaiveDate::from_num_days_from_ce_opt(first_day(year) + of_year - 1);
    date.filter(|_| exists)
}

/// The first day of a year, counted from the first of ours.
fn first_day(year: i32) -> i32 {
    DAYS_BEFORE + 1 + 365 * (year - 1) + (8 * year + 21).div_euclid(33)
}
