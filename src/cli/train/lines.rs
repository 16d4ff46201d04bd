//! `benggala train lines`: the model of the page's lines.

use std::{
    collections::HashMap,
    io::Write,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::{
    cli::{
        failure::{Failure, Outcome},
        input,
        labelled::{self, PageSet, TextSet, read_lines},
        output::{out, tell},
        threads::on_all_cores,
    },
    config::Config,
    evaluate::texts::Record,
    extract::train::shown_lines,
    inspect::{Rules, inspect_text},
    lang::Lexicon,
    lines::train::{Course, Kind, LabelledLine, LabelledText, TREES},
    measure::{Gold, body::foreign},
    model::{Lang, ParseLimits, Policy},
    score,
    style::Label,
    usage::Usage,
};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// A folder with labelled pages (repeatable)
    #[arg(long = "set", value_name = "DIR", required = true)]
    folders: Vec<PathBuf>,
    /// A folder with labelled texts: of articles by natives few lines are the page's
    #[arg(long, value_name = "DIR")]
    texts: Option<PathBuf>,
    /// What `train extraction --predictions` wrote: bodies to be judged, too, as <set>.jsonl
    #[arg(long, value_name = "DIR")]
    bodies: Option<PathBuf>,
    /// Where the model goes
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The same seed and data make the same model
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Parts for cross-validation; pages of one domain stay together
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(2..=20))]
    folds: u16,
}

pub(super) fn train(args: &Args) -> Result<Outcome, Failure> {
    let course = Course::new(read_all(args)?, usize::from(args.folds), args.seed);
    let folds = usize::from(args.folds);
    let mut forests = on_all_cores(folds + 1, |fold| {
        let told = |trees| tell_trees(fold, folds + 1, trees);
        Ok(course.forest((fold < folds).then_some(fold), told))
    })?;
    let examined = course.examine(&forests[..folds]);
    let [plain, linked] = [false, true].map(|linked| examined.floors(linked));
    let floors = [
        ("weak", false, plain.weak),
        ("strong", false, plain.strong),
        ("weak, with links", true, linked.weak),
        ("strong, with links", true, linked.strong),
    ];
    for (name, linked, floor) in floors {
        writeln!(
            out(),
            "{:<56}{:>9}{:>10}{:>9}{:>16}",
            format!("{name}: from log-odds of {floor:.2} on, unseen sites"),
            "page\'s",
            "article\'s",
            "recall",
            "false in 1,000"
        )?;
        for outcome in examined.outcomes(linked, floor) {
            writeln!(
                out(),
                "{:<56}{:>9}{:>10}{:>9.3}{:>16.2}",
                outcome.name,
                outcome.lines.0,
                outcome.lines.1,
                outcome.recall,
                outcome.false_per_1000
            )?;
        }
    }
    let model = forests
        .pop()
        .and_then(|whole| course.model(whole, plain, linked));
    let Some(model) = model else {
        return Err(Failure::message("the model cannot be written down"));
    };
    labelled::write(&args.out, &model)?;
    tell(format!("{}: {} bytes", args.out.display(), model.len()));
    Ok(Outcome::Clean)
}

fn tell_trees(fold: usize, folds: usize, trees: usize) {
    if trees.is_multiple_of(TREES / 3) {
        tell(format!(
            "fold {} of {folds}: {trees} of {TREES} trees",
            fold + 1
        ));
    }
}

fn read_all(args: &Args) -> Result<Vec<LabelledText>, Failure> {
    let lexicon = Lexicon::built_in();
    let mut texts = Vec::new();
    for folder in &args.folders {
        let set = PageSet::read(folder)?;
        let bodies = args.bodies.as_deref().map(|from| bodies(from, &set.name));
        let bodies = bodies.transpose()?.unwrap_or_default();
        let read = on_all_cores(set.gold.len(), |at| {
            read_page(&set, &set.gold[at], &bodies, &lexicon)
        })?;
        texts.extend(read.into_iter().flatten());
    }
    if let Some(folder) = &args.texts {
        texts.extend(collected(folder)?);
    }
    Ok(texts)
}

/// What one page teaches: all that it shows, and its article; with the body that somebody made of it.
fn read_page(
    set: &PageSet,
    gold: &Gold,
    bodies: &HashMap<String, String>,
    lexicon: &Lexicon,
) -> Result<Vec<LabelledText>, Failure> {
    let page = input::local_page(set.page(gold)?, labelled::url(gold).as_ref());
    let host = page.final_url.host_str().unwrap_or_default();
    let site = Config::rules_for(None, Some(host));
    let domain = psl::domain_str(host).unwrap_or(host).to_string();
    let limits = ParseLimits::default();
    let Ok(shown) = shown_lines(&page, gold, &site, &limits, lexicon) else {
        let path = set.path(gold);
        tell(format!("{}: no tree, passed over", path.display()));
        return Ok(Vec::new());
    };
    let mut texts = vec![(Kind::Page, shown)];
    if let Some(article) = &gold.body {
        texts.push((Kind::Article, plain(article, |_| Some(false))));
        if let Some(body) = bodies.get(&gold.id) {
            let foreign = foreign(gold, body);
            let of_page = |line: &str| Some(foreign.contains(&line));
            texts.push((Kind::Body, plain(body, of_page)));
        }
    }
    let labelled = |(kind, lines)| LabelledText {
        domain: domain.clone(),
        kind,
        lines,
    };
    Ok(texts.into_iter().map(labelled).collect())
}

/// The lines of a text without links.
fn plain(text: &str, of_page: impl Fn(&str) -> Option<bool>) -> Vec<LabelledLine> {
    let lines = text.split('\n').filter(|line| !line.trim().is_empty());
    lines
        .map(|line| LabelledLine {
            text: line.trim().to_string(),
            links: None,
            of_page: of_page(line),
        })
        .collect()
}

/// A body by the name of its page.
#[derive(Deserialize)]
struct Body {
    id: String,
    body: String,
}

fn bodies(folder: &Path, set: &str) -> Result<HashMap<String, String>, Failure> {
    let read: Vec<Body> = read_lines(&folder.join(format!("{set}.jsonl")))?;
    Ok(read.into_iter().map(|body| (body.id, body.body)).collect())
}

/// Articles by natives. The lines that other rules hold for the page's are so, for all that is known.
fn collected(folder: &Path) -> Result<Vec<LabelledText>, Failure> {
    let rules = Rules {
        lexicon: Lexicon::built_in(),
        // What the model itself has found teaches it nothing.
        policy: Policy {
            disabled: vec!["page-line".into()],
            ..Config::default().score
        },
        limits: ParseLimits::default(),
        adviser: None,
        usage: Usage::default(),
    };
    let set = TextSet::read(&[folder])?;
    let natives: Vec<(&Lang, &Record)> = set
        .by_language
        .iter()
        .flat_map(|(lang, records)| records.iter().map(move |record| (lang, record)))
        .filter(|(_, record)| record.label() == Label::Native && record.text.contains('\n'))
        .collect();
    on_all_cores(natives.len(), |at| {
        let (lang, record) = natives[at];
        let text = record.text.replace('\n', "\n\n");
        let found = inspect_text(&text, Some(lang), &rules);
        let known: Vec<&str> = found
            .assessment
            .findings
            .iter()
            .filter(|finding| score::is_of_page(finding))
            .filter_map(|finding| found.article.body.get(finding.span.clone()))
            .collect();
        Ok(LabelledText {
            domain: format!("{lang} {}", record.doc),
            kind: Kind::Collected,
            lines: plain(&text, |line| {
                (!known.contains(&line.trim())).then_some(false)
            }),
        })
    })
}
