//! `benggala eval cases`: known defects that are marked, innocent look-alikes that are accused.

use std::path::PathBuf;

use super::report::{Format, print};
use crate::{
    cli::{
        failure::{Failure, Outcome},
        input::rules_of,
        labelled,
        settings::load_config,
    },
    evaluate::cases::{Case, CasesReport},
};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// JSON Lines with id, lang, kind, family, text and the spans of the defects
    #[arg(long = "set", value_name = "FILE")]
    file: PathBuf,
    /// List defects that are missed and marks that are false, so many of each
    #[arg(long, value_name = "N", default_value_t = 0)]
    worst: usize,
    /// How to print
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

pub(super) fn eval(args: &Args, config: &[PathBuf]) -> Result<Outcome, Failure> {
    let config = load_config(config)?;
    let rules = rules_of(&config);
    let (cases, sha256) = labelled::hashed_lines::<Case>(&args.file)?;
    let mut report = CasesReport::new(args.file.display().to_string(), sha256, args.worst);
    for case in &cases {
        report.add(case, &rules);
    }
    print(&report, &report, args.format)?;
    Ok(Outcome::Clean)
}
