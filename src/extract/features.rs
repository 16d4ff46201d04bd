//! What a classifier is told of each text block: a row of numbers, and keys of names and words
//! whose weight is learned.

use std::collections::HashMap;

use super::{
    blocks::{Container, Cut, TextBlock},
    body::{self, Body, Hints},
    families::Families,
    keys::{self, Table},
    phrases,
};
use crate::model::BlockKind;

/// Families whose nearest bearer above a block is told.
const FAMILIES: usize = 19;
/// "No such container above."
const NO_LEVEL: u8 = 12;

/// Blocks around the proposed body that may belong to it all the same.
const MARGIN_BLOCKS: usize = 40;
/// Blocks of one page that are looked at.
pub(super) const CANDIDATES_MAX: usize = 4_000;
/// Containers above a block whose names count.
const PATH: usize = 6;
/// Blocks up to this many bytes have their words looked up.
const WORDED_BYTES_MAX: usize = 300;
/// Columns that [`Sheet::learn`] fills, at the end of each row.
pub(super) const LEARNED: usize = 18;

/// A page as a table of numbers, one row a candidate block.
#[derive(Debug, Default, Clone)]
pub(super) struct Sheet {
    /// Which blocks of the cut, in order.
    pub(super) candidates: Vec<usize>,
    /// Numbers of one row.
    pub(super) width: usize,
    /// `width` numbers a candidate.
    pub(super) rows: Vec<f32>,
    /// Bytes of each candidate.
    pub(super) bytes: Vec<f32>,
    /// Whether the rules chose it.
    pub(super) proposed: Vec<bool>,
    /// Whether it is a heading.
    pub(super) headings: Vec<bool>,
    /// Its container, that one's parent, and its kind of place.
    pub(super) groups: Vec<[u32; 3]>,
    /// Keys of the names of containers on the way up, innermost first: ranges into `keys`.
    paths: Vec<Vec<(u32, u32)>>,
    keys: Vec<u32>,
    /// Keys of the words of short candidates.
    words: Vec<Vec<u32>>,
}

impl Sheet {
    /// The row of a candidate.
    pub(super) fn row(&self, candidate: usize) -> &[f32] {
        &self.rows[candidate * self.width..(candidate + 1) * self.width]
    }

    /// Keys of the names above a candidate, container by container.
    pub(super) fn names(&self, candidate: usize) -> impl Iterator<Item = &[u32]> {
        self.paths[candidate]
            .iter()
            .map(|(from, to)| &self.keys[*from as usize..*to as usize])
    }

    /// Keys of the words of a candidate; none of a long one.
    pub(super) fn words(&self, candidate: usize) -> &[u32] {
        &self.words[candidate]
    }

    /// Fills the columns that depend on learned weights.
    pub(super) fn learn(&mut self, names: &Table, words: &Table) {
        for candidate in 0..self.candidates.len() {
            let mut learned = [0.0; LEARNED];
            let (mut lowest, mut highest, mut sum) = (0.0f32, 0.0f32, 0.0f32);
            for (level, keys) in self.names(candidate).enumerate() {
                let (mut low, mut high) = (0.0f32, 0.0f32);
                for score in keys.iter().filter_map(|key| names.get(*key)) {
                    low = low.min(score);
                    high = high.max(score);
                }
                if level < 5 {
                    learned[2 * level] = low;
                    learned[2 * level + 1] = high;
                }
                lowest = lowest.min(low);
                highest = highest.max(high);
                sum += low + high;
            }
            learned[10..13].copy_from_slice(&[lowest, highest, sum]);
            let known: Vec<f32> = self.words[candidate]
                .iter()
                .filter_map(|key| words.get(*key))
                .collect();
            let low = known.iter().copied().fold(0.0, f32::min);
            let high = known.iter().copied().fold(0.0, f32::max);
            let mean = known.iter().sum::<f32>() / known.len().max(1) as f32;
            let first = |at: usize| {
                self.words[candidate]
                    .get(at)
                    .and_then(|key| words.get(*key))
            };
            learned[13..18].copy_from_slice(&[
                low,
                high,
                mean,
                first(0).unwrap_or(0.0),
                first(1).unwrap_or(0.0),
            ]);
            let end = (candidate + 1) * self.width;
            self.rows[end - LEARNED..end].copy_from_slice(&learned);
        }
    }
}

