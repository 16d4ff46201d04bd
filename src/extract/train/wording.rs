//! What the wording of blocks says: a linear classifier over words and pairs of words.

use std::collections::{HashMap, HashSet};

use super::lesson::Lesson;
use crate::{
    extract::body::keys::LogOdds,
    learn::linear::{SparseVector, solve},
};

/// Keys that are stored, at most, and the domains that must have one.
const KEYS_MAX: usize = 24_000;
const DOMAINS_MIN: usize = 4;

/// What an error on a block costs, by its weight as an example; an optimum flat from .1 to 1.
const COST: f32 = 0.3;
/// A long block counts no more than this.
const WEIGHT_MAX: f32 = 1.5;

/// A column that every block has, so that no key stands for how common body text is.
const CONSTANT: f32 = 0.3;

/// The wording of all labelled blocks in columns.
pub(super) struct Wording {
    /// Key of each column, with the domains that have it.
    columns: Vec<(u32, usize)>,
    /// One a labelled block, in order.
    rows: Vec<SparseVector>,
}

impl Wording {
    pub(super) fn read(lessons: &[Lesson]) -> Wording {
        let columns = columns(lessons);
        let at: HashMap<u32, u32> = columns
            .iter()
            .zip(0..)
            .map(|((key, _), at)| (*key, at))
            .collect();
        let row = |keys: &[u32]| -> SparseVector {
            let value = 1.0 / (keys.len().max(1) as f32).sqrt();
            let known = keys.iter().filter_map(|key| at.get(key));
            let constant = (columns.len() as u32, CONSTANT);
            known.map(|at| (*at, value)).chain([constant]).collect()
        };
        let rows = blocks(lessons).map(|(lesson, block)| row(lesson.details.words(block)));
        Wording {
            rows: rows.collect(),
            columns,
        }
    }

    /// The keys that say most, with their weights, from the lessons of all folds but one.
    pub(super) fn weights(
        &self,
        lessons: &[Lesson],
        without: Option<usize>,
        seed: u64,
    ) -> Vec<(u32, i8)> {
        let cases: Vec<_> = blocks(lessons)
            .zip(&self.rows)
            .filter(|((lesson, _), _)| Some(lesson.fold) != without)
            .map(|((lesson, block), row)| {
                let side = if lesson.labels[block] > 0.5 {
                    1.0
                } else {
                    -1.0
                };
                (row, side, COST * lesson.weights[block].min(WEIGHT_MAX))
            })
            .collect();
        let weights = solve(self.columns.len() + 1, &cases, seed);
        let mut said: Vec<(f32, u32, f32)> = self
            .columns
            .iter()
            .zip(weights)
            .map(|((key, domains), weight)| (weight.abs() * (*domains as f32).sqrt(), *key, weight))
            .collect();
        said.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        said.truncate(KEYS_MAX);
        let mut stored: Vec<(u32, i8)> = said
            .into_iter()
            .map(|(_, key, weight)| (key, LogOdds::steps(weight)))
            .collect();
        stored.sort_unstable();
        stored
    }
}

/// The labelled blocks of all lessons.
fn blocks(lessons: &[Lesson]) -> impl Iterator<Item = (&Lesson, usize)> {
    lessons
        .iter()
        .flat_map(|lesson| (0..lesson.labels.len()).map(move |at| (lesson, at)))
        .filter(|(lesson, at)| lesson.weights[*at] > 0.0)
}

/// Keys that enough domains have.
fn columns(lessons: &[Lesson]) -> Vec<(u32, usize)> {
    let mut domains: HashMap<&str, HashSet<u32>> = HashMap::new();
    for (lesson, block) in blocks(lessons) {
        let seen = domains.entry(&lesson.domain).or_default();
        seen.extend(lesson.details.words(block));
    }
    let mut counts: HashMap<u32, usize> = HashMap::new();
    for key in domains.values().flatten() {
        *counts.entry(*key).or_default() += 1;
    }
    let mut columns: Vec<(u32, usize)> = counts
        .into_iter()
        .filter(|(_, domains)| *domains >= DOMAINS_MIN)
        .collect();
    columns.sort_unstable();
    columns
}
