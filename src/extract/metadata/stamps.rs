//! The dates that readers see on a page, and which of them is the article's own.

use ego_tree::NodeRef;
use html5ever::local_name;
use scraper::{ElementRef, Node};

use super::{
    attributes::Attributes,
    beside::{BoxBeside, boxes_beside},
    field::text_of,
    headline::Headline,
    prose::Prose,
    vocabulary::{Surroundings, Vocabulary},
};
use crate::{
    dates::{self, Reader},
    lang::{PageList, PageWords},
    model::Date,
};

/// Dates that readers see, with their places in the document, counted in nodes.
#[derive(Debug, Default)]
pub(super) struct Stamps {
    seen: Vec<Stamp>,
    /// The node after the last element that was read as a date.
    read_to: usize,
}

#[derive(Debug)]
struct Stamp {
    at: usize,
    date: Date,
    form: Form,
    event: StampEvent,
    /// Boxes around it that are not the article's, unless the heading stands in them too.
    beside: Vec<BoxBeside>,
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

/// Pieces of running text that stand between the heading and the date at most: a standfirst.
const STANDFIRSTS: usize = 1;

/// Attributes in which scripts find the time that they show.
const CLOCKS: [&str; 3] = ["data-timestamp", "data-datetime", "data-time"];

/// A longer line with a date names the publication right before it, in bytes.
const SENTENCE_BYTES_MAX: usize = 240;
/// Marks that part the author, the date and the section in one line.
const PARTING: [char; 5] = ['|', '•', '·', '–', '—'];
/// A date right before the heading is nearer than one that is this many times as far behind it.
const BEFORE_WEIGHT: usize = 6;

impl Stamps {
    /// Looks at an element: a `time`, or one whose class speaks of dates.
    pub(super) fn element(
        &mut self,
        whole: ElementRef<'_>,
        attributes: &Attributes<'_>,
        at: usize,
        surroundings: &Surroundings<'_>,
    ) {
        let element = whole.value();
        let class = attributes.class;
        let is_time = element.name.local == local_name!("time");
        if self.seen.len() >= STAMPS_MAX || !(is_time || attributes.speaks.dates) {
            return;
        }
        let text = text_of(whole).unwrap_or_default();
        let dates = &surroundings.vocabulary.dates;
        let told = element.attr("datetime").filter(|_| is_time);
        let told = told.and_then(|told| dates.field(told)).or_else(|| {
            let mut told = CLOCKS.iter().filter_map(|key| element.attr(key));
            told.find_map(|told| dates.field(told))
        });
        if let Some(date) = told.or_else(|| in_line(&text, dates)) {
            let beside = boxes_beside(*whole, text.len(), surroundings.hidden);
            let text = format!("{class} {text}");
            self.push(at, (date, Form::Marked), &text, beside, surroundings);
            self.read_to = at + whole.descendants().count();
        }
    }

    /// Looks at a piece of text.
    pub(super) fn line(
        &mut self,
        node: NodeRef<'_, Node>,
        text: &str,
        at: usize,
        surroundings: &Surroundings<'_>,
    ) {
        let Surroundings { hidden, vocabulary } = surroundings;
        if at < self.read_to || self.seen.len() >= STAMPS_MAX {
            return;
        }
        let in_line = in_line(text, &vocabulary.dates).map(|date| (date, Form::Line));
        let in_sentence = || Some((in_sentence(text, vocabulary)?, Form::Sentence));
        if let Some(found) = in_line.or_else(in_sentence) {
            let beside = boxes_beside(node, text.len(), hidden);
            self.push(at, found, text, beside, surroundings);
        }
    }

    /// Notes a date, unless it is that of a licence or the like.
    fn push(
        &mut self,
        at: usize,
        (date, form): (Date, Form),
        text: &str,
        beside: Vec<BoxBeside>,
        surroundings: &Surroundings<'_>,
    ) {
        let words = surroundings.vocabulary.words;
        let text = text.to_lowercase();
        if self.seen.len() < STAMPS_MAX && !words.stands_in(PageList::OtherDates, &text) {
            self.seen.push(Stamp {
                at,
                date,
                form,
                event: StampEvent::new(&text, words),
                beside,
            });
        }
    }

