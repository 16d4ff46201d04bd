//! The second half of `benggala eval translation`: how well sources are told apart by their
//! standing, and how much the articles of one source resemble each other.
//!
//! Sources are made up: ten articles of one engine, or of human translators, on the same stories.
//! What counts as an alarm is settled on one half of the stories and tried on the other, then the
//! other way round; where that leaves too few stories, sources are smaller. Only the style speaks
//! here; findings and traces in the page would come on top.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
};

use serde::Serialize;

use crate::{
    model::{Lang, Timestamp, Verdict},
    standing::{Observation, Resemblance, SOURCE_SD, Standing},
    style::Label,
};

use super::{Failure, out, translation_set::Record};

/// Articles of a made-up source, where there are enough stories.
const ARTICLES: usize = 10;

/// Fewer articles make no source.
const ARTICLES_MIN: usize = 3;

/// Made-up sources of each kind.
const SOURCES: usize = 1_000;

/// From this probability on the alert rule speaks (`BenggalaSourceTranslated`).
const ALERT: f64 = 0.9;

/// Articles before and after a made-up source turns.
const BEFORE: usize = 40;

/// A text with the log-odds of its style score.
pub(super) type Scored<'a> = (&'a Record, f32);

/// What is known of the sources of one language.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    /// Stories that were translated by people and by machines.
    stories: usize,
    /// Articles of a source of half of the stories.
    articles: usize,
    /// Engines with enough of them.
    engines: usize,
    /// Made-up sources of an engine that are found when 1 % of those of people on the other half
    /// of the stories are.
    recall: Option<f64>,
    /// Made-up sources of people on the same half that are found with them.
    false_alarms: Option<f64>,
    /// Made-up sources with a probability over [`ALERT`].
    alert_native: Option<f64>,
    alert_human: Option<f64>,
    alert_machine: Option<f64>,
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
    let halves = Halves::of(&mut draw, &human, &machine);
    let people = draw.sources(&stories(&human), ARTICLES);
    let natives = draw.sources(&stories(&native), ARTICLES);
    let engines = engines(&machine, ARTICLES);
    let machines: Vec<f64> = engines
        .iter()
        .filter_map(|e| draw.sources(e, ARTICLES))
        .flatten()
        .collect();
    let machines = (!machines.is_empty()).then_some(machines);
    let alert = |found: &Option<Vec<f64>>| found.as_deref().map(|found| over(found, ALERT));
    let turns = Turns::of(&mut draw, &stories(&native), &engines);
    Row {
        stories: docs(&human).len(),
        articles: halves.articles,
        engines: halves.engines,
        recall: halves.recall,
        false_alarms: halves.false_alarms,
        alert_native: alert(&natives),
        alert_human: alert(&people),
        alert_machine: alert(&machines),
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
fn engines(texts: &[Scored<'_>], articles: usize) -> Vec<Stories> {
    let mut by_engine: BTreeMap<&str, Vec<Scored<'_>>> = BTreeMap::new();
    for text in texts {
        let engine = text.0.system.as_deref().unwrap_or_default();
        by_engine.entry(engine).or_default().push(*text);
    }
    let all = by_engine.values().map(|texts| stories(texts));
    all.filter(|stories| stories.len() >= articles).collect()
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

    /// The probabilities of [`SOURCES`] sources of so many different stories each, one version of
    /// every story; `None` where there are fewer.
    fn sources(&mut self, stories: &Stories, articles: usize) -> Option<Vec<f64>> {
        if stories.len() < articles {
            return None;
        }
        let mut order: Vec<usize> = (0..stories.len()).collect();
        let mut one = |_| {
            for at in 0..articles {
                let other = at + self.below(order.len() - at);
                order.swap(at, other);
            }
            let articles: Vec<f32> = order[..articles]
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
        Some((0..SOURCES).map(&mut one).collect())
    }
}

/// The share of `found` over `limit`.
fn over(found: &[f64], limit: f64) -> f64 {
    found.iter().filter(|p| **p > limit).count() as f64 / found.len().max(1) as f64
}

/// The texts whose story is, or is not, one of these.
fn half<'a>(texts: &[Scored<'a>], stories: &BTreeSet<&str>, is_in: bool) -> Vec<Scored<'a>> {
    let chosen = |(record, _): &&Scored<'a>| stories.contains(record.doc.as_str()) == is_in;
    texts.iter().filter(chosen).copied().collect()
}

/// Sources of one half of the stories, tried at the limit of the other half: the mean of both ways.
#[derive(Default)]
struct Halves {
    articles: usize,
    engines: usize,
    recall: Option<f64>,
    false_alarms: Option<f64>,
}

