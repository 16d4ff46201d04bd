//! `benggala eval residue`: how often lines of the page are found where they are, and where they
//! are not.
//!
//! In the bodies that our own extractor gives, a line is the page's if no part of the gold body says
//! it (or, where only chunks are labelled, if it holds one that must not be there). In the gold
//! bodies themselves every find is a false one.

use std::{
    collections::BTreeMap,
    io::Write,
    path::{Path, PathBuf},
};

use serde::Serialize;
use url::Url;

use crate::{
    extract::from_text,
    inspect::{Rules, inspect_article},
    measure::{Gold, body::foreign, spaced},
    model::{Assessment, Lang},
    score::{self, Family},
    site::SiteMemory,
};

use super::{
    Failure, Outcome,
    eval::{Format, read_gold},
    input::{self, Document, inspect_document, rules_of},
    load_config, out,
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder with the labelled pages
    #[arg(long = "set", value_name = "DIR")]
    folder: PathBuf,
    /// List finds that are false, so many of each kind
    #[arg(long, value_name = "N", default_value_t = 0)]
    worst: usize,
    /// How to print
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

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
struct Count {
    page: usize,
    article: usize,
    unknown: usize,
}

impl Count {
    fn add(&mut self, owner: Owner) {
        match owner {
            Owner::Page => self.page += 1,
            Owner::Article => self.article += 1,
            Owner::Unknown => self.unknown += 1,
        }
    }

    fn precision(&self) -> f64 {
        self.page as f64 / (self.page + self.article).max(1) as f64
    }
}

/// What is printed.
#[derive(Debug, Default, Serialize)]
struct Report {
    set: String,
    gold_sha256: String,
    /// Lines of the bodies that our extractor gives.
    lines: Count,
    /// Finds in them, by rule and note.
    found: BTreeMap<String, Count>,
    /// Finds in all.
    all: Count,
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

pub(super) fn eval(args: &Args, config: Option<&Path>) -> Result<Outcome, Failure> {
    let (config, _) = load_config(config)?;
    let rules = rules_of(&config);
    let (gold, gold_sha256) = read_gold(&args.folder)?;
    let mut report = Report {
        set: args.folder.display().to_string(),
        gold_sha256,
        ..Report::default()
    };
    for gold in &gold {
        report.read_page(gold, args, &rules)?;
        report.read_gold(gold, args, &rules);
    }
    report.conclude();
    match args.format {
        Format::Json => writeln!(out(), "{}", serde_json::json!(report))?,
        Format::Text => report.print()?,
    }
    Ok(Outcome::Clean)
}

impl Report {
    /// The body that our extractor gives for a page.
    fn read_page(&mut self, gold: &Gold, args: &Args, rules: &Rules) -> Result<(), Failure> {
        let path = args.folder.join(format!("{}.html", gold.id));
        let page = input::read_file(&path).map_err(|error| {
            Failure::message(format!("cannot read {}: {error}", path.display()))
        })?;
        let url = gold.url.as_deref().and_then(|url| Url::parse(url).ok());
        let lang = gold.lang.as_deref().and_then(Lang::new);
        let memory = &SiteMemory::EMPTY;
        let document = Document::Html(page);
        let inspection = inspect_document(document, url.as_ref(), lang.as_ref(), memory, rules);
        let body = &inspection.article.body;
        let foreign = foreign(gold, body);
        for line in body.split('\n').filter(|line| !line.trim().is_empty()) {
            self.lines.add(owner(gold, &foreign, line));
        }
        for (kind, line) in finds(body, &inspection.assessment) {
            let owner = owner(gold, &foreign, line);
            self.found.entry(kind).or_default().add(owner);
            self.all.add(owner);
        }
        Ok(())
    }

    /// The body made by hand.
    fn read_gold(&mut self, gold: &Gold, args: &Args, rules: &Rules) {
        let Some(body) = &gold.body else { return };
        let filled = |part: &&str| !part.trim().is_empty();
        self.gold_paragraphs += body.split("\n\n").filter(filled).count();
        let lines: Vec<&str> = body.split('\n').filter(filled).collect();
        self.gold_lines += lines.len();
        let lang = gold.lang.as_deref().and_then(Lang::new);
        let article = from_text(&lines.join("\n\n"), lang, &rules.lexicon);
        let inspection = inspect_article(article, rules);
        for (kind, line) in finds(&inspection.article.body, &inspection.assessment) {
            let times = self.false_by_kind.entry(kind.clone()).or_default();
            *times += 1;
            self.gold_false += 1;
            if *times <= args.worst {
                self.worst.push((kind, gold.id.clone(), line.to_string()));
            }
        }
    }

    fn conclude(&mut self) {
        self.precision = self.all.precision();
        self.recall = self.all.page as f64 / self.lines.page.max(1) as f64;
        self.false_per_1000 = 1e3 * self.gold_false as f64 / self.gold_paragraphs.max(1) as f64;
        self.worst.sort();
    }

    fn print(&self) -> Result<(), Failure> {
        let mut out = out();
        writeln!(out, "{}", self.set)?;
        writeln!(
            out,
            "\n{:<62}{:>8}{:>9}{:>9}{:>11}",
            "found in the bodies that we extract", "page's", "article's", "unknown", "precision"
        )?;
        let all = [("all".to_string(), self.all)];
        for (kind, count) in self.found.iter().map(|(k, c)| (k.clone(), *c)).chain(all) {
            writeln!(
                out,
                "{kind:<62}{:>8}{:>9}{:>9}{:>11.3}",
                count.page,
                count.article,
                count.unknown,
                count.precision()
            )?;
        }
        writeln!(
            out,
            "{:<62}{:>8}{:>9}{:>9}    recall {:.3}",
            "lines in all", self.lines.page, self.lines.article, self.lines.unknown, self.recall
        )?;
        writeln!(
            out,
            "\nfound in gold bodies: {} in {} paragraphs ({} lines), {:.2} in 1,000 paragraphs",
            self.gold_false, self.gold_paragraphs, self.gold_lines, self.false_per_1000
        )?;
        for (kind, times) in &self.false_by_kind {
            writeln!(out, "{kind:<62}{times:>8}")?;
        }
        for (kind, page, line) in &self.worst {
            writeln!(out, "  {page:<10}{kind}: {line}")?;
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