/// Reads a page into rows; `proposal` is what the rules chose.
pub(super) fn read(cut: &Cut<'_>, hints: &Hints<'_>, proposal: &Body) -> Sheet {
    let page = Page::new(cut, hints, proposal);
    let mut sheet = Sheet {
        candidates: page.candidates(),
        ..Sheet::default()
    };
    let mut key_ranges: HashMap<usize, (u32, u32)> = HashMap::new();
    for at in 0..sheet.candidates.len() {
        let index = sheet.candidates[at];
        let block = &cut.blocks[index];
        let begun = sheet.rows.len();
        let words = page.words(block);
        page.write_row(index, &words, &mut sheet.rows);
        sheet.rows.resize(sheet.rows.len() + LEARNED, 0.0);
        sheet.width = sheet.rows.len() - begun;
        sheet.bytes.push(block.len() as f32);
        sheet.proposed.push(page.chosen[index]);
        sheet.headings.push(block.kind == BlockKind::Heading);
        sheet.groups.push([
            block.container as u32,
            cut.containers[block.container].parent as u32,
            page.places[block.container],
        ]);
        let keys = &mut sheet.keys;
        let path = cut.ancestors(block.container).take(PATH).map(|container| {
            *key_ranges.entry(container).or_insert_with(|| {
                let from = keys.len() as u32;
                keys::of_element(cut.containers[container].element, keys);
                (from, keys.len() as u32)
            })
        });
        sheet.paths.push(path.collect());
        let worded = block.len() <= WORDED_BYTES_MAX;
        sheet.words.push(if worded { words } else { Vec::new() });
    }
    sheet
}

/// What blocks of one kind of place (same element, same classes) hold together.
#[derive(Debug, Default, Clone, Copy)]
struct Place {
    blocks: f32,
    bytes: f32,
    link_bytes: f32,
    chosen: f32,
}

/// Sums over a page, from which rows are written.
struct Page<'c, 'a> {
    cut: &'c Cut<'a>,
    hints: &'c Hints<'c>,
    chosen: Vec<bool>,
    /// Before each block: running text, all bytes, bytes in links, chosen blocks.
    mass: Vec<usize>,
    bytes: Vec<usize>,
    links: Vec<usize>,
    picks: Vec<usize>,
    /// Of each container: levels up to the nearest bearer of each family.
    levels: Vec<[u8; FAMILIES]>,
    depths: Vec<u16>,
    /// Key of each container's kind of place.
    places: Vec<u32>,
    place_sums: HashMap<u32, Place>,
    /// How often the same text stands on the page.
    copies: HashMap<u32, u16>,
    /// First and last chosen block.
    first: usize,
    last: usize,
    /// The innermost container with most of the proposal.
    main: usize,
    title: Vec<u32>,
    description: Vec<u32>,
    told: String,
    headline: usize,
}

impl<'c, 'a> Page<'c, 'a> {
    fn new(cut: &'c Cut<'a>, hints: &'c Hints<'c>, proposal: &Body) -> Page<'c, 'a> {
        let mut chosen = vec![false; cut.blocks.len()];
        for &index in &proposal.blocks {
            chosen[index] = true;
        }
        let places: Vec<u32> = cut.containers.iter().map(|c| place_of(cut, c)).collect();
        let (mut place_sums, mut copies) = (HashMap::new(), HashMap::new());
        for (index, block) in cut.blocks.iter().enumerate() {
            let place: &mut Place = place_sums.entry(places[block.container]).or_default();
            place.blocks += 1.0;
            place.bytes += block.len() as f32;
            place.link_bytes += block.link_bytes as f32;
            place.chosen += f32::from(u8::from(chosen[index]));
            *copies.entry(copy_key(cut.text_of(block))).or_insert(0) += 1;
        }
        let sums =
            |value: &dyn Fn(usize) -> usize| body::prefix_sums((0..cut.blocks.len()).map(value));
        let picks = sums(&|i| usize::from(chosen[i]));
        let first = proposal.blocks.first().copied().unwrap_or(0);
        let headline = cut.blocks.iter().position(|block| block.heading == 1);
        Page {
            mass: sums(&|i| body::mass_of(&cut.blocks[i])),
            bytes: sums(&|i| cut.blocks[i].len()),
            links: sums(&|i| cut.blocks[i].link_bytes),
            levels: levels(cut),
            depths: depths(cut),
            first,
            last: proposal.blocks.last().copied().unwrap_or(0),
            main: main_container(cut, &picks),
            title: hints.title.map(keys::of_words).unwrap_or_default(),
            description: hints.description.map(keys::of_words).unwrap_or_default(),
            told: hints.article_body.map(body::told_text).unwrap_or_default(),
            headline: headline.unwrap_or(first),
            cut,
            hints,
            chosen,
            picks,
            places,
            place_sums,
            copies,
        }
    }

