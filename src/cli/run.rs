//! `benggala run`: the daemon.

use std::{path::PathBuf, sync::Arc, time::Duration};

use sd_notify::NotifyState;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};
use url::Url;

use crate::{
    config::Config,
    daemon::service::{Service, ServiceEvent, new_metrics},
    metrics::Metrics,
};

use super::{
    failure::{Failure, Outcome},
    handles::raise_limit,
    log::{Log, LogFormat, start_log},
    settings::{AllowPrivate, OfGroup, load_config, tell_unread_variables},
    signals::{Signals, Told},
    site::site_url,
    threads::runtime,
};

/// Where systemd has no watchdog on us.
const NO_WATCHDOG: Duration = Duration::from_secs(3_600);

/// How long work off the async threads may keep the end of the process: nothing of it is needed.
const THREADS_END_WITHIN: Duration = Duration::from_secs(2);

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Sites to watch with the defaults, beside those configured
    #[arg(value_name = "URL", value_parser = site_url)]
    sites: Vec<Url>,
    /// How log lines look; `[log] levels` or BENGGALA_LOG say how many
    #[arg(long, value_enum, default_value = "text")]
    log: LogFormat,
    #[command(flatten)]
    of: OfGroup,
    #[command(flatten)]
    allow: AllowPrivate,
}

/// What was typed, kept for reading the file again.
struct Invocation {
    args: Args,
    files: Vec<PathBuf>,
}

impl Invocation {
    fn config(&self) -> Result<Config, Failure> {
        let config = load_config(&self.files)?
            .for_group(self.args.of.group.as_deref())
            .watching(&self.args.sites)
            .allowing(&self.args.allow.allow_private);
        if config.sources.is_empty() {
            return Err(Failure::message(
                "nothing to watch: name sites (benggala run https://news.example), or add [[source]] to benggala.toml; \
                 `benggala add URL` prints one, `benggala demo` shows how it looks",
            ));
        }
        match config.watched().count() {
            0 => Err(nothing_of_group(&config)),
            _ => Ok(config),
        }
    }
}

/// There are sources, and all are others'.
fn nothing_of_group(config: &Config) -> Failure {
    let groups: Vec<String> = config.groups().iter().map(|g| format!("{g:?}")).collect();
    let groups = groups.join(", ");
    Failure::message(match &config.group {
        None => format!(
            "nothing to watch: every source has a group; name one with --group (there are {groups})"
        ),
        Some(group) if groups.is_empty() => {
            format!("nothing to watch: no source has the group {group:?}, nor any other")
        }
        Some(group) => {
            format!("nothing to watch: no source has the group {group:?}; there are {groups}")
        }
    })
}

pub(super) fn run(args: Args, files: &[PathBuf]) -> Result<Outcome, Failure> {
    let invocation = Invocation {
        args,
        files: files.to_vec(),
    };
    let config = invocation.config()?;
    tell_unread_variables(&config);
    let metrics = new_metrics()?;
    let log = start_log(invocation.args.log, &config.log.levels, &metrics)?;
    raise_limit();
    let signals = Signals::new()?;
    let runtime = runtime()?;
    let ended = runtime.block_on(watch(config, &invocation, &log, metrics, signals));
    runtime.shutdown_timeout(THREADS_END_WITHIN);
    ended
}

async fn watch(
    config: Config,
    invocation: &Invocation,
    log: &Log,
    metrics: Arc<Metrics>,
    mut signals: Signals,
) -> Result<Outcome, Failure> {
    let sources = config.watched().count();
    let store = config.store.url.clone();
    let mut service = Service::start(config, metrics).await?;
    tracing::info!(sources, %store, review = service.address.page(), "watching");
    // Without systemd there is nobody to notify.
    let _ = sd_notify::notify(&[NotifyState::Ready]);
    let mut stopping = false;
    let mut watchdog = watchdog();
    let ended = loop {
        tokio::select! {
            signal = signals.next() => match signal {
                Told::Reload => reload(&service, invocation, log),
                Told::Stop if stopping => service.stop_now(),
                Told::Stop => {
                    stopping = true;
                    let _ = sd_notify::notify(&[NotifyState::Stopping]);
                    service.stop();
                }
            },
            _ = watchdog.tick() => {
                if service.is_alive() {
                    let _ = sd_notify::notify(&[NotifyState::Watchdog]);
                }
            }
            event = service.event() => match event {
                ServiceEvent::ReloadRequested => reload(&service, invocation, log),
                ServiceEvent::Ended(ended) => break ended,
            },
        }
    };
    service.close_web().await;
    ended?;
    Ok(Outcome::Clean)
}

/// When systemd's watchdog is told that we live: twice in the time that it waits. Without one the ticks
/// are for nothing.
fn watchdog() -> Interval {
    let time = sd_notify::watchdog_enabled().unwrap_or(NO_WATCHDOG);
    let pause = (time / 2).max(Duration::from_millis(1));
    let mut ticks = interval_at(Instant::now() + pause, pause);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// A bad file keeps the old configuration. systemd is told before and after.
fn reload(service: &Service, invocation: &Invocation, log: &Log) {
    if let Ok(now) = NotifyState::monotonic_usec_now() {
        let _ = sd_notify::notify(&[NotifyState::Reloading, now]);
    }
    match invocation.config() {
        Ok(config) => {
            log.set_levels(&config.log.levels);
            service.reload(config);
        }
        Err(failure) => {
            service.reload_failed();
            tracing::error!("the old configuration stays:\n{failure}");
        }
    }
    let _ = sd_notify::notify(&[NotifyState::Ready]);
}
