//! Why no traces can be sent.

/// Why no traces can be sent.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// The feature is missing.
    #[error(
        "`otlp_url` in [trace] wants traces to be sent, and this benggala was built without the feature \
         `otlp`\n  hint: build it with `cargo build --release --features otlp`, or take `otlp_url` out"
    )]
    NotBuiltIn,
    /// What sends them cannot be set up.
    #[error("traces cannot be sent to `otlp_url` in [trace]: {0}")]
    Setup(String),
}
