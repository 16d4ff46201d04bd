//! `benggala eval rules`: how often each rule fires, and how much of what it marks is wrong.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
    ops::Range,
    path::PathBuf,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize, de::IgnoredAny};

use crate::{
    lang::Lexicon,
    model::{Finding, Lang},
    score::{self, DETECTORS, Draft, Family},
    style::Label,
    text::Text,
};

use super::{
    Failure, Outcome,
    eval::Format,
    out,
    translation_set::{self, Record},
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder with the labelled texts
    #[arg(long = "set", value_name = "DIR")]
    folder: PathBuf,
    /// A folder of translations with marked errors: what the rules mark there is compared
    #[arg(long, value_name = "DIR")]
    spans: Option<PathBuf>,
    /// List what was found in texts that no machine translated
    #[arg(long)]
    false_alarms: bool,
    /// How to print
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// Texts of each label, or of those in which a rule fires.
#[derive(Debug, Default, Clone, Copy, Serialize)]
struct Counts {
    native: usize,
    human: usize,
    machine: usize,
}

impl Counts {
    fn add(&mut self, label: Label) {
        *match label {
            Label::Native => &mut self.native,
            Label::Human => &mut self.human,
            Label::Machine => &mut self.machine,
        } += 1;
    }
}

/// What is marked in translations with known errors, in characters.
#[derive(Debug, Default, Serialize)]
struct Precision {
    text: usize,
    wrong: usize,
    marked: usize,
    marked_wrong: usize,
}

impl Precision {
    /// The share of the text that is wrong.
    fn base(&self) -> f64 {
        share(self.wrong, self.text)
    }

    /// The share of what is marked that is wrong.
    fn precision(&self) -> f64 {
        share(self.marked_wrong, self.marked)
    }
}

/// What is printed.
#[derive(Serialize)]
struct Report {
    texts: Counts,
    /// Texts in which a rule fires.
    fires: BTreeMap<&'static str, Counts>,
    /// Texts in which any rule about translation fires.
    any_about_translation: Counts,
    /// Findings of rules about translation in native texts.
    native_findings: usize,
    /// Lines of the page that these were collected with: found rightly, where one looked.
    native_lines: usize,
    /// By language.
    spans: BTreeMap<Lang, Precision>,
    /// 10^6 bytes of text cut and searched in a second of one thread.
    mb_per_second: f64,
}

/// A translation in which people marked what is wrong: start and end in code points, severity,
/// category, rater.
#[derive(Deserialize)]
struct Marked {
    lang: String,
    text: String,
    spans: Vec<(usize, usize, IgnoredAny, IgnoredAny, IgnoredAny)>,
}

pub(super) fn eval(args: &Args) -> Result<Outcome, Failure> {
    let lexicon = Lexicon::built_in();
    let set = translation_set::read(&args.folder)?;
    let mut report = Report {
        texts: Counts::default(),
        fires: score::rules()
            .map(|about| (about.rule, Counts::default()))
            .collect(),
        any_about_translation: Counts::default(),
        native_findings: 0,
        native_lines: 0,
        spans: BTreeMap::new(),
        mb_per_second: 0.0,
    };
    let (mut bytes, mut took) = (0, Duration::ZERO);
    for (lang, records) in &set {
        if lexicon.pack(lang).is_none() {
            continue;
        }
        for record in records {
            let begun = Instant::now();
            let found = search(&record.text, lang, &lexicon);
            took += begun.elapsed();
            bytes += record.text.len();
            count(&mut report, record, &found);
            if args.false_alarms && record.label() != Label::Machine {
                list(record, &found)?;
            }
        }
    }
    report.mb_per_second = bytes as f64 / 1e6 / took.as_secs_f64().max(1e-9);
    if let Some(folder) = &args.spans {
        report.spans = precision(&translation_set::lines(folder)?, &lexicon);
    }
    match args.format {
        Format::Json => writeln!(out(), "{}", serde_json::json!(report))?,
        Format::Text => print_tables(&report)?,
    }
    Ok(Outcome::Clean)
}

/// All findings, under every rule, in a text of known language.
fn search(text: &str, lang: &Lang, lexicon: &Lexicon) -> Vec<Finding> {
    let cut = Text::new(text);
    let draft = Draft::in_language(&cut, Some(lang), lexicon);
    let mut found = Vec::new();
    for detector in DETECTORS {
        detector.detect(&draft, &mut found);
    }
    found
}

fn is_about_translation(finding: &Finding) -> bool {
    score::rules().any(|about| about.rule == finding.rule && about.family == Family::Translation)
}

fn count(report: &mut Report, record: &Record, found: &[Finding]) {
    let label = record.label();
    report.texts.add(label);
    let rules: BTreeSet<&str> = found.iter().map(|finding| finding.rule).collect();
    for rule in rules {
        report.fires.entry(rule_name(rule)).or_default().add(label);
    }
    let about_translation = found.iter().filter(|finding| is_about_translation(finding));
    let about_translation = about_translation.count();
    if about_translation > 0 {
        report.any_about_translation.add(label);
    }
    if label == Label::Native {
        report.native_findings += about_translation;
        report.native_lines += found.len() - about_translation;
    }
}

/// The name as the rule's own.
fn rule_name(rule: &str) -> &'static str {
    score::rules()
        .map(|about| about.rule)
        .find(|name| *name == rule)
        .unwrap_or_default()
}

