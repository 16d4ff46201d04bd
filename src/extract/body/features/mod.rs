//! What a classifier is told of each text block: first where it stands, which tells of most blocks
//! what they are, then, of those in doubt, all the rest: what it says, what stands beside it, and
//! keys of names and words whose weight is learned.

mod candidates;
mod figures;
mod neighbours;
mod page;
mod position;
mod sheet;
mod text;

use std::collections::HashMap;

use super::{choose::Body, keys, mass::mass_of};
use crate::lines::keys::{of_wording, of_words};
pub(in crate::extract) use page::PageSums;
use sheet::LEARNED;
pub(super) use sheet::List;
pub(in crate::extract) use sheet::{DetailSheet, Sheet};

/// Containers above a block whose names count.
const PATH: usize = 6;

impl PageSums<'_, '_> {
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
            sheet.positions.write(|row| self.write_position(index, row));
            sheet.bytes.push(block.len() as f32);
            sheet.proposed.push(self.chosen[index]);
            sheet.masses.push(mass_of(block));
            let settled = sheet.settled.then_some(f32::INFINITY);
            sheet
                .added_from
                .push(settled.unwrap_or_else(|| self.added_from(index)));
            sheet.headings.push(block.heading > 0);
        }
        sheet.peers = self.peers(&sheet.candidates);
        sheet.lists = self.lists(&sheet.candidates);
        sheet
    }

    /// All about some of the candidates of `sheet`: several times the work.
    pub(in crate::extract) fn details(&self, sheet: &Sheet, some: &[usize]) -> DetailSheet {
        let mut details = DetailSheet::default();
        let mut boxes: HashMap<usize, u32> = HashMap::new();
        for &at in some {
            let index = sheet.candidates[at];
            let block = &self.cut.blocks[index];
            let words = of_words(&self.edges(block));
            details.rows.write(|row| {
                row.extend_from_slice(sheet.positions.row(at));
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
            details.words.push(of_wording(&words));
        }
        details
    }

    /// What a block says, and what stands beside it.
    fn write_wording(&self, index: usize, words: &[u32], row: &mut Vec<f32>) {
        let block = &self.cut.blocks[index];
        self.write_text(block, row);
        self.write_lines(block, words, row);
        self.write_marks(block, row);
        for offset in [-3, -2, -1, 1, 2, 3] {
            self.write_neighbour(index, offset, row);
        }
        self.write_figures(index, row);
    }
}
