//! Which blocks of a labelled page are its body: the gold text laid over the blocks, in order.

use std::collections::HashMap;

use crate::measure::{Gold, spaced, tokens};

/// What is known of one block.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Mark {
    /// 1 in the body, 0 out of it.
    pub(super) label: f32,
    /// How much that counts; 0 where nothing is known.
    pub(super) weight: f32,
}

/// Blocks with fewer words are compared as a line, others by shingles.
const SHORT_WORDS: usize = 8;
const SHINGLE: usize = 4;
/// Places in the gold text at which one block may stand.
const PLACES_MAX: usize = 6;
/// What a page's text weighs, and each line beyond its share of it.
const PAGE_WEIGHT: f32 = 20.0;
const LINE_WEIGHT: f32 = 0.2;
/// What a snippet weighs.
const SNIPPET_WEIGHT: f32 = 0.6;

/// Marks each block of a page. `proposed` decides between copies of a snippet.
pub(super) fn of(gold: &Gold, blocks: &[&str], proposed: &[bool]) -> Vec<Mark> {
    let mut marks = match &gold.body {
        Some(body) => by_body(body, blocks),
        None => vec![Mark::default(); blocks.len()],
    };
    let blocks: Vec<String> = blocks.iter().map(|block| spaced(block)).collect();
    if gold.body.is_none() {
        by_snippets(gold, &blocks, proposed, &mut marks);
    }
    for line in gold.optional.iter().map(|line| spaced(line)) {
        for (mark, block) in marks.iter_mut().zip(&blocks) {
            if line.contains(block.as_str()) {
                mark.weight = 0.0;
            }
        }
    }
    marks
}

fn by_snippets(gold: &Gold, blocks: &[String], proposed: &[bool], marks: &mut [Mark]) {
    let known = |label| Mark {
        label,
        weight: SNIPPET_WEIGHT,
    };
    for snippet in gold.without.iter().map(|snippet| spaced(snippet)) {
        for at in (0..blocks.len()).filter(|&at| blocks[at].contains(&snippet)) {
            marks[at] = known(0.0);
        }
    }
    for snippet in gold.with.iter().map(|snippet| spaced(snippet)) {
        let found: Vec<usize> = (0..blocks.len())
            .filter(|&at| blocks[at].contains(&snippet))
            .collect();
        let any = found.iter().any(|&at| proposed[at]);
        for at in found.into_iter().filter(|&at| !any || proposed[at]) {
            marks[at] = known(1.0);
        }
    }
}

/// A place in the gold text where a block may belong.
struct Place {
    block: usize,
    start: usize,
    words: usize,
}

fn by_body(body: &str, blocks: &[&str]) -> Vec<Mark> {
    let gold = tokens(body);
    let (starts, ends) = line_edges(body);
    let mut firsts: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, word) in gold.iter().enumerate() {
        firsts.entry(word).or_default().push(at);
    }
    let mut shingles: HashMap<&[&str], Vec<usize>> = HashMap::new();
    for (at, shingle) in gold.windows(SHINGLE).enumerate() {
        shingles.entry(shingle).or_default().push(at);
    }
    let words: Vec<Vec<&str>> = blocks.iter().map(|block| tokens(block)).collect();
    let mut places = Vec::new();
    for (block, words) in words.iter().enumerate() {
        let found = if words.len() < SHORT_WORDS {
            let whole = |&start: &usize| {
                let end = start + words.len();
                let edges = usize::from(starts.contains(&start)) + usize::from(ends.contains(&end));
                gold.get(start..end) == Some(words)
                    && (edges == 2 || (words.len() >= 4 && edges == 1))
            };
            let starts = words.first().and_then(|word| firsts.get(word));
            starts
                .into_iter()
                .flatten()
                .copied()
                .filter(whole)
                .collect()
        } else {
            long_places(words, &shingles)
        };
        places.extend(found.into_iter().take(PLACES_MAX).map(|start| Place {
            block,
            start,
            words: words.len(),
        }));
    }
    let mut covered = vec![false; gold.len()];
    let mut labels = vec![0.0; blocks.len()];
    for at in in_order(&places) {
        let place = &places[at];
        labels[place.block] = 1.0;
        cover(&mut covered, place);
    }
    for place in places.iter().filter(|place| place.words >= SHORT_WORDS) {
        let end = (place.start + place.words).min(covered.len());
        let free = covered[place.start.min(end)..end]
            .iter()
            .filter(|known| !**known)
            .count();
        if labels[place.block] == 0.0 && free * 2 > place.words {
            labels[place.block] = 1.0;
            cover(&mut covered, place);
        }
    }
    let weight = |words: usize| {
        PAGE_WEIGHT * words as f32 / (gold.len() + words).max(1) as f32 + LINE_WEIGHT
    };
    labels
        .into_iter()
        .zip(&words)
        .map(|(label, words)| Mark {
            label,
            weight: weight(words.len()).min(5.0),
        })
        .collect()
}

fn cover(covered: &mut [bool], place: &Place) {
    let end = (place.start + place.words).min(covered.len());
    covered[place.start.min(end)..end].fill(true);
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
fn long_places(words: &[&str], shingles: &HashMap<&[&str], Vec<usize>>) -> Vec<usize> {
    let all = words.len() + 1 - SHINGLE;
    let mut found = 0;
    let mut starts: Vec<usize> = Vec::new();
    for (offset, shingle) in words.windows(SHINGLE).enumerate() {
        let Some(places) = shingles.get(shingle) else {
            continue;
        };
        found += 1;
        if starts.len() < PLACES_MAX {
            for place in places.iter().take(PLACES_MAX) {
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

/// The heaviest choice of places, one a block, that keeps the order of the gold text.
fn in_order(places: &[Place]) -> Vec<usize> {
    let mut best: Vec<(f64, Option<usize>)> = Vec::with_capacity(places.len());
    for (at, place) in places.iter().enumerate() {
        let mut choice = (0.0, None);
        for (before, earlier) in places[..at].iter().enumerate().rev() {
            // Blocks next to each other are preferred a little: copies stand elsewhere.
            let gap = (place.block - earlier.block).min(50) as f64;
            let weight = best[before].0 - gap * 0.002;
            let fits = earlier.block < place.block
                && earlier.start + earlier.words <= place.start + earlier.words / 4 + 1;
            if fits && weight > choice.0 {
                choice = (weight, Some(before));
            }
        }
        best.push((choice.0 + place.words as f64, choice.1));
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
