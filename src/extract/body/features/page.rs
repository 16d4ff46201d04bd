//! Sums over a page, from which the rows of its blocks are written.

use std::{borrow::Cow, collections::HashMap};

use foldhash::fast::RandomState;
use html5ever::{LocalName, local_name};

use super::figures::overlap;
use crate::{
    extract::{
        blocks::{Container, Cut, Families, TextBlock},
        body::{
            article_body::told_text,
            choose::Body,
            hints::Hints,
            mass::{mass_of, prefix_sums},
        },
        html::attr,
    },
    lines::keys::of_words,
    text::head,
};

/// Families whose nearest bearer above a block is told.
const FAMILIES: usize = 19;
/// "No such container above."
const NO_LEVEL: u8 = 12;

/// Bytes of a longer block whose words are looked up, from its beginning and its end.
const HEAD_BYTES: usize = 240;
const TAIL_BYTES: usize = 160;

/// What blocks of one kind of place (same element, same classes) hold together.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct PlaceSums {
    pub(super) blocks: f32,
    pub(super) bytes: f32,
    pub(super) link_bytes: f32,
    pub(super) chosen: f32,
}

/// What is known of a page as a whole.
pub(in crate::extract) struct PageSums<'c, 'a> {
    pub(super) cut: &'c Cut<'a>,
    pub(super) hints: &'c Hints<'c>,
    pub(super) chosen: Vec<bool>,
    /// Before each block: running text, all bytes, bytes in links, chosen blocks.
    pub(super) mass: Vec<usize>,
    pub(super) bytes: Vec<usize>,
    pub(super) links: Vec<usize>,
    pub(super) picks: Vec<usize>,
    /// Of each container: levels up to the nearest bearer of each family.
    pub(super) levels: Vec<[u8; FAMILIES]>,
    pub(super) depths: Vec<u16>,
    /// The number of each container's kind of place.
    pub(super) places: Vec<u32>,
    pub(super) place_sums: Vec<PlaceSums>,
    pub(super) copies: Copies<'c>,
    /// First and last chosen block.
    pub(super) first: usize,
    pub(super) last: usize,
    /// The innermost container with most of the proposal.
    pub(super) main: usize,
    pub(super) title: Vec<u32>,
    pub(super) description: Vec<u32>,
    pub(super) told: String,
    /// Names of authors and of the site, in lower case.
    pub(super) authors: Vec<String>,
    pub(super) site: Option<String>,
    /// Whether a figure ends right before a block, and whether one begins right after it.
    pub(super) figures: Vec<[bool; 2]>,
    pub(super) headline: usize,
}

impl<'c, 'a> PageSums<'c, 'a> {
    /// Looks over a page; `proposal` is what the rules chose.
    pub(in crate::extract) fn new(
        cut: &'c Cut<'a>,
        hints: &'c Hints<'c>,
        proposal: &Body,
    ) -> PageSums<'c, 'a> {
        let mut chosen = vec![false; cut.blocks.len()];
        for &index in &proposal.blocks {
            chosen[index] = true;
        }
        let (places, kinds) = places(cut);
        let mut place_sums = vec![PlaceSums::default(); kinds];
        let mut copies = Copies::default();
        for (index, block) in cut.blocks.iter().enumerate() {
            let place = &mut place_sums[places[block.container] as usize];
            place.blocks += 1.0;
            place.bytes += block.len() as f32;
            place.link_bytes += block.link_bytes as f32;
            place.chosen += f32::from(u8::from(chosen[index]));
            copies.add(cut.text_of(block));
        }
        let sums = |value: &dyn Fn(usize) -> usize| prefix_sums((0..cut.blocks.len()).map(value));
        let picks = sums(&|i| usize::from(chosen[i]));
        let first = proposal.blocks.first().copied().unwrap_or(0);
        let title = hints.title.map(of_words).unwrap_or_default();
        let headline = headline(cut, &title).unwrap_or(first);
        PageSums {
            mass: sums(&|i| mass_of(&cut.blocks[i])),
            bytes: sums(&|i| cut.blocks[i].len()),
            links: sums(&|i| cut.blocks[i].link_bytes),
            levels: levels(cut),
            depths: depths(cut),
            first,
            last: proposal.blocks.last().copied().unwrap_or(0),
            main: main_container(cut, &picks),
            title,
            description: hints.description.map(of_words).unwrap_or_default(),
            authors: names(hints),
            site: hints
                .site
                .filter(|name| name.len() >= NAME_BYTES_MIN)
                .map(str::to_lowercase),
            figures: figures(cut),
            told: hints.article_body.map(told_text).unwrap_or_default(),
            headline,
            cut,
            hints,
            chosen,
            picks,
            places,
            place_sums,
            copies,
        }
    }

