//! Which blocks of a labelled page are its body: the gold text laid over the blocks, in order.

use std::{collections::HashMap, ops::Range};

use crate::measure::{Gold, spaced, tokens};

/// What is known of one block.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Label {
    /// 1 in the body, 0 out of it.
    pub(super) in_body: f32,
    /// How much that counts; 0 where nothing is known.
    pub(super) weight: f32,
}

/// Blocks with fewer words are compared as a line, others by shingles.
const SHORT_WORDS: usize = 8;
const SHINGLE: usize = 4;
/// Places in the gold text at which one block may stand.
const STARTS_MAX: usize = 6;
/// What a page's text weighs, and each line beyond its share of it.
const PAGE_WEIGHT: f32 = 20.0;
const LINE_WEIGHT: f32 = 0.2;
/// What a snippet weighs.
const SNIPPET_WEIGHT: f32 = 0.6;

/// Labels each block of a page. `proposed` decides between copies of a snippet.
pub(super) fn labels(gold: &Gold, blocks: &[&str], proposed: &[bool]) -> Vec<Label> {
    let mut labels = match &gold.body {
        Some(body) => by_body(body, blocks),
        None => vec![Label::default(); blocks.len()],
    };
    let blocks: Vec<String> = blocks.iter().map(|block| spaced(block)).collect();
    if gold.body.is_none() {
        by_snippets(gold, &blocks, proposed, &mut labels);
    }
    for line in gold.optional.iter().map(|line| spaced(line)) {
        for (label, block) in labels.iter_mut().zip(&blocks) {
            if line.contains(block.as_str()) {
                label.weight = 0.0;
            }
        }
    }
    labels
}

fn by_snippets(gold: &Gold, blocks: &[String], proposed: &[bool], labels: &mut [Label]) {
    let known = |in_body| Label {
        in_body,
        weight: SNIPPET_WEIGHT,
    };
    for snippet in gold.without.iter().map(|snippet| spaced(snippet)) {
        for at in (0..blocks.len()).filter(|&at| blocks[at].contains(&snippet)) {
            labels[at] = known(0.0);
        }
    }
    for snippet in gold.with.iter().map(|snippet| spaced(snippet)) {
        let found: Vec<usize> = (0..blocks.len())
            .filter(|&at| blocks[at].contains(&snippet))
            .collect();
        let any = found.iter().any(|&at| proposed[at]);
        for at in found.into_iter().filter(|&at| !any || proposed[at]) {
            labels[at] = known(1.0);
        }
    }
}

/// A stretch of the gold text that a block may be.
struct Alignment {
    block: usize,
    start: usize,
    words: usize,
}

fn by_body(body: &str, blocks: &[&str]) -> Vec<Label> {
    let gold = tokens(body);
    let words: Vec<Vec<&str>> = blocks.iter().map(|block| tokens(block)).collect();
    let alignments = alignments(body, &gold, &words);
    let mut covered = vec![false; gold.len()];
    let mut in_body = vec![0.0; blocks.len()];
    for at in in_order(&alignments) {
        let alignment = &alignments[at];
        in_body[alignment.block] = 1.0;
        covered[alignment.within(gold.len())].fill(true);
    }
    for alignment in alignments.iter().filter(|a| a.words >= SHORT_WORDS) {
        let stretch = &mut covered[alignment.within(gold.len())];
        let free = stretch.iter().filter(|known| !**known).count();
        if in_body[alignment.block] == 0.0 && free * 2 > alignment.words {
            in_body[alignment.block] = 1.0;
            stretch.fill(true);
        }
    }
    let weight = |words: usize| {
        PAGE_WEIGHT * words as f32 / (gold.len() + words).max(1) as f32 + LINE_WEIGHT
    };
    in_body
        .into_iter()
        .zip(&words)
        .map(|(in_body, words)| Label {
            in_body,
            weight: weight(words.len()).min(5.0),
        })
        .collect()
}

impl Alignment {
    /// The stretch, no longer than a gold text of so many words.
    fn within(&self, all: usize) -> Range<usize> {
        let end = (self.start + self.words).min(all);
        self.start.min(end)..end
    }
}

