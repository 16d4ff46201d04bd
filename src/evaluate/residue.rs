//! How often lines of the page are found where they are, and where they are not.
//!
//! In the bodies that our own extractor gives, a line is the page's if no part of the gold body says
//! it (or, where only chunks are labelled, if it holds one that must not be there). In the gold
//! bodies themselves every find is a false one.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

use crate::{
    extract::from_text,
    inspect::{Inspection, Rules, inspect_article},
    measure::{Gold, body::foreign, spaced, statistics::share},
    model::{Assessment, Lang},
    score::{self, Family},
};

/// Whose a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
enum Owner {
    Page,
    Article,
    /// No label tells.
    Unknown,
}

/// Finds of one kind, by whose lines they are.
#[derive(Debug, Clone, Copy, Default, Serialize)]
struct LineCounts {
    page: usize,
    article: usize,
    unknown: usize,
}

impl LineCounts {
    fn add(&mut self, owner: Owner) {
        match owner {
            Owner::Page => self.page += 1,
            Owner::Article => self.article += 1,
            Owner::Unknown => self.unknown += 1,
        }
    }

    fn precision(&self) -> f64 {
        share(self.page, self.page + self.article)
    }
}

/// How the lines of a set came out.
#[derive(Debug, Default, Serialize)]
pub struct ResidueReport {
    set: String,
    gold_sha256: String,
    /// Lines of the bodies that our extractor gives.
    lines: LineCounts,
    /// Finds in them, by rule and note.
    found: BTreeMap<String, LineCounts>,
    /// Finds in all.
    all: LineCounts,
    precision: f64,
    recall: f64,
    /// Lines of the gold bodies, the same in paragraphs parted by blank lines, and the finds there.
    gold_lines: usize,
    gold_paragraphs: usize,
    gold_false: usize,
    false_per_1000: f64,
    false_by_kind: BTreeMap<String, usize>,
    /// Kind, page, words of false finds.
    worst: Vec<(String, String, String)>,
}

/// What is known so far, page by page.
#[derive(Debug)]
pub struct ResidueRun<'r> {
    report: ResidueReport,
    rules: &'r Rules,
    /// False finds that are listed of each kind.
    listed: usize,
}

impl ResidueRun<'_> {
    /// Nothing is known yet of a set.
    pub fn new(set: String, gold_sha256: String, rules: &Rules, listed: usize) -> ResidueRun<'_> {
        ResidueRun {
            report: ResidueReport {
                set,
                gold_sha256,
                ..ResidueReport::default()
            },
            rules,
            listed,
        }
    }

    /// Takes a page into account, with what we made of it.
    pub fn add(&mut self, gold: &Gold, inspection: &Inspection) {
        self.add_ours(gold, inspection);
        if let Some(body) = &gold.body {
            self.add_gold(gold, body);
        }
    }

    fn add_ours(&mut self, gold: &Gold, inspection: &Inspection) {
        let report = &mut self.report;
        let body = &inspection.article.body;
        let foreign = foreign(gold, body);
        for line in body.split('\n').filter(|line| !line.trim().is_empty()) {
            report.lines.add(owner(gold, &foreign, line));
        }
        for (kind, line) in finds(body, &inspection.assessment) {
            let owner = owner(gold, &foreign, line);
            report.found.entry(kind).or_default().add(owner);
            report.all.add(owner);
        }
    }

    fn add_gold(&mut self, gold: &Gold, body: &str) {
        let report = &mut self.report;
        let filled = |part: &&str| !part.trim().is_empty();
        report.gold_paragraphs += body.split("\n\n").filter(filled).count();
        let lines: Vec<&str> = body.split('\n').filter(filled).collect();
        report.gold_lines += lines.len();
        let lang = gold.lang.as_deref().and_then(Lang::new);
        let article = from_text(&lines.join("\n\n"), lang, &self.rules.lexicon);
        let inspection = inspect_article(article, self.rules);
        for (kind, line) in finds(&inspection.article.body, &inspection.assessment) {
            let times = report.false_by_kind.entry(kind.clone()).or_default();
            *times += 1;
            report.gold_false += 1;
            if *times <= self.listed {
                report.worst.push((kind, gold.id.clone(), line.to_string()));
            }
        }
    }

    /// The report.
    pub fn report(self) -> ResidueReport {
        let mut report = self.report;
        report.precision = report.all.precision();
        report.recall = share(report.all.page, report.lines.page);
        report.false_per_1000 =
            1e3 * report.gold_false as f64 / report.gold_paragraphs.max(1) as f64;
        report.worst.sort();
        report
    }
}

impl fmt::Display for ResidueReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}\n\n{:<62}{:>8}{:>9}{:>9}{:>11}",
            self.set,
            "found in the bodies that we extract",
            "page's",
            "article's",
            "unknown",
            "precision"
        )?;
        let kinds = self
            .found
            .iter()
            .map(|(kind, count)| (kind.as_str(), count));
        for (kind, count) in kinds.chain([("all", &self.all)]) {
            writeln!(
                f,
                "{kind:<62}{:>8}{:>9}{:>9}{:>11.3}",
                count.page,
                count.article,
                count.unknown,
                count.precision()
            )?;
        }
        writeln!(
            f,
            "{:<62}{:>8}{:>9}{:>9}    recall {:.3}",
            "lines in all", self.lines.page, self.lines.article, self.lines.unknown, self.recall
        )?;
        writeln!(
            f,
            "\nfound in gold bodies: {} in {} paragraphs ({} lines), {:.2} in 1,000 paragraphs",
            self.gold_false, self.gold_paragraphs, self.gold_lines, self.false_per_1000
        )?;
        for (kind, times) in &self.false_by_kind {
            writeln!(f, "{kind:<62}{times:>8}")?;
        }
        for (kind, page, line) in &self.worst {
            writeln!(f, "  {page:<10}{kind}: {line}")?;
        }
        Ok(())
    }
}

/// Whole lines of the body that are found, by rule and note.
fn finds<'b>(body: &'b str, assessment: &'b Assessment) -> impl Iterator<Item = (String, &'b str)> {
    let of_page = |rule: &str| {
        score::rules().any(|about| about.rule == rule && about.family == Family::Boilerplate)
    };
    assessment
        .findings
        .iter()
        .filter(move |finding| finding.left_out.is_none() && of_page(finding.rule))
        .filter_map(|finding| {
            let kind = format!("{}: {}", finding.rule, finding.note);
            let line = body.get(finding.span.clone())?;
            let before = body.get(..finding.span.start)?;
            (before.is_empty() || before.ends_with('\n')).then_some((kind, line))
        })
}

fn owner(gold: &Gold, foreign: &[&str], line: &str) -> Owner {
    let line = spaced(line);
    if gold.body.is_some() {
        let is_foreign = foreign.iter().any(|other| spaced(other) == line);
        return if is_foreign {
            Owner::Page
        } else {
            Owner::Article
        };
    }
    let holds = |chunk: &String| line.contains(&spaced(chunk));
    if gold.without.iter().any(holds) {
        Owner::Page
    } else if gold.with.iter().any(holds) {
        Owner::Article
    } else {
        Owner::Unknown
    }
}
