//! The body once more, block by block: a small trained model looks over what the rules chose.
//!
//! Two forests judge each block (for text blocks, Kohlschütter et al., "Boilerplate detection using
//! shallow text features", 2010). The first is small and sees only where a block stands, which
//! costs little to tell and settles every other block; the second is told what the others say and
//! what stands around them besides.

use std::{collections::BTreeMap, ops::Range, sync::LazyLock};

use serde::{Deserialize, Serialize};

use super::{
    choose::Body,
    clean::without_first_lines,
    features::{self, List, Sheet},
    hints::Hints,
    mass::mass_of,
};
use crate::{
    extract::blocks::Cut,
    lang::{FNV_SEED, fnv},
    learn::trees::{Forest, Rows, sigmoid},
    lines::keys::LogOdds,
};

/// The model as it is stored.
#[derive(Serialize, Deserialize)]
pub(in crate::extract) struct StoredModel {
    /// Log-odds of names of elements.
    pub(in crate::extract) names: Vec<(u32, i8)>,
    /// Weights of the wording of lines.
    pub(in crate::extract) words: Vec<(u32, i8)>,
    pub(in crate::extract) judges: Judges,
}

/// Who judges a block.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Judges {
    /// By where it stands.
    pub(in crate::extract) positions: Forest,
    /// By all that is known.
    pub(in crate::extract) details: Forest,
}

/// Log-odds between which where a block stands does not settle what it is: of those below about 1
/// in 90 is of the body all the same, of those above 1 in 60 is not (sites not seen in training).
const IN_DOUBT: Range<f32> = -3.0..3.3;
/// A shorter block, in bytes, is never taken for where it stands alone: the invitation to read
/// something else stands between two paragraphs as a third.
const TAKEN_BYTES_MIN: f32 = 200.0;

impl Judges {
    /// The probability that each candidate is of the body; `details` tells of those in doubt.
    /// `None` from judges who were trained to look at other features.
    pub(in crate::extract) fn probabilities(
        &self,
        sheet: &Sheet,
        details: impl FnOnce(&[usize]) -> Rows,
    ) -> Option<Vec<f32>> {
        let know = |forest: &Forest, rows: &Rows| rows.is_empty() || rows.width == forest.width();
        if !know(&self.positions, &sheet.positions) {
            return None;
        }
        let mut odds = self.positions.odds(&sheet.positions);
        let is_doubted = |at: &usize| {
            let is_short = sheet.bytes[*at] < TAKEN_BYTES_MIN;
            IN_DOUBT.contains(&odds[*at]) || (odds[*at] > 0.0 && is_short)
        };
        let doubted: Vec<usize> = (0..odds.len()).filter(is_doubted).collect();
        let details = details(&doubted);
        if !know(&self.details, &details) {
            return None;
        }
        for (at, better) in doubted.into_iter().zip(self.details.odds(&details)) {
            odds[at] = better;
        }
        Some(odds.into_iter().map(sigmoid).collect())
    }
}

struct BlockModel {
    names: LogOdds,
    words: LogOdds,
    judges: Judges,
}

const BUILT_IN: &[u8] = include_bytes!("../../../models/extraction.bin");

/// Changes with any byte of the built-in model (FNV-1a of 64 bits).
pub fn fingerprint() -> u64 {
    static HASH: LazyLock<u64> = LazyLock::new(|| fnv(FNV_SEED, BUILT_IN));
    *HASH
}

/// What is built in; `None` where it has another form than this.
static MODEL: LazyLock<Option<BlockModel>> = LazyLock::new(|| {
    let stored: StoredModel = postcard::from_bytes(BUILT_IN).ok()?;
    Some(BlockModel {
        names: LogOdds::new(&stored.names),
        words: LogOdds::new(&stored.words),
        judges: stored.judges,
    })
});

