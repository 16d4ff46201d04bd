//! `benggala eval extraction`: bodies and metadata against those made by hand.

use std::path::PathBuf;

use super::report::{Format, floors_file, outcome_of, print};
use crate::{
    cli::{
        failure::{Failure, Outcome},
        input::rules_of,
        labelled::{self, PageSet},
        settings::load_config,
        threads::on_all_cores,
    },
    evaluate::{
        extraction::{ExtractionReport, Grouping, PageResult, predicted},
        floors,
    },
    inspect::Rules,
};

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum By {
    /// The language of the page
    Lang,
    /// The part of the set
    Source,
}

impl By {
    fn grouping(self) -> Grouping {
        match self {
            By::Lang => |gold| gold.lang.as_deref(),
            By::Source => |gold| gold.source.as_deref(),
        }
    }
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The folder with the labelled pages
    #[arg(long = "set", value_name = "DIR")]
    folder: PathBuf,
    /// Score these instead of our own: JSON Lines with id, body, title, byline, date
    #[arg(long, value_name = "FILE", conflicts_with = "floors")]
    predictions: Option<PathBuf>,
    /// One row a group
    #[arg(long, value_enum)]
    by: Option<By>,
    /// List the pages that came out worst
    #[arg(long, value_name = "N", default_value_t = 0)]
    worst: usize,
    /// How to print
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Fail when a figure is below its floor in this file, or the set is another one
    #[arg(long, value_name = "FILE")]
    floors: Option<PathBuf>,
}

pub(super) fn eval(args: &Args, config: &[PathBuf]) -> Result<Outcome, Failure> {
    let config = load_config(config)?;
    let mut set = PageSet::read(&args.folder)?;
    set.gold.sort_by(|a, b| a.id.cmp(&b.id));
    let pages = match &args.predictions {
        Some(file) => predicted(&set.gold, &labelled::read_lines(file)?),
        None => inspected(&set, &rules_of(&config))?,
    };
    let grouping = args.by.map(By::grouping);
    let (name, sha256) = (set.name.clone(), set.sha256.clone());
    let report = ExtractionReport::new(name, sha256, &pages, grouping, args.worst);
    print(&report, &report, args.format)?;
    let Some(file) = &args.floors else {
        return Ok(Outcome::Clean);
    };
    let broken = floors::of_extraction(&floors_file(file)?, &report)?;
    Ok(outcome_of(&broken))
}

fn inspected<'s>(set: &'s PageSet, rules: &Rules) -> Result<Vec<PageResult<'s>>, Failure> {
    on_all_cores(set.gold.len(), |at| {
        let gold = &set.gold[at];
        let (inspection, took) = set.inspect(gold, rules)?;
        Ok(PageResult::inspected(gold, &inspection, took))
    })
}
