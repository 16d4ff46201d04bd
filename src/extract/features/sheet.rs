//! A page as a table of numbers.

use crate::extract::keys::Table;

/// Columns that [`Sheet::learn`] fills, at the end of each row.
pub(super) const LEARNED: usize = 17;

/// A page as a table of numbers, one row a candidate block.
#[derive(Debug, Default, Clone)]
pub(in crate::extract) struct Sheet {
    /// Which blocks of the cut, in order.
    pub(in crate::extract) candidates: Vec<usize>,
    /// A page that ships its article's text besides settles which box holds it.
    pub(in crate::extract) settled: bool,
    /// Bytes of running text in what the rules chose.
    pub(in crate::extract) proposed_mass: usize,
    /// Numbers of one row.
    pub(in crate::extract) width: usize,
    /// `width` numbers a candidate.
    pub(in crate::extract) rows: Vec<f32>,
    /// Bytes of each candidate.
    pub(in crate::extract) bytes: Vec<f32>,
    /// Whether the rules chose it.
    pub(in crate::extract) proposed: Vec<bool>,
    /// Bytes of running text in it.
    pub(in crate::extract) masses: Vec<usize>,
    /// From which probability on it is added to what the rules chose.
    pub(in crate::extract) added_from: Vec<f32>,
    /// Whether it is a heading.
    pub(in crate::extract) headings: Vec<bool>,
    /// Keys of the names of containers on the way up, innermost first: ranges into `keys`.
    pub(super) paths: Vec<Vec<(u32, u32)>>,
    pub(super) keys: Vec<u32>,
    /// Keys of the wording of each candidate.
    pub(super) words: Vec<Vec<u32>>,
}

impl Sheet {
    /// The row of a candidate.
    pub(in crate::extract) fn row(&self, candidate: usize) -> &[f32] {
        &self.rows[candidate * self.width..(candidate + 1) * self.width]
    }

    /// Keys of the names above a candidate, container by container.
    pub(in crate::extract) fn names(&self, candidate: usize) -> impl Iterator<Item = &[u32]> {
        self.paths[candidate]
            .iter()
            .map(|(from, to)| &self.keys[*from as usize..*to as usize])
    }

    /// Keys of the wording of a candidate, its opening first.
    pub(in crate::extract) fn words(&self, candidate: usize) -> &[u32] {
        &self.words[candidate]
    }

    /// Fills the columns that depend on learned weights.
    pub(in crate::extract) fn learn(&mut self, names: &Table, words: &Table) {
        for candidate in 0..self.candidates.len() {
            let mut learned = [0.0; LEARNED];
            let (mut lowest, mut highest, mut sum) = (0.0f32, 0.0f32, 0.0f32);
            for (level, keys) in self.names(candidate).enumerate() {
                let (mut low, mut high) = (0.0f32, 0.0f32);
                for score in keys.iter().filter_map(|key| names.get(*key)) {
                    low = low.min(score);
                    high = high.max(score);
                }
                if level < 5 {
                    learned[2 * level] = low;
                    learned[2 * level + 1] = high;
                }
                lowest = lowest.min(low);
                highest = highest.max(high);
                sum += low + high;
            }
            learned[10..13].copy_from_slice(&[lowest, highest, sum]);
            learned[13..].copy_from_slice(&worded(&self.words[candidate], words));
            let end = (candidate + 1) * self.width;
            self.rows[end - LEARNED..end].copy_from_slice(&learned);
        }
    }
}

/// What is learned of a wording: its worst and best key, its opening, and all of it together on
/// the scale of its training, where each text is as long as the next.
fn worded(keys: &[u32], weights: &Table) -> [f32; 4] {
    let (mut low, mut high, mut sum) = (0.0f32, 0.0f32, 0.0f32);
    for weight in keys.iter().filter_map(|key| weights.get(*key)) {
        low = low.min(weight);
        high = high.max(weight);
        sum += weight;
    }
    let opening = keys.first().and_then(|key| weights.get(*key));
    let length = (keys.len().max(1) as f32).sqrt();
    [low, high, opening.unwrap_or(0.0), sum / length]
}
