//! As many handles as the system lets us have.

use rustix::process::{Resource, getrlimit, setrlimit};

/// Raises the limit of open handles to the highest that is allowed: each fetch takes one, and the usual
/// 1,024 are for programs that use `select`.
pub(super) fn raise_limit() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // With what there is the daemon does fewer things at a time.
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%error, "the limit of open handles cannot be raised");
    }
}
