//! The weights of the two heads, fitted to samples.

use crate::learn::linear::{SparseVector, solve};

use super::{
    columns::{CONSTANT, Columns},
    model::SLOTS,
    sample::{Label, Sample},
};

/// What all errors on one side of a head cost together. A flat optimum: a third or three times of
/// it move the area under the curve by less than .01.
const COST: f32 = 600.0;

/// Passes over the texts. More bring the optimum nearer and unseen texts nothing.
const PASSES_MAX: usize = 30;

/// What originals weigh beside human translations in the second head where machine translations
/// went there and back: they share their topics, but nobody publishes such translations.
const ORIGINALS: f32 = 0.05;

/// What a human translation weighs in the second head that no machine translation stands beside, to
/// one that has some. They teach the habits of more translators, but also their subjects.
const UNPAIRED: f32 = 0.3;

/// What natives weigh there where no original has a machine translation to be compared with.
/// Without them the second head takes natives of unseen years for machine translations.
const NATIVES: f32 = 0.2;

/// Weights of both heads for the features that are kept.
pub(super) struct Weights {
    /// Owner of each row, and its weight in either head.
    pub(super) rows: Vec<Option<(u8, [f32; 2])>>,
    pub(super) biases: [f32; 2],
}

impl Weights {
    pub(super) fn margins(&self, features: &SparseVector) -> [f32; 2] {
        let mut margins = self.biases;
        for (feature, value) in features {
            if let Some((owner, weights)) = self.rows[(feature >> 8) as usize]
                && owner == *feature as u8
            {
                margins[0] += weights[0] * value;
                margins[1] += weights[1] * value;
            }
        }
        margins
    }
}

/// Fits both heads on all features, keeps for each row of the table the feature that matters most,
/// and fits again on those.
pub(super) fn fit(samples: &[&Sample], seed: u64) -> Weights {
    let documents: Vec<_> = samples.iter().map(|s| (s.doc, &s.features)).collect();
    let mut columns = Columns::of(&documents);
    let (weights, importance) = heads(samples, &columns, seed);
    drop(weights);
    columns.prune(&importance);
    let (weights, _) = heads(samples, &columns, seed);
    let mut rows = vec![None; SLOTS];
    for (feature, column) in columns.iter() {
        let own = [0, 1].map(|head| weights[head][column.at as usize] * column.scale);
        rows[(feature >> 8) as usize] = Some((feature as u8, own));
    }
    Weights {
        rows,
        biases: [0, 1].map(|head| weights[head][0] * CONSTANT),
    }
}

/// Samples on one side (1 or -1), the share of [`COST`] that errors on all of them make up, and the
/// part that one has in it beside others; 0 for those that are not of the group.
type WeightedGroup = (f32, f32, fn(&Sample) -> f32);

/// The weight of a sample that is one of those.
fn of(is_one: bool, sample: &Sample) -> f32 {
    if is_one { sample.weight } else { 0.0 }
}

/// Natives against machine translations of whatever.
const FIRST: &[WeightedGroup] = &[
    (-1.0, 1.0, |s| of(s.label == Label::Native, s)),
    (1.0, 1.0, |s| of(s.label == Label::Machine, s)),
];

/// Human against machine translations of the same documents …
const SECOND: &[WeightedGroup] = &[
    (-1.0, 1.0, |s| match s.label {
        Label::Human if s.is_paired_human() => 1.0,
        Label::Human => UNPAIRED,
        _ => 0.0,
    }),
    (1.0, 1.0, |s| of(s.is_paired(), s)),
];

/// … with the originals of those that went there and back, …
const WITH_ORIGINALS: &[WeightedGroup] = &[
    (-1.0, ORIGINALS, |s| {
        of(s.label == Label::Native && s.versions.by(Label::Machine), s)
    }),
    (1.0, ORIGINALS, |s| {
        of(s.label == Label::Machine && s.versions.by(Label::Native), s)
    }),
];

/// … or else with all natives.
const WITH_NATIVES: &[WeightedGroup] = &[
    (-1.0, NATIVES, |s| of(s.label == Label::Native, s)),
    (1.0, NATIVES, |s| of(s.is_paired(), s)),
];

/// The weights of both heads, and how much each column matters to them: its weights times its
/// length over the samples.
fn heads(samples: &[&Sample], columns: &Columns, seed: u64) -> ([Vec<f32>; 2], Vec<f32>) {
    let rows: Vec<SparseVector> = samples.iter().map(|s| columns.row(&s.features)).collect();
    let compared = |s: &&Sample| s.label == Label::Native && s.versions.by(Label::Machine);
    let natives = if samples.iter().any(compared) {
        WITH_ORIGINALS
    } else {
        WITH_NATIVES
    };
    let weights = [[FIRST, &[]], [SECOND, natives]].map(|groups| {
        let mut cases = Vec::new();
        for (side, share, group) in groups.into_iter().flatten() {
            let parts = samples.iter().map(|sample| group(sample));
            let members = || {
                rows.iter()
                    .zip(parts.clone())
                    .filter(|(_, part)| *part > 0.0)
            };
            let together: f32 = members().map(|(_, part)| part).sum();
            let cost = COST * share / together.max(f32::MIN_POSITIVE);
            cases.extend(members().map(|(row, part)| (row, *side, cost * part)));
        }
        solve(columns.count, &cases, PASSES_MAX, seed)
    });
    let mut squares = vec![0.0_f32; columns.count];
    for (column, value) in rows.iter().flatten() {
        squares[*column as usize] += value * value;
    }
    let importance = squares
        .iter()
        .enumerate()
        .map(|(at, square)| (weights[0][at].abs() + weights[1][at].abs()) * square.sqrt());
    let importance = importance.collect();
    (weights, importance)
}
