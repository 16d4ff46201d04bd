//! Why a page could not be shown.

use url::Url;

/// Why a page could not be shown.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// Nobody listens there, or somebody else does.
    #[error("no browser answers at {browser}: {why}")]
    Unreachable {
        /// Its address.
        browser: Url,
        /// The first cause.
        why: String,
    },
    /// It does not do what it is asked to.
    #[error("the browser refused {method}: {why}")]
    Refused {
        /// What it was asked for.
        method: String,
        /// What it said.
        why: String,
    },
    /// The connection broke.
    #[error("the browser hung up: {0}")]
    HungUp(String),
    /// It said nothing for too long.
    #[error("the browser did not show the page in time")]
    TimedOut,
}

impl RenderError {
    /// The `outcome` label of `benggala_renders_total`.
    pub fn outcome(&self) -> &'static str {
        match self {
            RenderError::Unreachable { .. } => "unreachable",
            RenderError::Refused { .. } | RenderError::HungUp(_) => "failed",
            RenderError::TimedOut => "timed_out",
        }
    }
}
