//! The dates that readers see on a page, and which of them is the article's own.

use html5ever::local_name;
use scraper::ElementRef;

use super::{attributes::Attributes, field::text_of, vocabulary::Vocabulary};
use crate::{
    dates::{self, Reader},
    lang::{PageList, PageWords},
    model::Date,
};

/// Dates that readers see, with their places in the document, counted in nodes.
#[derive(Debug, Default)]
pub(super) struct Stamps {
    /// The first of the headings that are most surely the article's.
    heading: Option<(HeadingRank, usize)>,
    seen: Vec<Stamp>,
    /// The node after the last element that was read as a date.
    read_to: usize,
}

/// How surely a heading is the article's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum HeadingRank {
    /// It is of level one.
    LevelOne,
    /// It says what the document is called; so does a link to it.
    Title,
    /// Both.
    TitleOfLevelOne,
}

#[derive(Debug)]
struct Stamp {
    at: usize,
    date: Date,
    form: Form,
    event: StampEvent,
}

/// The form that a date has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A `time` element, or a class that speaks of dates.
    Marked,
    /// A line with little else.
    Line,
    /// Within a longer line: of use beside the heading only, for sources are cited so too.
    Sentence,
}

/// What the words of a date say happened then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StampEvent {
    Unsaid,
    Publication,
    Change,
}

impl StampEvent {
    /// `text` is in lower case.
    fn new(text: &str, words: &PageWords) -> StampEvent {
        if words.stands_in(PageList::Published, text) {
            StampEvent::Publication
        } else if words.stands_in(PageList::Updated, text) {
            StampEvent::Change
        } else {
            StampEvent::Unsaid
        }
    }
}

/// Dates that are looked at.
const STAMPS_MAX: usize = 60;
/// Longest line with a date and little else, in characters, and in words.
const STAMP_CHARS_MAX: usize = 60;
const STAMP_WORDS_MAX: usize = 9;
/// Fewest digits of a date: a day and a year.
const DIGITS_MIN: usize = 5;
/// Nodes after and before the heading in which a date belongs to it.
const AFTER_NODES: usize = 160;
const BEFORE_NODES: usize = 60;

/// A longer line with a date names the publication right before it, in bytes.
const SENTENCE_BYTES_MAX: usize = 240;
/// Parts of a line that are looked at.
const PARTS_MAX: usize = 4;
/// Marks that part the author, the date and the section in one line.
const PARTING: [char; 5] = ['|', '•', '·', '–', '—'];
/// A date right before the heading is nearer than one that is this many times as far behind it.
const BEFORE_WEIGHT: usize = 6;

impl Stamps {
    /// A heading is here.
    pub(super) fn heading(&mut self, heading: HeadingRank, at: usize) -> bool {
        let is_surer = self.heading.is_none_or(|(known, _)| known < heading);
        if is_surer {
            self.heading = Some((heading, at));
        }
        is_surer
    }

    /// Looks at an element: a `time`, or one whose class speaks of dates.
    pub(super) fn element(
        &mut self,
        whole: ElementRef<'_>,
        attributes: &Attributes<'_>,
        at: usize,
        vocabulary: &Vocabulary<'_>,
    ) {
        let element = whole.value();
        let class = attributes.class;
        let is_time = element.name.local == local_name!("time");
        let timestamp = Some(attributes.timestamp).filter(|stamp| !stamp.is_empty());
        let is_marked = is_time || attributes.speaks.dates || timestamp.is_some();
        if self.seen.len() >= STAMPS_MAX || !is_marked {
            return;
        }
        let text = text_of(whole).unwrap_or_default();
        let told = element.attr("datetime").filter(|_| is_time).or(timestamp);
        let dates = &vocabulary.dates;
        let told = told.and_then(|told| dates.field(told));
        if let Some(date) = told.or_else(|| in_line(&text, dates)) {
            let text = format!("{class} {text}");
            self.push(at, date, Form::Marked, &text, vocabulary.words);
            self.read_to = at + whole.descendants().count();
        }
    }

    /// Looks at a piece of text.
    pub(super) fn line(&mut self, text: &str, at: usize, vocabulary: &Vocabulary<'_>) {
        let Vocabulary { dates, words } = vocabulary;
        if at < self.read_to || self.seen.len() >= STAMPS_MAX {
            return;
        }
        let several = dated_parts(text, dates);
        if several.len() > 1 {
            for (date, part) in several {
                self.push(at, date, Form::Line, part, words);
            }
        } else if let Some(date) = in_line(text, dates) {
            self.push(at, date, Form::Line, text, words);
        } else if let Some(date) = in_sentence(text, vocabulary) {
            self.push(at, date, Form::Sentence, text, words);
        }
    }

