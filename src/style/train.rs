//! From labelled texts to a model.
//!
//! One head tells machine translation from native writing, the other from human translation of the
//! same documents. A single classifier against native writing learns that a story comes from
//! abroad, and flags human translations like those of machines.

use std::collections::HashSet;

use super::{
    calibrate::against_people,
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
    let held_out = held_out_margins(&samples, seed);
    let scales = scales(&samples, &held_out);
    let weights = rescaled(fit(&all, seed), scales);
    let (steps, rows) = quantise(&weights);
    let mut header = Header {
        steps,
        biases: weights.biases,
        joined: Calibration {
            slope: 1.0,
            offset: 0.0,
        },
    };
    let joined = |of: &dyn Fn(&Sample) -> bool| -> Vec<f32> {
        let of_kind = samples.iter().zip(&held_out).filter(|(s, _)| of(s));
        of_kind
            .map(|(_, margins)| join([0, 1].map(|head| scales[head].at(margins[head]))))
            .collect()
    };
    header.joined = against_people(
        &joined(&|s| s.label == Label::Human),
        &joined(&Sample::is_paired),
    );
    Ok(Model::encode(&header, &rows))
}

/// Brings the heads to one scale: on held-out texts each says -1 on average of those that are no
/// machine translations, and 1 of machine translations of the documents that people translated
/// too. Else whichever head has the smaller margins decides.
fn scales(samples: &[Sample], held_out: &[[f32; 2]]) -> [Calibration; 2] {
    /// Keeps a head finite that cannot tell its sides apart.
    const APART_MIN: f32 = 0.05;
    let mean = |head: usize, of: &dyn Fn(&Sample) -> bool| {
        let of_kind = samples.iter().zip(held_out).filter(|(s, _)| of(s));
        let (sum, count) = of_kind.fold((0.0, 0.0_f32), |(sum, count), (_, margins)| {
            (sum + margins[head], count + 1.0)
        });
        sum / count.max(1.0)
    };
    [Label::Native, Label::Human].map(|other| {
        let head = other as usize;
        let (low, high) = (
            mean(head, &|s| s.label == other),
            mean(head, &Sample::is_paired),
        );
        let slope = 2.0 / (high - low).max(APART_MIN);
        Calibration {
            slope,
            offset: -slope * (low + high) / 2.0,
        }
    })
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

/// The margins of each sample under weights fitted without its source document.
fn held_out_margins(samples: &[Sample], seed: u64) -> Vec<[f32; 2]> {
    let mut margins = vec![[0.0; 2]; samples.len()];
    for fold in 0..FOLDS {
        let is_out = |sample: &Sample| {
            let spread = (sample.doc as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ seed;
            (spread >> 32) % FOLDS == fold
        };
        let kept: Vec<&Sample> = samples.iter().filter(|sample| !is_out(sample)).collect();
        let weights = fit(&kept, seed);
        for (sample, margins) in samples.iter().zip(&mut margins) {
            if is_out(sample) {
                *margins = weights.margins(&sample.features);
            }
        }
    }
    margins
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
