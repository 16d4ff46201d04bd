//! What the languages' files say of dates: their `[dates]` tables, and the look-up made of them.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
};

use serde::Deserialize;

use super::tokens::{Line, fold};
use crate::model::Lang;

/// The table as written. `config/languages/en.toml` explains the keys.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    months: [String; 12],
    #[serde(default)]
    year_first: bool,
    #[serde(default)]
    month_first: Vec<String>,
    #[serde(default)]
    buddhist_years: bool,
    #[serde(default)]
    solar_hijri_months: Option<[String; 12]>,
    #[serde(default)]
    periods: BTreeMap<Period, String>,
    #[serde(default)]
    units: BTreeMap<Unit, String>,
    #[serde(default)]
    units_before: BTreeMap<Unit, String>,
    #[serde(default)]
    zones: BTreeMap<Offset, String>,
}

/// A part of the day, as clocks of twelve hours need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Period {
    /// Twelve is midnight.
    Am,
    /// Twelve is noon.
    Pm,
    /// From eleven to five.
    Noon,
    /// From six to five.
    Night,
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Unit {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
}

/// Seconds east of UTC, written as `+07:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
struct Offset(i32);

impl TryFrom<String> for Offset {
    type Error = String;

    fn try_from(text: String) -> Result<Offset, String> {
        let offset = text.parse::<chrono::FixedOffset>();
        offset
            .map(|offset| Offset(offset.local_minus_utc()))
            .map_err(|_| format!("`{text}` is no offset such as +07:00"))
    }
}

/// A month's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Month {
    /// From 1.
    pub(super) number: u32,
    pub(super) calendar: Calendar,
}

/// By which years are counted beside the name of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Calendar {
    Gregorian,
    /// The same months; two digits are a year of the Buddhist era.
    Buddhist,
    /// That of Iran and Afghanistan, which has months of its own.
    SolarHijri,
}

/// Which of `3/4/2025` is the month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// Nothing says: such a date is none.
    Unknown,
    /// As in American English.
    MonthFirst,
    /// As nearly everywhere else.
    DayFirst,
    /// The same, but `24/5/3` begins with the year.
    YearFirst,
}

/// Names of one or several words, and what they mean.
#[derive(Debug, Clone)]
struct Names<T> {
    /// `None` where languages disagree.
    known: HashMap<String, Option<T>>,
    /// Words of the longest.
    longest: usize,
}

impl<T> Default for Names<T> {
    fn default() -> Names<T> {
        Names {
            known: HashMap::new(),
            longest: 0,
        }
    }
}

impl<T: Copy + PartialEq> Names<T> {
    /// Adds the names of one line of a table. A name that means two things means nothing.
    fn add(&mut self, line: &str, meaning: T) {
        for name in line.split_whitespace() {
            let folded = fold(name);
            let line = Line::cut(&folded);
            let words: Vec<&str> = (0..line.len()).filter_map(|at| line.word(at)).collect();
            self.longest = self.longest.max(words.len());
            let known = self.known.entry(words.join(" ")).or_insert(Some(meaning));
            if *known != Some(meaning) {
                *known = None;
            }
        }
    }

    fn get(&self, line: &Line<'_>, range: Range<usize>) -> Option<T> {
        let known = match range.len() {
            1 => self.known.get(line.word(range.start)?),
            _ => self.known.get(&line.words(range)?),
        };
        known.copied().flatten()
    }

    /// What the longest name at `at` means, and where it ends.
    fn at(&self, line: &Line<'_>, at: usize) -> Option<(T, usize)> {
        let lengths = (1..=self.longest).rev();
        let mut ends = lengths.map(|length| at + length);
        ends.find_map(|end| Some((self.get(line, at..end)?, end)))
    }

    /// What the longest name right before `end` means, and where it begins.
    fn before(&self, line: &Line<'_>, end: usize) -> Option<(T, usize)> {
        let lengths = (1..=self.longest.min(end)).rev();
        let mut starts = lengths.map(|length| end - length);
        starts.find_map(|start| Some((self.get(line, start..end)?, start)))
    }
}

/// What is known of the dates of one language, or of all.
#[derive(Debug, Clone, Default)]
struct Vocabulary {
    months: Names<Month>,
    periods: Names<Period>,
    units: Names<Unit>,
    units_before: Names<Unit>,
    zones: Names<i32>,
    year_first: bool,
    /// Territories in which the month goes first.
    month_first: Vec<String>,
}

impl Vocabulary {
    fn add(&mut self, table: &Table) {
        let calendar = match table.buddhist_years {
            true => Calendar::Buddhist,
            false => Calendar::Gregorian,
        };
        self.add_months(&table.months, calendar);
        if let Some(months) = &table.solar_hijri_months {
            self.add_months(months, Calendar::SolarHijri);
        }
        for (period, names) in &table.periods {
            self.periods.add(names, *period);
        }
        for (unit, names) in &table.units {
            self.units.add(names, *unit);
        }
        for (unit, names) in &table.units_before {
            self.units_before.add(names, *unit);
        }
        for (Offset(seconds), names) in &table.zones {
            self.zones.add(names, *seconds);
        }
    }

    fn add_months(&mut self, months: &[String; 12], calendar: Calendar) {
        for (number, names) in (1..).zip(months) {
            self.months.add(names, Month { number, calendar });
        }
    }

    fn of(table: &Table) -> Vocabulary {
        let mut own = Vocabulary {
            year_first: table.year_first,
            month_first: table.month_first.clone(),
            ..Vocabulary::default()
        };
        own.add(table);
        own
    }
}

/// The words of all languages.
#[derive(Debug, Clone, Default)]
pub struct Words {
    languages: HashMap<Lang, Vocabulary>,
    /// The language that page templates and feeds are written in.
    templates: Option<Lang>,
    /// All words of which languages do not disagree.
    any: Vocabulary,
}

