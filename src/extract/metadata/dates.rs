//! Dates as pages write them.

use memchr::memmem;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};

/// Names of months, by their first letters, in the languages of news sites we know. A name counts
/// where its folded form starts with one of these.
const MONTHS: [&[&str]; 12] = [
    &[
        "jan", "jän", "ene", "gen", "ianua", "oca", "янв", "січ", "stycz", "ledn", "tammik", "ιαν",
    ],
    &[
        "feb", "fév", "fev", "peb", "şub", "фев", "лют", "lutego", "únor", "helmik", "φεβ",
    ],
    &[
        "mar", "mär", "maerz", "mrt", "maa", "мар", "бер", "březn", "márc", "μαρ",
    ],
    &[
        "apr", "avr", "abr", "nis", "апр", "квіт", "kwie", "dubn", "huhtik", "ápr", "απρ",
    ],
    &[
        "may", "mai", "mei", "maj", "mag", "мая", "май", "трав", "květ", "toukok", "máj", "μαΐ",
    ],
    &[
        "jun", "juin", "giu", "iunie", "haz", "июн", "черв", "czerw", "červn", "kesäk", "jún",
        "ιουν",
    ],
    &[
        "jul", "juil", "lug", "iulie", "tem", "июл", "лип", "lipca", "červenc", "heinäk", "júl",
        "ιουλ",
    ],
    &[
        "aug", "agu", "ago", "aoû", "aou", "ağu", "авг", "серп", "sierp", "srp", "eloku", "αυγ",
    ],
    &[
        "sep",
        "set",
        "eyl",
        "сен",
        "верес",
        "wrze",
        "září",
        "syysk",
        "szept",
        "σεπ",
    ],
    &[
        "oct", "okt", "out", "ott", "eki", "окт", "жовт", "paźdz", "říj", "lokak", "οκτ",
    ],
    &[
        "nov",
        "nop",
        "noie",
        "kas",
        "ноя",
        "листоп",
        "listop",
        "marrask",
        "νοε",
    ],
    &[
        "dec", "dez", "des", "dic", "déc", "ara", "дек", "груд", "grud", "prosin", "jouluk", "δεκ",
    ],
];

/// Longest text that is read as a date, in bytes.
const DATE_BYTES_MAX: usize = 80;

/// Which of `3/4/2025` is the month.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Order {
    /// Nothing says: such a date is none.
    #[default]
    Unknown,
    /// As in American English.
    MonthFirst,
    /// As nearly everywhere else.
    DayFirst,
}

impl Order {
    /// The order that readers of a language tag expect. English without a region could be either.
    pub(super) fn of_language(tag: &str) -> Order {
        let tag = tag.trim().replace('_', "-").to_ascii_lowercase();
        match tag.as_str() {
            "" | "en" => Order::Unknown,
            "en-us" | "en-ph" => Order::MonthFirst,
            _ => Order::DayFirst,
        }
    }
}

/// Reads a date or a time stamp. One without a zone is taken as UTC, one without a time as
/// midnight.
pub(in crate::extract) fn parse(text: &str) -> Option<DateTime<FixedOffset>> {
    parse_in(Order::Unknown, text)
}

/// Whether a date is written as schema.org wants it, the year first (ISO 8601). What templates fill
/// in as prose is often the day of the last deployment.
pub(super) fn is_iso(text: &str) -> bool {
    let year = text.trim().as_bytes().get(..4);
    year.is_some_and(|year| year.iter().all(u8::is_ascii_digit))
}

pub(super) fn parse_in(order: Order, text: &str) -> Option<DateTime<FixedOffset>> {
    let text = text.trim();
    if text.len() < 8 || text.len() > DATE_BYTES_MAX {
        return None;
    }
    DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_rfc2822(text))
        .ok()
        .or_else(|| zoned(text))
        .or_else(|| naive(order, text).map(|time| time.and_utc().fixed_offset()))
        .filter(plausible)
}

/// The first news sites.
const FIRST_YEAR: i32 = 1990;

/// Between the first news sites and the end of four-digit years that make sense.
fn plausible(date: &DateTime<FixedOffset>) -> bool {
    (FIRST_YEAR..2100).contains(&date.year())
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

fn naive(order: Order, text: &str) -> Option<NaiveDateTime> {
    const TIMES: [&str; 7] = [
        "%Y-%m-%dT%H:%M:%S%.fZ",
        "%Y-%m-%dT%H:%MZ",
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
                // Two digits are read as a year of the first century.
                .filter(|day| day.year() >= FIRST_YEAR)
                .and_then(|day| day.and_hms_opt(0, 0, 0))
        })
        .or_else(|| spoken(order, text))
}

