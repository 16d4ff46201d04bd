//! From labelled texts to a model.
//!
//! One head tells machine translation from native writing, the other from human translation of the
//! same documents. A single classifier against native writing learns that a story comes from
//! abroad, and flags human translations like those of machines.

use std::collections::HashSet;

use super::{
    calibrate::{Weighted, ratio_line},
    fit::{Weights, fit},
    model::{Calibration, Header, Model, ROW, join},
    sample::{Label, LabelledText, Sample, samples},
};

/// Why no model came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TrainError {
    /// Of some label there is too little to tell it from another.
    #[error("{found} {what}, at least {DOCS_MIN} are needed")]
    TooFew {
        /// What is missing.
        what: &'static str,
        /// How many there are.
        found: usize,
    },
}

/// What the first head is lifted by for a text's source, in nats. On what was left out 2 and 3 do the
/// same; with more, sources of natives in English come near suspicion.
const LENIENCE: f32 = 3.0;

/// Source documents of each kind without which no model is trained.
const DOCS_MIN: usize = 12;

/// Parts of the training data; each is held out once to calibrate on.
const FOLDS: u64 = 5;

/// Trains a model of one language. The same examples in the same order and the same `seed` give
/// the same bytes.
pub fn train(examples: &[LabelledText<'_>], seed: u64) -> Result<Vec<u8>, TrainError> {
    let samples = samples(examples);
    suffices(&samples)?;
    let all: Vec<&Sample> = samples.iter().collect();
    let held_out = held_out(&samples, seed);
    let scales = scales(&held_out);
    let weights = rescaled(fit(&all, seed), scales);
    let (steps, rows) = quantise(&weights);
    let mut header = Header {
        steps,
        biases: weights.biases,
        joined: Calibration {
            slope: 1.0,
            offset: 0.0,
        },
        lenience: LENIENCE,
        source: Calibration {
            slope: 1.0,
            offset: 0.0,
        },
    };
    header.joined = joined_line(&held_out, scales, 0.0);
    header.source = joined_line(&held_out, scales, LENIENCE);
    Ok(Model::encode(&header, &rows))
}

/// A sample with the margins of weights that were fitted without it.
type HeldOut<'s> = (&'s Sample, [f32; 2]);