impl Words {
    /// Makes the look-up out of every language's table. `templates` is the language that page
    /// templates and feeds are written in.
    pub fn new(tables: &BTreeMap<Lang, Table>, templates: Option<Lang>) -> Words {
        let own = |(lang, table): (&Lang, &Table)| (lang.clone(), Vocabulary::of(table));
        let mut any = Vocabulary::default();
        for table in tables.values() {
            any.add(table);
        }
        Words {
            languages: tables.iter().map(own).collect(),
            templates,
            any,
        }
    }
}

impl Words {
    /// How texts of `lang` write dates and times; `None` where nothing is known of them.
    pub fn customs(&self, lang: &Lang) -> Option<Customs<'_>> {
        self.languages.get(lang).map(Customs)
    }
}

/// How texts of one language write dates and times.
#[derive(Debug, Clone, Copy)]
pub struct Customs<'w>(&'w Vocabulary);

impl Customs<'_> {
    /// Whether the day goes before the month, wherever the language is spoken.
    pub fn is_day_first(self) -> bool {
        !self.0.year_first && self.0.month_first.is_empty()
    }

    /// Whether "am" and "pm" are words of it.
    pub fn has_am_and_pm(self) -> bool {
        ["am", "pm"].iter().all(|name| {
            let line = Line::cut(name);
            self.0.periods.at(&line, 0).is_some()
        })
    }

    /// Whether a word is the name of a month.
    pub fn is_month(self, word: &str) -> bool {
        self.month(word).is_some()
    }

    /// The month that a word names, from 1.
    pub fn month(self, word: &str) -> Option<u32> {
        let folded = fold(word);
        let (month, _) = self.0.months.at(&Line::cut(&folded), 0)?;
        Some(month.number)
    }
}

/// The words for texts of one language: its own, then those of templates, then any language's.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lookup<'w> {
    own: Option<&'w Vocabulary>,
    templates: Option<&'w Vocabulary>,
    any: &'w Vocabulary,
    order: Order,
}

impl<'w> Lookup<'w> {
    /// For texts of the language that a tag names; an empty one names none.
    pub(super) fn new(words: &'w Words, tag: &str) -> Lookup<'w> {
        let of = |lang: &Lang| words.languages.get(lang);
        let own = Lang::new(tag).as_ref().and_then(of);
        Lookup {
            own,
            templates: words.templates.as_ref().and_then(of),
            any: &words.any,
            order: order(own, tag),
        }
    }

    /// The same words for texts of which the language tells no order.
    pub(super) fn in_no_order(self) -> Lookup<'w> {
        Lookup {
            order: Order::Unknown,
            ..self
        }
    }

    pub(super) fn order(&self) -> Order {
        self.order
    }

    fn vocabularies(&self) -> impl Iterator<Item = &'w Vocabulary> + use<'w> {
        let (own, templates) = (self.own.into_iter(), self.templates.into_iter());
        own.chain(templates).chain([self.any])
    }

    /// The months that are named in a line, the likeliest first, and where their names stand.
    pub(super) fn months<'l>(
        &self,
        line: &'l Line<'_>,
    ) -> impl Iterator<Item = (Month, Range<usize>)> + use<'w, 'l> {
        self.vocabularies().flat_map(move |words| {
            (0..line.len()).filter_map(move |at| {
                let (month, end) = words.months.at(line, at)?;
                Some((month, at..end))
            })
        })
    }

    /// The part of the day that is named at a place, and where its name ends; so below.
    pub(super) fn period(&self, line: &Line<'_>, at: usize) -> Option<(Period, usize)> {
        self.vocabularies()
            .find_map(|words| words.periods.at(line, at))
    }

    /// The one right before a place, and where its name begins.
    pub(super) fn period_before(&self, line: &Line<'_>, end: usize) -> Option<(Period, usize)> {
        self.vocabularies()
            .find_map(|words| words.periods.before(line, end))
    }

    pub(super) fn unit(&self, line: &Line<'_>, at: usize) -> Option<(Unit, usize)> {
        self.vocabularies()
            .find_map(|words| words.units.at(line, at))
    }

    /// The unit of the number at a place.
    pub(super) fn unit_of(&self, line: &Line<'_>, at: usize) -> Option<Unit> {
        let before = |words: &'w Vocabulary| words.units_before.before(line, at);
        let behind = self.unit(line, at + 1);
        let found = behind.or_else(|| self.vocabularies().find_map(before));
        found.map(|(unit, _)| unit)
    }

    /// In seconds east of UTC.
    pub(super) fn zone(&self, line: &Line<'_>, at: usize) -> Option<(i32, usize)> {
        self.vocabularies()
            .find_map(|words| words.zones.at(line, at))
    }
}

/// The order that readers of a language tag expect. A language in which some territories put the
/// month first does not tell by itself.
fn order(own: Option<&Vocabulary>, tag: &str) -> Order {
    let mut parts = tag.trim().split(['-', '_']);
    let is_named = parts.next().is_some_and(|first| !first.is_empty());
    let territory = parts.find(|part| part.len() == 2);
    match own {
        _ if !is_named => Order::Unknown,
        Some(words) if words.year_first => Order::YearFirst,
        Some(words) if !words.month_first.is_empty() => {
            let is_first = |territory: &str| {
                let mut known = words.month_first.iter();
                known.any(|known| known.eq_ignore_ascii_case(territory))
            };
            match territory {
                None => Order::Unknown,
                Some(territory) if is_first(territory) => Order::MonthFirst,
                Some(_) => Order::DayFirst,
            }
        }
        _ => Order::DayFirst,
    }
}
