//! Traces over OTLP: JSON over HTTP, in batches, by one task.

mod collector; // one request to a collector, and what it answers
mod encode; //    spans as the protocol writes them

use std::{
    future::pending,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{Instant, sleep, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;
use url::Url;

use self::collector::{Answer, Collector};
use super::{error::TraceError, span::Span};
use crate::metrics::{
    Metrics,
    labels::{SPANS_DROPPED, SPANS_GIVEN_UP, SPANS_REFUSED, SPANS_SENT},
};

/// Visits that wait to be sent; what comes beyond them is dropped. They take some three megabytes.
const WAITING_MAX: usize = 1_024;

/// Spans that are sent together, and those of one visit more.
const BATCH: usize = 512;

/// How long the first of a batch waits for others.
const DELAY: Duration = Duration::from_secs(2);

/// How often a batch is sent until it is given up.
const ATTEMPTS: u32 = 5;

/// The wait after the first failure.
const PAUSE_FIRST: Duration = Duration::from_secs(1);

/// The longest wait, also where a collector asks for a longer one.
const PAUSE_MAX: Duration = Duration::from_secs(120);

/// For the last ones, at the end of the daemon.
const LAST_ONES: Duration = Duration::from_secs(3);

/// Takes traces and has them sent.
#[derive(Debug)]
pub(super) struct Exporter {
    waiting: mpsc::Sender<Vec<Span>>,
    metrics: Arc<Metrics>,
    stop: CancellationToken,
    sending: Mutex<Option<JoinHandle<()>>>,
}

impl Exporter {
    /// Sends to the collector at `url`, by a task of its own.
    pub(super) fn start(url: &Url, metrics: &Arc<Metrics>) -> Result<Exporter, TraceError> {
        let (waiting, taken) = mpsc::channel(WAITING_MAX);
        let stop = CancellationToken::new();
        let sender = Sender {
            waiting: taken,
            collector: Collector::new(url)?,
            metrics: Arc::clone(metrics),
            failures: 0,
            stop: stop.clone(),
        };
        Ok(Exporter {
            waiting,
            metrics: Arc::clone(metrics),
            stop,
            sending: Mutex::new(Some(tokio::spawn(sender.run()))),
        })
    }

    /// Puts the spans of a visit among those that wait; never blocks.
    pub(super) fn tell(&self, spans: Vec<Span>) {
        let number = spans.len();
        if self.waiting.try_send(spans).is_err() {
            count(&self.metrics, SPANS_DROPPED, number as u64);
        }
    }

    /// Sends those that still wait.
    pub(super) async fn close(&self) {
        self.stop.cancel();
        let sending = self.sending.lock();
        let sending = sending.unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut sending) = sending else {
            return;
        };
        if timeout(LAST_ONES, &mut sending).await.is_err() {
            sending.abort();
            tracing::warn!("the last traces could not be sent");
        }
    }
}

/// The task that sends.
struct Sender {
    waiting: mpsc::Receiver<Vec<Span>>,
    collector: Collector,
    metrics: Arc<Metrics>,
    /// Of the collector, in a row.
    failures: u32,
    stop: CancellationToken,
}

impl Sender {
    async fn run(mut self) {
        loop {
            let batch = self.batch().await;
            if batch.is_empty() {
                return;
            }
            self.deliver(&batch).await;
        }
    }

    /// What is sent next; empty when nothing will come any more.
    async fn batch(&mut self) -> Vec<Span> {
        let mut batch = Vec::new();
        let mut until = None;
        while batch.len() < BATCH {
            let is_late = async {
                match until {
                    Some(until) => sleep_until(until).await,
                    None => pending().await,
                }
            };
            tokio::select! {
                biased;
                () = self.stop.cancelled(), if !self.waiting.is_closed() => self.waiting.close(),
                visit = self.waiting.recv() => match visit {
                    Some(spans) => {
                        until.get_or_insert_with(|| Instant::now() + DELAY);
                        batch.extend(spans);
                    }
                    None => break,
                },
                () = is_late => break,
            }
        }
        batch
    }

    /// Sends a batch until the collector has it, refuses it or has failed too often.
    async fn deliver(&mut self, batch: &[Span]) {
        let body = encode::request(batch, &self.collector.sender);
        let all = batch.len() as u64;
        for attempt in 1..=ATTEMPTS {
            match self.collector.send(body.clone()).await {
                Answer::Taken { refused, why } => {
                    self.failures = 0;
                    let refused = refused.min(all);
                    count(&self.metrics, SPANS_SENT, all - refused);
                    return self.refused(refused, &why);
                }
                Answer::Refused(why) => {
                    self.failures = 0;
                    return self.refused(all, &why);
                }
                Answer::Failed { why, retry_after } => {
                    if self.failures == 0 {
                        tracing::warn!(why, "traces cannot be sent, and are tried again");
                    }
                    self.failures += 1;
                    if attempt < ATTEMPTS {
                        self.pause(retry_after).await;
                    }
                }
            }
        }
        count(&self.metrics, SPANS_GIVEN_UP, all);
    }

    fn refused(&self, spans: u64, why: &str) {
        if spans > 0 {
            count(&self.metrics, SPANS_REFUSED, spans);
            tracing::warn!(spans, why, "the collector of traces refused some");
        }
    }

    /// Longer with each failure in a row; not at all when there is no more time.
    async fn pause(&self, asked: Option<Duration>) {
        let factor = 2u32.saturating_pow(self.failures.saturating_sub(1));
        let pause = PAUSE_FIRST.saturating_mul(factor).min(PAUSE_MAX);
        // Workers that lost their collector together do not come back together.
        let pause = pause.mul_f64(rand::random_range(0.5..=1.0));
        let pause = pause.max(asked.unwrap_or_default()).min(PAUSE_MAX);
        tokio::select! {
            () = sleep(pause) => {}
            () = self.stop.cancelled() => {}
        }
    }
}

fn count(metrics: &Metrics, outcome: &str, spans: u64) {
    let counter = metrics.trace_spans_total.with_label_values(&[outcome]);
    counter.inc_by(spans);
}
