//! Why the daemon could not start or go on.

use crate::{
    consult::ConsultSetupError, fetch::FetchSetupError, notify::NotifySetupError, store::StoreError,
};

/// Why the daemon could not start or go on.
#[derive(Debug, thiserror::Error)]
pub enum DaemonError {
    /// The HTTP client could not be set up.
    #[error(transparent)]
    Fetch(#[from] FetchSetupError),
    /// The webhooks' client could not be set up.
    #[error(transparent)]
    Notify(#[from] NotifySetupError),
    /// The client for second opinions could not be set up.
    #[error(transparent)]
    Consult(#[from] ConsultSetupError),
    /// The store failed at the start or at the end.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A bug: the loop itself failed.
    #[error("the daemon failed: {0}")]
    Panicked(String),
}
