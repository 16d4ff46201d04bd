//! The dates that readers see on a page, and which of them is the article's own.

use chrono::{DateTime, FixedOffset};
use scraper::ElementRef;

use super::{
    dates::{Order, parse, parse_in},
    metadata::text_of,
};

/// Dates that readers see, with their places in the document, counted in nodes.
#[derive(Debug, Default)]
pub(super) struct Stamps {
    heading: Option<usize>,
    order: Order,
    seen: Vec<Stamp>,
    /// The node after the last element that was read as a date.
    read_to: usize,
}

#[derive(Debug)]
struct Stamp {
    at: usize,
    date: DateTime<FixedOffset>,
    /// A `time` element, or a class that speaks of dates.
    marked: bool,
    updated: bool,
}

/// Dates that are looked at.
const STAMPS_MAX: usize = 60;
/// Longest line with a date and little else, in bytes, and in words.
const STAMP_BYTES_MAX: usize = 60;
const STAMP_WORDS_MAX: usize = 9;
/// Nodes after and before the heading in which a date belongs to it.
const AFTER_NODES: usize = 160;
const BEFORE_NODES: usize = 60;

/// Openings of the word for a change, in lower case.
const UPDATED: [&str; 6] = [
    "updat",
    "modif",
    "aktualis",
    "diperbarui",
    "actualiz",
    "mis à jour",
];

/// Whether a class speaks of dates: each element is asked, so that it takes one pass.
fn speaks_of_dates(class: &str) -> bool {
    let bytes = class.as_bytes();
    bytes.iter().enumerate().any(|(at, byte)| {
        let words: &[&str] = match byte {
            b'd' => &["date", "datum"],
            b't' => &["time", "tanggal"],
            b'p' => &["publi", "posted"],
            b'f' => &["fecha"],
            _ => return false,
        };
        words
            .iter()
            .any(|word| bytes[at..].starts_with(word.as_bytes()))
    })
}

impl Stamps {
    /// The first heading is here.
    pub(super) fn heading(&mut self, at: usize) {
        self.heading.get_or_insert(at);
    }

    /// The page is in this language, as a tag.
    pub(super) fn language(&mut self, tag: &str) {
        self.order = Order::of_language(tag);
    }

    /// Looks at an element: a `time`, or one whose class speaks of dates.
    pub(super) fn element(&mut self, whole: ElementRef<'_>, at: usize) {
        let element = whole.value();
        let class = element.attr("class").unwrap_or_default();
        let is_time = element.name() == "time";
        if self.seen.len() >= STAMPS_MAX || !(is_time || speaks_of_dates(class)) {
            return;
        }
        let text = text_of(whole).unwrap_or_default();
        let told = element.attr("datetime").filter(|_| is_time).and_then(parse);
        if let Some(date) = told.or_else(|| self.in_line(&text)) {
            self.push(at, date, true, &format!("{class} {text}"));
            self.read_to = at + whole.descendants().count();
        }
    }

    /// Looks at a piece of text.
    pub(super) fn line(&mut self, text: &str, at: usize) {
        if at >= self.read_to
            && self.seen.len() < STAMPS_MAX
            && let Some(date) = self.in_line(text)
        {
            self.push(at, date, false, text);
        }
    }

    /// The date in a line with little else.
    fn in_line(&self, text: &str) -> Option<DateTime<FixedOffset>> {
        let text = text.trim();
        let is_short = (8..=STAMP_BYTES_MAX).contains(&text.len())
            && text.bytes().filter(u8::is_ascii_digit).count() >= 5
            && text.split_whitespace().count() <= STAMP_WORDS_MAX;
        if is_short {
            parse_in(self.order, text)
        } else {
            None
        }
    }

    fn push(&mut self, at: usize, date: DateTime<FixedOffset>, marked: bool, words: &str) {
        if self.seen.len() < STAMPS_MAX {
            let words = words.to_lowercase();
            let updated =
                UPDATED.iter().any(|word| words.contains(word)) && !words.contains("publi");
            self.seen.push(Stamp {
                at,
                date,
                marked,
                updated,
            });
        }
    }

    /// All of them.
    pub(super) fn dates(&self) -> impl Iterator<Item = DateTime<FixedOffset>> {
        self.seen.iter().map(|stamp| stamp.date)
    }

    /// The date beside the heading, or else the first that is marked, or else the only one.
    pub(super) fn published(&self) -> Option<DateTime<FixedOffset>> {
        self.beside(false)
            .or_else(|| {
                let fits = |stamp: &&Stamp| stamp.marked && !stamp.updated;
                let mut after = self.seen.iter().skip_while(|stamp| stamp.at < self.place());
                let found = after.find(fits).or_else(|| self.seen.iter().find(fits));
                found.map(|stamp| stamp.date)
            })
            .or_else(|| self.only(false))
    }

    /// The date of a change beside the heading, or else the only one.
    pub(super) fn updated(&self) -> Option<DateTime<FixedOffset>> {
        self.beside(true).or_else(|| self.only(true))
    }

    fn place(&self) -> usize {
        self.heading.unwrap_or(0)
    }

    /// The day that all dates of a page agree on. Of several, most belong to other articles.
    fn only(&self, updated: bool) -> Option<DateTime<FixedOffset>> {
        let mut dates = self
            .seen
            .iter()
            .filter(|stamp| stamp.updated == updated)
            .map(|stamp| stamp.date);
        let first = dates.next()?;
        dates
            .all(|date| date.date_naive() == first.date_naive())
            .then_some(first)
    }

    fn beside(&self, updated: bool) -> Option<DateTime<FixedOffset>> {
        let heading = self.place();
        let mut fitting = self.seen.iter().filter(|stamp| stamp.updated == updated);
        fitting
            .clone()
            .find(|stamp| stamp.at > heading && stamp.at - heading <= AFTER_NODES)
            .or_else(|| {
                fitting.rfind(|stamp| stamp.at <= heading && heading - stamp.at <= BEFORE_NODES)
            })
            .map(|stamp| stamp.date)
    }
}