/// `3 May 2024, 10:15`, `May 3rd, 2024`, `3. Mai 2024`, `3. 5. 2024`, `Jumat, 3 Mei 2024 10:15 WIB`.
fn spoken(order: Order, text: &str) -> Option<NaiveDateTime> {
    let (mut day, mut month, mut year) = (None, None, None);
    let mut time = NaiveTime::MIN;
    let lower = text.to_lowercase();
    if let Some(date) = numbered(order, &lower) {
        return date.and_hms_opt(0, 0, 0);
    }
    for word in lower
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | '|' | '(' | '[' | '•' | '·'))
        .filter(|w| !w.is_empty())
    {
        let length = word.find(|c: char| !c.is_ascii_digit());
        let (digits, rest) = word.split_at(length.unwrap_or(word.len()));
        if let Some(clock) = clock(word) {
            time = clock;
        } else if let Ok(number) = digits.parse::<u32>() {
            match number {
                1..=31 if day.is_none() && digits.len() <= 2 => day = Some(number),
                // `3. 5. 2024`
                1..=12 if month.is_none() && rest == "." => month = Some(number),
                1990..2100 if year.is_none() => year = i32::try_from(number).ok(),
                _ => {}
            }
            // `3.Mai 2024`
            if month.is_none() && rest.starts_with('.') {
                month = month_of(&rest[1..]);
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

/// `17.05.2021`, `17.05.21`, `12/31/2024`, `2025年11月2日`. Where day and month could be either and
/// `order` does not say, it is none.
fn numbered(order: Order, text: &str) -> Option<NaiveDate> {
    if text.contains(['年', '년']) {
        let mut runs = text
            .split(|c: char| !c.is_ascii_digit())
            .filter(|r| !r.is_empty());
        return of_numbers(runs.find(|run| run.len() == 4)?, runs.next()?, runs.next()?);
    }
    text.split_whitespace().find_map(|word| {
        let word = word.trim_matches(|c: char| !c.is_ascii_digit());
        let mark = word.chars().find(|c| matches!(c, '.' | '/' | '-'))?;
        let parts: Vec<&str> = word.split(mark).collect();
        let &[a, b, c] = &parts[..] else { return None };
        match (a.len(), b.len(), c.len()) {
            (4, 1..=2, 1..=2) => of_numbers(a, b, c),
            (1..=2, 2, 2) if mark == '.' => of_numbers(&format!("20{c}"), b, a),
            (1..=2, 1..=2, 4) => {
                let (first, second): (u32, u32) = (a.parse().ok()?, b.parse().ok()?);
                let either = mark != '.' && first <= 12 && second <= 12 && first != second;
                match order {
                    Order::Unknown if either => None,
                    Order::MonthFirst if either => of_numbers(c, a, b),
                    _ if mark == '/' && second > 12 => of_numbers(c, a, b),
                    _ => of_numbers(c, b, a),
                }
            }
            _ => None,
        }
    })
}

fn month_of(word: &str) -> Option<u32> {
    let at = MONTHS
        .iter()
        .position(|names| names.iter().any(|name| word.starts_with(name)))?;
    u32::try_from(at + 1).ok()
}

/// Whether a word is the name of a month, or short for it.
pub(super) fn is_month(word: &str) -> bool {
    let word = word.trim_end_matches('.').to_lowercase();
    let short = word.chars().count() <= 4;
    month_of(&word).is_some() && (short || MONTH_ENDS.iter().any(|end| word.ends_with(end)))
}

/// Ends of longer names of months; no name of a person is short for one of these.
const MONTH_ENDS: [&str; 11] = [
    "uary", "ruary", "march", "april", "june", "july", "ugust", "mber", "tober", "uari", "ustus",
];

fn clock(word: &str) -> Option<NaiveTime> {
    let (hour, rest) = word.split_once(':')?;
    let minute = rest.get(..2)?;
    NaiveTime::from_hms_opt(hour.parse().ok()?, minute.parse().ok()?, 0)
}

/// The date in a path such as `/2024/05/03/`, `/20240503_`, `/2024-05-03-` or `/3-5-2024`.
pub(in crate::extract) fn in_path(path: &str) -> Option<DateTime<FixedOffset>> {
    let path = path.split(';').next().unwrap_or_default();
    let runs = numbers(path);
    let in_three = runs.windows(3).find_map(|three| {
        let [(one, at), (two, between), (three, end)] = *three else {
            return None;
        };
        // What stands between them is one mark each.
        let is_joined = at + one.len() + 1 == between && between + two.len() + 1 == end;
        if !is_joined || two.len() > 2 {
            return None;
        }
        match (one.len(), three.len()) {
            (4, 1..=2) => of_numbers(one, two, three),
            (1..=2, 4) => of_numbers(three, two, one),
            _ => None,
        }
    });
    let in_one = || {
        let mut whole = runs
            .iter()
            .filter(|(run, _)| run.len() == 8 && run.starts_with("20"));
        whole.find_map(|(run, _)| of_numbers(&run[..4], &run[4..6], &run[6..]))
    };
    in_three
        .or_else(in_one)?
        .and_hms_opt(0, 0, 0)
        .map(|time| time.and_utc().fixed_offset())
        .filter(plausible)
}

/// Numbers of a path that are looked at.
const PATH_NUMBERS_MAX: usize = 32;

/// The numbers in a path, with their places.
fn numbers(path: &str) -> Vec<(&str, usize)> {
    let place = |run: &str| run.as_ptr() as usize - path.as_ptr() as usize;
    path.split(|c: char| !c.is_ascii_digit())
        .filter(|run| !run.is_empty())
        .map(|run| (run, place(run)))
        .take(PATH_NUMBERS_MAX)
        .collect()
}

fn of_numbers(year: &str, month: &str, day: &str) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// Keys under which scripts keep the day of publication, the most telling first.
const KEYS: [&str; 10] = [
    "datePublished",
    "publishedAt",
    "published_at",
    "publishDate",
    "publishedDate",
    "published_on",
    "first_publication_date",
    "postDate",
    "post_date",
    "date_published",
];

/// The first date of publication in the data that a page keeps for its scripts.
pub(super) fn embedded(page: &str) -> Option<DateTime<FixedOffset>> {
    KEYS.iter().find_map(|key| {
        let at = memmem::find(page.as_bytes(), key.as_bytes())? + key.len();
        let bytes = page.as_bytes().get(at..)?;
        let start = bytes.iter().take(24).position(u8::is_ascii_digit)?;
        let day = std::str::from_utf8(bytes.get(start..start + 10)?).ok()?;
        parse(day)
    })
}
