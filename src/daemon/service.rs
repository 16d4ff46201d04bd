//! The daemon with its store, its web server and its handles: what `run`, `demo` and the tests
//! start.

use std::{
    io, panic,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use arc_swap::ArcSwap;
use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use crate::{
    config::Config,
    inspect::{legend, panic_message},
    lang::Lexicon,
    metrics::{LabelValues, Metrics},
    model::{Lang, Listen, Unready},
    store::{
        self, Observer, Op, OpenError, Store, StoreError, Stored, Unswept,
        disk::network_file_system,
    },
    trace::{TraceError, Traces},
    web::{self, exposition::Exposition, listener::Listener},
};

use super::{Daemon, clock::Clock, error::DaemonError, health::Health, record};

/// Why the service could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// Traces are wanted, and cannot be sent.
    #[error(transparent)]
    Trace(#[from] TraceError),
    /// The address cannot be had.
    #[error("cannot listen on {place}: {why}; {}", way_out(.why))]
    Listen {
        /// As configured.
        place: Listen,
        /// What the system says.
        why: io::Error,
    },
}

fn way_out(why: &io::Error) -> &'static str {
    match why.kind() {
        io::ErrorKind::AddrInUse => "set another `[serve] listen`, or stop what has it",
        io::ErrorKind::AddrNotAvailable => {
            "it is no address of this machine; set one that is as `[serve] listen`"
        }
        io::ErrorKind::PermissionDenied => {
            "set a port from 1024 on, or a place that this user may write to, as `[serve] listen`"
        }
        _ => "set another `[serve] listen`",
    }
}

/// How long open connections may keep a stopped service.
const WEB_CLOSES_WITHIN: Duration = Duration::from_secs(2);

/// What can happen to a running service.
#[derive(Debug)]
pub enum ServiceEvent {
    /// Somebody asked by HTTP for the configuration to be read again.
    ReloadRequested,
    /// The daemon has ended: after a stop, or because it could not go on.
    Ended(Result<(), DaemonError>),
}

/// A running daemon.
#[derive(Debug)]
pub struct Service {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// Where everything is counted.
    pub metrics: Arc<Metrics>,
    /// Where the review page is.
    pub address: Listen,
    health: Health,
    reload_requests: mpsc::Receiver<()>,
    config: Arc<ArcSwap<Config>>,
    reload: mpsc::Sender<()>,
    stop: CancellationToken,
    stop_now: CancellationToken,
    daemon: JoinHandle<Result<(), DaemonError>>,
    web: JoinHandle<()>,
}

impl Service {
    /// Opens the store, takes the port and starts to watch.
    pub async fn start(config: Config, metrics: Arc<Metrics>) -> Result<Service, StartError> {
        Service::start_by(Clock::of_this_machine(), config, metrics).await
    }

    /// The same by another clock.
    pub async fn start_by(
        clock: Clock,
        config: Config,
        metrics: Arc<Metrics>,
    ) -> Result<Service, StartError> {
        let traces = Arc::new(Traces::start(&config.trace, &metrics)?);
        let asked = config.serve.listen.clone();
        let listener = match Listener::bind(&asked).await {
            Ok(listener) => listener,
            Err(why) => return Err(StartError::Listen { place: asked, why }),
        };
        let address = listener.place().unwrap_or(asked);
        let health = Health::default();
        let store = store::open(&config.store.url, observer(&metrics, &health)).await?;
        if let Some(kind) = network_file_system(&config.store.url) {
            tracing::warn!(
                kind,
                "the store is on a network file system, where locks may fail: keep it on a disk of this machine"
            );
        }
        config_loaded(&metrics);
        let config = Arc::new(ArcSwap::from_pointee(config));
        let (stop, stop_now) = (CancellationToken::new(), CancellationToken::new());
        let (reload, reload_received) = mpsc::channel(1);
        let (request_reload, reload_requests) = mpsc::channel(1);
        let state = web_state(&config, &store, &metrics, &health, request_reload);
        let web = tokio::spawn(serve(listener, state, stop.clone(), stop_now.clone()));
        let daemon = Daemon {
            config: Arc::clone(&config),
            store: Arc::clone(&store),
            metrics: Arc::clone(&metrics),
            backfill_of: None,
            reload: reload_received,
            traces,
            clock,
            health: health.clone(),
            stop: stop.clone(),
            stop_now: stop_now.clone(),
        };
        let daemon = tokio::spawn(daemon.run());
        Ok(Service {
            store,
            metrics,
            address,
            health,
            reload_requests,
            config,
            reload,
            stop,
            stop_now,
            daemon,
            web,
        })
    }

    /// Goes on with another configuration. The store and the address stay as they are.
    pub fn reload(&self, config: Config) {
        let old = self.config.swap(Arc::new(config));
        let new = self.config.load();
        let serve =
            |config: &Config| (config.serve.listen.clone(), config.serve.public_url.clone());
        let is_other = old.store.url != new.store.url || old.trace != new.trace;
        if is_other || serve(&old) != serve(&new) {
            tracing::warn!(
                "`[store] url`, `[trace]` and `[serve] listen` and `public_url` change only with a restart"
            );
        }
        config_loaded(&self.metrics);
        // A full channel means that a reload is waiting already: it will read this configuration.
        let _ = self.reload.try_send(());
    }

