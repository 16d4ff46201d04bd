//! Features in training: which of them are used, and at what scale.

use std::collections::HashSet;

use crate::learn::linear::SparseVector;

use super::{
    grams::{grams, is_of_words},
    model::{SLOTS, place},
};

/// Source documents in which a feature must occur: one's own names are no style.
const FEATURE_DOCS_MIN: u16 = 2;

/// The constant feature, beside features that make up a vector of length .5 or so.
pub(super) const CONSTANT: f32 = 0.3;

/// Scales features so that errors and [`CONSTANT`] have a length to refer to.
const FEATURE_SCALE: f32 = 0.5;

/// Words and their pairs may weigh more than parts of words: on unseen years this gains more than
/// any other choice. From two to eight it is a flat optimum.
const WORDS_SCALE: f32 = 3.0;

/// Features that can be told apart: a row of the table and a check.
const FEATURES: usize = SLOTS << 8;

/// The square root of each feature's count, over the square root of how many there are.
pub(super) fn features(text: &str) -> SparseVector {
    let mut found = Vec::with_capacity(text.len() * 2);
    let count = grams(text, |hash| {
        let (slot, check) = place(hash);
        found.push((slot << 8) as u32 | u32::from(check));
    });
    found.sort_unstable();
    let length = count.max(1) as f32;
    found
        .chunk_by(|a, b| a == b)
        .map(|same| (same[0], (same.len() as f32 / length).sqrt()))
        .collect()
}

/// Where a feature stands in the training vectors.
#[derive(Clone, Copy)]
pub(super) struct Column {
    /// 0 for a feature that has none: that column is the constant's.
    pub(super) at: u32,
    /// What its value is multiplied by.
    pub(super) scale: f32,
}

/// The columns of the features that are in use.
pub(super) struct Columns {
    of: Vec<Column>,
    pub(super) count: usize,
}

impl Columns {
    /// The features that occur in enough source documents. Rare ones are scaled up by the square
    /// root of their inverse document frequency (Spärck Jones 1972).
    pub(super) fn of(documents: &[(usize, &SparseVector)]) -> Columns {
        let mut documents: Vec<_> = documents.iter().collect();
        documents.sort_by_key(|(doc, _)| *doc);
        let mut last = vec![u32::MAX; FEATURES];
        let mut docs = vec![0_u16; FEATURES];
        let mut all = HashSet::new();
        for (doc, features) in documents {
            all.insert(*doc);
            for (feature, _) in *features {
                let at = *feature as usize;
                if last[at] != *doc as u32 {
                    last[at] = *doc as u32;
                    docs[at] = docs[at].saturating_add(1);
                }
            }
        }
        drop(last);
        let mut count = 1;
        let column = |(feature, docs): (usize, u16)| {
            if docs < FEATURE_DOCS_MIN {
                return Column { at: 0, scale: 0.0 };
            }
            count += 1;
            let rarity = (all.len() as f32 / f32::from(docs)).ln().max(0.1);
            let kind = if is_of_words(feature as u32) {
                WORDS_SCALE
            } else {
                1.0
            };
            Column {
                at: count as u32 - 1,
                scale: FEATURE_SCALE * kind * rarity.sqrt(),
            }
        };
        let of = docs.into_iter().enumerate().map(column).collect();
        Columns { of, count }
    }

    /// Features with a column, and it.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, Column)> {
        let numbered = self.of.iter().enumerate();
        numbered
            .filter(|(_, column)| column.at > 0)
            .map(|(feature, column)| (feature as u32, *column))
    }

    /// Keeps for each row of the table the feature that matters most by `importance` of its
    /// column, and numbers them anew.
    pub(super) fn prune(&mut self, importance: &[f32]) {
        let mut best: Vec<(f32, Option<u32>)> = vec![(0.0, None); SLOTS];
        for (feature, column) in self.iter() {
            let entry = &mut best[(feature >> 8) as usize];
            let matters = importance[column.at as usize];
            if matters > entry.0 {
                *entry = (matters, Some(feature));
            }
        }
        self.count = 1;
        for (feature, column) in self.of.iter_mut().enumerate() {
            if column.at > 0 && best[feature >> 8].1 == Some(feature as u32) {
                column.at = self.count as u32;
                self.count += 1;
            } else {
                column.at = 0;
            }
        }
    }

    /// The training vector of a text.
    pub(super) fn row(&self, features: &SparseVector) -> SparseVector {
        let known = features.iter().filter_map(|(feature, value)| {
            let column = self.of[*feature as usize];
            (column.at > 0).then_some((column.at, value * column.scale))
        });
        known.chain([(0, CONSTANT)]).collect()
    }
}
