//! Sources made up of labelled texts: ten articles of one engine, or of human translators, on the
//! same stories.
//!
//! Stories are few and sources of ten share many, so that how often people are suspected is given
//! with an interval: the stories are drawn anew (Efron's bootstrap), and sources from those.

use std::collections::BTreeMap;

use super::texts::Scored;
use crate::{
    measure::{Draw, statistics::share},
    model::{Timestamp, Verdict},
    standing::{Observation, Standing},
};

/// Articles of a made-up source.
pub(super) const ARTICLES: usize = 10;

/// Made-up sources of each kind; each engine has as many as any other.
pub(super) const SOURCES: usize = 1_000;

/// How often stories are drawn anew, and the sources that are then made up of them.
pub(super) const RESAMPLES: usize = 100;
const SOURCES_OF_RESAMPLE: usize = 50;

/// Articles before a made-up source turns.
const BEFORE: usize = 40;

/// The log-odds of every version of each story.
pub(super) type Stories = Vec<Vec<f32>>;

/// The stories of some texts.
pub(super) fn stories(texts: &[Scored<'_>]) -> Stories {
    let mut by_doc: BTreeMap<&str, Vec<f32>> = BTreeMap::new();
    for (record, odds) in texts {
        by_doc.entry(&record.doc).or_default().push(*odds);
    }
    by_doc.into_values().collect()
}

/// The stories of each engine that has enough of them.
pub(super) fn engines(texts: &[Scored<'_>]) -> Vec<Stories> {
    let mut by_engine: BTreeMap<&str, Vec<Scored<'_>>> = BTreeMap::new();
    for text in texts {
        let engine = text.0.system.as_deref().unwrap_or_default();
        by_engine.entry(engine).or_default().push(*text);
    }
    let all = by_engine.values().map(|texts| stories(texts));
    all.filter(|stories| stories.len() >= ARTICLES).collect()
}

fn article(n: usize, log_ratio: f32) -> Observation {
    Observation {
        verdict: Verdict::Pass,
        at: Timestamp::UNIX_EPOCH + chrono::TimeDelta::hours(n as i64),
        log_ratio: Some(log_ratio),
    }
}

/// One version of a story.
fn version(draw: &mut Draw, versions: &[f32]) -> f32 {
    let at = draw.below(versions.len());
    versions.get(at).copied().unwrap_or_default()
}

/// The probabilities of `count` sources of ten different stories each, one version of every story;
/// `None` where there are fewer.
pub(super) fn sources(draw: &mut Draw, stories: &Stories, count: usize) -> Option<Vec<f64>> {
    if stories.len() < ARTICLES {
        return None;
    }
    let mut order: Vec<usize> = (0..stories.len()).collect();
    let mut one = |_| {
        draw.to_front(&mut order, ARTICLES);
        let mut standing = Standing::default();
        for (n, story) in order[..ARTICLES].iter().enumerate() {
            standing.observe(&article(n, version(draw, &stories[*story])));
        }
        let translation = standing.summary().translation;
        translation.map_or(0.0, |known| known.probability)
    };
    Some((0..count).map(&mut one).collect())
}

/// The shares of sources over `limit`, each of stories drawn anew.
pub(super) fn resampled(draw: &mut Draw, stories: &Stories, limit: f64) -> Option<Vec<f64>> {
    let mut once = |_| {
        let anew = stories.iter();
        let anew = anew.map(|_| stories[draw.below(stories.len())].clone());
        let anew = anew.collect();
        let found = sources(draw, &anew, SOURCES_OF_RESAMPLE)?;
        Some(over(&found, limit))
    };
    (0..RESAMPLES).map(&mut once).collect()
}

/// The share of `found` over `limit`.
pub(super) fn over(found: &[f64], limit: f64) -> f64 {
    let over = found.iter().filter(|p| **p > limit).count();
    share(over, found.len())
}

/// How soon made-up sources are seen to turn. Stories come again and again: what is asked is how
/// the watch bears the spread of real articles.
#[derive(Default)]
pub(super) struct Turns {
    /// False ones in 1,000 articles of sources that did not turn.
    pub(super) imagined: Option<f64>,
    /// The share of those that turned within 100 articles.
    pub(super) noticed: Option<f64>,
    /// The median number of articles until then.
    pub(super) delay: Option<f64>,
}

impl Turns {
    pub(super) fn of(draw: &mut Draw, native: &Stories, engines: &[Stories]) -> Turns {
        const RUNS: usize = 100;
        const STEADY: usize = 300;
        if native.len() < ARTICLES || engines.is_empty() {
            return Turns::default();
        }
        let mut imagined = 0;
        let mut delays = Vec::new();
        for run in 0..RUNS {
            let mut standing = Standing::default();
            for n in 0..STEADY {
                let story = draw.below(native.len());
                standing.observe(&article(n, version(draw, &native[story])));
            }
            imagined += usize::from(standing.turned().is_some());
            delays.extend(turn(draw, native, &engines[run % engines.len()]));
        }
        delays.sort_unstable();
        Turns {
            imagined: Some(imagined as f64 * 1_000.0 / (RUNS * STEADY) as f64),
            noticed: Some(delays.len() as f64 / RUNS as f64),
            delay: delays.get(delays.len() / 2).map(|delay| *delay as f64),
        }
    }
}

/// Articles until a source is seen to have turned from `native` to `engine`, at most 100.
fn turn(draw: &mut Draw, native: &Stories, engine: &Stories) -> Option<usize> {
    let mut standing = Standing::default();
    for n in 0..BEFORE {
        let story = draw.below(native.len());
        standing.observe(&article(n, version(draw, &native[story])));
    }
    (1..=100).find(|n| {
        let story = draw.below(engine.len());
        standing.observe(&article(BEFORE + n, version(draw, &engine[story])));
        standing.turned().is_some()
    })
}
