//! One paper while it is served.

use std::{
    fmt,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{content::Paper, theme::Edition};

/// Tells how long ago the newsroom opened.
pub(super) type Clock = Arc<dyn Fn() -> Duration + Send + Sync>;

/// One paper on its own address, with what it has counted.
pub(super) struct ServedPaper {
    pub(super) paper: Paper,
    pub(super) base: Url,
    pub(super) opened: DateTime<Utc>,
    pub(super) clock: Clock,
    pub(super) closing: CancellationToken,
    pub(super) answered: AtomicU64,
    pub(super) trespassed: AtomicU64,
    pub(super) throttled: AtomicU64,
}

impl fmt::Debug for ServedPaper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServedPaper")
            .field("paper", &self.paper.name)
            .field("base", &self.base.as_str())
            .finish_non_exhaustive()
    }
}

impl ServedPaper {
    /// The paper as it is `elapsed` after the opening.
    pub(super) fn edition(&self, elapsed: Duration) -> Edition<'_> {
        Edition {
            paper: &self.paper,
            base: &self.base,
            opened: self.opened,
            elapsed,
        }
    }
}
