//! What the wording of lines says: a linear classifier over words and pairs of words.

use std::collections::{HashMap, HashSet};

use super::keys::{LogOdds, START, extend};
use crate::learn::linear::{SparseVector, solve};

/// The domains that must have a key.
const DOMAINS_MIN: usize = 4;

/// Passes over the lines; few problems need as many.
const PASSES_MAX: usize = 200;

/// A column that every line has, so that no key stands for how common one side is.
const CONSTANT: f32 = 0.3;

/// The fold of all that comes from one domain.
pub fn fold_of(domain: &str, folds: usize) -> usize {
    let key = extend(START, domain);
    (key ^ (key >> 15)) as usize % folds.max(1)
}

/// A line whose side is known.
#[derive(Debug, Clone, Copy)]
pub struct WordedLine<'l> {
    /// The registrable domain that it came from, or what stands for one.
    pub domain: &'l str,
    /// Which fold it is in.
    pub fold: usize,
    /// What it can be known by.
    pub keys: &'l [u32],
    /// Whether it is on the side of positive weights.
    pub yes: bool,
    /// What an error on it costs; 0.1 to 1 came to the same.
    pub cost: f32,
}

/// The wording of lines in columns.
pub struct Wording<'l> {
    lines: Vec<WordedLine<'l>>,
    /// Key of each column, with the domains that have it.
    columns: Vec<(u32, usize)>,
    /// One a line, in order.
    rows: Vec<SparseVector>,
}

impl<'l> Wording<'l> {
    /// Lays out the lines to learn from.
    pub fn read(lines: Vec<WordedLine<'l>>) -> Wording<'l> {
        let columns = columns(&lines);
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
        let rows = lines.iter().map(|line| row(line.keys)).collect();
        Wording {
            lines,
            columns,
            rows,
        }
    }

    /// The `most` keys that say most, with their weights, from the lines of all folds but one.
    pub fn weights(&self, without: Option<usize>, most: usize, seed: u64) -> Vec<(u32, i8)> {
        let cases: Vec<_> = self
            .lines
            .iter()
            .zip(&self.rows)
            .filter(|(line, _)| Some(line.fold) != without)
            .map(|(line, row)| (row, if line.yes { 1.0 } else { -1.0 }, line.cost))
            .collect();
        let weights = solve(self.columns.len() + 1, &cases, PASSES_MAX, seed);
        let mut said: Vec<(f32, u32, f32)> = self
            .columns
            .iter()
            .zip(weights)
            .map(|((key, domains), weight)| (weight.abs() * (*domains as f32).sqrt(), *key, weight))
            .collect();
        said.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        said.truncate(most);
        let mut stored: Vec<(u32, i8)> = said
            .into_iter()
            .map(|(_, key, weight)| (key, LogOdds::steps(weight)))
            .collect();
        stored.sort_unstable();
        stored
    }
}

/// Keys that enough domains have.
fn columns(lines: &[WordedLine<'_>]) -> Vec<(u32, usize)> {
    let mut domains: HashMap<&str, HashSet<u32>> = HashMap::new();
    for line in lines {
        domains.entry(line.domain).or_default().extend(line.keys);
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
