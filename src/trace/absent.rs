//! What stands where nothing sends traces: there is none of it.

use std::sync::Arc;

use url::Url;

use super::{error::TraceError, span::Span};
use crate::metrics::Metrics;

/// Nothing.
#[derive(Debug)]
pub(super) enum Exporter {}

impl Exporter {
    /// It cannot be made.
    pub(super) fn start(_: &Url, _: &Arc<Metrics>) -> Result<Exporter, TraceError> {
        Err(TraceError::NotBuiltIn)
    }

    pub(super) fn tell(&self, _: Vec<Span>) {
        match *self {}
    }

    pub(super) async fn close(&self) {
        match *self {}
    }
}
