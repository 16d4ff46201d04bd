//! How good an extracted body is, against a body made by hand.
//!
//! Shingle-4 scores follow the article extraction benchmark of Scrapinghub (2020): 4-gram
//! multisets of `\w+` tokens, true and false positives normalised per page, precision and recall
//! as means over pages. Snippet scores follow trafilatura's evaluation: chunks that must and must
//! not be in the body, pooled over pages.

use std::collections::HashMap;

use serde::Serialize;

use super::{
    gold::Gold,
    statistics::{harmonic, mean, ratio, share},
    tokens::{spaced, tokens},
};

/// How one page came out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PageScore {
    /// Shares of true positives, false positives and false negatives among the shingles; `None`
    /// without a gold body.
    pub shingles: Option<(f64, f64, f64)>,
    /// Chunks: found, missing, wrongly there, rightly absent.
    pub snippets: (u64, u64, u64, u64),
    /// Paragraphs, cut at every line break, that are no part of the gold body.
    pub foreign: usize,
    /// Nothing was extracted.
    pub empty: bool,
}

impl PageScore {
    /// Scores one page.
    pub fn of(gold: &Gold, body: &str) -> PageScore {
        let text = spaced(body);
        let has = |chunk: &&String| text.contains(&spaced(chunk));
        let found = gold.with.iter().filter(has).count() as u64;
        let wrong = gold.without.iter().filter(has).count() as u64;
        PageScore {
            shingles: gold.body.as_deref().map(|gold| compare(gold, body)),
            snippets: (
                found,
                gold.with.len() as u64 - found,
                wrong,
                gold.without.len() as u64 - wrong,
            ),
            foreign: foreign(gold, body).len(),
            empty: text.is_empty(),
        }
    }

    /// The page's own F1 over shingles.
    pub fn f1(&self) -> Option<f64> {
        let (tp, fp, missing) = self.shingles?;
        let all = 2.0 * tp + fp + missing;
        Some(if all > 0.0 { 2.0 * tp / all } else { 0.0 })
    }
}

/// How a set of pages came out. All but the counts are in 0..=1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct SetScore {
    /// Pages.
    pub pages: usize,
    /// Pages with nothing extracted.
    pub empty: usize,
    /// Shingle-4 precision.
    pub precision: f64,
    /// Shingle-4 recall.
    pub recall: f64,
    /// Their harmonic mean.
    pub f1: f64,
    /// Share of pages with a body and no foreign paragraph in it, of those with a gold body.
    pub clean: f64,
    /// F1 over chunks.
    pub snippets_f1: f64,
}

impl SetScore {
    /// Scores a set.
    pub fn of(scores: &[&PageScore]) -> SetScore {
        let pages = scores.iter().copied();
        let shingles = || pages.clone().filter_map(|page| page.shingles);
        let precisions = shingles()
            .filter(|(tp, fp, _)| tp + fp > 0.0)
            .map(|(tp, fp, _)| ratio(tp, tp + fp));
        let recalls = shingles()
            .filter(|(tp, _, missing)| tp + missing > 0.0)
            .map(|(tp, _, missing)| ratio(tp, tp + missing));
        let precision = mean(precisions).unwrap_or_default();
        let recall = mean(recalls).unwrap_or_default();
        let sum = |part: fn(&(u64, u64, u64, u64)) -> u64| {
            pages.clone().map(|page| part(&page.snippets)).sum::<u64>() as f64
        };
        let (found, missing, wrong) = (sum(|s| s.0), sum(|s| s.1), sum(|s| s.2));
        let with_body = pages.clone().filter(|page| page.shingles.is_some());
        let clean = with_body
            .clone()
            .filter(|page| page.foreign == 0 && !page.empty);
        SetScore {
            pages: pages.clone().count(),
            empty: pages.clone().filter(|page| page.empty).count(),
            precision,
            recall,
            f1: harmonic(precision, recall),
            clean: share(clean.count(), with_body.count()),
            snippets_f1: harmonic(ratio(found, found + wrong), ratio(found, found + missing)),
        }
    }
}

/// Tokens of a shingle.
const SHINGLE: usize = 4;

fn shingles<'a>(tokens: &'a [&'a str]) -> HashMap<&'a [&'a str], i64> {
    let mut counts = HashMap::new();
    if tokens.len() < SHINGLE {
        if !tokens.is_empty() {
            counts.insert(tokens, 1);
        }
        return counts;
    }
    for shingle in tokens.windows(SHINGLE) {
        *counts.entry(shingle).or_insert(0) += 1;
    }
    counts
}

fn compare(gold: &str, body: &str) -> (f64, f64, f64) {
    let (gold, body) = (tokens(gold), tokens(body));
    let (gold, body) = (shingles(&gold), shingles(&body));
    let tp: i64 = gold
        .iter()
        .map(|(shingle, n)| (*n).min(*body.get(shingle).unwrap_or(&0)))
        .sum();
    let fp = body.values().sum::<i64>() - tp;
    let missing = gold.values().sum::<i64>() - tp;
    let all = (tp + fp + missing) as f64;
    if all == 0.0 {
        return (0.0, 0.0, 0.0);
    }
    (tp as f64 / all, fp as f64 / all, missing as f64 / all)
}

/// Paragraphs of `body` whose words do not stand in `gold` in that order. One that is there for at
/// least half counts as part of it: it was cut elsewhere, not taken from elsewhere.
pub fn foreign<'b>(gold: &Gold, body: &'b str) -> Vec<&'b str> {
    let mut allowed = gold.body.clone().unwrap_or_default();
    for line in &gold.optional {
        allowed.push('\n');
        allowed.push_str(line);
    }
    let allowed = tokens(&allowed);
    let known = shingles(&allowed);
    let joined = format!(" {} ", allowed.join(" "));
    // One line break is a paragraph's end for some extractors, a blank line for others.
    body.split('\n')
        .filter(|line| {
            let words = tokens(line);
            if words.is_empty() {
                return false;
            }
            if words.len() < 2 * SHINGLE {
                return !joined.contains(&format!(" {} ", words.join(" ")));
            }
            let found = words
                .windows(SHINGLE)
                .filter(|shingle| known.contains_key(shingle))
                .count();
            2 * found < words.len() - SHINGLE + 1
        })
        .collect()
}
