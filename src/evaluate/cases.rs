//! How many known defects of texts are pointed at, and how many innocent look-alikes are accused.
//!
//! A defect is marked if a finding about translation shares a character with it; if only a finding of
//! what is left of the page does, that is counted by itself. A text without defects is innocent, whatever
//! it was made for: every mark in it is a false one.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use crate::{
    extract::from_text,
    inspect::{Inspection, Rules, inspect_article},
    measure::statistics::share,
    model::{Finding, Lang, Span, Verdict},
    score,
};

/// A text with the defects that it is known to have: one line of a set.
#[derive(Debug, Deserialize)]
pub struct Case {
    id: String,
    lang: String,
    /// `flag` where something is wrong with it; anything else names a sort of innocent text.
    kind: String,
    /// What is wrong, or what it looks like.
    family: String,
    text: String,
    #[serde(default)]
    spans: Vec<Defect>,
}

#[derive(Debug, Deserialize)]
struct Defect {
    text: String,
    #[serde(default)]
    family: Option<String>,
}

/// Texts, and what was made of them.
#[derive(Debug, Clone, Copy, Default, Serialize)]
struct TextCounts {
    texts: usize,
    flagged: usize,
    /// With a finding about translation.
    marked: usize,
    /// With none, but with one of what is left of the page.
    of_page: usize,
    not_judged: usize,
}

impl TextCounts {
    fn add(&mut self, verdict: Verdict, marks: Marks) {
        self.texts += 1;
        self.flagged += usize::from(verdict == Verdict::Flag);
        self.not_judged += usize::from(matches!(verdict, Verdict::Abstain(_)));
        self.marked += usize::from(marks == Marks::Translation);
        self.of_page += usize::from(marks == Marks::Page);
    }
}

/// What points at a text or at a defect.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Marks {
    Nothing,
    Page,
    Translation,
}

impl Marks {
    fn of<'f>(findings: impl Iterator<Item = &'f Finding>) -> Marks {
        findings.fold(Marks::Nothing, |marks, finding| {
            match (marks, score::is_of_page(finding)) {
                (Marks::Translation, _) | (_, false) => Marks::Translation,
                (_, true) => Marks::Page,
            }
        })
    }
}

/// Defects, and how many of them are pointed at.
#[derive(Debug, Clone, Copy, Default, Serialize)]
struct DefectCounts {
    known: usize,
    /// By a finding about translation.
    marked: usize,
    /// By none, but by one of what is left of the page.
    of_page: usize,
}

/// How the texts of a set came out.
#[derive(Debug, Default, Serialize)]
pub struct CasesReport {
    set: String,
    sha256: String,
    /// Texts with defects, by what is wrong with them.
    defective: BTreeMap<String, TextCounts>,
    /// Texts without, by sort.
    innocent: BTreeMap<String, TextCounts>,
    /// Defects by family.
    defects: BTreeMap<String, DefectCounts>,
    /// The same by language.
    by_language: BTreeMap<String, DefectCounts>,
    /// Marks about translation in defective texts that stand beside their known defects.
    beside: usize,
    /// Defects that no mark touches: case, words.
    missed: Vec<(String, String)>,
    /// Marks in innocent texts: case, rule and grade, words.
    false_marks: Vec<(String, String, String)>,
    /// Defects that the text of their case does not hold: case, words.
    not_found: Vec<(String, String)>,
    /// Cases and marks that are listed.
    #[serde(skip)]
    listed: usize,
}

impl CasesReport {
    /// Nothing is known yet of a set.
    pub fn new(set: String, sha256: String, listed: usize) -> CasesReport {
        CasesReport {
            set,
            sha256,
            listed,
            ..CasesReport::default()
        }
    }

    /// Judges a case and takes it into account.
    pub fn add(&mut self, case: &Case, rules: &Rules) {
        let lang = Lang::new(&case.lang);
        let article = from_text(&case.text, lang, &rules.lexicon);
        let inspection = inspect_article(article, rules);
        let findings: Vec<&Finding> = inspection
            .assessment
            .findings
            .iter()
            .filter(|finding| finding.left_out.is_none())
            .collect();
        let marks = Marks::of(findings.iter().copied());
        let verdict = inspection.assessment.verdict;
        if case.kind == "flag" {
            let of_family = self.defective.entry(case.family.clone()).or_default();
            of_family.add(verdict, marks);
            self.add_defects(case, &inspection, &findings);
        } else {
            let of_kind = self.innocent.entry(case.kind.clone()).or_default();
            of_kind.add(verdict, marks);
            self.false_marks.extend(findings.iter().map(|finding| {
                let rule = format!("{} {}", finding.rule, finding.grade);
                (case.id.clone(), rule, words(&inspection, &finding.span))
            }));
        }
    }

