//! `benggala eval residue`: lines of the page in bodies, found rightly and wrongly.

use std::path::PathBuf;

use super::report::{Format, print};
use crate::{
    cli::{
        failure::{Failure, Outcome},
        input::rules_of,
        labelled::PageSet,
        settings::load_config,
    },
    evaluate::residue::ResidueRun,
};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
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

pub(super) fn eval(args: &Args, config: &[PathBuf]) -> Result<Outcome, Failure> {
    let config = load_config(config)?;
    let rules = rules_of(&config);
    let set = PageSet::read(&args.folder)?;
    let name = set.folder.display().to_string();
    let mut run = ResidueRun::new(name, set.sha256.clone(), &rules, args.worst);
    for gold in &set.gold {
        let (inspection, _) = set.inspect(gold, &rules)?;
        run.add(gold, &inspection);
    }
    let report = run.report();
    print(&report, &report, args.format)?;
    Ok(Outcome::Clean)
}
