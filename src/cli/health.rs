//! `benggala health`: whether the daemon of this configuration can work, for probes of containers.

use std::{path::PathBuf, time::Duration};

use reqwest::Method;

use super::{
    daemon::Daemon,
    failure::{Failure, Outcome},
    output::tell,
    settings::load_config,
    threads::runtime,
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only whether it answers, not whether it can work
    #[arg(long)]
    alive: bool,
    /// How long it may take to answer
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = humantime::parse_duration)]
    timeout: Duration,
}

/// Exit code 0 if it can work, 1 if it says that it cannot, 2 if nobody answers.
pub(super) fn health(args: &Args, files: &[PathBuf]) -> Result<Outcome, Failure> {
    let config = load_config(files)?;
    let page = if args.alive { "healthy" } else { "ready" };
    runtime()?.block_on(async {
        let daemon = Daemon::new(&config.serve)?;
        let asked = daemon.request(Method::GET, &["-", page], &[]);
        let asked = asked.timeout(args.timeout);
        let silent = |_| Failure::message(format!("no daemon answers at {}", daemon.base()));
        let answer = asked.send().await.map_err(silent)?;
        let is_well = answer.status().is_success();
        let said = answer.text().await.unwrap_or_default();
        let problem: serde_json::Value = serde_json::from_str(&said).unwrap_or_default();
        let why = problem["detail"].as_str().unwrap_or(&said);
        tell(why.trim_end());
        Ok(match is_well {
            true => Outcome::Clean,
            false => Outcome::Flagged,
        })
    })
}