    /// Whether its loop comes round.
    pub fn is_alive(&self) -> bool {
        !self.health.reasons().contains(&Unready::Stuck)
    }

    /// Tells that a new configuration could not be used.
    pub fn reload_failed(&self) {
        self.metrics.config_last_reload_successful.set(0);
    }

    /// Stops claiming and finishes what is under way.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// Gives back what is under way.
    pub fn stop_now(&self) {
        self.stop.cancel();
        self.stop_now.cancel();
    }

    /// Waits for what happens next.
    pub async fn event(&mut self) -> ServiceEvent {
        tokio::select! {
            Some(()) = self.reload_requests.recv() => ServiceEvent::ReloadRequested,
            ended = &mut self.daemon => ServiceEvent::Ended(
                ended.unwrap_or_else(|error| Err(DaemonError::Panicked(error.to_string()))),
            ),
        }
    }

    /// Stops, waits for the end and closes the listener.
    pub async fn close(mut self) -> Result<(), DaemonError> {
        self.stop();
        let ended = loop {
            if let ServiceEvent::Ended(ended) = self.event().await {
                break ended;
            }
        };
        self.close_web().await;
        ended
    }

    /// Closes the listener after the daemon has ended.
    pub async fn close_web(self) {
        self.stop.cancel();
        let closing = tokio::time::timeout(WEB_CLOSES_WITHIN, self.web).await;
        if let Ok(Err(error)) = closing {
            tracing::error!(%error, "the web server failed");
        }
    }
}

/// Counts what the store does.
pub(super) fn observer(metrics: &Arc<Metrics>, health: &Health) -> Observer {
    let (counted, health) = (Arc::clone(metrics), health.clone());
    let written = Arc::clone(metrics);
    Observer::new(move |op, took, error| {
        record::stored(&counted, op, took, error);
        health.stored(op, error);
    })
    .and_writer(move |event| record::wrote(&written, event))
}

/// Serves until the daemon stops; then open connections may finish.
async fn serve(
    listener: Listener,
    state: web::AppState,
    stop: CancellationToken,
    stop_now: CancellationToken,
) {
    tokio::select! {
        () = web::server::serve(listener, web::app(state), stop) => {}
        () = stop_now.cancelled() => {}
    }
}

/// What the pages need, with the metrics room kept out of the web room by closures.
fn web_state(
    config: &Arc<ArcSwap<Config>>,
    store: &Arc<dyn Store>,
    metrics: &Arc<Metrics>,
    health: &Health,
    request_reload: mpsc::Sender<()>,
) -> web::AppState {
    let effective = Arc::clone(config);
    let (shown, asked, warned) = (health.clone(), health.clone(), health.clone());
    let (text, observed, reviewed) = (
        Arc::clone(metrics),
        Arc::clone(metrics),
        Arc::clone(metrics),
    );
    web::AppState {
        store: Arc::clone(store),
        config: Arc::clone(config),
        effective_config: Arc::new(move || effective.load().to_toml()),
        metrics_text: Arc::new(move |format| {
            shown.show(&text);
            match format {
                Exposition::Text => text.render().unwrap_or_default(),
                Exposition::OpenMetrics => text.render_open(),
            }
        }),
        observe: Arc::new(move |route, code, took| record::answered(&observed, route, code, took)),
        reviewed: Arc::new(move |decision| {
            reviewed
                .reviews_total
                .with_label_values(&[decision.as_str()])
                .inc();
        }),
        unready: Arc::new(move || asked.reasons()),
        warning: Arc::new(move || warned.warning()),
        reload: config.load().serve.reload.then_some(request_reload),
        languages: served_languages(),
        listeners: Arc::new(Semaphore::new(web::LISTENERS_MAX)),
        rules: legend().into(),
    }
}

fn served_languages() -> Arc<[Lang]> {
    let lexicon = Lexicon::built_in();
    lexicon.packs().map(|pack| pack.lang.clone()).collect()
}

fn config_loaded(metrics: &Metrics) {
    metrics.config_last_reload_successful.set(1);
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    metrics
        .config_last_reload_success_timestamp_seconds
        .set(now.as_secs_f64());
}

/// The metrics of this build.
///
/// # Errors
/// If two rules had the same name: a bug that the tests find.
pub fn new_metrics() -> Result<Arc<Metrics>, prometheus::Error> {
    let rules: Vec<&str> = legend().iter().map(|about| about.rule).collect();
    let values = LabelValues {
        rules: &rules,
        store_ops: &Op::ALL.map(Op::as_str),
        store_errors: &StoreError::KINDS,
        store_kinds: &Stored::ALL.map(Stored::as_str),
        store_tables: &Unswept::TABLES,
    };
    let revision = option_env!("BENGGALA_REVISION").unwrap_or("unknown");
    let metrics = Metrics::new(values, env!("CARGO_PKG_VERSION"), revision)?;
    Ok(Arc::new(metrics))
}

/// From now on a panic is a line of the log like any other: in its format, and with the visit that
/// it happened in. There is no backtrace in it; `benggala check` on the page gives that.
pub fn log_panics() {
    panic::set_hook(Box::new(|panic| {
        let why = panic_message(panic.payload());
        let at = panic.location().map(ToString::to_string);
        tracing::error!(why, at, "panicked");
    }));
}
