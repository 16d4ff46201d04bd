//! One trace an article, from its discovery to its verdict, for whoever collects traces
//! (OpenTelemetry).
//!
//! A visit tells of itself when it is over, in one piece, and waits for nobody: what a collector is
//! too slow for is dropped and counted. What sends it is built in with the feature `otlp` alone.

#[cfg(not(feature = "otlp"))]
mod absent; // nothing sends anything
mod error; //  why nothing is sent
#[cfg(feature = "otlp")]
mod otlp; //   OTLP over HTTP
mod span; //   what is told

use std::sync::Arc;

use url::Url;

#[cfg(not(feature = "otlp"))]
use self::absent::Exporter;
pub use self::error::TraceError;
#[cfg(feature = "otlp")]
use self::otlp::Exporter;
pub use self::span::{ArticleIds, Attribute, Span, SpanId, SpanKind, TraceId, Value};
use crate::{config::TraceConfig, metrics::Metrics, model::Timestamp};

/// Whether this build can do what the configuration asks for.
///
/// # Errors
/// If it asks for traces, and nothing here can send them.
pub fn check(config: &TraceConfig) -> Result<(), TraceError> {
    match config.otlp_url.is_some() && !cfg!(feature = "otlp") {
        true => Err(TraceError::NotBuiltIn),
        false => Ok(()),
    }
}

/// Where traces go.
#[derive(Debug, Default)]
pub struct Traces {
    exporter: Option<Exporter>,
    /// The share of articles that is told of, in 0..=1.
    sample: f32,
}

impl Traces {
    /// To the collector of the configuration, or nowhere. To be called within a runtime, which sends
    /// them; what becomes of spans is counted in `metrics`.
    ///
    /// # Errors
    /// If they are wanted and cannot be sent.
    pub fn start(config: &TraceConfig, metrics: &Arc<Metrics>) -> Result<Traces, TraceError> {
        let url = config.otlp_url.as_ref();
        let exporter = url.map(|url| Exporter::start(url, metrics));
        Ok(Traces {
            exporter: exporter.transpose()?,
            sample: config.sample,
        })
    }

    /// Puts the spans of one visit to an article among those that wait to be sent, if traces are wanted
    /// and the article is one of the sample. The article is known by its address and the moment at which
    /// it was discovered. Never blocks: where too many visits wait, this one is dropped.
    pub fn tell(
        &self,
        (url, known_since): (&Url, Timestamp),
        spans: impl FnOnce(ArticleIds) -> Vec<Span>,
    ) {
        let Some(exporter) = &self.exporter else {
            return;
        };
        let ids = ArticleIds::of(url, known_since);
        if ids.trace.is_within(self.sample) {
            exporter.tell(spans(ids));
        }
    }

    /// Sends those that still wait, within three seconds.
    pub async fn close(&self) {
        if let Some(exporter) = &self.exporter {
            exporter.close().await;
        }
    }
}
