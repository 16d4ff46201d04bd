//! What a classifier is told of each text block: first where it stands, which tells of most blocks
//! what they are, then, of those in doubt, all the rest: what it says, what stands beside it, and
//! keys of names and words whose weight is learned.

mod neighbours;
mod page;
mod position;
mod sheet;
mod text;

use std::collections::HashMap;

use super::{
    choose::{Body, mass_of},
    keys,
};
pub(in crate::extract) use page::Page;
use sheet::LEARNED;
pub(in crate::extract) use sheet::{Details, Sheet};

/// Containers above a block whose names count.
const PATH: usize = 6;

/// From which probability on a block is added to the proposal of the rules out of a box that is
/// named for consent or comments.
const DOUBTED_FLOOR: f32 = 0.8;

impl Page<'_, '_> {
    /// The page's candidates and where each stands.
    pub(in crate::extract) fn sheet(&self, proposal: &Body) -> Sheet {
        let mut sheet = Sheet {
            candidates: self.candidates(),
            settled: self
                .hints
                .article_body
                .is_some_and(|told| self.is_whole(told)),
            proposed_mass: proposal.mass,
            ..Sheet::default()
        };
        for &index in &sheet.candidates {
            let block = &self.cut.blocks[index];
            sheet.standing.write(|row| self.write_standing(index, row));
            sheet.bytes.push(block.len() as f32);
            sheet.proposed.push(self.chosen[index]);
            sheet.masses.push(mass_of(block));
            let settled = sheet.settled.then_some(f32::INFINITY);
            sheet
                .added_from
                .push(settled.unwrap_or_else(|| self.added_from(block)));
            sheet.headings.push(block.heading > 0);
        }
        sheet.peers = self.peers(&sheet.candidates);
        sheet
    }

    /// All about some of the candidates of `sheet`: several times the work.
    pub(in crate::extract) fn details(&self, sheet: &Sheet, some: &[usize]) -> Details {
        let mut details = Details::default();
        let mut boxes: HashMap<usize, u32> = HashMap::new();
        for &at in some {
            let index = sheet.candidates[at];
            let block = &self.cut.blocks[index];
            let words = keys::of_words(&self.edges(block));
            details.rows.write(|row| {
                row.extend_from_slice(sheet.standing.row(at));
                self.write_wording(index, &words, row);
                row.resize(row.len() + LEARNED, 0.0);
            });
            let path = self.cut.ancestors(block.container).take(PATH);
            let path = path.map(|container| {
                *boxes.entry(container).or_insert_with(|| {
                    let from = details.keys.len() as u32;
                    keys::of_element(self.cut.containers[container].element, &mut details.keys);
                    details.boxes.push((from, details.keys.len() as u32));
                    details.boxes.len() as u32 - 1
                })
            });
            details.paths.push(path.collect());
            details.words.push(keys::of_wording(&words));
        }
        details
    }
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