    /// Blocks with running text, and those around the proposal.
    fn candidates(&self) -> Vec<usize> {
        let near = match self.picks.last() {
            Some(0) | None => 0..0,
            _ => self.first.saturating_sub(MARGIN_BLOCKS)..self.last + MARGIN_BLOCKS + 1,
        };
        (0..self.cut.blocks.len())
            .filter(|index| near.contains(index) || self.mass[*index] < self.mass[index + 1])
            .take(CANDIDATES_MAX)
            .collect()
    }

    fn words(&self, block: &TextBlock) -> Vec<u32> {
        if block.len() > 2 * WORDED_BYTES_MAX {
            return Vec::new();
        }
        keys::of_words(self.cut.text_of(block))
    }

    fn write_row(&self, index: usize, words: &[u32], row: &mut Vec<f32>) {
        let block = &self.cut.blocks[index];
        self.write_text(block, row);
        self.write_lines(block, words, row);
        self.write_proposal(index, row);
        self.write_place(block, row);
        self.write_ancestors(index, row);
        for offset in [-3, -2, -1, 1, 2, 3] {
            self.write_neighbour(index, offset, row);
        }
        let all = self.cut.blocks.len();
        let total = self.mass.last().copied().unwrap_or_default();
        let picked = self.picks.last().copied().unwrap_or_default();
        row.extend([
            ln(total),
            ln(all),
            ln(picked),
            share(
                self.links.last().copied().unwrap_or_default(),
                self.bytes[all],
            ),
            share(index, all),
            share(self.mass[index], total),
            ln(index.abs_diff(self.headline)) * sign(index, self.headline),
            f32::from(u8::from(!self.told.is_empty())),
        ]);
    }

    /// The text by itself.
    fn write_text(&self, block: &TextBlock, row: &mut Vec<f32>) {
        let text = self.cut.text_of(block);
        let counts = Counts::of(text);
        let per = |n: u32| n as f32 / counts.chars.max(1) as f32;
        let per_word = |n: u32| n as f32 / counts.words.max(1) as f32;
        let last = text.chars().next_back().unwrap_or(' ');
        let first = text.chars().next().unwrap_or(' ');
        row.extend([
            ln(block.len()),
            counts.words as f32,
            block.link_share() as f32,
            per_word(counts.commas),
            per_word(counts.stops),
            per(counts.digits),
            per(counts.upper),
            per_word(counts.capitals),
            per_word(counts.short),
            per(counts.letters),
            per_word(counts.quotes),
            counts.signs as f32,
            f32::from(u8::from(phrases::ends_sentence(text))),
            f32::from(u8::from(last == ':')),
            f32::from(u8::from(first.is_lowercase())),
            f32::from(u8::from(!first.is_alphanumeric())),
            block.kind as u8 as f32,
            f32::from(block.heading),
        ]);
    }

    /// The text as a line that is known from elsewhere.
    fn write_lines(&self, block: &TextBlock, words: &[u32], row: &mut Vec<f32>) {
        let text = self.cut.text_of(block);
        let short = block.len() <= 160;
        let in_told = !self.told.is_empty() && self.told.contains(&body::bare_text(text, 48));
        let copies = self.copies.get(&copy_key(text)).copied().unwrap_or(1);
        row.extend([
            overlap(words, &self.title),
            overlap(&self.title, words),
            overlap(words, &self.description),
            f32::from(u8::from(
                short && phrases::is_byline(text, self.hints.byline),
            )),
            f32::from(u8::from(short && phrases::is_date_line(text))),
            f32::from(u8::from(short && phrases::is_furniture(text))),
            f32::from(u8::from(short && phrases::opens_afterwards(text))),
            f32::from(u8::from(in_told)),
            f32::from(copies.min(9)),
        ]);
    }

