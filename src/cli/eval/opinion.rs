//! `benggala eval opinion`: what a language model finds in texts whose faults are known.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use indicatif::ProgressBar;
use tokio::time::sleep;
use url::Url;

use super::report::{Format, print};
use crate::{
    cli::{
        consulting,
        failure::{Failure, Outcome},
        labelled,
        output::tell,
        settings::load_config,
        threads::runtime,
    },
    consult::Endpoint,
    evaluate::opinion::{Case, OpinionReport},
    model::Opinion,
    opinion::{Sheet, pace},
};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// A file of cases: JSON Lines with id, lang, kind (`flag`, or innocent), text, spans
    #[arg(long = "set", value_name = "FILE")]
    file: PathBuf,
    /// The endpoint [default: that of the configuration]
    #[arg(long, requires = "model")]
    url: Option<Url>,
    /// The model, as the endpoint calls it [default: that of the configuration]
    #[arg(long)]
    model: Option<String>,
    /// Ask about the first N cases only: each is a call
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// How to print
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

pub(super) fn eval(args: &Args, config: &[PathBuf]) -> Result<Outcome, Failure> {
    let config = load_config(config)?;
    let mut opinion = config.opinion;
    if let Some(url) = &args.url {
        opinion.url = Some(url.clone());
    }
    if let Some(model) = &args.model {
        opinion.model = Some(model.clone());
        opinion.revision = None;
    }
    let endpoint = consulting::endpoint(&opinion)?;
    let mut cases: Vec<Case> = labelled::read_lines(&args.file)?;
    cases.truncate(args.limit.unwrap_or(usize::MAX));
    let mut report = OpinionReport::new(endpoint.adviser().to_string());
    let bar = ProgressBar::new(cases.len() as u64);
    runtime()?.block_on(async {
        for case in &cases {
            let opinion = ask(&endpoint, case, &mut report, &bar).await;
            report.add_case(case, opinion.as_ref());
            bar.inc(1);
        }
    });
    bar.finish_and_clear();
    print(&report, &report, args.format)?;
    Ok(match report.opinions() {
        0 if !cases.is_empty() => Outcome::Incomplete,
        _ => Outcome::Clean,
    })
}

/// Asks about one text, again after a rest where the endpoint was busy or away.
async fn ask(
    endpoint: &Endpoint,
    case: &Case,
    report: &mut OpinionReport,
    bar: &ProgressBar,
) -> Option<Opinion> {
    let lang = case.lang();
    let sheet = Sheet::new(None, &case.text, lang.as_ref());
    for tried in 1..=pace::TRIES {
        let begun = Instant::now();
        let asked = endpoint.ask(&sheet).await;
        report.add_call(&asked, begun.elapsed());
        if let Some(why) = &asked.why {
            bar.suspend(|| tell(format!("benggala: {}: no opinion: {why}", case.id)));
        }
        if asked.outcome.is_answer() || !asked.outcome.is_passing() || tried == pace::TRIES {
            return asked.opinion;
        }
        // Somebody sits and waits: only for as long as the endpoint itself wants.
        sleep(asked.retry_after.unwrap_or(Duration::from_secs(1))).await;
    }
    None
}
