//! `benggala eval translation`: how well the style score tells machine translation apart.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use serde::Serialize;

use crate::{
    measure::separation::{area, source_recall},
    model::{Lang, Policy},
    style::{self, Example, Label, Model},
};

use super::{
    Failure, Outcome,
    eval::Format,
    eval_sources::{self, Scored},
    out,
    train_translation::example,
    translation_floors,
    translation_set::{self, Record, Split},
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder with the labelled texts
    #[arg(long = "set", value_name = "DIR")]
    folder: PathBuf,
    /// Models as `train translation` wrote them [default: those built in]
    #[arg(long, value_name = "DIR")]
    models: Option<PathBuf>,
    /// Which texts to measure on; built-in models have learned from both
    #[arg(long, value_enum, default_value = "valid")]
    split: Split,
    /// Measure on all texts, each by a model that learned from the documents of the other folds
    #[arg(long, value_name = "N", conflicts_with_all = ["models", "split", "floors"],
          value_parser = clap::value_parser!(u8).range(2..=20))]
    folds: Option<u8>,
    /// One row a language, or one an engine
    #[arg(long, value_enum, default_value = "lang")]
    by: By,
    /// How to print
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Fail when a figure is beyond its floor in this file, or the set is another one
    #[arg(long, value_name = "FILE")]
    floors: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum By {
    Lang,
    System,
}

/// What is known of one language, or of one engine in it. News only.
#[derive(Debug, Default, Serialize)]
pub(super) struct Row {
    native: usize,
    human: usize,
    machine: usize,
    /// Areas under the ROC curve.
    pub(super) native_machine: Option<f64>,
    pub(super) human_machine: Option<f64>,
    /// The same on documents of which there are both.
    pub(super) same_documents: Option<f64>,
    /// Shares at or above the threshold, of texts that are long enough.
    pub(super) flagged_native: Option<f64>,
    pub(super) flagged_human: Option<f64>,
    flagged_machine: Option<f64>,
    /// Sources of ten articles found at 1 % false alarms.
    sources: Option<f64>,
}

/// What is printed.
#[derive(Serialize)]
pub(super) struct Report {
    pub(super) languages: BTreeMap<Lang, Row>,
    /// By language and engine: its texts beside all others of the language.
    systems: BTreeMap<String, Row>,
    /// Means over the languages that have the figure.
    pub(super) mean: Row,
    /// What is known of sources.
    pub(super) sources: eval_sources::Report,
    /// 10^6 bytes of text scored in a second of one thread; nothing where models are trained too.
    mb_per_second: Option<f64>,
}

pub(super) fn eval(args: &Args) -> Result<Outcome, Failure> {
    let set = translation_set::read(&args.folder)?;
    let (mut bytes, mut took) = (0, Duration::ZERO);
    let (mut languages, mut systems) = (BTreeMap::new(), BTreeMap::new());
    let mut sources = BTreeMap::new();
    for (lang, records) in &set {
        let begun = Instant::now();
        let scored = match args.folds {
            Some(folds) => cross_validated(records, folds.into()),
            None => scored(records, lang, args)?,
        };
        let Some(scored) = scored else { continue };
        took += begun.elapsed();
        let texts = scored.iter().map(|(record, _)| record.text.len());
        bytes += texts.sum::<usize>();
        for (system, scored) in by_system(&scored) {
            systems.insert(format!("{lang} {system}"), measure(&scored));
        }
        languages.insert(lang.clone(), measure(&scored));
        sources.insert(lang.clone(), eval_sources::measure(&scored));
    }
    let report = Report {
        mean: mean(&languages.values()),
        languages,
        systems,
        sources: eval_sources::report(sources),
        mb_per_second: (args.folds.is_none())
            .then(|| bytes as f64 / 1e6 / took.as_secs_f64().max(1e-9)),
    };
    match args.format {
        Format::Json => writeln!(out(), "{}", serde_json::json!(report))?,
        Format::Text => {
            print_table(&report, args.by)?;
            eval_sources::print(&report.sources)?;
        }
    }
    match &args.floors {
        Some(file) => translation_floors::hold(file, &args.folder, &report),
        None => Ok(Outcome::Clean),
    }
}

