//! `benggala eval translation`: how well the style score tells machine translation apart.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::report::{Format, floors_file, outcome_of, print};
use crate::{
    cli::{
        check::parse_lang,
        failure::{Failure, Outcome},
        labelled::{Part, TextSet, cannot},
    },
    evaluate::{
        floors::{self, Measured},
        left_out::{self, left_out},
        texts::{Read, Record},
        translation::{Tables, TranslationRun, cross_validated, read},
    },
    model::Lang,
    style::{self, Model},
};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The folder with the labelled texts
    #[arg(long = "set", value_name = "DIR")]
    folder: PathBuf,
    /// Models as `train translation` wrote them [default: those built in]
    #[arg(long, value_name = "DIR")]
    models: Option<PathBuf>,
    /// Which texts to measure on; built-in models have learned from both
    #[arg(long, value_enum, default_value = "valid")]
    split: Part,
    /// Measure on all texts, each by a model that learned from the documents of the other folds
    #[arg(long, value_name = "N", conflicts_with_all = ["models", "split", "floors"],
          value_parser = clap::value_parser!(u8).range(2..=20))]
    folds: Option<u8>,
    /// Measure on what models have not met, each learning from the rest of the texts
    #[arg(long, value_enum, conflicts_with_all = ["models", "split", "folds"])]
    leave_out: Option<LeaveOut>,
    /// Further texts to learn from where something is left out, as in `train translation`
    #[arg(long, value_name = "DIR", requires = "leave_out")]
    more: Option<PathBuf>,
    /// Only in these languages [default: all]
    #[arg(long, value_name = "XX", value_parser = parse_lang)]
    lang: Vec<Lang>,
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum LeaveOut {
    /// All of a year, of which there must be two
    Year,
    /// A third of the engines and of the documents
    Engine,
    /// All that was translated from one language
    Origin,
}

impl From<LeaveOut> for left_out::LeaveOut {
    fn from(of: LeaveOut) -> left_out::LeaveOut {
        match of {
            LeaveOut::Year => left_out::LeaveOut::Year,
            LeaveOut::Engine => left_out::LeaveOut::Engine,
            LeaveOut::Origin => left_out::LeaveOut::Origin,
        }
    }
}

/// What the models that are measured on unseen texts are trained with.
const SEED: u64 = 1;

pub(super) fn eval(args: &Args) -> Result<Outcome, Failure> {
    let set = TextSet::read(&[&args.folder])?;
    let more = args.more.as_ref().map(|folder| TextSet::read(&[folder]));
    let more = more.transpose()?;
    let mut run = TranslationRun::default();
    let mut took = Duration::ZERO;
    let wanted = |lang: &Lang| args.lang.is_empty() || args.lang.contains(lang);
    for (lang, records) in set.by_language.iter().filter(|(lang, _)| wanted(lang)) {
        let begun = Instant::now();
        let more = more.as_ref().and_then(|more| more.by_language.get(lang));
        let more = more.map(Vec::as_slice).unwrap_or_default();
        let parts: Vec<Vec<Read<'_>>> = match (args.leave_out, args.folds) {
            (Some(of), _) => left_out(records, more, of.into(), SEED),
            (None, Some(folds)) => cross_validated(records, folds.into()).into_iter().collect(),
            (None, None) => read_by_models(records, lang, args)?.into_iter().collect(),
        };
        if parts.is_empty() {
            continue;
        }
        took += begun.elapsed();
        run.add(lang, &parts);
    }
    let is_fitted = args.folds.is_some() || args.leave_out.is_some();
    let report = run.report((!is_fitted).then_some(took));
    let tables = Tables {
        report: &report,
        by_system: args.by == By::System,
    };
    print(&report, &tables, args.format)?;
    let Some(file) = &args.floors else {
        return Ok(Outcome::Clean);
    };
    let measured = match args.leave_out {
        Some(_) => Measured::LeftOut,
        None => Measured::Models,
    };
    let broken = floors::of_translation(&floors_file(file)?, measured, &report, &set.sha256)?;
    Ok(outcome_of(&broken))
}

/// The texts of a language that are measured on, by the model that serves it.
fn read_by_models<'r>(
    records: &'r [Record],
    lang: &Lang,
    args: &Args,
) -> Result<Option<Vec<Read<'r>>>, Failure> {
    let stored = args.models.as_deref().map(|folder| load(folder, lang));
    let stored = stored.transpose()?.flatten();
    let model = match &args.models {
        Some(_) => stored.as_deref().and_then(Model::parse),
        None => style::model(lang),
    };
    let split = args.split.split();
    let kept = records.iter().filter(|record| record.is_in(split));
    Ok(model.map(|model| read(&model, kept)))
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
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(cannot("read", &path, &error)),
    }
}
