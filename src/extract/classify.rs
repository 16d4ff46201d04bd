//! The body once more, block by block: a small trained model looks over what the rules chose.
//!
//! One forest judges each block by what it says, where it stands and what stands around it (for
//! text blocks, Kohlschütter et al., "Boilerplate detection using shallow text features", 2010).
//! A second forest over the judgements of the first was tried and did worse on unseen sites.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::{
    blocks::Cut,
    body::{self, Body, Hints},
    features::{self, Sheet},
    keys::Table,
};
use crate::learn::trees::Forest;

/// The model as it is stored.
#[derive(Serialize, Deserialize)]
pub(super) struct Stored {
    /// Log-odds of names of elements.
    pub(super) names: Vec<(u32, i8)>,
    /// Weights of the wording of lines.
    pub(super) words: Vec<(u32, i8)>,
    /// Judges a block.
    pub(super) forest: Forest,
    /// From which probability on blocks are kept.
    pub(super) floors: Floors,
}

/// The probability from which on a block is kept. A long one is worth more doubt: losing it costs
/// more than a stray line.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Floors {
    /// Of lines up to [`SHORT_BYTES`].
    pub(super) short: f32,
    /// Of paragraphs from [`LONG_BYTES`] on; between the two it moves with the logarithm.
    pub(super) long: f32,
}

const SHORT_BYTES: f32 = 50.0;
const LONG_BYTES: f32 = 300.0;

impl Floors {
    fn of(&self, bytes: f32) -> f32 {
        let way = (bytes.max(1.0) / SHORT_BYTES).ln() / (LONG_BYTES / SHORT_BYTES).ln();
        self.short + (self.long - self.short) * way.clamp(0.0, 1.0)
    }
}

struct Model {
    names: Table,
    words: Table,
    forest: Forest,
    floors: Floors,
}

const BUILT_IN: &[u8] = include_bytes!("../../models/extraction.bin");

/// Changes with any byte of the built-in model (FNV-1a of 64 bits).
pub fn fingerprint() -> u64 {
    static HASH: LazyLock<u64> = LazyLock::new(|| {
        BUILT_IN.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        })
    });
    *HASH
}

/// What is built in; `None` where it was trained for other features than these.
static MODEL: LazyLock<Option<Model>> = LazyLock::new(|| {
    let stored: Stored = postcard::from_bytes(BUILT_IN).ok()?;
    Some(Model {
        names: Table::new(&stored.names),
        words: Table::new(&stored.words),
        forest: stored.forest,
        floors: stored.floors,
    })
});

/// Looks over what the rules propose. Without a model it stays as it is.
pub(super) fn refine(cut: &Cut<'_>, hints: &Hints<'_>, proposal: Body) -> Body {
    let Some(model) = &*MODEL else {
        return proposal;
    };
    let mut sheet = features::read(cut, hints, &proposal);
    if sheet.candidates.is_empty() || sheet.width != model.forest.width() {
        return proposal;
    }
    sheet.learn(&model.names, &model.words);
    let judged = model.forest.probabilities(&sheet.rows, sheet.width);
    let Some(kept) = decide(&sheet, &judged, &model.floors) else {
        return proposal;
    };
    let blocks: Vec<usize> = kept.iter().map(|&at| sheet.candidates[at]).collect();
    let mass = blocks
        .iter()
        .map(|&index| body::mass_of(&cut.blocks[index]))
        .sum();
    Body { blocks, mass }
}

/// A choice with fewer bytes than this falls back on what the rules proposed.
const KEPT_BYTES_MIN: f32 = 100.0;

/// From which probability on a block is added to the proposal of the rules where there is reason
/// for doubt: it stands in a box of comments or advertising, or the page ships its text besides.
const DOUBTED_FLOOR: f32 = 0.8;

/// Which candidates are the body, as indices into [`Sheet::candidates`]; `None` where the proposal
/// of the rules stands. A heading at the end belonged to what is left out.
pub(super) fn decide(sheet: &Sheet, probabilities: &[f32], floors: &Floors) -> Option<Vec<usize>> {
    let floor = |at: usize| {
        let floor = floors.of(sheet.bytes[at]);
        if !sheet.proposed[at] && (sheet.settled || sheet.doubted[at]) {
            floor.max(DOUBTED_FLOOR)
        } else {
            floor
        }
    };
    let mut kept: Vec<usize> = (0..probabilities.len())
        .filter(|&at| probabilities[at] >= floor(at))
        .collect();
    while kept.last().is_some_and(|&at| sheet.headings[at]) {
        kept.pop();
    }
    let bytes: f32 = kept.iter().map(|&at| sheet.bytes[at]).sum();
    let mass: usize = kept.iter().map(|&at| sheet.masses[at]).sum();
    let holds = bytes >= KEPT_BYTES_MIN && !(sheet.settled && mass * 2 < sheet.proposed_mass);
    holds.then_some(kept)
}