/// The texts of a language that are measured on, by the model that serves it.
fn scored<'r>(
    records: &'r [Record],
    lang: &Lang,
    args: &Args,
) -> Result<Option<Vec<Scored<'r>>>, Failure> {
    let stored = args.models.as_deref().map(|folder| load(folder, lang));
    let stored = stored.transpose()?.flatten();
    let model = match &args.models {
        Some(_) => stored.as_deref().and_then(Model::parse),
        None => style::model(lang),
    };
    let kept = records.iter().filter(|r| r.is_in(args.split));
    Ok(model.map(|model| score(&model, kept)))
}

fn score<'r>(model: &Model<'_>, records: impl Iterator<Item = &'r Record>) -> Vec<Scored<'r>> {
    let news = records.filter(|record| record.is_news());
    news.filter_map(|record| Some((record, model.log_odds(&record.text)?)))
        .collect()
}

/// Every text by a model that has seen no version of its document; `None` where there are too few
/// to train on.
fn cross_validated(records: &[Record], folds: usize) -> Option<Vec<Scored<'_>>> {
    const SEED: u64 = 1;
    let names: BTreeSet<&str> = records.iter().map(|record| record.doc.as_str()).collect();
    let fold_of: BTreeMap<&str, usize> = names
        .into_iter()
        .enumerate()
        .map(|(at, name)| (name, at % folds))
        .collect();
    let mut scored = Vec::new();
    for fold in 0..folds {
        let is_out = |record: &&Record| fold_of.get(record.doc.as_str()) == Some(&fold);
        let kept = records.iter().filter(|record| !is_out(record));
        let examples: Vec<Example<'_>> = kept.filter_map(example).collect();
        let bytes = style::train(&examples, SEED).ok()?;
        scored.extend(score(&Model::parse(&bytes)?, records.iter().filter(is_out)));
    }
    Some(scored)
}

/// The texts of each engine, with all that no machine wrote.
fn by_system<'r>(scored: &[Scored<'r>]) -> BTreeMap<&'r str, Vec<Scored<'r>>> {
    let machine = |record: &Record| record.label() == Label::Machine;
    let of_machines = scored.iter().filter(|(record, _)| machine(record));
    let names = of_machines.filter_map(|(record, _)| record.system.as_deref());
    let names: BTreeSet<&str> = names.collect();
    let of = |name| {
        let texts = scored
            .iter()
            .filter(move |(record, _)| !machine(record) || record.system.as_deref() == Some(name));
        (name, texts.copied().collect())
    };
    names.into_iter().map(of).collect()
}

/// The bytes of a trained model; `None` where the language has none.
fn load(folder: &Path, lang: &Lang) -> Result<Option<Vec<u8>>, Failure> {
    let path = folder.join(format!("{lang}.bin"));
    match fs::read(&path) {
        Ok(bytes) if Model::parse(&bytes).is_some() => Ok(Some(bytes)),
        Ok(_) => Err(Failure::message(format!(
            "{} is no style model",
            path.display()
        ))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::message(format!(
            "cannot read {}: {error}",
            path.display()
        ))),
    }
}

