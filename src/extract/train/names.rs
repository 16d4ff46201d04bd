//! What the names of elements say, counted over domains.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::lesson::Lesson;
use crate::lines::keys::LogOdds;

/// How often a key stands in the body, in domains.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct NameTally {
    yes: f32,
    no: f32,
    domains: f32,
}

pub(super) type NameTallies = HashMap<u32, NameTally>;

/// Names that are stored, at most, and the domains that must have one.
const NAMES_MAX: usize = 6_000;
const DOMAINS_MIN: f32 = 3.0;

/// The keys of a lesson's names, with the bytes below them in and out of the body.
fn names_of(lesson: &Lesson, sums: &mut BTreeMap<u32, [f32; 2]>) {
    for at in 0..lesson.labels.len() {
        let weight = (lesson.sheet.bytes[at].min(400.0) + 20.0) * lesson.weights[at].min(1.0);
        let mut seen = HashSet::new();
        for key in lesson.details.names(at).flatten() {
            if seen.insert(*key) {
                let sums = sums.entry(*key).or_default();
                sums[0] += weight * lesson.labels[at];
                sums[1] += weight * (1.0 - lesson.labels[at]);
            }
        }
    }
}

/// Tallies by fold: each domain has one vote on each key.
pub(super) fn tally(lessons: &[Lesson], folds: usize) -> Vec<NameTallies> {
    let mut by_domain: BTreeMap<(usize, &str), BTreeMap<u32, [f32; 2]>> = BTreeMap::new();
    for lesson in lessons {
        let sums = by_domain.entry((lesson.fold, &lesson.domain)).or_default();
        names_of(lesson, sums);
    }
    let mut tallies = vec![NameTallies::new(); folds];
    for ((fold, _), sums) in by_domain {
        for (key, [yes, no]) in sums {
            if yes + no > 0.0 {
                let tally = tallies[fold].entry(key).or_default();
                tally.yes += yes / (yes + no);
                tally.no += no / (yes + no);
                tally.domains += 1.0;
            }
        }
    }
    tallies
}

/// The keys that say most, from all folds but one, in order.
pub(super) fn log_odds(tallies: &[NameTallies], without: Option<usize>) -> Vec<(u32, i8)> {
    let mut all: BTreeMap<u32, NameTally> = BTreeMap::new();
    for (_, fold) in tallies
        .iter()
        .enumerate()
        .filter(|(at, _)| Some(*at) != without)
    {
        for (key, tally) in fold {
            let sum = all.entry(*key).or_default();
            sum.yes += tally.yes;
            sum.no += tally.no;
            sum.domains += tally.domains;
        }
    }
    let mut said: Vec<(f32, u32, f32)> = all
        .into_iter()
        .filter(|(_, tally)| tally.domains >= DOMAINS_MIN)
        .map(|(key, tally)| {
            let odds = ((tally.yes + 0.8) / (tally.no + 0.8)).ln();
            (odds.abs() * tally.domains.sqrt(), key, odds)
        })
        .collect();
    said.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    said.truncate(NAMES_MAX);
    let mut stored: Vec<(u32, i8)> = said
        .into_iter()
        .map(|(_, key, odds)| (key, LogOdds::steps(odds)))
        .collect();
    stored.sort_unstable();
    stored
}
