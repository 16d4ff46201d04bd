//! How well the style score tells machine translation apart.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    time::Duration,
};

use serde::Serialize;

use super::{
    figures::{figure, mb_per_second, percent},
    sources::{self, SourceFigures, SourcesReport},
    texts::{Read, Record, Scored, labelled, scored, translated_by_both},
};
use crate::{
    measure::{
        separation::{area, source_recall},
        statistics::{mean, share},
    },
    model::{Lang, Policy},
    style::{self, Label, LabelledText, Model},
};

/// What is known of one language, or of one engine in it. News only.
#[derive(Debug, Default, Serialize)]
pub struct StyleFigures {
    native: usize,
    human: usize,
    machine: usize,
    /// Areas under the ROC curve: natives against machine translations.
    pub native_machine: Option<f64>,
    /// Human translations against machines'.
    pub human_machine: Option<f64>,
    /// The same on documents of which there are both.
    pub same_documents: Option<f64>,
    /// The same within one collection, which has one year and one source language: the mean over
    /// collections.
    pub same_origin: Option<f64>,
    /// Shares at or above the threshold, of texts that are long enough: of natives.
    pub flagged_native: Option<f64>,
    /// Of human translations.
    pub flagged_human: Option<f64>,
    flagged_machine: Option<f64>,
    /// Sources of ten articles found at 1 % false alarms.
    sources: Option<f64>,
}

impl StyleFigures {
    fn of(read: &[Read<'_>]) -> StyleFigures {
        let scored = scored(read, |reading| reading.log_odds);
        let odds = |label| -> Vec<f32> { labelled(&scored, label).map(|(_, odds)| odds).collect() };
        let (native, human) = (odds(Label::Native), odds(Label::Human));
        let machine = odds(Label::Machine);
        StyleFigures {
            native: native.len(),
            human: human.len(),
            machine: machine.len(),
            native_machine: area(&native, &machine),
            human_machine: area(&human, &machine),
            same_documents: same_documents(&scored),
            same_origin: same_origin(&scored),
            flagged_native: flagged(&native),
            flagged_human: flagged(&human),
            flagged_machine: flagged(&machine),
            sources: sources_found(read),
        }
    }

    /// Sums of the counts, and means over those that have a figure.
    fn mean<'a>(rows: &(impl Iterator<Item = &'a StyleFigures> + Clone)) -> StyleFigures {
        let count = |of: fn(&StyleFigures) -> usize| rows.clone().map(of).sum();
        let mean = |of: fn(&StyleFigures) -> Option<f64>| mean(rows.clone().filter_map(of));
        StyleFigures {
            native: count(|row| row.native),
            human: count(|row| row.human),
            machine: count(|row| row.machine),
            native_machine: mean(|row| row.native_machine),
            human_machine: mean(|row| row.human_machine),
            same_documents: mean(|row| row.same_documents),
            same_origin: mean(|row| row.same_origin),
            flagged_native: mean(|row| row.flagged_native),
            flagged_human: mean(|row| row.flagged_human),
            flagged_machine: mean(|row| row.flagged_machine),
            sources: mean(|row| row.sources),
        }
    }
}

