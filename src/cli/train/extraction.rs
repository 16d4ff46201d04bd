//! `benggala train extraction`: the block classifier.

use std::{io::Write, ops::Range, path::PathBuf};

use crate::{
    cli::{
        failure::{Failure, Outcome},
        input,
        labelled::{self, PageSet},
        output::{out, tell},
        threads::on_all_cores,
    },
    config::Config,
    evaluate::extraction::BodyTable,
    extract::train::{Course, Lesson, TREES},
    lang::Lexicon,
    measure::{Gold, PageScore},
    model::ParseLimits,
};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// A folder with labelled pages (repeatable)
    #[arg(long = "set", value_name = "DIR", required = true)]
    folders: Vec<PathBuf>,
    /// Where the model goes
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The same seed and data make the same model
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Parts for cross-validation; pages of one domain stay together
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(2..=20))]
    folds: u16,
    /// Write the cross-validated bodies here, as <set>.jsonl
    #[arg(long, value_name = "DIR")]
    predictions: Option<PathBuf>,
}

pub(super) fn train(args: &Args) -> Result<Outcome, Failure> {
    let (lessons, sets) = read_all(args)?;
    let folds = usize::from(args.folds);
    let course = Course::new(lessons, folds, args.seed);
    let mut judges = on_all_cores(folds + 1, |fold| {
        let told = |trees| tell_trees(fold, folds + 1, trees);
        Ok(course.judges((fold < folds).then_some(fold), told))
    })?;
    let examined = course.examine(&judges);
    for (name, range) in sets {
        let lessons = course.lessons()[range.clone()].iter();
        let bodies: Vec<Unseen<'_>> = lessons
            .zip(&examined[range])
            .map(|(lesson, (score, body))| (&lesson.gold, score, body.as_str()))
            .collect();
        report(args, &name, &bodies)?;
    }
    let Some(model) = judges.pop().and_then(|whole| course.model(whole)) else {
        return Err(Failure::message("the model cannot be written down"));
    };
    labelled::write(&args.out, &model)?;
    tell(format!("{}: {} bytes", args.out.display(), model.len()));
    Ok(Outcome::Clean)
}

/// The name of a set, and which lessons are its.
type Share = (String, Range<usize>);

/// The lessons of all sets, and which of them are whose.
fn read_all(args: &Args) -> Result<(Vec<Lesson>, Vec<Share>), Failure> {
    let lexicon = Lexicon::built_in();
    let mut lessons = Vec::new();
    let mut sets = Vec::new();
    for folder in &args.folders {
        let set = PageSet::read(folder)?;
        let read = on_all_cores(set.gold.len(), |at| read_one(&set, &set.gold[at], &lexicon))?;
        let first = lessons.len();
        lessons.extend(read.into_iter().flatten());
        let pages = first..lessons.len();
        tell(format!("{}: {} pages", folder.display(), pages.len()));
        sets.push((set.name, pages));
    }
    Ok((lessons, sets))
}

/// A page to learn from; one without a tree is passed over.
fn read_one(set: &PageSet, gold: &Gold, lexicon: &Lexicon) -> Result<Option<Lesson>, Failure> {
    let page = input::local_page(set.page(gold)?, labelled::url(gold).as_ref());
    let site = Config::rules_for(None, page.final_url.host_str());
    let lesson = Lesson::new(&page, gold, &site, &ParseLimits::default(), lexicon);
    if lesson.is_err() {
        let path = set.path(gold);
        tell(format!("{}: no tree, passed over", path.display()));
    }
    Ok(lesson.ok())
}

fn tell_trees(fold: usize, folds: usize, trees: usize) {
    if trees.is_multiple_of(TREES / 3) {
        tell(format!(
            "fold {} of {folds}: {trees} of {TREES} trees",
            fold + 1
        ));
    }
}

/// A labelled page with the body that judges made of it who had not seen it.
type Unseen<'a> = (&'a Gold, &'a PageScore, &'a str);

fn report(args: &Args, set: &str, bodies: &[Unseen<'_>]) -> Result<(), Failure> {
    let table = BodyTable {
        name: &format!("{set}, unseen"),
        pages: bodies
            .iter()
            .map(|(gold, score, _)| (*gold, *score))
            .collect(),
    };
    write!(out(), "{table}")?;
    let Some(folder) = &args.predictions else {
        return Ok(());
    };
    let line = |(gold, _, body): &Unseen<'_>| {
        format!("{}\n", serde_json::json!({"id": gold.id, "body": body}))
    };
    let lines: String = bodies.iter().map(line).collect();
    labelled::write(&folder.join(format!("{set}.jsonl")), lines)
}
