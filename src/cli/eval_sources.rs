//! The second half of `benggala eval translation`: how well sources are told apart by their
//! standing, and how much the articles of one source resemble each other.
//!
//! Sources are made up: ten articles of one engine, or of human translators, on the same stories.
//! One rule serves all languages: a source is suspected when its probability is over one half.
//! Stories are few and sources of ten share many, so that how often people are suspected is given
//! with an interval: the stories are drawn anew (Efron's bootstrap), and sources from those. Only the
//! style speaks here; findings and traces in the page would come on top.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
};

use serde::Serialize;

use crate::{
    model::{Lang, Timestamp, TranslationStanding, Verdict},
    standing::{Observation, Resemblance, SOURCE_SD, Standing},
    style::Label,
};

use super::{Failure, out, translation_set::Record};

/// Articles of a made-up source.
const ARTICLES: usize = 10;

/// Made-up sources of each kind; each engine has as many as any other.
const SOURCES: usize = 1_000;

/// How often stories are drawn anew, and the sources that are then made up of them.
const RESAMPLES: usize = 100;
const SOURCES_OF_RESAMPLE: usize = 50;

/// Articles before and after a made-up source turns.
const BEFORE: usize = 40;

/// A text with the log-odds of its style score.
pub(super) type Scored<'a> = (&'a Record, f32);

/// What is known of the sources of one language.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    /// Stories that were translated by people and by machines.
    stories: usize,
    /// Engines with enough of them.
    engines: usize,
    /// Made-up sources that are suspected.
    suspected_native: Option<f64>,
    suspected_human: Option<f64>,
    suspected_machine: Option<f64>,
    /// The same of people over other stories, a share for each time that they were drawn anew.
    #[serde(skip)]
    resampled_human: Option<Vec<f64>>,
    /// Made-up sources that are called publishers of machine translation.
    likely_native: Option<f64>,
    likely_human: Option<f64>,
    likely_machine: Option<f64>,
    /// False turns of sources of natives, per 1,000 articles.
    false_turns: Option<f64>,
    /// Sources of natives that become one of an engine: the share noticed within 100 articles, and
    /// the median number of articles until then.
    turns_noticed: Option<f64>,
    turn_delay: Option<f64>,
    /// The evidence of its sources, by kind.
    #[serde(skip)]
    kinds: Vec<Vec<Vec<f64>>>,
}

pub(super) fn measure(scored: &[Scored<'_>]) -> Row {
    let of = |label: Label| -> Vec<Scored<'_>> {
        let texts = scored.iter().filter(|(record, _)| record.label() == label);
        texts.copied().collect()
    };
    let (native, human, machine) = (of(Label::Native), of(Label::Human), of(Label::Machine));
    let docs = |texts: &[Scored<'_>]| -> BTreeSet<String> {
        texts.iter().map(|(r, _)| r.doc.clone()).collect()
    };
    let (by_people, by_machine) = (docs(&human), docs(&machine));
    let same = |(record, _): &&Scored<'_>| {
        by_people.contains(&record.doc) && by_machine.contains(&record.doc)
    };
    let machine: Vec<Scored<'_>> = machine.iter().filter(same).copied().collect();
    let human: Vec<Scored<'_>> = human.iter().filter(same).copied().collect();

    let mut draw = Draw(1);
    let by_people = stories(&human);
    let people = draw.sources(&by_people, SOURCES);
    let natives = draw.sources(&stories(&native), SOURCES);
    let engines = engines(&machine);
    let machines: Vec<f64> = engines
        .iter()
        .filter_map(|e| draw.sources(e, SOURCES / engines.len()))
        .flatten()
        .collect();
    let machines = (!machines.is_empty()).then_some(machines);
    let over = |found: &Option<Vec<f64>>, limit| found.as_deref().map(|found| over(found, limit));
    let turns = Turns::of(&mut draw, &stories(&native), &engines);
    let [suspected, likely] = [TranslationStanding::SUSPECTED, TranslationStanding::LIKELY];
    Row {
        stories: by_people.len(),
        engines: engines.len(),
        suspected_native: over(&natives, suspected),
        suspected_human: over(&people, suspected),
        suspected_machine: over(&machines, suspected),
        resampled_human: draw.resampled(&by_people, suspected),
        likely_native: over(&natives, likely),
        likely_human: over(&people, likely),
        likely_machine: over(&machines, likely),
        false_turns: turns.imagined,
        turns_noticed: turns.noticed,
        turn_delay: turns.delay,
        kinds: kinds(scored),
    }
}