/// Looks over what the rules propose. Without a model it stays as it is.
pub(in crate::extract) fn refine(cut: &Cut<'_>, hints: &Hints<'_>, proposal: Body) -> Body {
    let Some(model) = &*MODEL else {
        return proposal;
    };
    let page = features::PageSums::new(cut, hints, &proposal);
    let sheet = page.sheet(&proposal);
    let judged = model.judges.probabilities(&sheet, |some| {
        let mut details = page.details(&sheet, some);
        details.learn(&model.names, &model.words);
        details.rows
    });
    let Some(kept) = judged.and_then(|judged| decide(&sheet, &judged)) else {
        return proposal;
    };
    let blocks: Vec<usize> = kept.iter().map(|&at| sheet.candidates[at]).collect();
    let blocks = without_first_lines(cut, blocks, hints);
    let mass = blocks
        .iter()
        .map(|&index| mass_of(&cut.blocks[index]))
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

/// What a body without a foreign block is worth beside its precision and recall. Raising the
/// floors costs recall and pays where few blocks are in doubt: there it may well make the page
/// clean.
const CLEAN_WORTH: f32 = 0.03;
/// Blocks of a page are right or wrong together: the chance that all of them are right is their
/// product to this power.
const INDEPENDENCE: f32 = 0.3;

/// Which candidates are the body, as indices into [`Sheet::candidates`]; `None` where the proposal
/// of the rules stands. A heading at the end belonged to what is left out.
pub(in crate::extract) fn decide(sheet: &Sheet, probabilities: &[f32]) -> Option<Vec<usize>> {
    let pairs = SHORT_FLOORS
        .iter()
        .flat_map(|short| LONG_FLOORS.iter().map(move |long| (*short, *long)));
    let choices = pairs
        .filter(|(short, long)| long <= short)
        .map(|floors| keep(sheet, probabilities, floors));
    let worths = choices.map(|kept| (promise(sheet, probabilities, &kept), kept));
    let (_, kept) = worths.max_by(|a, b| a.0.total_cmp(&b.0))?;
    let mut kept = with_whole_lists(sheet, with_peers(sheet, kept));
    while kept.last().is_some_and(|&at| sheet.headings[at]) {
        kept.pop();
    }
    let bytes: f32 = kept.iter().map(|&at| sheet.bytes[at]).sum();
    let mass: usize = kept.iter().map(|&at| sheet.masses[at]).sum();
    let holds = bytes >= KEPT_BYTES_MIN && !(sheet.settled && mass * 2 < sheet.proposed_mass);
    holds.then_some(kept)
}

/// Where half of the headings of one kind of place stay, the others stay with what they open; so do
/// the times of the entries in a live blog.
fn with_peers(sheet: &Sheet, mut kept: Vec<usize>) -> Vec<usize> {
    let mut counts: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
    for (at, place) in sheet.peers.iter().enumerate() {
        if let Some(place) = place {
            let (all, stay) = counts.entry(*place).or_default();
            *all += 1;
            *stay += usize::from(kept.binary_search(&at).is_ok());
        }
    }
    // From the end on: a time may open a heading.
    for at in (0..sheet.peers.len()).rev() {
        let place = sheet.peers[at].filter(|_| kept.binary_search(&(at + 1)).is_ok());
        let most_stay = place.is_some_and(|place| counts[&place].1 * 2 >= counts[&place].0);
        if most_stay
            && sheet.added_from[at] < 1.0
            && let Err(place) = kept.binary_search(&at)
        {
            kept.insert(place, at);
        }
    }
    kept
}

/// A list is one thing: where a part of its items stays, or the line that announces it, all do.
fn with_whole_lists(sheet: &Sheet, mut kept: Vec<usize>) -> Vec<usize> {
    let mut counts: BTreeMap<List, (usize, usize)> = BTreeMap::new();
    for (at, list) in sheet.lists.iter().enumerate() {
        let Some(list) = list else { continue };
        let is_kept = |at: usize| kept.binary_search(&at).is_ok();
        let known = counts.get(list).copied();
        let (all, stay) = known.unwrap_or((0, 0));
        let is_announced = known.is_none() && list.is_announced && at > 0 && is_kept(at - 1);
        // What announces a list speaks for all of its items.
        let more = usize::from(is_kept(at)) + if is_announced { ANNOUNCED } else { 0 };
        counts.insert(*list, (all + 1, stay + more));
    }
    let stays = |list: &List| {
        let (all, stay) = counts[list];
        stay > 0 && stay * LIST_PART >= all
    };
    for at in 0..sheet.lists.len() {
        if sheet.lists[at].as_ref().is_some_and(stays)
            && let Err(place) = kept.binary_search(&at)
        {
            kept.insert(place, at);
        }
    }
    kept
}

/// A line that announces a list weighs as much as so many items that stay.
const ANNOUNCED: usize = 10;

/// Of a list that stays, at least one item in so many stayed by itself.
const LIST_PART: usize = 3;

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

/// The mean of precision and recall over bytes that a choice promises by its own probabilities, and
/// a little for the chance that nothing foreign is in it.
fn promise(sheet: &Sheet, probabilities: &[f32], kept: &[usize]) -> f32 {
    let right = |at: usize| probabilities[at] * sheet.bytes[at];
    let (mut found, mut bytes, mut all_right) = (0.0, 0.0, 0.0);
    for &at in kept {
        found += right(at);
        bytes += sheet.bytes[at];
        all_right += probabilities[at].clamp(0.001, 0.999).ln();
    }
    let all: f32 = (0..probabilities.len()).map(right).sum();
    let mean = (found / bytes.max(1.0) + found / all.max(1.0)) / 2.0;
    mean + CLEAN_WORTH * (INDEPENDENCE * all_right).exp()
}
