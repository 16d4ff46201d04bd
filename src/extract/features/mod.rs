//! What a classifier is told of each text block: a row of numbers, and keys of names and words
//! whose weight is learned.

mod neighbours;
mod page;
mod sheet;
mod standing;
mod text;

use std::collections::HashMap;

use super::{
    blocks::Cut,
    body::{self, Body, Hints},
    keys,
};
use page::Page;
use sheet::LEARNED;
pub(super) use sheet::Sheet;

/// Pages of more blocks than this are left to the rules.
const CANDIDATES_MAX: usize = 4_000;
/// Containers above a block whose names count.
const PATH: usize = 6;

/// From which probability on a block is added to the proposal of the rules out of a box that is
/// named for consent or comments.
const DOUBTED_FLOOR: f32 = 0.8;

/// Reads a page into rows; `proposal` is what the rules chose. A page of too many blocks has no
/// candidates.
pub(super) fn read(cut: &Cut<'_>, hints: &Hints<'_>, proposal: &Body) -> Sheet {
    if cut.blocks.len() > CANDIDATES_MAX {
        return Sheet::default();
    }
    let page = Page::new(cut, hints, proposal);
    let mut sheet = Sheet {
        candidates: page.candidates(),
        settled: hints.article_body.is_some_and(|told| page.is_whole(told)),
        proposed_mass: proposal.mass,
        ..Sheet::default()
    };
    let mut key_ranges: HashMap<usize, (u32, u32)> = HashMap::new();
    for at in 0..sheet.candidates.len() {
        let index = sheet.candidates[at];
        let block = &cut.blocks[index];
        let begun = sheet.rows.len();
        let words = keys::of_words(&page.edges(block));
        page.write_row(index, &words, &mut sheet.rows);
        sheet.rows.resize(sheet.rows.len() + LEARNED, 0.0);
        sheet.width = sheet.rows.len() - begun;
        sheet.bytes.push(block.len() as f32);
        sheet.proposed.push(page.chosen[index]);
        sheet.masses.push(body::mass_of(block));
        let settled = sheet.settled.then_some(f32::INFINITY);
        sheet
            .added_from
            .push(settled.unwrap_or_else(|| page.added_from(block)));
        sheet.headings.push(block.heading > 0);
        let keys = &mut sheet.keys;
        let path = cut.ancestors(block.container).take(PATH).map(|container| {
            *key_ranges.entry(container).or_insert_with(|| {
                let from = keys.len() as u32;
                keys::of_element(cut.containers[container].element, keys);
                (from, keys.len() as u32)
            })
        });
        sheet.paths.push(path.collect());
        sheet.words.push(keys::of_wording(&words));
    }
    sheet
}

fn ln(n: usize) -> f32 {
    (n as f32).ln_1p()
}

fn share(part: usize, whole: usize) -> f32 {
    part as f32 / whole.max(1) as f32
}

fn sign(a: usize, b: usize) -> f32 {
    if a < b { -1.0 } else { 1.0 }
}
