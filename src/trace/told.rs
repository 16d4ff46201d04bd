//! What is told of an article, and why nothing can be.

use crate::model::Timestamp;

/// Why no traces can be sent.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// The feature is missing.
    #[error(
        "`otlp_url` in [trace] wants traces to be sent, and this benggala was built without that\n  \
         hint: build it with `--features otlp`, or take `otlp_url` out"
    )]
    NotBuiltIn,
    /// What sends them cannot be set up.
    #[error("traces cannot be sent to `otlp_url` in [trace]: {0}")]
    Setup(String),
}

/// What an article went through.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// When it was discovered, or looked at again.
    pub began: Timestamp,
    /// When all of it was written down.
    pub ended: Timestamp,
    /// What is known of it.
    pub attributes: Vec<(&'static str, String)>,
    /// How it failed, if it did.
    pub error: Option<String>,
    /// One after the other.
    pub spans: Vec<Span>,
}

/// A part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// What was done.
    pub name: &'static str,
    /// When it began.
    pub began: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
}
