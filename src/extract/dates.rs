//! Dates as pages write them.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};

/// Names of months, by their first letters, in the languages of news sites we know. A name counts
/// where its folded form starts with one of these.
const MONTHS: [&[&str]; 12] = [
    &["jan", "ene", "gen", "oca", "янв"],
    &["feb", "fév", "fev", "peb", "şub", "фев"],
    &["mar", "mär", "mrt", "maa", "мар"],
    &["apr", "avr", "abr", "nis", "апр"],
    &["may", "mai", "mei", "maj", "mag", "mayı", "мая", "май"],
    &["jun", "juin", "giu", "haz", "июн"],
    &["jul", "juil", "lug", "tem", "июл"],
    &["aug", "agu", "ago", "aoû", "aou", "авг"],
    &["sep", "set", "eyl", "сен"],
    &["oct", "okt", "out", "ott", "eki", "окт"],
    &["nov", "nop", "kas", "ноя"],
    &["dec", "dez", "des", "dic", "déc", "ara", "дек"],
];

/// Longest text that is read as a date, in bytes.
const DATE_BYTES_MAX: usize = 80;

/// Reads a date or a time stamp. One without a zone is taken as UTC, one without a time as
/// midnight.
pub(super) fn parse(text: &str) -> Option<DateTime<FixedOffset>> {
    let text = text.trim();
    if text.len() < 8 || text.len() > DATE_BYTES_MAX {
        return None;
    }
    DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_rfc2822(text))
        .ok()
        .or_else(|| zoned(text))
        .or_else(|| naive(text).map(|time| time.and_utc().fixed_offset()))
        .filter(plausible)
}

/// Between the first news sites and the end of four-digit years that make sense.
fn plausible(date: &DateTime<FixedOffset>) -> bool {
    use chrono::Datelike;
    (1990..2100).contains(&date.year())
}

fn zoned(text: &str) -> Option<DateTime<FixedOffset>> {
    const FORMS: [&str; 6] = [
        "%Y-%m-%dT%H:%M:%S%.f%z",
        "%Y-%m-%dT%H:%M%z",
        "%Y-%m-%d %H:%M:%S %z",
        "%Y-%m-%d %H:%M:%S%z",
        "%Y/%m/%d %H:%M:%S %z",
        "%a %b %d %H:%M:%S %z %Y",
    ];
    let text = text
        .strip_suffix("UTC")
        .or_else(|| text.strip_suffix("GMT"))
        .map_or_else(
            || text.to_string(),
            |rest| format!("{}+0000", rest.trim_end()),
        );
    FORMS
        .iter()
        .find_map(|form| DateTime::parse_from_str(&text, form).ok())
}

fn naive(text: &str) -> Option<NaiveDateTime> {
    const TIMES: [&str; 6] = [
        "%Y-%m-%dT%H:%M:%S%.fZ",
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%d %H:%M:%S%.f",
        "%Y-%m-%dT%H:%M",
        "%Y-%m-%d %H:%M",
        "%Y/%m/%d %H:%M:%S",
    ];
    const DAYS: [&str; 4] = ["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d.%m.%Y"];
    TIMES
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .or_else(|| {
            DAYS.iter()
                .find_map(|form| NaiveDate::parse_from_str(text, form).ok())
                .and_then(|day| day.and_hms_opt(0, 0, 0))
        })
        .or_else(|| spoken(text))
}

/// `3 May 2024, 10:15`, `May 3rd, 2024`, `3. Mai 2024`, `Jumat, 3 Mei 2024 10:15 WIB`.
fn spoken(text: &str) -> Option<NaiveDateTime> {
    let (mut day, mut month, mut year) = (None, None, None);
    let mut time = NaiveTime::MIN;
    let lower = text.to_lowercase();
    for word in lower
        .split([' ', ',', '|', '\u{A0}'])
        .filter(|w| !w.is_empty())
    {
        let digits = word.trim_end_matches(|c: char| !c.is_ascii_digit());
        if let Some(clock) = clock(word) {
            time = clock;
        } else if let Ok(number) = digits.parse::<u32>() {
            match number {
                1..=31 if day.is_none() && digits.len() <= 2 => day = Some(number),
                1990..2100 if year.is_none() => year = i32::try_from(number).ok(),
                _ => {}
            }
        } else if month.is_none() {
            month = month_of(word);
        }
    }
    let date = NaiveDate::from_ymd_opt(year?, month?, day?)?;
    let afternoon = lower.contains("pm") || lower.contains("p.m.");
    use chrono::Timelike;
    if afternoon && time.hour() < 12 {
        time = time.with_hour(time.hour() + 12)?;
    }
    Some(date.and_time(time))
}

fn month_of(word: &str) -> Option<u32> {
    let at = MONTHS
        .iter()
        .position(|names| names.iter().any(|name| word.starts_with(name)))?;
    u32::try_from(at + 1).ok()
}

fn clock(word: &str) -> Option<NaiveTime> {
    let (hour, rest) = word.split_once(':')?;
    let minute = rest.get(..2)?;
    NaiveTime::from_hms_opt(hour.parse().ok()?, minute.parse().ok()?, 0)
}

/// The date in a path such as `/2024/05/03/` or `/2024-05-03-`.
pub(super) fn in_path(path: &str) -> Option<DateTime<FixedOffset>> {
    let mut numbers = path
        .split(|c: char| !c.is_ascii_digit())
        .filter(|run| !run.is_empty())
        .skip_while(|run| run.len() != 4 || !run.starts_with("20"));
    let year = numbers.next()?.parse().ok()?;
    let month = numbers.next().filter(|n| n.len() <= 2)?.parse().ok()?;
    let day = numbers.next().filter(|n| n.len() <= 2)?.parse().ok()?;
    NaiveDate::from_ymd_opt(year, month, day)?
        .and_hms_opt(0, 0, 0)
        .map(|time| time.and_utc().fixed_offset())
        .filter(plausible)
}
