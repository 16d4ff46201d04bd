//! `benggala run`: the daemon.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::{EnvFilter, layer::SubscriberExt, util::SubscriberInitExt};
use url::Url;

use crate::{
    config::Config,
    daemon::service::{Service, ServiceEvent, log_panics, new_metrics},
    metrics::Metrics,
};

use super::{
    failure::{Failure, Outcome},
    settings::{AllowPrivate, load_config},
    threads::runtime,
};

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(super) enum LogFormat {
    /// For people
    Text,
    /// For machines
    Json,
}

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Sites to watch with the defaults, beside those configured
    #[arg(value_name = "URL")]
    sites: Vec<Url>,
    /// How log lines look; BENGGALA_LOG sets how many (as `info` or `benggala::fetch=debug`)
    #[arg(long, value_enum, default_value = "text")]
    log: LogFormat,
    #[command(flatten)]
    allow: AllowPrivate,
}

/// What was typed, kept for reading the file again.
struct Invocation {
    args: Args,
    file: Option<PathBuf>,
}

impl Invocation {
    fn config(&self) -> Result<Config, Failure> {
        let (config, _) = load_config(self.file.as_deref())?;
        Ok(config
            .watching(&self.args.sites)
            .allowing(&self.args.allow.allow_private))
    }
}

pub(super) fn run(args: Args, file: Option<&Path>) -> Result<Outcome, Failure> {
    let invocation = Invocation {
        args,
        file: file.map(Path::to_path_buf),
    };
    let config = invocation.config()?;
    if config.sources.is_empty() {
        return Err(Failure::message(
            "nothing to watch: name sites (benggala run https://news.example), or add [[source]] to benggala.toml; \
             `benggala add URL` prints one, `benggala demo` shows how it looks",
        ));
    }
    let metrics = new_metrics()?;
    start_log(invocation.args.log, "info", &metrics);
    runtime()?.block_on(watch(config, &invocation, metrics))
}

async fn watch(
    config: Config,
    invocation: &Invocation,
    metrics: Arc<Metrics>,
) -> Result<Outcome, Failure> {
    let sources = config.sources.len();
    let store = config.store.url.clone();
    let mut signals = Signals::new()?;
    let mut service = Service::start(config, metrics).await?;
    tracing::info!(sources, %store, review = %format_args!("http://{}/", service.address), "watching");
    // Without systemd there is nobody to notify.
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
    let mut stopping = false;
    let ended = loop {
        tokio::select! {
            signal = signals.next() => match signal {
                Told::Reload => reload(&service, invocation),
                Told::Stop if stopping => service.stop_now(),
                Told::Stop => {
                    stopping = true;
                    let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
                    service.stop();
                }
            },
            event = service.event() => match event {
                ServiceEvent::ReloadRequested => reload(&service, invocation),
                ServiceEvent::Ended(ended) => break ended,
            },
        }
    };
    service.close_web().await;
    ended?;
    Ok(Outcome::Clean)
}

/// A bad file keeps the old configuration.
fn reload(service: &Service, invocation: &Invocation) {
    match invocation.config() {
        Ok(config) => service.reload(config),
        Err(failure) => {
            service.reload_failed();
            tracing::error!("the old configuration stays:\n{failure}");
        }
    }
}

/// What a signal asks for.
pub(super) enum Told {
    /// SIGHUP.
    Reload,
    /// SIGTERM or SIGINT.
    Stop,
}

/// The signals that a daemon listens to.
pub(super) struct Signals {
    hangup: Signal,
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    pub(super) fn new() -> Result<Signals, Failure> {
        let listen = |kind| {
            signal(kind)
                .map_err(|error| Failure::message(format!("cannot listen to signals: {error}")))
        };
        Ok(Signals {
            hangup: listen(SignalKind::hangup())?,
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    /// Waits for the next one.
    pub(super) async fn next(&mut self) -> Told {
        tokio::select! {
            _ = self.hangup.recv() => Told::Reload,
            _ = self.terminate.recv() => Told::Stop,
            _ = self.interrupt.recv() => Told::Stop,
        }
    }
}

/// Log lines to stderr, counted by level; panics among them.
pub(super) fn start_log(format: LogFormat, default: &str, metrics: &Metrics) {
    let filter =
        EnvFilter::try_from_env("BENGGALA_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    // A closed stderr must not end the daemon: such errors are passed over.
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_target(false)
        .log_internal_errors(false);
    let registry = tracing_subscriber::registry()
        .with(filter)
        .with(metrics.log_layer());
    match format {
        LogFormat::Text => {
            let ansi = std::io::IsTerminal::is_terminal(&std::io::stderr());
            registry.with(lines.with_ansi(ansi)).init();
        }
        // No span stands within another: one is all that there are.
        LogFormat::Json => registry.with(lines.json().with_span_list(false)).init(),
    }
    log_panics();
}
