//! The body once more, block by block: a small trained model looks over what the rules chose.
//!
//! Two forests in a row. The first judges each block by itself; the second also sees what the
//! first thought of the blocks around it and of those in the same kind of place ("stacking",
//! Wolpert 1992; for text blocks, Kohlschütter et al., "Boilerplate detection using shallow text
//! features", 2010).

use std::{collections::HashMap, sync::LazyLock};

use serde::{Deserialize, Serialize};

use super::{
    blocks::Cut,
    body::{self, Body, Hints},
    families::Families,
    features::{self, Sheet},
    keys::Table,
};
use crate::trees::Forest;

/// The model as it is stored.
#[derive(Serialize, Deserialize)]
pub(super) struct Stored {
    /// Log-odds of names of elements.
    pub(super) names: Vec<(u32, i8)>,
    /// Log-odds of words of short lines.
    pub(super) words: Vec<(u32, i8)>,
    /// Judges a block by itself.
    pub(super) first: Forest,
    /// Judges a block among its neighbours.
    pub(super) second: Forest,
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
    first: Forest,
    second: Forest,
    floors: Floors,
}

/// What is built in; `None` where it was trained for other features than these.
static MODEL: LazyLock<Option<Model>> = LazyLock::new(|| {
    let bytes = include_bytes!("../../models/extraction.bin");
    let stored: Stored = postcard::from_bytes(bytes).ok()?;
    Some(Model {
        names: Table::new(&stored.names),
        words: Table::new(&stored.words),
        first: stored.first,
        second: stored.second,
        floors: stored.floors,
    })
});

/// Looks over what the rules propose. Without a model it stays as it is.
pub(super) fn refine(cut: &Cut<'_>, hints: &Hints<'_>, proposal: Body) -> Body {
    let Some(model) = &*MODEL else {
        return proposal;
    };
    if cut.blocks.len() > features::CANDIDATES_MAX {
        return proposal;
    }
    // A page that ships its article's text besides settles which box holds it.
    let settled = hints
        .article_body
        .is_some_and(|told| told.len() >= SETTLING_BYTES);
    let mut sheet = features::read(cut, hints, &proposal);
    if sheet.candidates.is_empty() || sheet.width != model.first.width() {
        return proposal;
    }
    sheet.learn(&model.names, &model.words);
    let first = model.first.probabilities(&sheet.rows, sheet.width);
    let (rows, width) = among_neighbours(&sheet, &first);
    let kept = keep(
        &sheet,
        &model.second.probabilities(&rows, width),
        &model.floors,
    );
    let blocks: Vec<usize> = kept
        .iter()
        .filter(|&&at| sheet.proposed[at] || !(settled || is_barred(cut, sheet.candidates[at])))
        .map(|&at| sheet.candidates[at])
        .collect();
    let mass = blocks
        .iter()
        .map(|&index| body::mass_of(&cut.blocks[index]))
        .sum();
    let bytes: usize = blocks.iter().map(|&index| cut.blocks[index].len()).sum();
    if (bytes as f32) < KEPT_BYTES_MIN || (settled && mass * 2 < proposal.mass) {
        return proposal;
    }
    Body { blocks, mass }
}

/// An `articleBody` from this length on settles where the body is.
const SETTLING_BYTES: usize = 250;

/// Boxes out of which nothing is taken against the rules.
const BARRED: Families = Families::CONSENT
    .with(Families::COMMENTS)
    .with(Families::ADVERT)
    .with(Families::HIDDEN);

fn is_barred(cut: &Cut<'_>, block: usize) -> bool {
    cut.ancestors(cut.blocks[block].container)
        .any(|above| cut.containers[above].families.meets(BARRED))
}

/// Neighbours before and after a block that the second forest sees.
const NEIGHBOURS: isize = 4;

/// The rows of the second forest.
pub(super) fn among_neighbours(sheet: &Sheet, first: &[f32]) -> (Vec<f32>, usize) {
    let around = Around::new(sheet, first);
    let mut rows = Vec::with_capacity(first.len() * (sheet.width + 32));
    let mut width = sheet.width;
    for at in 0..first.len() {
        let begun = rows.len();
        rows.extend_from_slice(sheet.row(at));
        around.write(at, &mut rows);
        width = rows.len() - begun;
    }
    (rows, width)
}

