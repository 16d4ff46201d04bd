//! The log: lines to stderr, counted by level.
//!
//! Whoever logs never waits for whoever reads: lines go through a queue of bounded size to a thread
//! of their own. While nobody reads (a pipe to a process that hangs, a terminal that was stopped),
//! lines are dropped and counted, and the work goes on.

use std::{
    collections::VecDeque,
    fs::File,
    io::{self, IsTerminal, Write},
    os::fd::AsFd,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use prometheus::IntCounter;
use tracing_subscriber::{
    EnvFilter, Registry, fmt::MakeWriter, layer::SubscriberExt, reload, util::SubscriberInitExt,
};

use crate::{daemon::service::log_panics, metrics::Metrics};

use super::failure::Failure;

/// Bytes of lines that wait to be written; beyond that they are dropped. A thousand lines or so: a
/// second of a busy crawl.
const WAITING_MAX: usize = 256 << 10;

/// How long the end of the process waits for the last lines.
const LAST_LINES: Duration = Duration::from_secs(1);

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(super) enum LogFormat {
    /// For people
    Text,
    /// For machines
    Json,
}

/// Overrules the configuration.
const LEVELS_VARIABLE: &str = "BENGGALA_LOG";

/// Starts the log; panics are lines of it. `levels` says how much is logged unless `BENGGALA_LOG` does.
/// What is returned changes that, and writes the last lines when it is dropped.
pub(super) fn start_log(
    format: LogFormat,
    levels: &str,
    metrics: &Metrics,
) -> Result<Log, Failure> {
    let filter =
        EnvFilter::try_from_env(LEVELS_VARIABLE).unwrap_or_else(|_| EnvFilter::new(levels));
    let (filter, levels) = reload::Layer::new(filter);
    let queue = Arc::new(Queue::new(metrics.log_lines_dropped_total.clone()));
    // Not the handle of the standard library: its lock would be held as long as a write hangs.
    let stderr = io::stderr().as_fd().try_clone_to_owned();
    let stderr = stderr
        .map_err(|error| Failure::message(format!("there is no stderr for the log: {error}")))?;
    let written = Arc::clone(&queue);
    thread::Builder::new()
        .name("log".to_string())
        .spawn(move || written.write_to(File::from(stderr)))
        .map_err(|error| Failure::message(format!("no thread for the log: {error}")))?;
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(Lines(Arc::clone(&queue)))
        .with_target(false)
        .log_internal_errors(false);
    let registry = tracing_subscriber::registry()
        .with(filter)
        .with(metrics.log_layer());
    match format {
        LogFormat::Text => registry
            .with(lines.with_ansi(io::stderr().is_terminal()))
            .init(),
        // No span stands within another: one is all that there are.
        LogFormat::Json => registry.with(lines.json().with_span_list(false)).init(),
    }
    log_panics();
    Ok(Log { queue, levels })
}

/// The log as it runs. Writes what still waits, for a second at most, when it is dropped.
#[must_use = "the last lines are lost without it"]
pub(super) struct Log {
    queue: Arc<Queue>,
    levels: reload::Handle<EnvFilter, Registry>,
}

impl Log {
    /// Logs so much from now on, unless the environment says how much.
    pub(super) fn set_levels(&self, levels: &str) {
        if EnvFilter::try_from_env(LEVELS_VARIABLE).is_err() {
            // It fails only where the subscriber is gone, and every line with it.
            let _ = self.levels.reload(EnvFilter::new(levels));
        }
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.queue.drain_within(LAST_LINES);
    }
}

/// Lines on their way to stderr.
struct Queue {
    waiting: Mutex<Waiting>,
    /// A line has come, or all have gone.
    changed: Condvar,
    dropped: IntCounter,
}

#[derive(Default)]
struct Waiting {
    lines: VecDeque<Vec<u8>>,
    /// Of all these.
    bytes: usize,
    /// Some are being written.
    is_writing: bool,
    /// Lines that were dropped and not told of yet.
    untold: u64,
}

impl Queue {
    fn new(dropped: IntCounter) -> Queue {
        Queue {
            waiting: Mutex::default(),
            changed: Condvar::new(),
            dropped,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a line in, or drops it where too much waits.
    fn push(&self, line: &[u8]) {
        let mut waiting = self.lock();
        if waiting.bytes + line.len() > WAITING_MAX {
            waiting.untold += 1;
            self.dropped.inc();
            return;
        }
        waiting.bytes += line.len();
        waiting.lines.push_back(line.to_vec());
        self.changed.notify_all();
    }

    /// Writes lines as they come, for as long as the process lives.
    fn write_to(&self, mut stderr: impl Write) {
        loop {
            let line = self.next();
            // A closed stderr must not end the daemon.
            if stderr.write_all(&line).is_err() {
                self.dropped.inc();
            }
            let untold = self.written();
            if untold > 0 {
                tracing::warn!(untold, "lines of the log were dropped: nobody read it");
            }
        }
    }

    /// Waits for the next line.
    fn next(&self) -> Vec<u8> {
        let mut waiting = self.lock();
        loop {
            if let Some(line) = waiting.lines.pop_front() {
                waiting.bytes -= line.len();
                waiting.is_writing = true;
                return line;
            }
            waiting = self
                .changed
                .wait(waiting)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// A line is written. Tells how many were dropped, once there is room to say so.
    fn written(&self) -> u64 {
        let mut waiting = self.lock();
        waiting.is_writing = false;
        self.changed.notify_all();
        match waiting.bytes < WAITING_MAX / 2 {
            true => std::mem::take(&mut waiting.untold),
            false => 0,
        }
    }

    fn drain_within(&self, limit: Duration) {
        let is_left = |waiting: &mut Waiting| waiting.is_writing || !waiting.lines.is_empty();
        // Written or too late: either will do.
        let _ = self.changed.wait_timeout_while(self.lock(), limit, is_left);
    }
}

/// What the formatter writes to: one call a line.
struct Lines(Arc<Queue>);

impl<'w> MakeWriter<'w> for Lines {
    type Writer = &'w Queue;

    fn make_writer(&'w self) -> &'w Queue {
        &self.0
    }
}

impl Write for &Queue {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.push(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