    /// Where the block stands to what the rules chose.
    fn write_proposal(&self, index: usize, row: &mut Vec<f32>) {
        let block = &self.cut.blocks[index];
        let own = &self.cut.containers[block.container].blocks;
        let parent = &self.cut.containers[self.cut.containers[block.container].parent].blocks;
        let picked = |from: usize, to: usize| {
            let (from, to) = (
                from.min(self.cut.blocks.len()),
                to.min(self.cut.blocks.len()),
            );
            share(self.picks[to] - self.picks[from], to - from)
        };
        let (up, down) = self.to_main(block.container);
        let before = (1..9).find(|d| index >= *d && self.chosen[index - d]);
        let after = (1..9).find(|d| self.chosen.get(index + d) == Some(&true));
        row.extend([
            f32::from(u8::from(self.chosen[index])),
            ln(index.abs_diff(self.first)) * sign(index, self.first),
            ln(index.abs_diff(self.last)) * sign(index, self.last),
            ln(self.bytes[index].abs_diff(self.bytes[self.last])) * sign(index, self.last),
            before.unwrap_or(9) as f32,
            after.unwrap_or(9) as f32,
            picked(own.start, own.end),
            picked(parent.start, parent.end),
            picked(index.saturating_sub(6), index + 7),
            up,
            down,
            share(
                self.picks[index],
                self.picks.last().copied().unwrap_or_default(),
            ),
        ]);
    }

    /// Levels from a container up to the common ancestor with the main one, and from there down.
    fn to_main(&self, container: usize) -> (f32, f32) {
        let common = self
            .cut
            .ancestors(container)
            .find(|&above| self.cut.encloses(above, self.main))
            .unwrap_or(0);
        let from = |inner: usize| f32::from(self.depths[inner].saturating_sub(self.depths[common]));
        (from(container), from(self.main))
    }

    /// The kind of place.
    fn write_place(&self, block: &TextBlock, row: &mut Vec<f32>) {
        let container = &self.cut.containers[block.container];
        let place = self
            .place_sums
            .get(&self.places[block.container])
            .copied()
            .unwrap_or_default();
        let total = self.bytes.last().copied().unwrap_or_default().max(1) as f32;
        row.extend([
            tag_code(container),
            tag_code(&self.cut.containers[container.parent]),
            f32::from(self.depths[block.container]),
            place.blocks.ln_1p(),
            place.bytes / total,
            place.bytes / place.blocks.max(1.0),
            place.link_bytes / place.bytes.max(1.0),
            place.chosen / place.blocks.max(1.0),
        ]);
        row.extend(self.levels[block.container].map(f32::from));
    }

    /// How much text the containers above hold.
    fn write_ancestors(&self, index: usize, row: &mut Vec<f32>) {
        let total = self.mass.last().copied().unwrap_or_default();
        let mut path = self.cut.ancestors(self.cut.blocks[index].container);
        for _ in 0..5 {
            let Some(blocks) = path.next().map(|c| &self.cut.containers[c].blocks) else {
                row.extend([1.0, 0.0, 0.0]);
                continue;
            };
            let bytes = self.bytes[blocks.end] - self.bytes[blocks.start];
            row.extend([
                share(self.mass[blocks.end] - self.mass[blocks.start], total),
                share(self.links[blocks.end] - self.links[blocks.start], bytes),
                ln(blocks.len()),
            ]);
        }
    }