    /// All of them.
    pub(super) fn dates(&self) -> impl Iterator<Item = Date> {
        self.seen.iter().map(|stamp| stamp.date)
    }

    /// Those that are the article's by where they stand to its headline and its text.
    pub(super) fn own<'s>(&'s self, headline: &Headline, prose: &Prose) -> OwnStamps<'s> {
        let text = prose.from(headline.place(), STANDFIRSTS);
        let is_own = |stamp: &&Stamp| headline.owns(stamp.at, &stamp.beside, text);
        let is_doubted = |stamp: &&Stamp| {
            let mut boxes = stamp.beside.iter();
            boxes.all(|one| one.is_side && !one.is_firm)
        };
        let (own, others): (Vec<_>, Vec<_>) = self.seen.iter().partition(is_own);
        OwnStamps {
            seen: own,
            doubted: others.into_iter().filter(is_doubted).collect(),
            headline: headline.place(),
            text,
        }
    }
}

/// The dates of a page but for those of what stands beside the article.
pub(super) struct OwnStamps<'s> {
    seen: Vec<&'s Stamp>,
    /// Those in sidebars.
    doubted: Vec<&'s Stamp>,
    /// Where the headline is and where the text begins behind it, counted in nodes.
    headline: usize,
    text: usize,
}

impl OwnStamps<'_> {
    /// The date beside the heading, or else the first that is marked, or else the only one.
    pub(super) fn published(&self) -> Option<Date> {
        self.beside(|event| event == StampEvent::Publication)
            .or_else(|| self.beside(|event| event != StampEvent::Change))
            .or_else(|| {
                let fits = |stamp: &&&Stamp| {
                    stamp.form == Form::Marked && stamp.event != StampEvent::Change
                };
                let seen = || self.seen.iter();
                let mut after = seen().skip_while(|stamp| stamp.at < self.headline);
                let found = after.find(fits).or_else(|| seen().find(fits));
                found.map(|stamp| stamp.date)
            })
            .or_else(|| only(&self.seen, |event| event != StampEvent::Change))
            .or_else(|| only(&self.doubted, |event| event != StampEvent::Change))
    }

    /// The date of a change beside the heading, or else the only one.
    pub(super) fn updated(&self) -> Option<Date> {
        let is_change = |event| event == StampEvent::Change;
        self.beside(is_change)
            .or_else(|| only(&self.seen, is_change))
    }

    /// The nearest date, where most pages have theirs: behind the heading, before the text.
    fn beside(&self, fits: impl Fn(StampEvent) -> bool) -> Option<Date> {
        let headline = self.headline;
        let end = self.text.min(headline + AFTER_NODES);
        let fitting = || self.seen.iter().filter(|stamp| fits(stamp.event));
        let after = fitting()
            .find(|stamp| stamp.at > headline && stamp.at <= end)
            .map(|stamp| (stamp.at - headline, stamp.date));
        let before = fitting()
            .rfind(|stamp| stamp.at <= headline && headline - stamp.at <= BEFORE_NODES)
            .map(|stamp| ((headline - stamp.at) * BEFORE_WEIGHT, stamp.date));
        let nearer = after.into_iter().chain(before).min_by_key(|(far, _)| *far);
        nearer.map(|(_, date)| date)
    }
}

/// The day that all dates agree on. Of several, most belong to other articles.
fn only(stamps: &[&Stamp], fits: impl Fn(StampEvent) -> bool) -> Option<Date> {
    let mut dates = stamps
        .iter()
        .filter(|stamp| stamp.form != Form::Sentence && fits(stamp.event))
        .map(|stamp| stamp.date);
    let first = dates.next()?;
    dates.all(|date| date.day() == first.day()).then_some(first)
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
