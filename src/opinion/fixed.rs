//! Texts of our own that are asked about again each week: a model that answers them otherwise is no
//! longer the one that was measured.

use std::sync::LazyLock;

use chrono::TimeDelta;
use data_encoding::HEXLOWER;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::sheet::Sheet;
use crate::model::{Lang, Opinion, Timestamp};

const FILE: &str = include_str!("../../config/opinion/fixed.toml");

/// From one question about a text to the next about the same.
const EVERY: TimeDelta = TimeDelta::days(7);

/// From one text to the next, as long as some have never been asked about: so spread, the twenty
/// take a week, at three calls a day.
const APART: TimeDelta = TimeDelta::hours(8);

/// The texts: half of them have something to find.
pub static FIXED: LazyLock<Vec<FixedText>> = LazyLock::new(|| texts(FILE));

/// A text that never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixedText {
    /// A hash of it.
    pub id: String,
    /// Its language.
    pub lang: Lang,
    /// Its headline.
    pub title: String,
    /// Paragraphs separated by a blank line.
    pub body: String,
    /// The words that a careful editor would have stopped at.
    pub wrong: Vec<String>,
}

impl FixedText {
    /// It, ready to be sent.
    pub fn sheet(&self) -> Sheet<'_> {
        Sheet::new(Some(&self.title), &self.body, Some(&self.lang))
    }
}

/// What a model has said of one of the texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerBefore {
    /// The text's hash.
    pub text: String,
    /// The words that it named when it was first asked.
    pub first: Vec<String>,
    /// Those that it named the last time.
    pub latest: Vec<String>,
    /// When that was.
    pub asked_at: Timestamp,
}

impl AnswerBefore {
    /// Whether an answer comes to the same as the first: it names something or nothing, as that did,
    /// and one wording of both. A quote that is a word longer or shorter is the same.
    pub fn is_as_first(&self, quotes: &[String]) -> bool {
        let touch = |one: &String| {
            let mut quotes = quotes.iter();
            quotes.any(|other| one.contains(other.as_str()) || other.contains(one.as_str()))
        };
        (self.first.is_empty() && quotes.is_empty()) || self.first.iter().any(touch)
    }
}

/// What cannot be read is left out: the tests count.
fn texts(file: &str) -> Vec<FixedText> {
    #[derive(Deserialize)]
    struct File {
        text: Vec<Entry>,
    }
    #[derive(Deserialize)]
    struct Entry {
        lang: String,
        title: String,
        body: String,
        #[serde(default)]
        wrong: Vec<String>,
    }
    let entries = toml::from_str::<File>(file).map_or_else(|_| Vec::new(), |file| file.text);
    let text = |entry: Entry| {
        let hash = Sha256::digest([entry.title.as_bytes(), b"\n", entry.body.as_bytes()].concat());
        Some(FixedText {
            id: HEXLOWER.encode(&hash[..8]),
            lang: Lang::new(&entry.lang)?,
            title: entry.title,
            body: entry.body.trim().to_string(),
            wrong: entry.wrong,
        })
    };
    entries.into_iter().filter_map(text).collect()
}

/// What is kept of an opinion about one of the texts.
pub fn quotes(opinion: &Opinion) -> Vec<String> {
    let quotes = opinion.remarks.iter().map(|remark| remark.quote.clone());
    quotes.collect()
}

/// Which text is asked about next, and when; at once if that is past. `answers` are those of the
/// model in question.
pub fn next(answers: &[AnswerBefore], now: Timestamp) -> Option<(&'static FixedText, Timestamp)> {
    let latest = answers.iter().map(|answer| answer.asked_at).max();
    let due = |text: &'static FixedText| {
        let before = answers.iter().find(|answer| answer.text == text.id);
        let at = match (before, latest) {
            (Some(before), _) => before.asked_at + EVERY,
            (None, Some(latest)) => latest + APART,
            (None, None) => now,
        };
        (text, at)
    };
    FIXED.iter().map(due).min_by_key(|(_, at)| *at)
}

/// The texts of which the model says something else than when it was first asked.
pub fn changed(answers: &[AnswerBefore]) -> usize {
    let is_changed = |answer: &&AnswerBefore| !answer.is_as_first(&answer.latest);
    answers.iter().filter(is_changed).count()
}
