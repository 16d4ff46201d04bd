//! Where running text stands: labels do not reach across it.

/// A piece of text from this length on, in bytes, is no label.
const BYTES_MIN: usize = 120;
/// Pieces that are remembered.
const PIECES_MAX: usize = 2_000;

/// Places of running text, counted in nodes, in order.
#[derive(Debug, Default)]
pub(super) struct Prose(Vec<usize>);

impl Prose {
    /// Looks at one piece of text.
    pub(super) fn text(&mut self, text: &str, at: usize) {
        if text.trim().len() >= BYTES_MIN && self.0.len() < PIECES_MAX {
            self.0.push(at);
        }
    }

    /// The first place from `from` on, the `skipped` first ones passed over; past all nodes where
    /// there is none.
    pub(super) fn from(&self, from: usize, skipped: usize) -> usize {
        let first = self.0.partition_point(|at| *at < from);
        self.0.get(first + skipped).copied().unwrap_or(usize::MAX)
    }

    /// Whether running text stands between two places.
    pub(super) fn parts(&self, one: usize, other: usize) -> bool {
        self.from(one + 1, 0) < other
    }
}
