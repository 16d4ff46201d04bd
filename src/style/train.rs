//! From labelled texts to a model.
//!
//! One head tells machine translation from native writing, the other from human translation of the
//! same documents. A single classifier against native writing learns that a story comes from
//! abroad, and flags human translations like those of machines.

use std::collections::{BTreeMap, HashSet};

use super::{
    calibrate::strict,
    grams::grams,
    model::{Header, Line, Model, ROW, SLOTS, join, place},
    solver::{Row, solve},
};

/// Who wrote a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Label {
    /// Someone, in the language.
    Native,
    /// A human translator.
    Human,
    /// A machine, and nobody edited it.
    Machine,
}

/// A labelled text.
#[derive(Debug, Clone, Copy)]
pub struct Example<'a> {
    /// Shared by all versions of one source document.
    pub doc: &'a str,
    /// Who wrote it.
    pub label: Label,
    /// The text.
    pub text: &'a str,
}

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

/// Source documents in which a feature must occur: one's own names are no style.
const FEATURE_DOCS_MIN: u16 = 2;

/// Parts of the training data; each is held out once to calibrate on.
const FOLDS: u64 = 5;

/// What all errors on one side of a head cost together. A flat optimum: a third or three times of
/// it move the area under the curve by less than .01.
const COST: f32 = 600.0;

/// The constant feature, beside features that make up a vector of length .5 or so.
const CONSTANT: f32 = 0.3;

/// Scales features so that [`COST`] and [`CONSTANT`] have a length to refer to.
const FEATURE_SCALE: f32 = 0.5;

/// What originals weigh beside human translations in the second head: they share their topics with
/// machine translations that went there and back.
const ORIGINALS: f32 = 0.2;

/// Features that can be told apart: a row of the table and a check.
const FEATURES: usize = SLOTS << 8;

/// A text as the table sees it.
struct Sample {
    doc: usize,
    label: Label,
    /// What there is of its document.
    versions: Versions,
    features: Row,
}

/// By whom there is a version of a document, in the order of [`Label`].
#[derive(Debug, Clone, Copy, Default)]
struct Versions([bool; 3]);

impl Versions {
    fn by(self, label: Label) -> bool {
        self.0[label as usize]
    }
}

/// Weights of both heads for the features that are kept.
struct Weights {
    /// Owner of each row, and its weight in either head.
    rows: Vec<Option<(u8, [f32; 2])>>,
    biases: [f32; 2],
}