fn measure(scored: &[Scored<'_>]) -> Row {
    let of = |label: Label| -> Vec<f32> {
        let texts = scored.iter().filter(|(record, _)| record.label() == label);
        texts.map(|(_, odds)| *odds).collect()
    };
    let (native, human, machine) = (of(Label::Native), of(Label::Human), of(Label::Machine));
    let mut systems: BTreeMap<&str, Vec<f32>> = BTreeMap::new();
    for (record, odds) in scored.iter().filter(|(r, _)| r.label() == Label::Machine) {
        let system = record.system.as_deref().unwrap_or_default();
        systems.entry(system).or_default().push(*odds);
    }
    let systems: Vec<Vec<f32>> = systems.into_values().collect();
    Row {
        native: native.len(),
        human: human.len(),
        machine: machine.len(),
        native_machine: area(&native, &machine),
        human_machine: area(&human, &machine),
        same_documents: same_documents(scored),
        flagged_native: flagged(&native),
        flagged_human: flagged(&human),
        flagged_machine: flagged(&machine),
        sources: source_recall(&human, &systems, 1),
    }
}

fn same_documents(scored: &[Scored<'_>]) -> Option<f64> {
    let docs = |label: Label| -> BTreeSet<&str> {
        let texts = scored.iter().filter(|(record, _)| record.label() == label);
        texts.map(|(record, _)| record.doc.as_str()).collect()
    };
    let (human, machine) = (docs(Label::Human), docs(Label::Machine));
    let of = |label: Label| -> Vec<f32> {
        let texts = scored.iter().filter(|(record, _)| {
            let doc = record.doc.as_str();
            record.label() == label && human.contains(doc) && machine.contains(doc)
        });
        texts.map(|(_, odds)| *odds).collect()
    };
    area(&of(Label::Human), &of(Label::Machine))
}

/// The share of texts that the style alone flags under the default policy.
fn flagged(odds: &[f32]) -> Option<f64> {
    let at = Policy::default().translation_at;
    let limit = (at / (1.0 - at)).ln();
    let over = odds.iter().filter(|odds| **odds >= limit).count();
    (!odds.is_empty()).then(|| over as f64 / odds.len() as f64)
}

fn mean<'a>(rows: &(impl Iterator<Item = &'a Row> + Clone)) -> Row {
    let count = |of: fn(&Row) -> usize| rows.clone().map(of).sum();
    let mean = |of: fn(&Row) -> Option<f64>| {
        let values: Vec<f64> = rows.clone().filter_map(of).collect();
        (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
    };
    Row {
        native: count(|row| row.native),
        human: count(|row| row.human),
        machine: count(|row| row.machine),
        native_machine: mean(|row| row.native_machine),
        human_machine: mean(|row| row.human_machine),
        same_documents: mean(|row| row.same_documents),
        flagged_native: mean(|row| row.flagged_native),
        flagged_human: mean(|row| row.flagged_human),
        flagged_machine: mean(|row| row.flagged_machine),
        sources: mean(|row| row.sources),
    }
}

fn print_table(report: &Report, by: By) -> Result<(), Failure> {
    let mut out = out();
    let languages = report.languages.iter();
    let named: Vec<(&str, &Row)> = match by {
        By::Lang => languages.map(|(lang, row)| (lang.as_str(), row)).collect(),
        By::System => report
            .systems
            .iter()
            .map(|(name, row)| (name.as_str(), row))
            .collect(),
    };
    let width = named.iter().map(|(name, _)| name.chars().count()).max();
    let width = width.unwrap_or_default().max("language".len());
    writeln!(
        out,
        "{:width$}  texts                  area under ROC             flagged, %             sources\n\
         {:width$}  native  human machine  native-MT HT-MT same-doc  native human machine    of 10",
        "", "language"
    )?;
    let show = |value: Option<f64>, scale: f64, digits: usize| match value {
        Some(value) => format!("{:.digits$}", value * scale),
        None => "-".to_string(),
    };
    for (name, row) in named.into_iter().chain([("mean", &report.mean)]) {
        writeln!(
            out,
            "{name:<width$}  {:>6} {:>6} {:>7}  {:>9} {:>5} {:>8}  {:>6} {:>5} {:>7}  {:>7}",
            row.native,
            row.human,
            row.machine,
            show(row.native_machine, 1.0, 3),
            show(row.human_machine, 1.0, 3),
            show(row.same_documents, 1.0, 3),
            show(row.flagged_native, 100.0, 1),
            show(row.flagged_human, 100.0, 1),
            show(row.flagged_machine, 100.0, 1),
            show(row.sources, 1.0, 3),
        )?;
    }
    if let Some(speed) = report.mb_per_second {
        writeln!(out, "{speed:.1} MB/s")?;
    }
    Ok(())
}