/// How many sources of ten articles are found at 1 % false alarms.
fn sources_found(read: &[Read<'_>]) -> Option<f64> {
    let scored = scored(read, |reading| reading.of_source);
    let people = labelled(&scored, Label::Human);
    let people: Vec<f32> = people.map(|(_, odds)| odds).collect();
    let mut systems: BTreeMap<&str, Vec<f32>> = BTreeMap::new();
    for (record, odds) in labelled(&scored, Label::Machine) {
        let system = record.system.as_deref().unwrap_or_default();
        systems.entry(system).or_default().push(odds);
    }
    let systems: Vec<Vec<f32>> = systems.into_values().collect();
    source_recall(&people, &systems, 1)
}

fn same_documents(scored: &[Scored<'_>]) -> Option<f64> {
    let both = translated_by_both(scored);
    let odds = |label| -> Vec<f32> {
        let texts = labelled(scored, label);
        let texts = texts.filter(|(record, _)| both.contains(record.doc.as_str()));
        texts.map(|(_, odds)| odds).collect()
    };
    area(&odds(Label::Human), &odds(Label::Machine))
}

fn same_origin(scored: &[Scored<'_>]) -> Option<f64> {
    let mut collections: BTreeMap<&str, [Vec<f32>; 3]> = BTreeMap::new();
    for (record, odds) in scored {
        let collection = record.source.as_deref().unwrap_or_default();
        let by_label = collections.entry(collection).or_default();
        by_label[record.label() as usize].push(*odds);
    }
    let areas = collections
        .values()
        .filter_map(|[_, human, machine]| area(human, machine));
    mean(areas)
}

/// The share of texts that the style alone flags under the default policy.
fn flagged(odds: &[f32]) -> Option<f64> {
    let at = Policy::default().translation_at;
    let limit = (at / (1.0 - at)).ln();
    let over = odds.iter().filter(|odds| **odds >= limit).count();
    (!odds.is_empty()).then(|| share(over, odds.len()))
}

/// How the texts of a set came out.
#[derive(Debug, Serialize)]
pub struct TranslationReport {
    /// By language.
    pub languages: BTreeMap<Lang, StyleFigures>,
    /// By language and engine: its texts beside all others of the language.
    systems: BTreeMap<String, StyleFigures>,
    /// Means over the languages that have the figure.
    pub mean: StyleFigures,
    /// What is known of sources.
    pub sources: SourcesReport,
    /// 10^6 bytes of text scored in a second of one thread; nothing where models are trained too.
    mb_per_second: Option<f64>,
}

/// What is known so far, language by language.
#[derive(Debug, Default)]
pub struct TranslationRun {
    languages: BTreeMap<Lang, StyleFigures>,
    systems: BTreeMap<String, StyleFigures>,
    sources: BTreeMap<Lang, SourceFigures>,
    bytes: usize,
}

impl TranslationRun {
    /// Takes the scored texts of a language into account: those of each model that scored some. What
    /// one model says is not held against what another does: areas are means over the parts.
    pub fn add(&mut self, lang: &Lang, parts: &[Vec<Read<'_>>]) {
        let read: Vec<Read<'_>> = parts.concat();
        let bytes = read.iter().map(|(record, _)| record.text.len());
        self.bytes += bytes.sum::<usize>();
        for (system, read) in by_system(&read) {
            let figures = StyleFigures::of(&read);
            self.systems.insert(format!("{lang} {system}"), figures);
        }
        let figures: Vec<StyleFigures> = parts.iter().map(|part| StyleFigures::of(part)).collect();
        self.languages
            .insert(lang.clone(), StyleFigures::mean(&figures.iter()));
        let of_source = scored(&read, |reading| reading.of_source);
        self.sources
            .insert(lang.clone(), sources::measure(&of_source));
    }

    /// The report. `took` is the time of scoring, where that was all that was done.
    pub fn report(self, took: Option<Duration>) -> TranslationReport {
        TranslationReport {
            mean: StyleFigures::mean(&self.languages.values()),
            sources: SourcesReport::of(self.sources),
            languages: self.languages,
            systems: self.systems,
            mb_per_second: took.map(|took| mb_per_second(self.bytes, took)),
        }
    }
}

/// The texts that can be scored: news, of some length.
pub fn read<'r>(model: &Model<'_>, records: impl Iterator<Item = &'r Record>) -> Vec<Read<'r>> {
    let news = records.filter(|record| record.is_news());
    news.filter_map(|record| Some((record, model.read(&record.text)?)))
        .collect()
}

/// Every text by a model that has seen no version of its document; `None` where there are too few
/// to train on.
pub fn cross_validated(records: &[Record], folds: usize) -> Option<Vec<Read<'_>>> {
    const SEED: u64 = 1;
    let names: BTreeSet<&str> = records.iter().map(|record| record.doc.as_str()).collect();
    let fold_of: BTreeMap<&str, usize> = names
        .into_iter()
        .enumerate()
        .map(|(at, name)| (name, at % folds))
        .collect();
    let mut all = Vec::new();
    for fold in 0..folds {
        let is_out = |record: &&Record| fold_of.get(record.doc.as_str()) == Some(&fold);
        let kept = records.iter().filter(|record| !is_out(record));
        let examples: Vec<LabelledText<'_>> = kept.filter_map(Record::example).collect();
        let bytes = style::train(&examples, SEED).ok()?;
        let model = Model::parse(&bytes)?;
        all.extend(read(&model, records.iter().filter(is_out)));
    }
    Some(all)
}

/// The texts of each engine, with all that no machine wrote.
fn by_system<'r>(read: &[Read<'r>]) -> BTreeMap<&'r str, Vec<Read<'r>>> {
    let machine = |record: &Record| record.label() == Label::Machine;
    let of_machines = read.iter().filter(|(record, _)| machine(record));
    let names = of_machines.filter_map(|(record, _)| record.system.as_deref());
    let names: BTreeSet<&str> = names.collect();
    let of = |name| {
        let texts = read
            .iter()
            .filter(move |(record, _)| !machine(record) || record.system.as_deref() == Some(name));
        (name, texts.copied().collect())
    };
    names.into_iter().map(of).collect()
}

/// The tables of a report.
#[derive(Debug)]
pub struct Tables<'r> {
    /// The report.
    pub report: &'r TranslationReport,
    /// A row an engine instead of a row a language.
    pub by_system: bool,
}

impl fmt::Display for Tables<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.report;
        let named: Vec<(&str, &StyleFigures)> = if self.by_system {
            let systems = report.systems.iter();
            systems.map(|(name, row)| (name.as_str(), row)).collect()
        } else {
            let languages = report.languages.iter();
            languages.map(|(lang, row)| (lang.as_str(), row)).collect()
        };
        let width = named.iter().map(|(name, _)| name.chars().count()).max();
        let width = width.unwrap_or_default().max("language".len());
        writeln!(
            f,
            "{:width$}  texts                  area under ROC                     flagged, %             sources\n\
             {:width$}  native  human machine  native-MT HT-MT same-doc origin  native human machine    of 10",
            "", "language"
        )?;
        for (name, row) in named.into_iter().chain([("mean", &report.mean)]) {
            style_row(f, name, width, row)?;
        }
        if let Some(speed) = report.mb_per_second {
            writeln!(f, "{speed:.1} MB/s")?;
        }
        report.sources.fmt(f)
    }
}

fn style_row(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    width: usize,
    row: &StyleFigures,
) -> fmt::Result {
    writeln!(
        f,
        "{name:<width$}  {:>6} {:>6} {:>7}  {:>9} {:>5} {:>8} {:>6}  {:>6} {:>5} {:>7}  {:>7}",
        row.native,
        row.human,
        row.machine,
        figure(row.native_machine, 1.0, 3),
        figure(row.human_machine, 1.0, 3),
        figure(row.same_documents, 1.0, 3),
        figure(row.same_origin, 1.0, 3),
        percent(row.flagged_native),
        percent(row.flagged_human),
        percent(row.flagged_machine),
        figure(row.sources, 1.0, 3),
    )
}
