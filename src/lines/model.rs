//! The model of lines, built in.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::{
    features::{self, Line, LineWords},
    keys::LogOdds,
};
use crate::learn::trees::Forest;

/// The model as it is stored.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredModel {
    /// Weights of the wording of lines.
    pub(super) words: Vec<(u32, i8)>,
    pub(super) forest: Forest,
    /// For texts of which nobody knows the links.
    pub(super) plain: Floors,
    /// For those of a page.
    pub(super) linked: Floors,
}

/// Log-odds from which on a line is taken for the page's.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Floors {
    /// Two lines of articles in a thousand reach this.
    pub weak: f32,
    /// One in two thousand reaches this.
    pub strong: f32,
}

/// How much a line looks like one of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// As much as two lines of articles in a thousand do.
    Weak,
    /// As much as one in two thousand does.
    Strong,
}

/// Tells lines of the page from lines of the article.
#[derive(Debug)]
pub struct LineModel {
    words: LogOdds,
    forest: Forest,
    plain: Floors,
    linked: Floors,
}

impl LineModel {
    /// Reads a model; `None` for what is none, or was made for other features.
    pub fn parse(bytes: &[u8]) -> Option<LineModel> {
        let stored: StoredModel = postcard::from_bytes(bytes).ok()?;
        (stored.forest.width() == features::WIDTH).then(|| LineModel {
            words: LogOdds::new(&stored.words),
            forest: stored.forest,
            plain: stored.plain,
            linked: stored.linked,
        })
    }

    /// What the lines of a text at the places `judged` look like, if they are of the page; the others are
    /// there for what stands beside them.
    pub fn judge(&self, lines: &[Line<'_>], judged: &[usize]) -> Vec<Option<Likeness>> {
        let words: Vec<LineWords> = lines.iter().map(|line| LineWords::of(line.text)).collect();
        let rows = features::rows(lines, judged.iter().copied(), &words, &self.words);
        let floors = match lines.iter().any(|line| line.links.is_some()) {
            true => self.linked,
            false => self.plain,
        };
        let odds = self.forest.odds_from(floors.weak, &rows).into_iter();
        let mut likeness: Vec<_> = odds.map(|odds| floors.likeness(odds)).collect();
        likeness.resize(judged.len(), None);
        likeness
    }
}

impl Floors {
    /// What log-odds mean.
    pub(super) fn likeness(&self, odds: f32) -> Option<Likeness> {
        if odds >= self.strong {
            Some(Likeness::Strong)
        } else {
            (odds >= self.weak).then_some(Likeness::Weak)
        }
    }
}

const BUILT_IN: &[u8] = include_bytes!("../../models/lines.bin");

/// The model that is built in; `None` where it has another form than this code.
pub fn built_in() -> Option<&'static LineModel> {
    static MODEL: LazyLock<Option<LineModel>> = LazyLock::new(|| LineModel::parse(BUILT_IN));
    MODEL.as_ref()
}

/// The bytes of the built-in model: a verdict depends on them.
pub fn bytes() -> &'static [u8] {
    BUILT_IN
}