/// What is made of the margins of those of some kind.
fn margins_of(
    held_out: &[HeldOut<'_>],
    is_one: impl Fn(&Sample) -> bool,
    margin: impl Fn([f32; 2]) -> f32,
) -> Vec<Weighted> {
    let of_kind = held_out.iter().filter(|(sample, _)| is_one(sample));
    of_kind
        .map(|(sample, margins)| (margin(*margins), sample.weight))
        .collect()
}

/// The line from joined margins to log-odds.
///
/// Natives are left out. They lie farther from machine translations in every language: a line that
/// is fitted against both kinds of people has even odds nearer to translators, of whom ten articles
/// then add up to an accusation. For natives this line errs on the safe side.
fn joined_line(held_out: &[HeldOut<'_>], scales: [Calibration; 2], lenience: f32) -> Calibration {
    let joined = |margins: [f32; 2]| {
        let [native, human] = [0, 1].map(|head| scales[head].at(margins[head]));
        join([native + lenience, human])
    };
    ratio_line(
        &margins_of(held_out, |s| s.label == Label::Human, joined),
        &margins_of(held_out, Sample::is_paired, joined),
    )
}

/// Brings each head to log likelihood ratios of its own task: of a machine translation to native
/// writing, and of one to a human translation of the same document. Else whichever head has the
/// smaller margins decides.
fn scales(held_out: &[HeldOut<'_>]) -> [Calibration; 2] {
    let line = |head: usize, people: fn(&Sample) -> bool, machine: fn(&Sample) -> bool| {
        let own = |margins: [f32; 2]| margins[head];
        ratio_line(
            &margins_of(held_out, people, own),
            &margins_of(held_out, machine, own),
        )
    };
    [
        line(
            0,
            |s| s.label == Label::Native,
            |s| s.label == Label::Machine,
        ),
        line(1, Sample::is_paired_human, Sample::is_paired),
    ]
}

/// Weights whose margins are on the scales.
fn rescaled(mut weights: Weights, scales: [Calibration; 2]) -> Weights {
    for (head, scale) in scales.into_iter().enumerate() {
        for (_, own) in weights.rows.iter_mut().flatten() {
            own[head] *= scale.slope;
        }
        weights.biases[head] = scale.at(weights.biases[head]);
    }
    weights
}

fn suffices(samples: &[Sample]) -> Result<(), TrainError> {
    let docs = |keep: &dyn Fn(&Sample) -> bool| {
        let kept = samples.iter().filter(|sample| keep(sample));
        kept.map(|sample| sample.doc).collect::<HashSet<_>>().len()
    };
    let native = docs(&|s| s.label == Label::Native);
    let paired = docs(&Sample::is_paired);
    for (what, found) in [
        ("native texts", native),
        (
            "documents translated both by people and by machines",
            paired,
        ),
    ] {
        if found < DOCS_MIN {
            return Err(TrainError::TooFew { what, found });
        }
    }
    Ok(())
}

/// Engines without which a part of them could be those that tell most.
const ENGINES_MIN: usize = 10;

/// Collections of documents that people and machines translated, without which a part of them could
/// be those that tell most.
const COLLECTIONS_MIN: usize = 6;

/// The margins of samples under weights that were fitted without them and their like. Calibrated on
/// what they know, models would be too sure of what they do not. So where there are many
/// collections, whole ones are held out; else source documents, and with them engines, where there
/// are many of those.
fn held_out(samples: &[Sample], seed: u64) -> Vec<HeldOut<'_>> {
    let paired = samples.iter().filter(|sample| sample.is_paired());
    let collections: HashSet<usize> = paired.map(|sample| sample.collection).collect();
    let by_collection = collections.len() >= COLLECTIONS_MIN;
    let engines = samples.iter().filter_map(|sample| sample.engine).max();
    let by_engine = !by_collection && engines.is_some_and(|last| last + 1 >= ENGINES_MIN);
    let mut held_out = Vec::new();
    for fold in 0..FOLDS {
        let of_group = |sample: &Sample| {
            if by_collection {
                return sample.collection as u64 % FOLDS == fold;
            }
            let spread = (sample.doc as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ seed;
            (spread >> 32) % FOLDS == fold
        };
        let of_engine =
            |sample: &Sample| by_engine && sample.engine.is_some_and(|e| e as u64 % FOLDS == fold);
        let kept = |sample: &&Sample| !of_group(sample) && !of_engine(sample);
        let kept: Vec<&Sample> = samples.iter().filter(kept).collect();
        let weights = fit(&kept, seed);
        let is_out = |sample: &&Sample| {
            of_group(sample) && (!by_engine || sample.engine.is_none() || of_engine(sample))
        };
        let out = samples.iter().filter(is_out);
        held_out.extend(out.map(|sample| (sample, weights.margins(&sample.features))));
    }
    held_out
}

/// Weights as bytes. The step is such that one weight in a thousand is cut.
fn quantise(weights: &Weights) -> ([f32; 2], Vec<[u8; ROW]>) {
    let steps = [0, 1].map(|head| {
        let kept = weights.rows.iter().flatten();
        let mut sizes: Vec<f32> = kept.map(|(_, own)| own[head].abs()).collect();
        sizes.sort_unstable_by(f32::total_cmp);
        let most = sizes.get(sizes.len() * 999 / 1000).copied().unwrap_or(1.0);
        most.max(f32::MIN_POSITIVE) / 127.0
    });
    let byte = |weight: f32, step: f32| (weight / step).round().clamp(-127.0, 127.0) as i8 as u8;
    let row = |row: &Option<(u8, [f32; 2])>| match row {
        Some((owner, own)) => [*owner, byte(own[0], steps[0]), byte(own[1], steps[1])],
        None => [0; ROW],
    };
    (steps, weights.rows.iter().map(row).collect())
}
