//! `benggala backfill`: a source's past, read politely. Where a daemon has the store, that daemon
//! does the work and this command shows how far it is.

mod daemon;
mod progress;

use std::{num::NonZeroU64, path::PathBuf};

use chrono::{NaiveDate, NaiveTime, Utc};
use tokio_util::sync::CancellationToken;

use crate::{
    config::Config,
    daemon::{backfill::OwnBackfill, service::new_metrics},
    frontier,
    model::{Backfill, BackfillState, Source, Timestamp},
    report::backfill::others,
    store::{BackfillOrder, OpenError},
};

use self::{daemon::DaemonApi, progress::Progress};
use super::{
    failure::{Failure, Outcome},
    given::like,
    log::{LogFormat, start_log},
    named::no_source,
    output::tell,
    settings::{AllowPrivate, OfGroup, load_config},
    signals::Signals,
    threads::runtime,
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The name of a configured source, or its URL
    source: String,
    /// Articles published on this day or later, as 2020-01-31
    #[arg(long, value_name = "DATE", required_unless_present = "stop",
          value_parser = like::<NaiveDate>("2020-01-31"))]
    since: Option<NaiveDate>,
    /// Articles at most, the newest first
    #[arg(long, value_name = "N", conflicts_with = "stop",
          value_parser = like::<NonZeroU64>("500, and no less than 1"))]
    limit: Option<NonZeroU64>,
    /// End the backfill that is under way; the same command as before goes on with it
    #[arg(long, conflicts_with = "since")]
    stop: bool,
    #[command(flatten)]
    of: OfGroup,
    #[command(flatten)]
    allow: AllowPrivate,
}

/// What is to be done with the backfill of a source.
enum Task {
    Read(BackfillOrder),
    Stop,
}

pub(super) fn backfill(args: &Args, files: &[PathBuf]) -> Result<Outcome, Failure> {
    let config = load_config(files)?;
    let config = config
        .for_group(args.of.group.as_deref())
        .allowing(&args.allow.allow_private);
    let source = source_of(&config, &args.source)?.clone();
    let task = match args.since {
        Some(since) => Task::Read(BackfillOrder {
            since: begin_of(since, Utc::now())?,
            limit: args.limit.map(NonZeroU64::get),
            starts: frontier::backfill::starts(&source),
        }),
        None => Task::Stop,
    };
    let metrics = new_metrics()?;
    let _last_lines = start_log(LogFormat::Text, "warn", &metrics)?;
    runtime()?.block_on(async {
        match OwnBackfill::open(config.clone(), &source.name, metrics).await {
            Ok(own) => alone(own, &config, &source, &task).await,
            Err(OpenError::Locked(store)) => {
                let api = DaemonApi::new(&config.serve, &source.name, store)?;
                beside(&api, &source, &task).await
            }
            Err(error) => Err(error.into()),
        }
    })
}

fn source_of<'c>(config: &'c Config, wanted: &str) -> Result<&'c Source, Failure> {
    let sources = &config.sources;
    let is_it = |source: &&Source| source.name == wanted || source.url.as_str() == wanted;
    let found = sources.iter().find(is_it);
    found.ok_or_else(|| no_source(wanted, sources.iter().map(|source| source.name.as_str())))
}

/// The first moment of a day (UTC).
fn begin_of(since: NaiveDate, now: Timestamp) -> Result<Timestamp, Failure> {
    let begin = since.and_time(NaiveTime::MIN).and_utc();
    match begin > now {
        true => Err(Failure::message(format!(
            "--since {since} lies in the future: nothing was published since then"
        ))),
        false => Ok(begin),
    }
}

/// Nobody else has the store: the work is done here.
async fn alone(
    own: OwnBackfill,
    config: &Config,
    source: &Source,
    task: &Task,
) -> Result<Outcome, Failure> {
    let Task::Read(order) = task else {
        return Ok(told_of_stop(own.stop().await?.as_ref(), source));
    };
    if !source.is_of(config.group.as_deref()) {
        return Err(of_another_group(source));
    }
    let stop = CancellationToken::new();
    let mut signals = Signals::new()?;
    let mut progress = Progress::new();
    let read = {
        let reading = own.read(order, stop.clone(), |backfill| progress.show(backfill));
        tokio::pin!(reading);
        loop {
            tokio::select! {
                read = &mut reading => break read?,
                _ = signals.next() => stop.cancel(),
            }
        }
    };
    progress.end();
    match read {
        Some(backfill) => Ok(told(&backfill)),
        None => Err(Failure::message(format!(
            "the store knows no source `{}`",
            source.name
        ))),
    }
}

/// It is asked from where its group is, or not at all.
fn of_another_group(source: &Source) -> Failure {
    let name = &source.name;
    Failure::message(match &source.group {
        Some(group) => format!(
            "the source `{name}` is asked by the workers of its group alone: where they run, add \
             --group {group}"
        ),
        None => format!("the source `{name}` has no group: leave --group out"),
    })
}

/// A daemon has the store: it does the work.
async fn beside(api: &DaemonApi, source: &Source, task: &Task) -> Result<Outcome, Failure> {
    let Task::Read(order) = task else {
        return Ok(told_of_stop(api.stop().await?.as_ref(), source));
    };
    let mut backfill = api.start(order).await?;
    let mut signals = Signals::new()?;
    let mut progress = Progress::new();
    while backfill.state == BackfillState::Running {
        progress.show(&backfill);
        tokio::select! {
            later = api.later() => backfill = later?,
            _ = signals.next() => {
                progress.end();
                tell("the daemon goes on with it; `benggala backfill SOURCE --stop` ends it");
                return Ok(Outcome::Clean);
            }
        }
    }
    progress.end();
    Ok(told(&backfill))
}

/// Says what has come of a backfill.
fn told(backfill: &Backfill) -> Outcome {
    let Backfill { source, read, .. } = backfill;
    let since = backfill.since.date_naive();
    let others = others(backfill);
    let (end, outcome) = match backfill.state {
        BackfillState::Done => ("", Outcome::Clean),
        BackfillState::Running | BackfillState::Stopped => (
            "; it is not done: the same command goes on with it",
            Outcome::Incomplete,
        ),
    };
    tell(format!(
        "{source}: {read} articles since {since} were read{others}{end}"
    ));
    outcome
}

fn told_of_stop(backfill: Option<&Backfill>, source: &Source) -> Outcome {
    match backfill {
        Some(backfill) if backfill.state == BackfillState::Stopped => {
            let read = backfill.read;
            tell(format!(
                "{}: stopped after {read} articles; the same command as before goes on with it",
                source.name
            ));
        }
        Some(_) => tell(format!("{}: the backfill is done", source.name)),
        None => tell(format!("{}: there is no backfill", source.name)),
    }
    Outcome::Clean
}