    fn push(&mut self, at: usize, date: Date, form: Form, text: &str, words: &PageWords) {
        if self.seen.len() < STAMPS_MAX {
            self.seen.push(Stamp {
                at,
                date,
                form,
                event: StampEvent::new(&text.to_lowercase(), words),
            });
        }
    }

    /// All of them.
    pub(super) fn dates(&self) -> impl Iterator<Item = Date> {
        self.seen.iter().map(|stamp| stamp.date)
    }

    /// The date beside the heading, or else the first that is marked, or else the only one.
    pub(super) fn published(&self) -> Option<Date> {
        self.beside(|event| event == StampEvent::Publication)
            .or_else(|| self.beside(|event| event != StampEvent::Change))
            .or_else(|| {
                let fits = |stamp: &&Stamp| {
                    stamp.form == Form::Marked && stamp.event != StampEvent::Change
                };
                let mut after = self.seen.iter().skip_while(|stamp| stamp.at < self.place());
                let found = after.find(fits).or_else(|| self.seen.iter().find(fits));
                found.map(|stamp| stamp.date)
            })
            .or_else(|| self.only(|event| event != StampEvent::Change))
    }

    /// The date of a change beside the heading, or else the only one.
    pub(super) fn updated(&self) -> Option<Date> {
        let is_change = |event| event == StampEvent::Change;
        self.beside(is_change).or_else(|| self.only(is_change))
    }

    fn place(&self) -> usize {
        self.heading.map_or(0, |(_, at)| at)
    }

    /// The day that all dates of a page agree on. Of several, most belong to other articles.
    fn only(&self, fits: impl Fn(StampEvent) -> bool) -> Option<Date> {
        let mut dates = self
            .seen
            .iter()
            .filter(|stamp| stamp.form != Form::Sentence && fits(stamp.event))
            .map(|stamp| stamp.date);
        let first = dates.next()?;
        dates.all(|date| date.day() == first.day()).then_some(first)
    }

    /// The nearest date, where most pages have theirs: behind the heading.
    fn beside(&self, fits: impl Fn(StampEvent) -> bool) -> Option<Date> {
        let heading = self.place();
        let fitting = || self.seen.iter().filter(|stamp| fits(stamp.event));
        let after = fitting()
            .find(|stamp| stamp.at > heading && stamp.at - heading <= AFTER_NODES)
            .map(|stamp| (stamp.at - heading, stamp.date));
        let before = fitting()
            .rfind(|stamp| stamp.at <= heading && heading - stamp.at <= BEFORE_NODES)
            .map(|stamp| ((heading - stamp.at) * BEFORE_WEIGHT, stamp.date));
        let nearer = after.into_iter().chain(before).min_by_key(|(far, _)| *far);
        nearer.map(|(_, date)| date)
    }
}

/// The parts of a line that says two things, each with its date: "3 May 2024 (updated 5 May 2024)".
fn dated_parts<'t>(text: &'t str, dates: &Reader<'_>) -> Vec<(Date, &'t str)> {
    let may_hold = text.len() <= SENTENCE_BYTES_MAX
        && text.contains(['(', '（'])
        && dates::digits(text) >= 2 * DIGITS_MIN;
    if !may_hold {
        return Vec::new();
    }
    let parts = text.split(['(', '（', ')', '）']).take(PARTS_MAX);
    parts
        .filter_map(|part| Some((in_line(part, dates)?, part)))
        .collect()
}

/// The date right behind the word for a publication, or between marks that part a line.
fn in_sentence(text: &str, vocabulary: &Vocabulary<'_>) -> Option<Date> {
    let dates = &vocabulary.dates;
    let text = text.trim();
    let may_hold = (STAMP_CHARS_MAX..=SENTENCE_BYTES_MAX).contains(&text.len())
        && dates::digits(text) >= DIGITS_MIN;
    if !may_hold {
        return None;
    }
    let lower = text.to_lowercase();
    let published = vocabulary.words.of(PageList::Published);
    let Some(at) = published.iter().filter_map(|word| lower.find(word)).min() else {
        let mut parts = text.split(PARTING);
        return parts.find_map(|part| in_line(part, dates));
    };
    let words: Vec<&str> = lower[at..]
        .split_whitespace()
        .take(STAMP_WORDS_MAX)
        .collect();
    dates.text(&words.join(" "))
}

/// The date in a line with little else.
fn in_line(text: &str, dates: &Reader<'_>) -> Option<Date> {
    let text = text.trim();
    // A character has at most four bytes, and is counted in short lines only.
    let is_short = text.len() <= STAMP_CHARS_MAX
        || (text.len() <= 4 * STAMP_CHARS_MAX && text.chars().count() <= STAMP_CHARS_MAX);
    let may_hold = is_short
        && dates::digits(text) >= DIGITS_MIN
        && text.split_whitespace().count() <= STAMP_WORDS_MAX;
    may_hold.then(|| dates.text(text)).flatten()
}
