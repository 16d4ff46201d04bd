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
use crate::{
    lang::{FNV_SEED, fnv},
    learn::trees::Forest,
};

/// The model as it is stored.
#[derive(Serialize, Deserialize)]
pub(super) struct Stored {
    /// Log-odds of names of elements.
    pub(super) names: Vec<(u32, i8)>,
    /// Weights of the wording of lines.
    pub(super) words: Vec<(u32, i8)>,
    /// Judges a block.
    pub(super) forest: Forest,
}

struct Model {
    names: Table,
    words: Table,
    forest: Forest,
}

const BUILT_IN: &[u8] = include_bytes!("../../models/extraction.bin");

/// Changes with any byte of the built-in model (FNV-1a of 64 bits).
pub fn fingerprint() -> u64 {
    static HASH: LazyLock<u64> = LazyLock::new(|| fnv(FNV_SEED, BUILT_IN));
    *HASH
}

/// What is built in; `None` where it was trained for other features than these.
static MODEL: LazyLock<Option<Model>> = LazyLock::new(|| {
    let stored: Stored = postcard::from_bytes(BUILT_IN).ok()?;
    Some(Model {
        names: Table::new(&stored.names),
        words: Table::new(&stored.words),
        forest: stored.forest,
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
    let Some(kept) = decide(&sheet, &judged) else {
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

/// Probabilities from which on lines of up to [`SHORT_BYTES`] are kept, and paragraphs from
/// [`LONG_BYTES`] on; between the two the floor moves with the logarithm. A long block is worth
/// more doubt: losing it costs more than a stray line. Each page takes the pair that promises most.
const SHORT_FLOORS: [f32; 5] = [0.55, 0.65, 0.75, 0.85, 0.92];
const LONG_FLOORS: [f32; 3] = [0.3, 0.45, 0.6];
const SHORT_BYTES: f32 = 50.0;
const LONG_BYTES: f32 = 300.0;

/// What a body without a foreign block is worth beside its F1 over bytes. Raising the floors costs
/// recall and pays where few blocks are in doubt: there it may well make the page clean.
const CLEAN_WORTH: f32 = 0.03;
/// Blocks of a page are right or wrong together: the chance that all of them are right is their
/// product to this power.
const INDEPENDENCE: f32 = 0.3;

/// Which candidates are the body, as indices into [`Sheet::candidates`]; `None` where the proposal
/// of the rules stands. A heading at the end belonged to what is left out.
pub(super) fn decide(sheet: &Sheet, probabilities: &[f32]) -> Option<Vec<usize>> {
    let pairs = SHORT_FLOORS
        .iter()
        .flat_map(|short| LONG_FLOORS.iter().map(move |long| (*short, *long)));
    let choices = pairs
        .filter(|(short, long)| long <= short)
        .map(|floors| keep(sheet, probabilities, floors));
    let worths = choices.map(|kept| (promise(sheet, probabilities, &kept), kept));
    let (_, mut kept) = worths.max_by(|a, b| a.0.total_cmp(&b.0))?;
    while kept.last().is_some_and(|&at| sheet.headings[at]) {
        kept.pop();
    }
    let bytes: f32 = kept.iter().map(|&at| sheet.bytes[at]).sum();
    let mass: usize = kept.iter().map(|&at| sheet.masses[at]).sum();
    let holds = bytes >= KEPT_BYTES_MIN && !(sheet.settled && mass * 2 < sheet.proposed_mass);
    holds.then_some(kept)
}

fn keep(sheet: &Sheet, probabilities: &[f32], (short, long): (f32, f32)) -> Vec<usize> {
    let floor = |at: usize| {
        let way = (sheet.bytes[at].max(1.0) / SHORT_BYTES).ln() / (LONG_BYTES / SHORT_BYTES).ln();
        let floor = short + (long - short) * way.clamp(0.0, 1.0);
        if sheet.proposed[at] {
            floor
        } else {
            floor.max(sheet.added_from[at])
        }
    };
    (0..probabilities.len())
        .filter(|&at| probabilities[at] >= floor(at))
        .collect()
}

/// The F1 over bytes that a choice promises by its own probabilities, and a little for the chance
/// that nothing foreign is in it.
fn promise(sheet: &Sheet, probabilities: &[f32], kept: &[usize]) -> f32 {
    let right = |at: usize| probabilities[at] * sheet.bytes[at];
    let (mut found, mut bytes, mut all_right) = (0.0, 0.0, 0.0);
    for &at in kept {
        found += right(at);
        bytes += sheet.bytes[at];
        all_right += probabilities[at].clamp(0.001, 0.999).ln();
    }
    let all: f32 = (0..probabilities.len()).map(right).sum();
    let f1 = 2.0 * found / (bytes + all).max(1.0);
    f1 + CLEAN_WORTH * (INDEPENDENCE * all_right).exp()
}
