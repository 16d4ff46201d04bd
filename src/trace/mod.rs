//! One trace an article, from its discovery to its verdict, for whoever collects traces (OpenTelemetry).
//!
//! A visit tells of itself when it is over, in one piece; nothing waits for a collector. What sends it
//! is built in with the feature `otlp` alone.

#[cfg(not(feature = "otlp"))]
mod absent;
#[cfg(feature = "otlp")]
mod otlp;
mod told;

#[cfg(not(feature = "otlp"))]
use self::absent::Exporter;
#[cfg(feature = "otlp")]
use self::otlp::Exporter;
pub use self::told::{Span, Trace, TraceError};
use crate::config::TraceConfig;

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
pub struct Traces(Option<Exporter>);

impl Traces {
    /// To the collector of the configuration, or nowhere. To be called within a runtime, which sends
    /// them.
    ///
    /// # Errors
    /// If they are wanted and cannot be sent.
    pub fn start(config: &TraceConfig) -> Result<Traces, TraceError> {
        let url = config.otlp_url.as_ref();
        let exporter = url.map(|url| Exporter::start(url, config.sample.into()));
        Ok(Traces(exporter.transpose()?))
    }

    /// Puts a trace, where traces are wanted, among those that wait to be sent. Where too many do it is
    /// dropped.
    pub fn tell(&self, trace: impl FnOnce() -> Option<Trace>) {
        if let Some(exporter) = &self.0
            && let Some(trace) = trace()
        {
            exporter.tell(&trace);
        }
    }

    /// Sends those that still wait, within a few seconds.
    pub async fn close(&self) {
        if let Some(exporter) = &self.0 {
            exporter.close().await;
        }
    }
}
