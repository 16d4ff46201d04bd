//! Titles, authors and dates against those that people wrote down.
//!
//! The same rules for every extractor. Titles are the same where their words are, in order: case,
//! punctuation and spaces do not count, nor does one part behind the last (or before the first)
//! mark such as ` | ` on either side, for some gold titles keep the site's name and some do not.
//! Authors are sets of names: `by`, titles and degrees do not count. Dates are the same on the
//! same calendar day as written, whatever the zone.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    gold::{Gold, Names},
    statistics::{harmonic, mean, ratio, share},
    tokens::tokens,
};

/// What an extractor found out about a page.
#[derive(Debug, Clone, Default, Deserialize, PartialEq)]
pub struct FoundMetadata {
    /// The title.
    #[serde(default)]
    pub title: Option<String>,
    /// The authors.
    #[serde(default)]
    pub byline: Option<Names>,
    /// The day of publication, as `2024-05-31` with anything behind it.
    #[serde(default, alias = "published")]
    pub date: Option<String>,
}

/// How the metadata of one page came out; `None` where the gold has no such field.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Score {
    /// The title is the same.
    pub title: Option<bool>,
    /// The day is the same.
    pub date: Option<bool>,
    /// F1 over the names: 1 when the sets are the same.
    pub authors: Option<f64>,
}

impl Score {
    /// Scores one page.
    pub fn of(gold: &Gold, found: &FoundMetadata) -> Score {
        Score {
            title: given(gold.title.as_deref()).map(|wanted| {
                found
                    .title
                    .as_deref()
                    .is_some_and(|title| same_title(wanted, title))
            }),
            date: given(gold.date.as_deref()).map(|wanted| {
                found
                    .date
                    .as_deref()
                    .is_some_and(|date| day(date).is_some() && day(date) == day(wanted))
            }),
            authors: gold
                .author
                .as_ref()
                .map(names)
                .filter(|wanted| !wanted.is_empty())
                .map(|wanted| {
                    let named = found.byline.as_ref().map(names).unwrap_or_default();
                    let shared = wanted.intersection(&named).count() as f64;
                    harmonic(
                        ratio(shared, named.len() as f64),
                        ratio(shared, wanted.len() as f64),
                    )
                }),
        }
    }
}

/// How the metadata of a set came out. All but the counts are in 0..=1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Shares {
    /// Pages with a gold title.
    pub titled: usize,
    /// Share of them with that title.
    pub titles: f64,
    /// Pages with gold authors.
    pub authored: usize,
    /// Share of them with exactly these authors.
    pub authors: f64,
    /// Mean F1 over names.
    pub authors_f1: f64,
    /// Pages with a gold date.
    pub dated: usize,
    /// Share of them with that day.
    pub dates: f64,
}

impl Shares {
    /// Scores a set.
    pub fn of(scores: &[&Score]) -> Shares {
        let all = || scores.iter();
        let right = |held: Vec<bool>| {
            let right = held.iter().filter(|right| **right).count();
            (held.len(), share(right, held.len()))
        };
        let (titled, titles) = right(all().filter_map(|score| score.title).collect());
        let (dated, dates) = right(all().filter_map(|score| score.date).collect());
        let f1: Vec<f64> = all().filter_map(|score| score.authors).collect();
        let (authored, authors) = right(f1.iter().map(|f1| *f1 > 1.0 - 1e-9).collect());
        Shares {
            titled,
            titles,
            authored,
            authors,
            authors_f1: mean(f1).unwrap_or_default(),
            dated,
            dates,
        }
    }
}

/// A field that is not blank.
fn given(field: Option<&str>) -> Option<&str> {
    field.filter(|text| !text.trim().is_empty())
}

/// Marks between a title and the name of its site.
const SITE_MARKS: [&str; 8] = [" | ", " - ", " – ", " — ", " · ", " :: ", " » ", " • "];

fn same_title(a: &str, b: &str) -> bool {
    let words = |text: &str| tokens(&text.to_lowercase()).concat().replace('_', "");
    let (whole_a, whole_b) = (words(a), words(b));
    if whole_a.is_empty() || whole_b.is_empty() {
        return false;
    }
    whole_a == whole_b
        || without_a_part(a).any(|part| words(part) == whole_b)
        || without_a_part(b).any(|part| words(part) == whole_a)
}

/// What is left of a title without its last or its first part.
fn without_a_part(title: &str) -> impl Iterator<Item = &str> {
    SITE_MARKS.iter().flat_map(|mark| {
        let head = title.rsplit_once(mark).map(|(head, _)| head);
        let tail = title.split_once(mark).map(|(_, tail)| tail);
        head.into_iter().chain(tail)
    })
}

/// The day that a time stamp begins with.
fn day(date: &str) -> Option<&str> {
    let day = date.trim().get(..10)?;
    let digits = day.bytes().filter(u8::is_ascii_digit).count();
    (digits == 8).then_some(day)
}

/// Words that join names.
const JOINTS: [&str; 8] = ["and", "und", "et", "y", "dan", "en", "with", "och"];
/// Words before names that are no part of them.
const BEFORE: [&str; 8] = ["by", "von", "par", "por", "oleh", "dr", "prof", "professor"];

fn names(names: &Names) -> BTreeSet<String> {
    let lines: Vec<&str> = match names {
        Names::Line(line) => vec![line],
        Names::List(lines) => lines.iter().map(String::as_str).collect(),
    };
    let mut found: Vec<Vec<&str>> = lines.into_iter().flat_map(split_names).collect();
    let whole = found.iter().any(|name| name.len() > 1);
    // Beside full names, `MD` and `PhD` are degrees and `dpa` is an agency that nobody counts.
    found.retain(|name| !(whole && name.len() == 1 && is_initials(name[0])));
    found
        .into_iter()
        .map(|name| name.join(" ").to_lowercase())
        .collect()
}

/// The words of each name in a line.
fn split_names(line: &str) -> Vec<Vec<&str>> {
    let mut names: Vec<Vec<&str>> = Vec::new();
    for part in line.split([',', ';', '|', '&', '•', '·', '/', '\n', '+']) {
        let words = tokens(part);
        for name in words.split(|word| JOINTS.contains(&word.to_lowercase().as_str())) {
            let first = name
                .iter()
                .position(|word| !BEFORE.contains(&word.to_lowercase().as_str()));
            if let Some(first) = first {
                names.push(name[first..].to_vec());
            }
        }
    }
    names
}

fn is_initials(word: &str) -> bool {
    let upper = word.chars().filter(|c| c.is_uppercase()).count();
    let lower = word.chars().filter(|c| c.is_lowercase()).count();
    word.chars().count() <= 5 && (upper >= 2 || (upper == 0 && lower > 0))
}
