//! A page as tables of numbers.

use crate::{learn::trees::Rows, lines::keys::LogOdds};

/// Columns that [`DetailSheet::learn`] fills, at the end of each row.
pub(super) const LEARNED: usize = 17;

/// A page as a table of numbers, one row a candidate block.
#[derive(Debug, Default, Clone)]
pub(in crate::extract) struct Sheet {
    /// Which blocks of the cut, in order.
    pub(in crate::extract) candidates: Vec<usize>,
    /// A page that ships its article's text besides settles which box holds it.
    pub(in crate::extract::body) settled: bool,
    /// Bytes of running text in what the rules chose.
    pub(in crate::extract::body) proposed_mass: usize,
    /// Where each candidate stands.
    pub(in crate::extract) positions: Rows,
    /// Bytes of each candidate.
    pub(in crate::extract) bytes: Vec<f32>,
    /// Whether the rules chose it.
    pub(in crate::extract) proposed: Vec<bool>,
    /// Bytes of running text in it.
    pub(in crate::extract::body) masses: Vec<usize>,
    /// From which probability on it is added to what the rules chose.
    pub(in crate::extract::body) added_from: Vec<f32>,
    /// Whether it is a heading.
    pub(in crate::extract) headings: Vec<bool>,
    /// The number of its kind of place, if it is a heading or the time of an entry and has peers.
    pub(in crate::extract::body) peers: Vec<Option<u32>>,
    /// The list that it is an item of, where no item is a link.
    pub(in crate::extract::body) lists: Vec<Option<List>>,
}

/// A list without links.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::extract::body) struct List {
    /// Its container.
    pub(in crate::extract::body) container: usize,
    /// Whether the line before it ends in a colon.
    pub(in crate::extract::body) is_announced: bool,
}

/// All that is told of some of the candidates.
#[derive(Debug, Default, Clone)]
pub(in crate::extract) struct DetailSheet {
    /// One row each.
    pub(in crate::extract) rows: Rows,
    /// The boxes on the way up from each, innermost first: indices into `boxes`.
    pub(super) paths: Vec<Vec<u32>>,
    /// Keys of the names of each box: ranges of `keys`.
    pub(super) boxes: Vec<(u32, u32)>,
    pub(super) keys: Vec<u32>,
    /// Keys of the wording of each.
    pub(super) words: Vec<Vec<u32>>,
}

/// What is learned of the names of one box: the worst and the best.
type NameOdds = (f32, f32);

impl DetailSheet {
    /// Keys of the names above one of them, container by container.
    pub(in crate::extract) fn names(&self, at: usize) -> impl Iterator<Item = &[u32]> {
        self.paths[at].iter().map(|path| self.box_keys(*path))
    }

    fn box_keys(&self, of: u32) -> &[u32] {
        let (from, to) = self.boxes[of as usize];
        &self.keys[from as usize..to as usize]
    }

    /// Keys of the wording of one of them, its opening first.
    pub(in crate::extract) fn words(&self, at: usize) -> &[u32] {
        &self.words[at]
    }

    /// Fills the columns that depend on learned weights.
    pub(in crate::extract) fn learn(&mut self, names: &LogOdds, words: &LogOdds) {
        let boxes = 0..self.boxes.len() as u32;
        let named: Vec<NameOdds> = boxes.map(|of| extremes(self.box_keys(of), names)).collect();
        for (at, path) in self.paths.iter().enumerate() {
            let mut learned = [0.0; LEARNED];
            let (mut lowest, mut highest, mut sum) = (0.0f32, 0.0f32, 0.0f32);
            for (level, of) in path.iter().enumerate() {
                let (low, high) = named[*of as usize];
                if level < 5 {
                    learned[2 * level] = low;
                    learned[2 * level + 1] = high;
                }
                lowest = lowest.min(low);
                highest = highest.max(high);
                sum += low + high;
            }
            learned[10..13].copy_from_slice(&[lowest, highest, sum]);
            learned[13..].copy_from_slice(&words.of_wording(&self.words[at]));
            let end = (at + 1) * self.rows.width;
            self.rows.values[end - LEARNED..end].copy_from_slice(&learned);
        }
    }
}

fn extremes(keys: &[u32], names: &LogOdds) -> NameOdds {
    let known = keys.iter().filter_map(|key| names.get(*key));
    known.fold((0.0, 0.0), |(low, high), score| {
        (low.min(score), high.max(score))
    })
}