fn list(record: &Record, found: &[Finding]) -> Result<(), Failure> {
    for finding in found {
        let text = &record.text[finding.span.clone()];
        writeln!(
            out(),
            "{:?}\t{}\t{}\t{text}\t{}",
            record.label(),
            record.doc,
            finding.rule,
            finding.note
        )?;
    }
    Ok(())
}

fn precision(texts: &[Marked], lexicon: &Lexicon) -> BTreeMap<Lang, Precision> {
    let mut by_lang: BTreeMap<Lang, Precision> = BTreeMap::new();
    for marked in texts {
        let Some(lang) = Lang::new(&marked.lang) else {
            continue;
        };
        let wrong = union(marked.spans.iter().map(|span| span.0..span.1));
        let found = search(&marked.text, &lang, lexicon);
        let points = |byte: usize| marked.text[..byte].chars().count();
        let found = found.iter().filter(|finding| is_about_translation(finding));
        let ours = union(found.map(|f| points(f.span.start)..points(f.span.end)));
        let row = by_lang.entry(lang).or_default();
        row.text += marked.text.chars().count();
        row.wrong += wrong.len();
        row.marked += ours.len();
        row.marked_wrong += ours.intersection(&wrong).count();
    }
    by_lang
}

/// The characters inside any of the spans.
fn union(spans: impl Iterator<Item = Range<usize>>) -> BTreeSet<usize> {
    spans.flatten().collect()
}

fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

fn print_tables(report: &Report) -> Result<(), Failure> {
    let mut out = out();
    let Counts {
        native,
        human,
        machine,
    } = report.texts;
    writeln!(
        out,
        "texts in which a rule fires, % of {native} native, {human} human-translated and {machine} \
         machine-translated\nrule                      native  human machine"
    )?;
    let of_rule = |rule| report.fires.get(rule).copied().unwrap_or_default();
    let rows = score::rules().map(|about| (about.rule, of_rule(about.rule)));
    let any = ("any about translation", report.any_about_translation);
    for (name, fires) in rows.chain([any]) {
        writeln!(
            out,
            "{name:<25} {:>6.2} {:>6.2} {:>7.2}",
            100.0 * share(fires.native, native),
            100.0 * share(fires.human, human),
            100.0 * share(fires.machine, machine),
        )?;
    }
    writeln!(
        out,
        "{:.2} findings about translation and {:.2} lines of the page in 1,000 native texts; {:.1} MB/s",
        1e3 * share(report.native_findings, native),
        1e3 * share(report.native_lines, native),
        report.mb_per_second
    )?;
    if report.spans.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\ncharacters marked where people marked errors\n\
         language  marked  wrong of them, %  wrong in all, %  ratio"
    )?;
    for (lang, row) in &report.spans {
        writeln!(
            out,
            "{:<9} {:>6}  {:>16.1}  {:>15.1}  {:>5.1}",
            lang.as_str(),
            row.marked,
            100.0 * row.precision(),
            100.0 * row.base(),
            row.precision() / row.base().max(f64::EPSILON)
        )?;
    }
    Ok(())
}
