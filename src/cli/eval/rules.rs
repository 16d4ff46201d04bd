//! `benggala eval rules`: how often each rule fires, and how much of what it marks is wrong.

use std::{
    io::Write,
    path::PathBuf,
    time::{Duration, Instant},
};

use super::report::{Format, print};
use crate::{
    cli::{
        failure::{Failure, Outcome},
        labelled::{self, TextSet},
        output::out,
    },
    evaluate::rules::{RulesReport, false_alarms, search},
    lang::Lexicon,
};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
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

pub(super) fn eval(args: &Args) -> Result<Outcome, Failure> {
    let lexicon = Lexicon::built_in();
    let set = TextSet::read(&[&args.folder])?;
    let mut report = RulesReport::default();
    let (mut bytes, mut took) = (0, Duration::ZERO);
    for (lang, records) in &set.by_language {
        if lexicon.pack(lang).is_none() {
            continue;
        }
        for record in records {
            let begun = Instant::now();
            let found = search(&record.text, lang, &lexicon);
            took += begun.elapsed();
            bytes += record.text.len();
            report.add(record, &found);
            if args.false_alarms {
                write!(out(), "{}", false_alarms(record, &found))?;
            }
        }
    }
    report.timed(bytes, took);
    if let Some(folder) = &args.spans {
        for marked in labelled::marked(folder)? {
            report.compare(&marked, &lexicon);
        }
    }
    print(&report, &report, args.format)?;
    Ok(Outcome::Clean)
}
