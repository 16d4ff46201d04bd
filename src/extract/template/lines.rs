//! Lines that the site's memory knows as its template, and what a page adds to that memory.

use std::collections::{HashMap, HashSet};

use crate::{
    extract::{
        blocks::{Cut, TextBlock, phrases},
        body::{self, Body, own_box},
    },
    lang::{FNV_SEED, fnv},
    model::{BlockKind, Sighting},
    site::{Setting, SiteMemory},
    text,
};

/// Lines of a page that are looked at, at most: the article's box and what is chosen of it.
const LINES_MAX: usize = 300;

/// Characters of a line that make its fingerprint; its length tells longer ones apart.
const CHARACTERS_MAX: usize = 240;

/// A line without a letter or digit more than this says nothing.
const CHARACTERS_MIN: usize = 2;

/// A label before a link is at most this long, in bytes.
const LABEL_BYTES_MAX: usize = 40;

/// A paragraph from this length on may be the background of a story, in bytes.
const PROSE_BYTES_MIN: usize = 160;

/// A paragraph from this length on tells one article from another, in bytes.
const TELLING_BYTES_MIN: usize = 80;

/// A body with less running text than this is nothing to learn from, in bytes.
const LEARNED_BYTES_MIN: usize = 400;

/// More than this part of a body, in percent, is never taken for template: then it is the memory
/// that is wrong.
const DROPPED_PERCENT_MAX: usize = 50;

/// What a page shows of its site's template.
pub(in crate::extract) struct Lines {
    /// Block, fingerprint of the line, fingerprint of its label.
    found: Vec<(usize, u64, Option<u64>)>,
    /// Articles that are known to show the block, where it is template.
    known: HashMap<usize, u32>,
}

impl Lines {
    /// Looks at the lines in and about a body.
    pub(in crate::extract) fn new(cut: &Cut<'_>, body: &Body, memory: &SiteMemory) -> Lines {
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
        Lines { found, known }
    }

    /// The body without what is known as template, and without paragraphs that it says twice: pages
    /// carry their text once more for narrow windows, or set a sentence in large type.
    pub(in crate::extract) fn without_known(&self, cut: &Cut<'_>, body: Body) -> Body {
        let bytes =
            |blocks: &[usize]| -> usize { blocks.iter().map(|&b| cut.blocks[b].len()).sum() };
        let prints = self.prints();
        let mut said = Said::default();
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
    pub(in crate::extract) fn echoes(&self, chosen: &[usize]) -> HashSet<usize> {
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

/// Blocks of the article's own box, and what was chosen outside of it, in order.
/// Paragraphs that a body has had.
#[derive(Default)]
pub(in crate::extract) struct Said(HashSet<u64>);

impl Said {
    /// Whether a paragraph of so many bytes does not repeat an earlier one. A short one may.
    pub(in crate::extract) fn is_new(&mut self, bytes: usize, print: Option<u64>) -> bool {
        let is_first = print.is_none_or(|print| self.0.insert(print));
        is_first || bytes < TELLING_BYTES_MIN
    }
}

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

/// A line by its words: case, spaces and punctuation do not count, nor do numbers in short ones.
/// What kind of block it is and whether it is a link does.
pub(in crate::extract) fn fingerprint(text: &str, block: &TextBlock) -> Option<u64> {
    let numbers = match text.len() < TELLING_BYTES_MIN {
        true => Numbers::Alike,
        false => Numbers::Told,
    };
    let (hash, characters) = hashed(text, numbers);
    (characters >= CHARACTERS_MIN).then(|| place(hash, block))
}

/// "Read also: a title": the label comes back, the title does not.
fn label(text: &str, block: &TextBlock) -> Option<u64> {
    if block.link_bytes * 3 < block.len() {
        return None;
    }
    let colon = text::head(text, LABEL_BYTES_MAX).find([':', '\u{ff1a}'])?;
    let (hash, characters) = hashed(&text[..colon], Numbers::Alike);
    (characters >= CHARACTERS_MIN).then(|| !place(hash, block))
}

fn place(hash: u64, block: &TextBlock) -> u64 {
    let link = block.link_bytes * 2 > block.len();
    spread(fnv(hash, &[block.kind as u8, u8::from(link)]))
}

/// Whether two numbers make two lines. They do in paragraphs: a report on today's rates says what
/// yesterday's said, but for the rates.
#[derive(Clone, Copy, PartialEq)]
enum Numbers {
    Alike,
    Told,
}

/// Letters and digits in lower case, and how many there were.
fn hashed(text: &str, numbers: Numbers) -> (u64, usize) {
    let (mut hash, mut characters) = (FNV_SEED, 0);
    let (mut buffer, mut in_number) = ([0; 4], false);
    for c in text.chars().filter(|c| c.is_alphanumeric()) {
        let goes_on = in_number && c.is_ascii_digit();
        in_number = c.is_ascii_digit() && numbers == Numbers::Alike;
        if goes_on {
            continue;
        }
        if characters == CHARACTERS_MAX {
            return (fnv(hash, &text.len().to_le_bytes()), characters);
        }
        characters += 1;
        if c.is_ascii() {
            let c = if in_number { b'0' } else { c as u8 };
            hash = fnv(hash, &[c.to_ascii_lowercase()]);
        } else {
            for lower in c.to_lowercase() {
                hash = fnv(hash, lower.encode_utf8(&mut buffer).as_bytes());
            }
        }
    }
    (hash, characters)
}

/// Every bit depends on every other (the finaliser of MurmurHash3): the low ones of FNV do not.
fn spread(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

/// In what kind of place a block stands: the class of its element, and the name and class of the
/// one around it. Numbers in classes count things and do not tell one kind from another.
fn place_of(cut: &Cut<'_>, index: usize) -> u64 {
    let own = &cut.containers[cut.blocks[index].container];
    let around = &cut.containers[own.parent];
    let parts = [
        own.element.attr("class").unwrap_or_default(),
        around.element.name(),
        around.element.attr("class").unwrap_or_default(),
    ];
    parts.iter().fold(FNV_SEED, |hash, part| {
        let bytes = part.bytes().filter(|b| !b.is_ascii_digit());
        bytes
            .chain([b' '])
            .fold(hash, |hash, byte| fnv(hash, &[byte]))
    })
}

/// The kind of place that holds most of the body.
fn usual_place(cut: &Cut<'_>, body: &Body) -> Option<u64> {
    let mut bytes: HashMap<u64, usize> = HashMap::new();
    for &index in &body.blocks {
        *bytes.entry(place_of(cut, index)).or_default() += cut.blocks[index].len();
    }
    let most = bytes
        .into_iter()
        .max_by_key(|&(place, bytes)| (bytes, place));
    most.map(|(place, _)| place)
}

fn setting(cut: &Cut<'_>, index: usize, usual: Option<u64>) -> Setting {
    let block = &cut.blocks[index];
    let is_prose = block.kind != BlockKind::Heading
        && block.len() >= PROSE_BYTES_MIN
        && block.link_share() < 0.5
        && phrases::ends_sentence(cut.text_of(block));
    match usual == Some(place_of(cut, index)) {
        _ if is_prose => Setting::Prose,
        true => Setting::InText,
        false => Setting::Apart,
    }
}
