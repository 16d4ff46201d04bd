//! `benggala train extraction`: the block classifier.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use url::Url;

use crate::{
    config::Config,
    extract::train::{Course, Judges, Lesson, TREES},
    measure::Gold,
    model::ParseLimits,
};

use super::{Failure, Outcome, eval, input, tell};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
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
    let mut lessons = Vec::new();
    let mut sets = Vec::new();
    for folder in &args.folders {
        let (gold, _) = eval::read_gold(folder)?;
        let read = read_all(&gold, folder)?;
        tell(format!("{}: {} pages", folder.display(), read.len()));
        sets.push((folder, lessons.len()..lessons.len() + read.len()));
        lessons.extend(read);
    }
    let folds = usize::from(args.folds);
    let course = Course::new(lessons, folds, args.seed);
    let mut judges = grow(folds, |fold, done| course.judges(fold, done))?;
    let examined = course.examine(&judges);
    for (folder, range) in sets {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let rows: Vec<_> = course.lessons()[range.clone()]
            .iter()
            .map(|lesson| &lesson.gold)
            .zip(examined[range.clone()].iter().map(|(score, _)| score))
            .collect();
        eval::print_scores(&format!("{name}, unseen"), &rows)?;
        if let Some(folder) = &args.predictions {
            let bodies = course.lessons()[range.clone()].iter().zip(&examined[range]);
            write_predictions(
                &folder.join(format!("{name}.jsonl")),
                bodies.map(|(l, e)| (&l.gold, e.1.as_str())),
            )?;
        }
    }
    let Some(model) = judges.pop().and_then(|whole| course.model(whole)) else {
        return Err(Failure::message("the model cannot be written down"));
    };
    fs::write(&args.out, &model).map_err(|error| {
        Failure::message(format!("cannot write {}: {error}", args.out.display()))
    })?;
    tell(format!("{}: {} bytes", args.out.display(), model.len()));
    Ok(Outcome::Clean)
}

fn write_predictions<'a>(
    path: &Path,
    bodies: impl Iterator<Item = (&'a Gold, &'a str)>,
) -> Result<(), Failure> {
    let lines: String = bodies
        .map(|(gold, body)| format!("{}\n", serde_json::json!({"id": gold.id, "body": body})))
        .collect();
    fs::write(path, lines)
        .map_err(|error| Failure::message(format!("cannot write {}: {error}", path.display())))
}

/// Reads the pages of a set on as many threads as there are cores; those without a tree are
/// passed over.
fn read_all(gold: &[Gold], folder: &Path) -> Result<Vec<Lesson>, Failure> {
    let next = AtomicUsize::new(0);
    let read = Mutex::new(Vec::new());
    on_all_cores(|| {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(gold) = gold.get(index) else {
                return Ok(());
            };
            if let Some(lesson) = read_one(gold, folder)?
                && let Ok(mut read) = read.lock()
            {
                read.push((index, lesson));
            }
        }
    })?;
    let mut read = read.into_inner().unwrap_or_default();
    read.sort_by_key(|(index, _)| *index);
    Ok(read.into_iter().map(|(_, lesson)| lesson).collect())
}

fn read_one(gold: &Gold, folder: &Path) -> Result<Option<Lesson>, Failure> {
    let path = folder.join(format!("{}.html", gold.id));
    let body = input::read_file(&path)
        .map_err(|error| Failure::message(format!("cannot read {}: {error}", path.display())))?;
    let url = gold.url.as_deref().and_then(|url| Url::parse(url).ok());
    let page = input::local_page(body, url.as_ref());
    let site = Config::rules_for(None, page.final_url.host_str());
    let lesson = Lesson::new(&page, gold, &site, &ParseLimits::default());
    if lesson.is_err() {
        tell(format!("{}: no tree, passed over", path.display()));
    }
    Ok(lesson.ok())
}

/// The judges without each fold, and those from everything at the end.
fn grow(
    folds: usize,
    train: impl Fn(Option<usize>, &mut dyn FnMut(usize)) -> Judges + Sync,
) -> Result<Vec<Judges>, Failure> {
    let next = AtomicUsize::new(0);
    let grown = Mutex::new(vec![Judges::default(); folds + 1]);
    on_all_cores(|| {
        loop {
            let fold = next.fetch_add(1, Ordering::Relaxed);
            if fold > folds {
                return Ok(());
            }
            let judges = train((fold < folds).then_some(fold), &mut |trees| {
                if trees % (TREES / 3) == 0 {
                    tell(format!(
                        "fold {} of {}: {trees} of {TREES} trees",
                        fold + 1,
                        folds + 1
                    ));
                }
            });
            if let Ok(mut grown) = grown.lock() {
                grown[fold] = judges;
            }
        }
    })?;
    Ok(grown.into_inner().unwrap_or_default())
}

fn on_all_cores(work: impl Fn() -> Result<(), Failure> + Sync) -> Result<(), Failure> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(&work)).collect();
        for worker in workers {
            worker
                .join()
                .map_err(|_| Failure::message("a training thread failed"))??;
        }
        Ok(())
    })
}
