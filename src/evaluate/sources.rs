//! How well sources are told apart by their standing, and how much the articles of one source
//! resemble each other.
//!
//! One rule serves all languages: a source is suspected when its probability is over
//! [`TranslationStanding::SUSPECTED`]. Only the style speaks here; findings and traces in the page
//! would come on top.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

use super::{
    figures::{figure, percent},
    made_up::{ARTICLES, RESAMPLES, SOURCES, Turns, engines, over, resampled, sources, stories},
    texts::{Scored, labelled, translated_by_both},
};
use crate::{
    measure::{
        Draw,
        statistics::{interval, mean},
    },
    model::{Lang, TranslationStanding},
    standing::{Resemblance, SOURCE_SD},
    style::Label,
};

/// What is known of the sources of one language.
#[derive(Debug, Serialize)]
pub struct SourceFigures {
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

pub(super) fn measure(scored: &[Scored<'_>]) -> SourceFigures {
    let both = translated_by_both(scored);
    let of_both = |label| -> Vec<Scored<'_>> {
        let texts = labelled(scored, label);
        texts
            .filter(|(record, _)| both.contains(record.doc.as_str()))
            .collect()
    };
    let by_natives = stories(&labelled(scored, Label::Native).collect::<Vec<_>>());
    let by_people = stories(&of_both(Label::Human));
    let engines = engines(&of_both(Label::Machine));

    let mut draw = Draw::new(1);
    let people = sources(&mut draw, &by_people, SOURCES);
    let natives = sources(&mut draw, &by_natives, SOURCES);
    let machines: Vec<f64> = engines
        .iter()
        .filter_map(|engine| sources(&mut draw, engine, SOURCES / engines.len()))
        .flatten()
        .collect();
    let machines = (!machines.is_empty()).then_some(machines);
    let over = |found: &Option<Vec<f64>>, limit| found.as_deref().map(|found| over(found, limit));
    let turns = Turns::of(&mut draw, &by_natives, &engines);
    let [suspected, likely] = [TranslationStanding::SUSPECTED, TranslationStanding::LIKELY];
    SourceFigures {
        stories: by_people.len(),
        engines: engines.len(),
        suspected_native: over(&natives, suspected),
        suspected_human: over(&people, suspected),
        suspected_machine: over(&machines, suspected),
        resampled_human: resampled(&mut draw, &by_people, suspected),
        likely_native: over(&natives, likely),
        likely_human: over(&people, likely),
        likely_machine: over(&machines, likely),
        false_turns: turns.imagined,
        turns_noticed: turns.noticed,
        turn_delay: turns.delay,
        kinds: kinds(scored),
    }
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

/// What is known of the sources of all languages.
#[derive(Debug, Serialize)]
pub struct SourcesReport {
    languages: BTreeMap<Lang, SourceFigures>,
    /// Made-up sources that are suspected: means over the languages that have enough stories, of
    /// natives.
    pub suspected_native: Option<f64>,
    /// Of human translators.
    pub suspected_human: Option<f64>,
    /// Of engines.
    pub suspected_machine: Option<f64>,
    /// 95 % bootstrap interval of the mean over people's.
    suspected_human_interval: Option<(f64, f64)>,
    /// The same for those that are called publishers of machine translation.
    likely_native: Option<f64>,
    likely_human: Option<f64>,
    likely_machine: Option<f64>,
    /// Spread of the evidence of one source's articles, and of the means of sources, in nats.
    within_sd: f64,
    between_sd: f64,
    /// The intraclass correlation.
    correlation: f64,
}

impl SourcesReport {
    pub(super) fn of(languages: BTreeMap<Lang, SourceFigures>) -> SourcesReport {
        let rows = || languages.values();
        let mean_of = |of: fn(&SourceFigures) -> Option<f64>| mean(rows().filter_map(of));
        let mut resemblance = Resemblance::default();
        for kind in rows().flat_map(|row| &row.kinds) {
            resemblance.add(kind);
        }
        let resampled =
            |n: usize| mean(rows().filter_map(|row| Some(row.resampled_human.as_ref()?[n])));
        SourcesReport {
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
}

impl fmt::Display for SourcesReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\nsources           of {ARTICLES} articles, suspected (over {}), %      likely (over {}), %    turns\n\
             language stories engines native human   interval machine  native human machine   \
             false in 1,000 noticed after",
            TranslationStanding::SUSPECTED,
            TranslationStanding::LIKELY
        )?;
        for (lang, row) in &self.languages {
            let (stories, engines) = (row.stories.to_string(), row.engines.to_string());
            let suspected = [
                row.suspected_native,
                row.suspected_human,
                row.suspected_machine,
            ];
            let interval = row.resampled_human.clone().and_then(interval);
            let likely = [row.likely_native, row.likely_human, row.likely_machine];
            shares(
                f,
                [lang.as_str(), &stories, &engines],
                suspected,
                interval,
                likely,
            )?;
            writeln!(
                f,
                "   {:>14} {:>7} {:>5}",
                figure(row.false_turns, 1.0, 2),
                figure(row.turns_noticed, 1.0, 2),
                figure(row.turn_delay, 1.0, 0),
            )?;
        }
        let suspected = [
            self.suspected_native,
            self.suspected_human,
            self.suspected_machine,
        ];
        let likely = [self.likely_native, self.likely_human, self.likely_machine];
        shares(
            f,
            ["mean", "", ""],
            suspected,
            self.suspected_human_interval,
            likely,
        )?;
        writeln!(
            f,
            "\narticles of one source spread by {:.2} nats, the means of sources of one kind by {:.2} \
             (built in: {SOURCE_SD}); intraclass correlation {:.2}",
            self.within_sd, self.between_sd, self.correlation
        )
    }
}

/// The columns that a language and the mean share. Shares are of natives, people and machines.
fn shares(
    f: &mut fmt::Formatter<'_>,
    [name, stories, engines]: [&str; 3],
    suspected: [Option<f64>; 3],
    interval: Option<(f64, f64)>,
    likely: [Option<f64>; 3],
) -> fmt::Result {
    let interval = interval.map(|(low, high)| format!("{:.1}-{:.1}", low * 100.0, high * 100.0));
    let [suspected, likely] = [suspected, likely].map(|shares| shares.map(percent));
    write!(
        f,
        "{name:<8} {stories:>7} {engines:>7} {:>6} {:>5} {:>10} {:>7}  {:>6} {:>5} {:>7}",
        suspected[0],
        suspected[1],
        interval.as_deref().unwrap_or("-"),
        suspected[2],
        likely[0],
        likely[1],
        likely[2],
    )
}
