//! How a command ended.

use std::{io, process::ExitCode};

use crate::config::ConfigErrors;

/// Why a command could not do it: one message, ready to print.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// A sentence that says what to do next.
    #[error("{0}")]
    Message(String),
    /// All that is wrong with a configuration.
    #[error("{0}")]
    Config(#[from] ConfigErrors),
    /// Output could not be written.
    #[error("cannot write the output: {0}")]
    Output(#[from] io::Error),
    /// Floors that say nothing of the figures.
    #[error(transparent)]
    Floors(#[from] crate::evaluate::floors::FloorsError),
    /// The store cannot be opened.
    #[error(transparent)]
    Open(#[from] crate::store::OpenError),
    /// The store.
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
    /// The daemon.
    #[error(transparent)]
    Daemon(#[from] crate::daemon::DaemonError),
    /// The HTTP client.
    #[error(transparent)]
    Fetch(#[from] crate::fetch::FetchSetupError),
    /// The client for second opinions.
    #[error(transparent)]
    Consult(#[from] crate::consult::ConsultSetupError),
    /// The service.
    #[error(transparent)]
    Start(#[from] crate::daemon::service::StartError),
    /// The metrics.
    #[error("cannot set up the metrics: {0}")]
    Metrics(#[from] prometheus::Error),
}

impl Failure {
    pub(super) fn message(text: impl Into<String>) -> Failure {
        Failure::Message(text.into())
    }
}

/// How a command that could do it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Clean,
    Flagged,
    Incomplete,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> ExitCode {
        match outcome {
            Outcome::Clean => ExitCode::SUCCESS,
            Outcome::Flagged => ExitCode::from(1),
            Outcome::Incomplete => ExitCode::from(2),
        }
    }
}