/// The log-odds of every version of each story.
type Stories = Vec<Vec<f32>>;

fn stories(texts: &[Scored<'_>]) -> Stories {
    let mut by_doc: BTreeMap<&str, Vec<f32>> = BTreeMap::new();
    for (record, odds) in texts {
        by_doc.entry(&record.doc).or_default().push(*odds);
    }
    by_doc.into_values().collect()
}

/// The stories of each engine that has enough of them.
fn engines(texts: &[Scored<'_>]) -> Vec<Stories> {
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

/// Chance, from a seed: a xorshift generator (Marsaglia 2003).
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }

    fn one(&mut self, versions: &[f32]) -> f32 {
        let at = self.below(versions.len());
        versions.get(at).copied().unwrap_or_default()
    }

    /// The probabilities of `count` sources of ten different stories each, one version of every
    /// story; `None` where there are fewer.
    fn sources(&mut self, stories: &Stories, count: usize) -> Option<Vec<f64>> {
        if stories.len() < ARTICLES {
            return None;
        }
        let mut order: Vec<usize> = (0..stories.len()).collect();
        let mut one = |_| {
            for at in 0..ARTICLES {
                let other = at + self.below(order.len() - at);
                order.swap(at, other);
            }
            let articles: Vec<f32> = order[..ARTICLES]
                .iter()
                .map(|story| self.one(&stories[*story]))
                .collect();
            let articles = articles.into_iter().enumerate();
            let standing = Standing::of(articles.map(|(n, odds)| article(n, odds)));
            standing
                .summary()
                .translation
                .map_or(0.0, |t| t.probability)
        };
        Some((0..count).map(&mut one).collect())
    }

    /// The shares of sources over `limit`, each of stories drawn anew.
    fn resampled(&mut self, stories: &Stories, limit: f64) -> Option<Vec<f64>> {
        let mut once = |_| {
            let anew = stories
                .iter()
                .map(|_| stories[self.below(stories.len())].clone());
            let anew = anew.collect();
            let found = self.sources(&anew, SOURCES_OF_RESAMPLE)?;
            Some(over(&found, limit))
        };
        (0..RESAMPLES).map(&mut once).collect()
    }
}

/// The share of `found` over `limit`.
fn over(found: &[f64], limit: f64) -> f64 {
    found.iter().filter(|p| **p > limit).count() as f64 / found.len().max(1) as f64
}

/// The interval that 95 % of `values` lie in.
fn interval(mut values: Vec<f64>) -> Option<(f64, f64)> {
    values.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| values.get((share * (values.len().max(1) - 1) as f64).round() as usize);
    Some((*at(0.025)?, *at(0.975)?))
}

/// How soon made-up sources are seen to turn. Stories come again and again: what is asked is how
/// the watch bears the spread of real articles.
#[derive(Default)]
struct Turns {
    imagined: Option<f64>,
    noticed: Option<f64>,
    delay: Option<f64>,
}

impl Turns {
    fn of(draw: &mut Draw, native: &Stories, engines: &[Stories]) -> Turns {
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
                standing.observe(&article(n, draw.one(&native[story])));
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
        standing.observe(&article(n, draw.one(&native[story])));
    }
    (1..=100).find(|n| {
        let story = draw.below(engine.len());
        standing.observe(&article(BEFORE + n, draw.one(&engine[story])));
        standing.turned().is_some()
    })
}

/// What may pass for sources: the engines of machine translations, the collections of the others.
fn kinds(scored: &[Scored<'_>]) -> Vec<Vec<Vec<f64>>> {
    let mut kinds: BTreeMap<u8, BTreeMap<&str, Vec<f64>>> = BTreeMap::new();
    for (record, odds) in scored {
        let (kind, source) = match record.label() {
            Label::Machine => (0, record.system.as_deref()),
            Label::Human => (1, record.source.as_deref()),
            Label::Native => (2, record.source.as_deref()),
        };
        let sources = kinds.entry(kind).or_default();
        let source = sources.entry(source.unwrap_or_default()).or_default();
        source.push(f64::from(*odds));
    }
    let kinds = kinds.into_values();
    kinds
        .map(|sources| sources.into_values().collect())
        .collect()
}

/// What is printed of all languages.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    languages: BTreeMap<Lang, Row>,
    /// Made-up sources that are suspected: means over the languages that have enough stories.
    pub(super) suspected_native: Option<f64>,
    pub(super) suspected_human: Option<f64>,
    pub(super) suspected_machine: Option<f64>,
    /// 95 % bootstrap interval of the mean over people's.
    suspected_human_interval: Option<(f64, f64)>,
    /// The same for those that are called publishers of machine translation.
    pub(super) likely_native: Option<f64>,
    pub(super) likely_human: Option<f64>,
    likely_machine: Option<f64>,
    /// Spread of the evidence of one source's articles, and of the means of sources, in nats.
    within_sd: f64,
    between_sd: f64,
    /// The intraclass correlation.
    correlation: f64,
}

fn mean(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let values: Vec<f64> = values.into_iter().collect();
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

pub(super) fn report(languages: BTreeMap<Lang, Row>) -> Report {
    let rows = || languages.values();
    let mean_of = |of: fn(&Row) -> Option<f64>| mean(rows().filter_map(of));
    let mut resemblance = Resemblance::default();
    for kind in rows().flat_map(|row| &row.kinds) {
        resemblance.add(kind);
    }
    let resampled =
        |n: usize| mean(rows().filter_map(|row| Some(row.resampled_human.as_ref()?[n])));
    Report {
        suspected_native: mean_of(|row| row.suspected_native),
        suspected_human: mean_of(|row| row.suspected_human),
        suspected_machine: mean_of(|row| row.suspected_machine),
        suspected_human_interval: interval((0..RESAMPLES).filter_map(resampled).collect()),
        likely_native: mean_of(|row| row.likely_native),
        likely_human: mean_of(|row| row.likely_human),
        likely_machine: mean_of(|row| row.likely_machine),
        within_sd: resemblance.within_sd(),
        between_sd: resemblance.between_sd(),
        correlation: resemblance.correlation(),
        languages,
    }
}

pub(super) fn print(report: &Report) -> Result<(), Failure> {
    let mut out = out();
    writeln!(
        out,
        "\nsources           of {ARTICLES} articles, suspected (over {}), %      likely (over {}), %    turns\n\
         language stories engines native human   interval machine  native human machine   \
         false in 1,000 noticed after",
        TranslationStanding::SUSPECTED,
        TranslationStanding::LIKELY
    )?;
    let show = |value: Option<f64>, scale: f64, digits: usize| match value {
        Some(value) => format!("{:.digits$}", value * scale),
        None => "-".to_string(),
    };
    let percent = |value| show(value, 100.0, 1);
    let between = |found: Option<(f64, f64)>| match found {
        Some((low, high)) => format!("{:.1}-{:.1}", low * 100.0, high * 100.0),
        None => "-".to_string(),
    };
    for (lang, row) in &report.languages {
        writeln!(
            out,
            "{:<8} {:>7} {:>7} {:>6} {:>5} {:>10} {:>7}  {:>6} {:>5} {:>7}   {:>14} {:>7} {:>5}",
            lang.as_str(),
            row.stories,
            row.engines,
            percent(row.suspected_native),
            percent(row.suspected_human),
            between(row.resampled_human.clone().and_then(interval)),
            percent(row.suspected_machine),
            percent(row.likely_native),
            percent(row.likely_human),
            percent(row.likely_machine),
            show(row.false_turns, 1.0, 2),
            show(row.turns_noticed, 1.0, 2),
            show(row.turn_delay, 1.0, 0),
        )?;
    }
    writeln!(
        out,
        "{:<8} {:>7} {:>7} {:>6} {:>5} {:>10} {:>7}  {:>6} {:>5} {:>7}",
        "mean",
        "",
        "",
        percent(report.suspected_native),
        percent(report.suspected_human),
        between(report.suspected_human_interval),
        percent(report.suspected_machine),
        percent(report.likely_native),
        percent(report.likely_human),
        percent(report.likely_machine),
    )?;
    writeln!(
        out,
        "articles of one source spread by {:.2} nats, the means of sources of one kind by {:.2} \
         (built in: {SOURCE_SD}); intraclass correlation {:.2}",
        report.within_sd, report.between_sd, report.correlation
    )?;
    Ok(())
}