/// Where in the gold text each block may belong, in the order of the blocks: a short one where it
/// stands as a line, or begins or ends one; a long one where most of its shingles are.
fn alignments(body: &str, gold: &[&str], blocks: &[Vec<&str>]) -> Vec<Alignment> {
    let (starts, ends) = line_edges(body);
    let mut firsts: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, word) in gold.iter().enumerate() {
        firsts.entry(word).or_default().push(at);
    }
    let mut shingles: HashMap<&[&str], Vec<usize>> = HashMap::new();
    for (at, shingle) in gold.windows(SHINGLE).enumerate() {
        shingles.entry(shingle).or_default().push(at);
    }
    let mut alignments = Vec::new();
    for (block, words) in blocks.iter().enumerate() {
        let found: Vec<usize> = if words.len() < SHORT_WORDS {
            let is_line = |&start: &usize| {
                let end = start + words.len();
                let edges = usize::from(starts.contains(&start)) + usize::from(ends.contains(&end));
                gold.get(start..end) == Some(words)
                    && (edges == 2 || (words.len() >= 4 && edges == 1))
            };
            let starts = words.first().and_then(|word| firsts.get(word));
            let starts = starts.into_iter().flatten().copied();
            starts.filter(is_line).collect()
        } else {
            long_starts(words, &shingles)
        };
        let found = found.into_iter().take(STARTS_MAX);
        alignments.extend(found.map(|start| Alignment {
            block,
            start,
            words: words.len(),
        }));
    }
    alignments
}

/// The word numbers at which lines begin, and one past those at which they end.
fn line_edges(body: &str) -> (Vec<usize>, Vec<usize>) {
    let (mut starts, mut ends, mut at) = (Vec::new(), Vec::new(), 0);
    for line in body.lines() {
        let words = tokens(line).len();
        if words > 0 {
            starts.push(at);
            at += words;
            ends.push(at);
        }
    }
    (starts, ends)
}

/// Where a long block may stand: at least half of its shingles are in the gold text.
fn long_starts(words: &[&str], shingles: &HashMap<&[&str], Vec<usize>>) -> Vec<usize> {
    let all = words.len() + 1 - SHINGLE;
    let mut found = 0;
    let mut starts: Vec<usize> = Vec::new();
    for (offset, shingle) in words.windows(SHINGLE).enumerate() {
        let Some(places) = shingles.get(shingle) else {
            continue;
        };
        found += 1;
        if starts.len() < STARTS_MAX {
            for place in places.iter().take(STARTS_MAX) {
                let start = place.saturating_sub(offset);
                if !starts
                    .iter()
                    .any(|known| known.abs_diff(start) < words.len())
                {
                    starts.push(start);
                }
            }
        }
    }
    if found * 2 < all {
        starts.clear();
    }
    starts
}

/// The heaviest choice of alignments, one a block, that keeps the order of the gold text.
fn in_order(alignments: &[Alignment]) -> Vec<usize> {
    let mut best: Vec<(f64, Option<usize>)> = Vec::with_capacity(alignments.len());
    for (at, alignment) in alignments.iter().enumerate() {
        let mut choice = (0.0, None);
        for (before, earlier) in alignments[..at].iter().enumerate().rev() {
            // Blocks next to each other are preferred a little: copies stand elsewhere.
            let gap = (alignment.block - earlier.block).min(50) as f64;
            let weight = best[before].0 - gap * 0.002;
            let fits = earlier.block < alignment.block
                && earlier.start + earlier.words <= alignment.start + earlier.words / 4 + 1;
            if fits && weight > choice.0 {
                choice = (weight, Some(before));
            }
        }
        best.push((choice.0 + alignment.words as f64, choice.1));
    }
    let mut chain = Vec::new();
    let mut next = (0..best.len()).max_by(|a, b| best[*a].0.total_cmp(&best[*b].0));
    while let Some(at) = next {
        chain.push(at);
        next = best[at].1;
    }
    chain.reverse();
    chain
}