    fn add_defects(&mut self, case: &Case, inspection: &Inspection, findings: &[&Finding]) {
        let mut known: Vec<Span> = Vec::new();
        for defect in &case.spans {
            let places = places(&inspection.article.body, &defect.text);
            if places.is_empty() {
                self.not_found.push((case.id.clone(), defect.text.clone()));
                continue;
            }
            let touching = findings
                .iter()
                .filter(|finding| places.iter().any(|place| touch(&finding.span, place)));
            let marks = Marks::of(touching.copied());
            let family = defect.family.as_ref().unwrap_or(&case.family);
            for counts in [
                self.defects.entry(family.clone()).or_default(),
                self.by_language.entry(case.lang.clone()).or_default(),
            ] {
                counts.known += 1;
                counts.marked += usize::from(marks == Marks::Translation);
                counts.of_page += usize::from(marks == Marks::Page);
            }
            if marks == Marks::Nothing {
                self.missed.push((case.id.clone(), defect.text.clone()));
            }
            known.extend(places);
        }
        let beside = |finding: &&&Finding| !known.iter().any(|place| touch(&finding.span, place));
        if !known.is_empty() {
            let told = findings.iter().filter(|found| !score::is_of_page(found));
            self.beside += told.filter(beside).count();
        }
    }
}

fn words(inspection: &Inspection, span: &Span) -> String {
    let words = inspection.article.body.get(span.clone());
    words.unwrap_or_default().to_string()
}

/// Where `words` stand in `body`; nowhere where there are none.
fn places(body: &str, words: &str) -> Vec<Span> {
    if words.is_empty() {
        return Vec::new();
    }
    let found = body.match_indices(words);
    found.map(|(at, words)| at..at + words.len()).collect()
}

fn touch(a: &Span, b: &Span) -> bool {
    a.start < b.end && b.start < a.end
}

impl fmt::Display for CasesReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", self.set)?;
        texts_table(f, "texts with defects", &self.defective)?;
        texts_table(f, "innocent texts", &self.innocent)?;
        defects_table(f, "defects by family", &self.defects)?;
        defects_table(f, "defects by language", &self.by_language)?;
        writeln!(f, "marks beside known defects: {}", self.beside)?;
        for (case, words) in self.not_found.iter() {
            writeln!(f, "  {case}: its text does not hold “{words}”")?;
        }
        for (case, words) in self.missed.iter().take(self.listed) {
            writeln!(f, "  missed       {case:<10}{words}")?;
        }
        for (case, rule, words) in self.false_marks.iter().take(self.listed) {
            writeln!(f, "  false mark   {case:<10}{rule}: {words}")?;
        }
        Ok(())
    }
}

fn texts_table(
    f: &mut fmt::Formatter<'_>,
    title: &str,
    rows: &BTreeMap<String, TextCounts>,
) -> fmt::Result {
    let mut all = TextCounts::default();
    for row in rows.values() {
        all.texts += row.texts;
        all.flagged += row.flagged;
        all.marked += row.marked;
        all.of_page += row.of_page;
        all.not_judged += row.not_judged;
    }
    writeln!(
        f,
        "{title:<24}{:>6}{:>9}{:>9}{:>9}{:>12}",
        "texts", "flagged", "marked", "of page", "not judged"
    )?;
    let named = rows.iter().map(|(name, counts)| (name.as_str(), counts));
    for (name, row) in named.chain([("all", &all)]) {
        writeln!(
            f,
            "{name:<24}{:>6}{:>9}{:>9}{:>9}{:>12}",
            row.texts, row.flagged, row.marked, row.of_page, row.not_judged
        )?;
    }
    writeln!(f)
}

fn defects_table(
    f: &mut fmt::Formatter<'_>,
    title: &str,
    rows: &BTreeMap<String, DefectCounts>,
) -> fmt::Result {
    let mut all = DefectCounts::default();
    for row in rows.values() {
        all.known += row.known;
        all.marked += row.marked;
        all.of_page += row.of_page;
    }
    writeln!(
        f,
        "{title:<24}{:>6}{:>9}{:>9}{:>9}",
        "known", "marked", "of page", "share"
    )?;
    let named = rows.iter().map(|(name, counts)| (name.as_str(), counts));
    for (name, row) in named.chain([("all", &all)]) {
        writeln!(
            f,
            "{name:<24}{:>6}{:>9}{:>9}{:>9.3}",
            row.known,
            row.marked,
            row.of_page,
            share(row.marked + row.of_page, row.known)
        )?;
    }
    writeln!(f)
}