/// Sums of what the first forest thinks.
struct Around<'s> {
    sheet: &'s Sheet,
    first: &'s [f32],
    /// By kind of group: key -> bytes weighed by probability, bytes, highest probability.
    groups: [HashMap<u32, [f32; 3]>; 3],
    /// Before each candidate: bytes weighed by probability.
    mass: Vec<f32>,
    /// The outermost candidates that are more likely than not, and those that are nearly sure.
    likely: (usize, usize),
    sure: (usize, usize),
    /// The headings before and after each candidate.
    headings: Vec<usize>,
}

impl<'s> Around<'s> {
    fn new(sheet: &'s Sheet, first: &'s [f32]) -> Around<'s> {
        let mut groups: [HashMap<u32, [f32; 3]>; 3] = Default::default();
        let mut mass = vec![0.0];
        let mut sum = 0.0;
        for (at, p) in first.iter().enumerate() {
            let bytes = sheet.bytes[at];
            for (group, key) in groups.iter_mut().zip(sheet.groups[at]) {
                let sums = group.entry(key).or_default();
                sums[0] += p * bytes;
                sums[1] += bytes;
                sums[2] = sums[2].max(*p);
            }
            sum += p * bytes;
            mass.push(sum);
        }
        let ends = |floor: f32| {
            let from = first.iter().position(|p| *p > floor).unwrap_or(0);
            let to = first.iter().rposition(|p| *p > floor).unwrap_or(0);
            (from, to)
        };
        Around {
            sheet,
            first,
            groups,
            mass,
            likely: ends(0.5),
            sure: ends(0.85),
            headings: (0..first.len()).filter(|&at| sheet.headings[at]).collect(),
        }
    }

    /// What the first forest thinks of the headings around a block, and how far they are.
    fn write_headings(&self, at: usize, row: &mut Vec<f32>) {
        let next = self.headings.partition_point(|&heading| heading <= at);
        let before = next.checked_sub(1).and_then(|i| self.headings.get(i));
        for heading in [before, self.headings.get(next)] {
            row.extend(match heading {
                Some(&heading) => [self.first[heading], at.abs_diff(heading) as f32],
                None => [-0.1, 99.0],
            });
        }
    }

    fn write(&self, at: usize, row: &mut Vec<f32>) {
        for offset in -NEIGHBOURS..=NEIGHBOURS {
            let p = at
                .checked_add_signed(offset)
                .and_then(|i| self.first.get(i));
            row.push(p.copied().unwrap_or(-0.1));
        }
        for (group, key) in self.groups.iter().zip(self.sheet.groups[at]) {
            let [weighed, bytes, highest] = group.get(&key).copied().unwrap_or_default();
            let own = self.sheet.bytes[at];
            let others = (weighed - self.first[at] * own) / (bytes - own).max(1.0);
            row.extend([weighed / bytes.max(1.0), others, highest]);
        }
        self.write_headings(at, row);
        let total = self.mass.last().copied().unwrap_or_default().max(1.0);
        let near = |reach: usize| {
            let from = at.saturating_sub(reach);
            let to = (at + reach + 1).min(self.first.len());
            self.first[from..to].iter().sum::<f32>() / (to - from) as f32
        };
        row.extend([
            self.mass[at] / total,
            self.mass[at + 1] / total,
            total.ln_1p(),
            near(2),
            near(8),
            at as f32 - self.likely.0 as f32,
            at as f32 - self.likely.1 as f32,
            at as f32 - self.sure.0 as f32,
            at as f32 - self.sure.1 as f32,
            self.first[at] * self.sheet.bytes[at] / total,
        ]);
    }
}

/// A choice with fewer bytes than this falls back on what the rules proposed.
const KEPT_BYTES_MIN: f32 = 100.0;

/// Which candidates are the body, as indices into [`Sheet::candidates`].
pub(super) fn keep(sheet: &Sheet, probabilities: &[f32], floors: &Floors) -> Vec<usize> {
    let kept: Vec<usize> = (0..probabilities.len())
        .filter(|&at| probabilities[at] >= floors.of(sheet.bytes[at]))
        .collect();
    let bytes: f32 = kept.iter().map(|&at| sheet.bytes[at]).sum();
    if bytes >= KEPT_BYTES_MIN {
        return kept;
    }
    (0..probabilities.len())
        .filter(|&at| sheet.proposed[at])
        .collect()
}
