//! How often each rule fires, and how much of what it marks is wrong.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    ops::Range,
    time::Duration,
};

use serde::{Deserialize, Serialize, de::IgnoredAny};

use super::{figures::mb_per_second, texts::Record};
use crate::{
    lang::Lexicon,
    measure::statistics::share,
    model::{Finding, Lang},
    score::{self, DETECTORS, Draft, Family},
    style::Label,
    text::Text,
};

/// Texts of each label, or of those in which a rule fires.
#[derive(Debug, Default, Clone, Copy, Serialize)]
struct TextCounts {
    native: usize,
    human: usize,
    machine: usize,
}

impl TextCounts {
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
struct MarkedCharacters {
    text: usize,
    wrong: usize,
    marked: usize,
    marked_wrong: usize,
}

impl MarkedCharacters {
    /// The share of the text that is wrong.
    fn base(&self) -> f64 {
        share(self.wrong, self.text)
    }

    /// The share of what is marked that is wrong.
    fn precision(&self) -> f64 {
        share(self.marked_wrong, self.marked)
    }
}

/// How the texts of a set came out.
#[derive(Debug, Serialize)]
pub struct RulesReport {
    texts: TextCounts,
    /// Texts in which a rule fires, by grade.
    fires: BTreeMap<&'static str, BTreeMap<&'static str, TextCounts>>,
    /// Texts in which any rule about translation fires.
    any_about_translation: TextCounts,
    /// Findings of rules about translation in native texts.
    native_findings: usize,
    /// Lines of the page that these were collected with: found rightly, where one looked.
    native_lines: usize,
    /// By language.
    spans: BTreeMap<Lang, MarkedCharacters>,
    /// 10^6 bytes of text cut and searched in a second of one thread.
    mb_per_second: f64,
}

impl Default for RulesReport {
    /// Nothing is known of any rule.
    fn default() -> RulesReport {
        RulesReport {
            texts: TextCounts::default(),
            fires: score::rules()
                .map(|about| {
                    let grades = about.grades.iter();
                    let none = grades.map(|grade| (grade.name, TextCounts::default()));
                    (about.rule, none.collect())
                })
                .collect(),
            any_about_translation: TextCounts::default(),
            native_findings: 0,
            native_lines: 0,
            spans: BTreeMap::new(),
            mb_per_second: 0.0,
        }
    }
}

/// A translation in which people marked what is wrong: start and end in code points, severity,
/// category, rater.
#[derive(Debug, Deserialize)]
pub struct MarkedTranslation {
    lang: String,
    text: String,
    spans: Vec<(usize, usize, IgnoredAny, IgnoredAny, IgnoredAny)>,
}

impl RulesReport {
    /// Takes a text into account, with what was found in it.
    pub fn add(&mut self, record: &Record, found: &[Finding]) {
        let label = record.label();
        self.texts.add(label);
        let fired: BTreeSet<_> = found.iter().map(|f| (f.rule, f.grade)).collect();
        for (rule, grade) in fired {
            let of_rule = self.fires.entry(rule).or_default();
            of_rule.entry(grade).or_default().add(label);
        }
        let about_translation = found.iter().filter(|finding| is_about_translation(finding));
        let about_translation = about_translation.count();
        if about_translation > 0 {
            self.any_about_translation.add(label);
        }
        if label == Label::Native {
            self.native_findings += about_translation;
            self.native_lines += found.len() - about_translation;
        }
    }

    /// Compares what the rules mark in a translation with what people marked.
    pub fn compare(&mut self, marked: &MarkedTranslation, lexicon: &Lexicon) {
        let Some(lang) = Lang::new(&marked.lang) else {
            return;
        };
        let wrong = union(marked.spans.iter().map(|span| span.0..span.1));
        let found = search(&marked.text, &lang, lexicon);
        let points = |byte: usize| marked.text[..byte].chars().count();
        let found = found.iter().filter(|finding| is_about_translation(finding));
        let ours = union(found.map(|f| points(f.span.start)..points(f.span.end)));
        let row = self.spans.entry(lang).or_default();
        row.text += marked.text.chars().count();
        row.wrong += wrong.len();
        row.marked += ours.len();
        row.marked_wrong += ours.intersection(&wrong).count();
    }

    /// The speed at which `bytes` of text were searched.
    pub fn timed(&mut self, bytes: usize, took: Duration) {
        self.mb_per_second = mb_per_second(bytes, took);
    }

    fn firing_table(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TextCounts {
            native,
            human,
            machine,
        } = self.texts;
        writeln!(
            f,
            "texts in which a rule fires, of {native} native, {human} human-translated and {machine} \
             machine-translated\nrule                      grade             native  human machine"
        )?;
        let row = |f: &mut fmt::Formatter<'_>, rule, grade, fires: TextCounts| {
            writeln!(
                f,
                "{rule:<25} {grade:<16} {:>7} {:>6} {:>7}",
                fires.native, fires.human, fires.machine
            )
        };
        for about in score::rules() {
            for grade in about.grades {
                let of_rule = self.fires.get(about.rule);
                let fires = of_rule.and_then(|grades| grades.get(grade.name)).copied();
                row(f, about.rule, grade.name, fires.unwrap_or_default())?;
            }
        }
        row(f, "any about translation", "", self.any_about_translation)?;
        writeln!(
            f,
            "{:.2} findings about translation and {:.2} lines of the page in 1,000 native texts; {:.1} MB/s",
            1e3 * share(self.native_findings, native),
            1e3 * share(self.native_lines, native),
            self.mb_per_second
        )
    }

    fn spans_table(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\ncharacters marked where people marked errors\n\
             language  marked  wrong of them, %  wrong in all, %  ratio"
        )?;
        for (lang, row) in &self.spans {
            writeln!(
                f,
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
}

/// All findings, under every rule, in a text of known language.
pub fn search(text: &str, lang: &Lang, lexicon: &Lexicon) -> Vec<Finding> {
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

/// What was found in a text that no machine translated; nothing for a machine's.
pub fn false_alarms(record: &Record, found: &[Finding]) -> String {
    if record.label() == Label::Machine {
        return String::new();
    }
    let line = |finding: &Finding| {
        let (label, doc) = (record.label(), &record.doc);
        let (rule, grade) = (finding.rule, finding.grade);
        let words = &record.text[finding.span.clone()];
        format!(
            "{label:?}\t{doc}\t{rule}\t{grade}\t{words}\t{}\n",
            finding.note
        )
    };
    found.iter().map(line).collect()
}

/// The characters inside any of the spans.
fn union(spans: impl Iterator<Item = Range<usize>>) -> BTreeSet<usize> {
    spans.flatten().collect()
}

impl fmt::Display for RulesReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.firing_table(f)?;
        if self.spans.is_empty() {
            return Ok(());
        }
        self.spans_table(f)
    }
}
