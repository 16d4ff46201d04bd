//! Lines that the site's memory knows as its template, and what a page adds to that memory.

use std::collections::{HashMap, HashSet};

use super::{
    fingerprint::{TELLING_BYTES_MIN, fingerprint, label, spread},
    setting::{setting, usual_place},
};
use crate::{
    extract::{
        blocks::Cut,
        body::{self, Body, own_box},
    },
    lang::{FNV_SEED, fnv},
    model::Sighting,
    site::SiteMemory,
};

/// Lines of a page that are looked at, at most: the article's box and what is chosen of it.
const LINES_MAX: usize = 300;

/// A body with less running text than this is nothing to learn from, in bytes.
const LEARNED_BYTES_MIN: usize = 400;

/// More than this part of a body, in percent, is never taken for template: then it is the memory
/// that is wrong.
const DROPPED_PERCENT_MAX: usize = 50;

/// What a page shows of its site's template.
pub(in crate::extract) struct TemplateLines {
    /// Block, fingerprint of the line, fingerprint of its label.
    found: Vec<(usize, u64, Option<u64>)>,
    /// Articles that are known to show the block, where it is template.
    known: HashMap<usize, u32>,
}

impl TemplateLines {
    /// Looks at the lines in and about a body.
    pub(in crate::extract) fn new(
        cut: &Cut<'_>,
        body: &Body,
        memory: &SiteMemory,
    ) -> TemplateLines {
        let found: Vec<_> = candidates(cut, body)
            .filter_map(|index| {
                let block = &cut.blocks[index];
                let print = fingerprint(cut.text_of(block), block)?;
                Some((index, print, label(cut.text_of(block), block)))
            })
            .collect();
        let mut known = HashMap::new();
        if memory.articles() > 0 {
            let usual = usual_place(cut, body);
            for &(index, line, label) in &found {
                let setting = setting(cut, index, usual);
                let line = memory.template_line(line, setting);
                let label = label.and_then(|label| memory.template_line(label, setting));
                if let Some(articles) = line.max(label) {
                    known.insert(index, articles);
                }
            }
        }
        TemplateLines { found, known }
    }

    /// The body without what is known as template, and without paragraphs that it says twice: pages
    /// carry their text once more for narrow windows, or set a sentence in large type.
    pub(in crate::extract) fn without_known(&self, cut: &Cut<'_>, body: Body) -> Body {
        let bytes =
            |blocks: &[usize]| -> usize { blocks.iter().map(|&b| cut.blocks[b].len()).sum() };
        let prints = self.prints();
        let mut said = SaidParagraphs::default();
        let mut is_own = |index: &usize| {
            let is_new = said.is_new(cut.blocks[*index].len(), prints.get(index).copied());
            !self.known.contains_key(index) && is_new
        };
        let blocks: Vec<usize> = body.blocks.iter().copied().filter(&mut is_own).collect();
        let before = bytes(&body.blocks);
        if blocks.len() == body.blocks.len()
            || (before - bytes(&blocks)) * 100 > before * DROPPED_PERCENT_MAX
        {
            return body;
        }
        let mass = blocks.iter().map(|&b| body::mass_of(&cut.blocks[b])).sum();
        Body { blocks, mass }
    }

    /// Blocks that say what one of the `chosen` says.
    pub(super) fn echoes(&self, chosen: &[usize]) -> HashSet<usize> {
        let prints = self.prints();
        let said: HashSet<u64> = chosen
            .iter()
            .filter_map(|b| prints.get(b).copied())
            .collect();
        let echoes = self.found.iter().filter(|(_, line, _)| said.contains(line));
        echoes.map(|(index, ..)| *index).collect()
    }

    fn prints(&self) -> HashMap<usize, u64> {
        self.found
            .iter()
            .map(|(index, line, _)| (*index, *line))
            .collect()
    }

    /// The articles that a block is known to have stood on; 0 if it is no template.
    pub(in crate::extract) fn articles(&self, block: usize) -> u32 {
        self.known.get(&block).copied().unwrap_or_default()
    }

    /// What the memory of the site learns from the page.
    pub(in crate::extract) fn sighting(
        &self,
        cut: &Cut<'_>,
        body: &Body,
        url: &str,
    ) -> Option<Sighting> {
        if body.mass < LEARNED_BYTES_MIN {
            return None;
        }
        let telling = self.found.iter().filter(|(index, ..)| {
            cut.blocks[*index].len() >= TELLING_BYTES_MIN
                && body.blocks.binary_search(index).is_ok()
                && !self.known.contains_key(index)
        });
        // The least of its hashes: of two texts with most of their paragraphs in common the same
        // one is the least, most often (Broder 1997, "On the resemblance and containment of
        // documents").
        let identity = telling.map(|(_, line, _)| *line).min()?;
        let prints = self
            .found
            .iter()
            .flat_map(|(_, line, label)| [Some(*line), *label]);
        let mut lines: Vec<u64> = prints.flatten().collect();
        lines.sort_unstable();
        lines.dedup();
        Some(Sighting {
            url: spread(fnv(FNV_SEED, url.as_bytes())),
            body: identity,
            lines,
        })
    }
}

/// Paragraphs that a body has had.
#[derive(Default)]
pub(in crate::extract) struct SaidParagraphs(HashSet<u64>);

impl SaidParagraphs {
    /// Whether a paragraph of so many bytes does not repeat an earlier one. A short one may.
    pub(in crate::extract) fn is_new(&mut self, bytes: usize, print: Option<u64>) -> bool {
        let is_first = print.is_none_or(|print| self.0.insert(print));
        is_first || bytes < TELLING_BYTES_MIN
    }
}

/// Blocks of the article's own box, and what was chosen outside of it, in order.
fn candidates(cut: &Cut<'_>, body: &Body) -> impl Iterator<Item = usize> {
    let own = match body.blocks.is_empty() {
        true => 0..0,
        false => cut.containers[own_box(cut, &body.blocks)].blocks.clone(),
    };
    let outside = body.blocks.iter().copied().filter(|b| !own.contains(b));
    let mut all: Vec<usize> = outside.chain(own.clone()).collect();
    all.sort_unstable();
    // What stands first and last is template more often than what stands in the middle.
    if all.len() > LINES_MAX {
        all.drain(LINES_MAX / 2..all.len() - LINES_MAX / 2);
    }
    all.into_iter()
}