    fn write_neighbour(&self, index: usize, offset: isize, row: &mut Vec<f32>) {
        let there = index
            .checked_add_signed(offset)
            .and_then(|there| Some((there, self.cut.blocks.get(there)?)));
        let Some((there, block)) = there else {
            row.extend([-1.0; 5]);
            return;
        };
        row.extend([
            ln(block.len()),
            block.link_share() as f32,
            f32::from(u8::from(self.chosen[there])),
            f32::from(u8::from(
                block.container == self.cut.blocks[index].container,
            )) + f32::from(u8::from(
                self.places[block.container] == self.places[self.cut.blocks[index].container],
            )),
            match block.kind {
                BlockKind::Heading => 1.0,
                BlockKind::ListItem => 2.0,
                _ => 0.0,
            },
        ]);
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

/// The share of `words` that are in `other` too.
fn overlap(words: &[u32], other: &[u32]) -> f32 {
    if words.is_empty() || other.is_empty() {
        return 0.0;
    }
    share(
        words.iter().filter(|word| other.contains(word)).count(),
        words.len(),
    )
}

/// The innermost container with nine tenths of the chosen blocks.
fn main_container(cut: &Cut<'_>, picks: &[usize]) -> usize {
    let all = picks.last().copied().unwrap_or_default();
    let mut main = 0;
    for (index, container) in cut.containers.iter().enumerate() {
        let picked = picks[container.blocks.end] - picks[container.blocks.start];
        if all > 0 && picked * 10 >= all * 9 {
            main = index;
        }
    }
    main
}

fn levels(cut: &Cut<'_>) -> Vec<[u8; FAMILIES]> {
    let mut levels: Vec<[u8; FAMILIES]> = Vec::with_capacity(cut.containers.len());
    for (index, container) in cut.containers.iter().enumerate() {
        let mut own = match index {
            0 => [NO_LEVEL; FAMILIES],
            _ => levels[container.parent].map(|level| (level + 1).min(NO_LEVEL)),
        };
        if container.families != Families::NONE {
            for (family, level) in own.iter_mut().enumerate() {
                if container.families.has_bit(family) {
                    *level = 0;
                }
            }
        }
        levels.push(own);
    }
    levels
}

fn depths(cut: &Cut<'_>) -> Vec<u16> {
    let mut depths: Vec<u16> = Vec::with_capacity(cut.containers.len());
    for (index, container) in cut.containers.iter().enumerate() {
        let depth = if index == 0 {
            0
        } else {
            depths[container.parent] + 1
        };
        depths.push(depth);
    }
    depths
}

/// Same element, same classes, same parent's element: the same kind of place.
fn place_of(cut: &Cut<'_>, container: &Container<'_>) -> u32 {
    let own = keys::extend(keys::START, container.element.name());
    let own = keys::extend(own, container.element.attr("class").unwrap_or_default());
    let parent = cut.containers[container.parent].element;
    let own = keys::extend(own, parent.name());
    keys::extend(own, parent.attr("class").unwrap_or_default())
}

/// Equal for equal texts, near enough.
fn copy_key(text: &str) -> u32 {
    let mut end = text.len().min(64);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    keys::extend(keys::START, &text[..end]) ^ text.len() as u32
}

fn tag_code(container: &Container<'_>) -> f32 {
    match container.element.name() {
        "p" => 0.0,
        "blockquote" => 1.0,
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => 2.0,
        "article" | "main" => 3.0,
        "section" => 4.0,
        "div" => 5.0,
        "body" | "html" => 6.0,
        "ul" | "ol" => 7.0,
        "li" => 8.0,
        "table" | "tbody" | "tr" | "td" | "th" => 9.0,
        "figure" | "figcaption" => 10.0,
        "header" => 11.0,
        "footer" | "aside" | "nav" => 12.0,
        "form" | "fieldset" => 13.0,
        _ => 14.0,
    }
}

/// What one pass over a text counts.
#[derive(Debug, Default)]
struct Counts {
    chars: u32,
    letters: u32,
    upper: u32,
    digits: u32,
    commas: u32,
    stops: u32,
    quotes: u32,
    signs: u32,
    words: u32,
    capitals: u32,
    short: u32,
}

/// Characters of a block that are counted.
const COUNTED_MAX: usize = 600;

impl Counts {
    fn of(text: &str) -> Counts {
        let mut counts = Counts::default();
        let mut length = 0;
        for c in text.chars().take(COUNTED_MAX) {
            counts.chars += 1;
            if c.is_alphabetic() {
                counts.letters += 1;
                let upper = c.is_uppercase();
                counts.upper += u32::from(upper);
                counts.capitals += u32::from(upper && length == 0);
                length += 1;
                continue;
            }
            counts.words += u32::from(length > 0);
            counts.short += u32::from((1..=3).contains(&length));
            length = 0;
            match c {
                '0'..='9' => counts.digits += 1,
                ',' | '、' | '，' | '،' => counts.commas += 1,
                '.' | '!' | '?' | '。' | '؟' => counts.stops += 1,
                '"' | '“' | '”' | '„' | '«' | '»' => counts.quotes += 1,
                '©' | '@' | '|' | '#' | '•' | '→' | '›' | '/' => counts.signs += 1,
                _ => {}
            }
        }
        counts.words += u32::from(length > 0);
        counts
    }
}
