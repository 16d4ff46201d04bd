//! How often one line came by, and when that makes it template.

use serde::{Deserialize, Serialize};

use crate::model::Sighting;

/// Different articles, by their addresses and by their texts: a page that is read again after a
/// change has another text, a copy has another address, and neither is another article.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LinearCounter {
    urls: u64,
    bodies: u64,
}

/// A line and the articles it stood on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SeenLine {
    pub(super) tally: LinearCounter,
    /// When it was seen last, on the memory's clock.
    pub(super) seen: u32,
}

/// Where a line stands: that says how much proof it takes to call it template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// In an element or of a class of its own.
    Apart,
    /// Among the paragraphs, as if it were one.
    InText,
    /// Among the paragraphs, and as long as one: the background of a running story comes back
    /// too, but not on most articles.
    Prose,
}

impl Setting {
    /// Articles that must have shown it, at least, and their share of all that were seen.
    fn floors(self) -> (u32, f32) {
        match self {
            Setting::Apart => (3, 0.2),
            Setting::InText => (4, 0.3),
            Setting::Prose => (6, 0.5),
        }
    }

    pub(super) fn is_proved_by(self, line: LinearCounter, all: LinearCounter) -> bool {
        let (articles, share) = self.floors();
        line.count() >= articles && line.share(all) >= share
    }
}

impl LinearCounter {
    pub(super) const NONE: LinearCounter = LinearCounter { urls: 0, bodies: 0 };

    /// One article.
    pub(super) fn of(sighting: &Sighting) -> LinearCounter {
        LinearCounter {
            urls: 1 << (sighting.url % 64),
            bodies: 1 << (sighting.body % 64),
        }
    }

    pub(super) fn joined(self, other: LinearCounter) -> LinearCounter {
        LinearCounter {
            urls: self.urls | other.urls,
            bodies: self.bodies | other.bodies,
        }
    }

    pub(super) fn contains(self, other: LinearCounter) -> bool {
        self.joined(other) == self
    }

    /// Articles at least.
    pub(super) fn count(self) -> u32 {
        self.urls.count_ones().min(self.bodies.count_ones())
    }

    /// Articles, as linear counting has it: 64 ln(64 / bits that are not set).
    pub(super) fn estimate(self) -> f32 {
        let unset = (64 - self.count()).max(1);
        64.0 * (64.0 / unset as f32).ln()
    }

    /// The share of the articles `all` that are these.
    pub(super) fn share(self, all: LinearCounter) -> f32 {
        let all = all.estimate();
        if all > 0.0 {
            (self.estimate() / all).min(1.0)
        } else {
            0.0
        }
    }
}

impl SeenLine {
    pub(super) fn see(&mut self, articles: LinearCounter, clock: u32) {
        self.tally = self.tally.joined(articles);
        self.seen = self.seen.max(clock);
    }
}