impl Halves {
    fn of(draw: &mut Draw, human: &[Scored<'_>], machine: &[Scored<'_>]) -> Halves {
        let names: BTreeSet<&str> = human.iter().map(|(r, _)| r.doc.as_str()).collect();
        let second: BTreeSet<&str> = names.iter().skip(1).step_by(2).copied().collect();
        // With all stories of a half in every source there would be one source.
        let articles = second.len().saturating_sub(2).min(ARTICLES);
        if articles < ARTICLES_MIN {
            return Halves::default();
        }
        let people = [false, true].map(|which| {
            let stories = stories(&half(human, &second, which));
            draw.sources(&stories, articles).unwrap_or_default()
        });
        let by_engine =
            [false, true].map(|which| engines(&half(machine, &second, which), articles));
        let machines = by_engine.each_ref().map(|engines| -> Vec<f64> {
            let found = engines.iter().filter_map(|e| draw.sources(e, articles));
            found.flatten().collect()
        });
        let limits = people.each_ref().map(|found| quantile(found.clone(), 0.99));
        let mean = |found: &[Vec<f64>; 2]| {
            let both = found.iter().all(|found| !found.is_empty());
            both.then(|| (over(&found[0], limits[1]) + over(&found[1], limits[0])) / 2.0)
        };
        Halves {
            articles,
            engines: by_engine[0].len().min(by_engine[1].len()),
            recall: mean(&machines),
            false_alarms: mean(&people),
        }
    }
}

/// The value that a share of `values` lie below or at.
fn quantile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let at = (share * values.len() as f64) as usize;
    values.get(at).copied().unwrap_or(f64::INFINITY)
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
    /// Mean over the languages that have it.
    pub(super) recall: Option<f64>,
    false_alarms: Option<f64>,
    pub(super) alert_native: Option<f64>,
    pub(super) alert_human: Option<f64>,
    alert_machine: Option<f64>,
    /// Spread of the evidence of one source's articles, and of the means of sources, in nats.
    within_sd: f64,
    between_sd: f64,
    /// The intraclass correlation.
    correlation: f64,
}

pub(super) fn report(languages: BTreeMap<Lang, Row>) -> Report {
    let mean = |of: fn(&Row) -> Option<f64>| {
        let values: Vec<f64> = languages.values().filter_map(of).collect();
        (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
    };
    let mut resemblance = Resemblance::default();
    for kind in languages.values().flat_map(|row| &row.kinds) {
        resemblance.add(kind);
    }
    Report {
        recall: mean(|row| row.recall),
        false_alarms: mean(|row| row.false_alarms),
        alert_native: mean(|row| row.alert_native),
        alert_human: mean(|row| row.alert_human),
        alert_machine: mean(|row| row.alert_machine),
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
        "\nsources   half of the stories each, at 1 % of   {ARTICLES} articles, over {ALERT}, %   turns\n          \
         people's on the other half               by                        false  noticed after\n\
         language stories articles engines recall false   native human machine   in 1,000"
    )?;
    let show = |value: Option<f64>, scale: f64, digits: usize| match value {
        Some(value) => format!("{:.digits$}", value * scale),
        None => "-".to_string(),
    };
    for (lang, row) in &report.languages {
        writeln!(
            out,
            "{:<8} {:>7} {:>8} {:>7} {:>6} {:>5}   {:>6} {:>5} {:>7}   {:>8} {:>8} {:>5}",
            lang.as_str(),
            row.stories,
            row.articles,
            row.engines,
            show(row.recall, 1.0, 3),
            show(row.false_alarms, 1.0, 3),
            show(row.alert_native, 100.0, 1),
            show(row.alert_human, 100.0, 1),
            show(row.alert_machine, 100.0, 1),
            show(row.false_turns, 1.0, 2),
            show(row.turns_noticed, 1.0, 2),
            show(row.turn_delay, 1.0, 0),
        )?;
    }
    writeln!(
        out,
        "{:<8} {:>7} {:>8} {:>7} {:>6} {:>5}   {:>6} {:>5} {:>7}",
        "mean",
        "",
        "",
        "",
        show(report.recall, 1.0, 3),
        show(report.false_alarms, 1.0, 3),
        show(report.alert_native, 100.0, 1),
        show(report.alert_human, 100.0, 1),
        show(report.alert_machine, 100.0, 1),
    )?;
    writeln!(
        out,
        "articles of one source spread by {:.2} nats, the means of sources of one kind by {:.2} \
         (built in: {SOURCE_SD}); intraclass correlation {:.2}",
        report.within_sd, report.between_sd, report.correlation
    )?;
    Ok(())
}
