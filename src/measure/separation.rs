//! How well scores tell two kinds of text apart.

use super::draw::Draw;

/// The area under the ROC curve: how often a machine translation scores above another text, ties
/// counting half. `None` where a side is empty.
pub fn area(others: &[f32], machine: &[f32]) -> Option<f64> {
    if others.is_empty() || machine.is_empty() {
        return None;
    }
    let mut others = others.to_vec();
    others.sort_unstable_by(f32::total_cmp);
    let above = machine.iter().map(|score| {
        let below = others.partition_point(|other| other < score);
        let up_to = others.partition_point(|other| other <= score);
        (below + up_to) as f64 / 2.0
    });
    Some(above.sum::<f64>() / (others.len() as f64 * machine.len() as f64))
}

/// Articles of a source that are judged together.
const SOURCE_ARTICLES: usize = 10;

/// Sources that are drawn of each kind.
const SOURCES: usize = 2_000;

/// The share of made-up sources of machine translation found when 1 % of those of human
/// translation are: each is the mean log-odds of ten articles drawn from one system. Articles of a
/// real source resemble each other more, so this is an upper bound. `None` where either side has
/// fewer than ten.
pub fn source_recall(human: &[f32], systems: &[Vec<f32>], seed: u64) -> Option<f64> {
    let mut draw = Draw::new(seed);
    let mut false_alarms = means(human, SOURCES, &mut draw)?;
    false_alarms.sort_unstable_by(|a, b| b.total_cmp(a));
    let limit = *false_alarms.get(SOURCES / 100)?;
    let drawn: Vec<f32> = systems
        .iter()
        .filter_map(|system| means(system, SOURCES, &mut draw))
        .flatten()
        .collect();
    if drawn.is_empty() {
        return None;
    }
    let found = drawn.iter().filter(|mean| **mean > limit).count();
    Some(found as f64 / drawn.len() as f64)
}

/// Means of ten articles each, drawn without replacement.
fn means(articles: &[f32], sources: usize, draw: &mut Draw) -> Option<Vec<f32>> {
    if articles.len() < SOURCE_ARTICLES {
        return None;
    }
    let mut pool = articles.to_vec();
    let one = |_| {
        draw.to_front(&mut pool, SOURCE_ARTICLES);
        pool[..SOURCE_ARTICLES].iter().sum::<f32>() / SOURCE_ARTICLES as f32
    };
    Some((0..sources).map(one).collect())
}