impl Weights {
    fn margins(&self, sample: &Sample) -> [f32; 2] {
        let mut margins = self.biases;
        for (feature, value) in &sample.features {
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

/// Trains a model of one language. The same examples in the same order and the same `seed` give
/// the same bytes.
pub fn train(examples: &[Example<'_>], seed: u64) -> Result<Vec<u8>, TrainError> {
    let samples = samples(examples);
    suffices(&samples)?;
    let all: Vec<&Sample> = samples.iter().collect();
    let held_out = held_out_margins(&samples, seed);
    let weights = fit(&all, seed);
    let (steps, rows) = quantise(&weights);
    let mut header = Header {
        steps,
        biases: weights.biases,
        joined: Line {
            slope: 1.0,
            offset: 0.0,
        },
    };
    let joined = |label: Label| -> Vec<f32> {
        let margins = samples
            .iter()
            .zip(&held_out)
            .filter(|(s, _)| s.label == label);
        margins.map(|(_, margins)| join(*margins)).collect()
    };
    header.joined = strict(
        &joined(Label::Native),
        &joined(Label::Human),
        &joined(Label::Machine),
    );
    Ok(Model::encode(&header, &rows))
}

fn samples(examples: &[Example<'_>]) -> Vec<Sample> {
    let mut docs = BTreeMap::new();
    let mut versions: BTreeMap<&str, Versions> = BTreeMap::new();
    for example in examples {
        versions.entry(example.doc).or_default().0[example.label as usize] = true;
    }
    let sample = |example: &Example<'_>| {
        let next = docs.len();
        Sample {
            doc: *docs.entry(example.doc.to_string()).or_insert(next),
            label: example.label,
            versions: versions.get(example.doc).copied().unwrap_or_default(),
            features: features(example.text),
        }
    };
    examples.iter().map(sample).collect()
}

/// The square root of each feature's count, over the square root of how many there are.
fn features(text: &str) -> Row {
    let mut found = Vec::with_capacity(text.len() * 4);
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

fn suffices(samples: &[Sample]) -> Result<(), TrainError> {
    let docs = |keep: &dyn Fn(&Sample) -> bool| {
        let kept = samples.iter().filter(|sample| keep(sample));
        kept.map(|sample| sample.doc).collect::<HashSet<_>>().len()
    };
    let native = docs(&|s| s.label == Label::Native);
    let paired = docs(&|s| s.label == Label::Machine && s.versions.by(Label::Human));
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
                *margins = weights.margins(sample);
            }
        }
    }
    margins
}

/// Fits both heads on all features, keeps for each row of the table the feature that matters most,
/// and fits again on those.
fn fit(samples: &[&Sample], seed: u64) -> Weights {
    let mut columns = candidates(samples);
    let (weights, importance) = heads(samples, &columns, seed);
    drop(weights);
    let mut best: Vec<(f32, Option<u32>)> = vec![(0.0, None); SLOTS];
    for (feature, column) in columns.iter() {
        let entry = &mut best[(feature >> 8) as usize];
        let matters = importance[column.at as usize];
        if matters > entry.0 {
            *entry = (matters, Some(feature));
        }
    }
    columns.keep(&best);
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

/// Where a feature stands in the training vectors.
#[derive(Clone, Copy)]
struct Column {
    /// 0 for a feature that has none: that column is the constant's.
    at: u32,
    /// What its value is multiplied by.
    scale: f32,
}

/// The columns of the features that are in use.
struct Columns {
    of: Vec<Column>,
    count: usize,
}

impl Columns {
    /// Features with a column, and it.
    fn iter(&self) -> impl Iterator<Item = (u32, Column)> {
        let numbered = self.of.iter().enumerate();
        numbered
            .filter(|(_, column)| column.at > 0)
            .map(|(feature, column)| (feature as u32, *column))
    }

    /// Keeps the named features, and numbers them anew.
    fn keep(&mut self, best: &[(f32, Option<u32>)]) {
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

    fn row(&self, features: &Row) -> Row {
        let known = features.iter().filter_map(|(feature, value)| {
            let column = self.of[*feature as usize];
            (column.at > 0).then_some((column.at, value * column.scale))
        });
        known.chain([(0, CONSTANT)]).collect()
    }
}

/// The features that occur in enough source documents. Rare ones are scaled up by the square root
/// of their inverse document frequency (Spärck Jones 1972).
fn candidates(samples: &[&Sample]) -> Columns {
    let mut by_doc: Vec<&&Sample> = samples.iter().collect();
    by_doc.sort_by_key(|sample| sample.doc);
    let mut last = vec![u32::MAX; FEATURES];
    let mut docs = vec![0_u16; FEATURES];
    let mut all = HashSet::new();
    for sample in by_doc {
        all.insert(sample.doc);
        for (feature, _) in &sample.features {
            let at = *feature as usize;
            if last[at] != sample.doc as u32 {
                last[at] = sample.doc as u32;
                docs[at] = docs[at].saturating_add(1);
            }
        }
    }
    drop(last);
    let mut count = 1;
    let column = |docs: u16| {
        if docs < FEATURE_DOCS_MIN {
            return Column { at: 0, scale: 0.0 };
        }
        count += 1;
        let rarity = (all.len() as f32 / f32::from(docs)).ln().max(0.1);
        Column {
            at: count as u32 - 1,
            scale: FEATURE_SCALE * rarity.sqrt(),
        }
    };
    let of = docs.into_iter().map(column).collect();
    Columns { of, count }
}

/// Samples of one kind, and the share of [`COST`] that errors on all of them make up.
type Group = (fn(&Sample) -> bool, f32);

/// The weights of both heads, and how much each column matters to them: its weights times its
/// length over the samples.
fn heads(samples: &[&Sample], columns: &Columns, seed: u64) -> ([Vec<f32>; 2], Vec<f32>) {
    let rows: Vec<Row> = samples.iter().map(|s| columns.row(&s.features)).collect();
    let head = |sides: [&[Group]; 2]| {
        let mut cases = Vec::new();
        for (groups, side) in sides.into_iter().zip([-1.0, 1.0]) {
            for (group, share) in groups {
                let members = || rows.iter().zip(samples).filter(|(_, s)| group(s));
                let cost = COST * share / members().count().max(1) as f32;
                cases.extend(members().map(|(row, _)| (row, side, cost)));
            }
        }
        solve(columns.count, &cases, seed)
    };
    let weights = [
        head([
            &[(|s| s.label == Label::Native, 1.0)],
            &[(|s| s.label == Label::Machine, 1.0)],
        ]),
        head([
            &[
                (|s| s.label == Label::Human, 1.0),
                (
                    |s| s.label == Label::Native && s.versions.by(Label::Machine),
                    ORIGINALS,
                ),
            ],
            &[
                (
                    |s| s.label == Label::Machine && s.versions.by(Label::Human),
                    1.0,
                ),
                (
                    |s| s.label == Label::Machine && s.versions.by(Label::Native),
                    ORIGINALS,
                ),
            ],
        ]),
    ];
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
