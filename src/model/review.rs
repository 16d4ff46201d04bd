//! What people decide about what was concluded.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Reason, Timestamp, Verdict};

/// What a reviewer decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// The verdict is right.
    Confirmed,
    /// The verdict is wrong.
    Dismissed,
}

impl Decision {
    /// The name in JSON, store and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Decision::Confirmed => "confirmed",
            Decision::Dismissed => "dismissed",
        }
    }
}

/// What is remembered of a dismissed finding: the same words, between the same words, on the same
/// site are not raised again by the same rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dismissal {
    /// The rule's name.
    pub rule: String,
    /// The words and those around them.
    pub context: Context,
    /// Who said so.
    pub by: String,
}

/// Words and what stands around them, in lower case and with single spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// What was pointed at.
    pub words: String,
    /// The word before, in the same paragraph; empty where none is.
    pub before: String,
    /// The word after.
    pub after: String,
}

/// A reviewer's word on an article, or on one finding of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// `confirmed` or `dismissed`.
    pub decision: Decision,
    /// Who said so.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub note: String,
    /// The finding it is about; `None` for the whole article.
    pub finding: Option<ReviewedFinding>,
    /// Since when it holds no more.
    pub ended: Option<Ended>,
}

/// The finding that a review is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewedFinding {
    /// The rule's name.
    pub rule: String,
    /// The words.
    pub text: String,
}

/// How a review came to hold no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// When.
    pub at: Timestamp,
    /// Who took it back; `None` where the article says something else by now.
    pub by: Option<String>,
}

/// Where an article lies for those who review: what is flagged waits until somebody has decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shelf {
    /// Flagged, and nobody has decided.
    Waiting,
    /// Flagged, rightly.
    Confirmed,
    /// Flagged, wrongly.
    Dismissed,
    /// Passed.
    Passed,
    /// Not judged.
    NotJudged(Reason),
}

impl Shelf {
    /// The shelves of what was judged.
    pub const JUDGED: [Shelf; 4] = [
        Shelf::Waiting,
        Shelf::Confirmed,
        Shelf::Dismissed,
        Shelf::Passed,
    ];

    /// Where an article with this verdict lies after this decision, the one that holds.
    pub fn of(verdict: Verdict, decision: Option<Decision>) -> Shelf {
        match (verdict, decision) {
            (Verdict::Pass, _) => Shelf::Passed,
            (Verdict::Abstain(reason), _) => Shelf::NotJudged(reason),
            (Verdict::Flag, None) => Shelf::Waiting,
            (Verdict::Flag, Some(Decision::Confirmed)) => Shelf::Confirmed,
            (Verdict::Flag, Some(Decision::Dismissed)) => Shelf::Dismissed,
        }
    }

    /// Every shelf.
    pub fn all() -> impl Iterator<Item = Shelf> {
        let not_judged = Reason::ALL.into_iter().map(Shelf::NotJudged);
        Shelf::JUDGED.into_iter().chain(not_judged)
    }

    /// The name in URLs, JSON and store; that of the reason for what was not judged.
    pub fn as_str(self) -> &'static str {
        match self {
            Shelf::Waiting => "waiting",
            Shelf::Confirmed => Decision::Confirmed.as_str(),
            Shelf::Dismissed => Decision::Dismissed.as_str(),
            Shelf::Passed => "passed",
            Shelf::NotJudged(reason) => reason.as_str(),
        }
    }

    /// The inverse of [`Shelf::as_str`].
    pub fn parse(name: &str) -> Option<Shelf> {
        Shelf::all().find(|shelf| shelf.as_str() == name)
    }
}

/// How many articles lie on each shelf.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShelfCounts(BTreeMap<Shelf, u64>);

impl ShelfCounts {
    /// Adds articles of one shelf.
    pub fn add(&mut self, shelf: Shelf, articles: u64) {
        *self.0.entry(shelf).or_default() += articles;
    }

    /// Those of one shelf.
    pub fn of(&self, shelf: Shelf) -> u64 {
        self.0.get(&shelf).copied().unwrap_or_default()
    }

    /// Those that were flagged, whatever was decided.
    pub fn flagged(&self) -> u64 {
        let shelves = [Shelf::Waiting, Shelf::Confirmed, Shelf::Dismissed];
        shelves.into_iter().map(|shelf| self.of(shelf)).sum()
    }

    /// Those that were not judged.
    pub fn not_judged(&self) -> u64 {
        let not_judged = |shelf: &Shelf| matches!(shelf, Shelf::NotJudged(_));
        let counts = self.0.iter();
        counts
            .filter(|(shelf, _)| not_judged(shelf))
            .map(|(_, n)| n)
            .sum()
    }

    /// All of them.
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }
}

/// What reviewers have said of the findings of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulePrecision {
    /// The rule's name.
    pub rule: String,
    /// Findings, or articles with some, that they confirmed.
    pub confirmed: u64,
    /// Those that they dismissed.
    pub dismissed: u64,
}