    /// How a block begins and ends: what betrays a note or an invitation stands there.
    pub(super) fn edges(&self, block: &TextBlock) -> Cow<'c, str> {
        let text = self.cut.text_of(block);
        if text.len() <= HEAD_BYTES + TAIL_BYTES {
            return Cow::Borrowed(text);
        }
        let edge = |from: usize| (from..text.len()).find(|&at| text.is_char_boundary(at));
        let head = edge(HEAD_BYTES).unwrap_or(text.len());
        let tail = edge(text.len() - TAIL_BYTES).unwrap_or(text.len());
        Cow::Owned(format!("{} {}", &text[..head], &text[tail..]))
    }
}

/// A shorter name may be any word, in bytes.
const NAME_BYTES_MIN: usize = 4;

fn names(hints: &Hints<'_>) -> Vec<String> {
    let names = hints.byline.unwrap_or_default().split(", ");
    names
        .filter(|name| name.len() >= NAME_BYTES_MIN)
        .map(str::to_lowercase)
        .collect()
}

/// Before and after which blocks figures stand that hold no text of their own.
fn figures(cut: &Cut<'_>) -> Vec<[bool; 2]> {
    let mut figures = vec![[false; 2]; cut.blocks.len()];
    let media = |container: &&Container<'_>| {
        matches!(
            container.element.name(),
            "figure" | "amp-img" | "amp-video" | "amp-iframe"
        )
    };
    for figure in cut.containers.iter().filter(media) {
        if let Some(next) = figures.get_mut(figure.blocks.end) {
            next[0] = true;
        }
        if let Some(before) = figure.blocks.start.checked_sub(1) {
            figures[before][1] = true;
        }
    }
    figures
}

/// The part of a title's words that its headline has.
const HEADLINE_SHARE: f32 = 0.8;

/// The heading that says the title, else the first of the first rank.
fn headline(cut: &Cut<'_>, title: &[u32]) -> Option<usize> {
    let says_title = |block: &TextBlock| {
        block.heading > 0 && overlap(title, &of_words(cut.text_of(block))) >= HEADLINE_SHARE
    };
    let blocks = &cut.blocks;
    let titled = blocks.iter().position(says_title);
    titled.or_else(|| blocks.iter().position(|block| block.heading == 1))
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

/// For each container the number of its kind of place, and how many kinds there are: same element,
/// same classes, same parent's element and classes.
fn places(cut: &Cut<'_>) -> (Vec<u32>, usize) {
    let mut boxes: HashMap<(&LocalName, &str), u32, RandomState> = HashMap::default();
    let mut places: HashMap<(u32, u32), u32, RandomState> = HashMap::default();
    let mut own: Vec<u32> = Vec::with_capacity(cut.containers.len());
    let mut of_each = Vec::with_capacity(cut.containers.len());
    for container in &cut.containers {
        let next = boxes.len() as u32;
        let class = attr(container.element, &local_name!("class")).unwrap_or_default();
        let number = boxes.entry((&container.element.name.local, class));
        own.push(*number.or_insert(next));
        let next = places.len() as u32;
        let pair = (own[own.len() - 1], own[container.parent]);
        of_each.push(*places.entry(pair).or_insert(next));
    }
    (of_each, places.len())
}

/// Bytes of a text that tell it from others of its length.
const COPY_BYTES: usize = 64;

/// How often each text stands on a page.
#[derive(Default)]
pub(super) struct Copies<'c>(HashMap<(&'c str, usize), u16, RandomState>);

impl<'c> Copies<'c> {
    fn add(&mut self, text: &'c str) {
        let count = self.0.entry((head(text, COPY_BYTES), text.len()));
        *count.or_insert(0) += 1;
    }

    pub(super) fn of(&self, text: &str) -> u16 {
        let count = self.0.get(&(head(text, COPY_BYTES), text.len()));
        count.copied().unwrap_or(1)
    }
}
