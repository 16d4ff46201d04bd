//! What PostgreSQL and its columns say -> what we say.

use std::{error::Error, fmt::Display};

use deadpool_postgres::PoolError;
use tokio_postgres::error::SqlState;

use crate::store::StoreError;

/// Why a statement, or what is read of it, failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// The server, or the way to it.
    Server(tokio_postgres::Error),
    /// What stands in a column is not what should.
    Unreadable(String),
    /// No connection could be had.
    Connection(String),
    /// The server, or the way to it, says nothing any more.
    Silent,
    /// The connection was lost in the middle of a commit.
    Unknown(String),
    /// The store was closed.
    Closed,
}

/// Of a server that is there, as far as the network tells.
const SILENT: &str =
    "the server does not answer, though it was waited for; it hangs, or the way to it is cut";

pub(super) type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    /// Whether what stands in a row is not what should.
    pub(super) fn is_unreadable(&self) -> bool {
        matches!(self, Failure::Unreadable(_))
    }

    /// Whether the same transaction may go well when it is begun anew: somebody else was in its way, or
    /// the connection was cut off, with which the server has taken everything back.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Failure::Server(error) => {
                error.is_closed()
                    || error.code().is_some_and(is_passing)
                    || is_io(error)
                    || is_outdated(error)
            }
            Failure::Connection(_) | Failure::Silent => true,
            Failure::Unreadable(_) | Failure::Unknown(_) | Failure::Closed => false,
        }
    }

    /// Whether a lock could not be had in time.
    pub(super) fn is_of_lock(&self) -> bool {
        matches!(self, Failure::Server(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE))
    }

    /// Whether the connection is of no use any more: it is closed, leads to a standby, or knows statements
    /// of another schema.
    pub(super) fn is_of_connection(&self) -> bool {
        match self {
            Failure::Server(error) => {
                error.is_closed()
                    || is_io(error)
                    || is_outdated(error)
                    || error.code() == Some(&SqlState::READ_ONLY_SQL_TRANSACTION)
            }
            Failure::Silent => true,
            _ => false,
        }
    }

    /// In words.
    pub(super) fn said(&self) -> String {
        match self {
            Failure::Unreadable(why) | Failure::Connection(why) | Failure::Unknown(why) => {
                why.clone()
            }
            Failure::Server(error) => said(error),
            Failure::Silent => SILENT.to_string(),
            Failure::Closed => "closed".to_string(),
        }
    }

    /// As whoever asked is told.
    pub(super) fn to_error(&self, shown: &str) -> StoreError {
        match self {
            Failure::Unreadable(why) => StoreError::Value(why.clone()),
            Failure::Closed => StoreError::Closed,
            Failure::Unknown(why) => StoreError::Database(format!(
                "the connection was lost while this was written down, and whether it is is not known: {why}"
            )),
            Failure::Connection(_) | Failure::Silent => StoreError::Open {
                path: shown.to_string(),
                why: self.said(),
            },
            Failure::Server(error) => match error.code() {
                Some(code) if *code == SqlState::DISK_FULL => StoreError::Full,
                Some(code)
                    if [SqlState::DATA_CORRUPTED, SqlState::INDEX_CORRUPTED].contains(code) =>
                {
                    StoreError::Database(format!(
                        "{shown} is damaged ({}); restore a backup, or see pg_amcheck",
                        said(error)
                    ))
                }
                Some(code) if *code == SqlState::READ_ONLY_SQL_TRANSACTION => StoreError::Database(
                    "the server takes no writes: it is a standby; name all servers in \
                         `[store] url`, with target_session_attrs=read-write"
                        .to_string(),
                ),
                _ => StoreError::Database(said(error)),
            },
        }
    }
}

/// Somebody was in the way (deadlock, lock that did not come, serialisation), or the server goes down
/// or comes up.
fn is_passing(code: &SqlState) -> bool {
    [
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::LOCK_NOT_AVAILABLE,
        SqlState::UNIQUE_VIOLATION,
        SqlState::ADMIN_SHUTDOWN,
        SqlState::CRASH_SHUTDOWN,
        SqlState::CANNOT_CONNECT_NOW,
        SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
        SqlState::READ_ONLY_SQL_TRANSACTION,
    ]
    .contains(code)
}

/// A statement was prepared before a newer version added to a table that it reads. The code says no more
/// than that something is not supported, and the message is in the server's language.
fn is_outdated(error: &tokio_postgres::Error) -> bool {
    let said = error.as_db_error();
    said.is_some_and(|db| db.routine() == Some("RevalidateCachedQuery"))
}

fn is_io(error: &tokio_postgres::Error) -> bool {
    error
        .source()
        .is_some_and(|source| source.is::<std::io::Error>())
}

/// An error with its reason, which tokio-postgres leaves to its source.
pub(super) fn said(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(db) => format!("{} [{}]", db.message(), db.code().code()),
        None => match error.source() {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        },
    }
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Failure {
        Failure::Server(error)
    }
}

impl From<PoolError> for Failure {
    fn from(error: PoolError) -> Failure {
        match error {
            PoolError::Backend(error) => Failure::Connection(said(&error)),
            PoolError::Closed => Failure::Closed,
            PoolError::Timeout(_) => Failure::Connection(SILENT.to_string()),
            other => Failure::Connection(other.to_string()),
        }
    }
}

/// The failure for what stands in a column but should not.
pub(super) fn unreadable(what: &str, text: &str, why: &dyn Display) -> Failure {
    let start: String = text.chars().take(80).collect();
    Failure::Unreadable(format!("`{start}` is not {what}: {why}"))
}

/// Rows, but for those that cannot be read.
pub(super) struct Readable<T> {
    pub(super) rows: Vec<T>,
    /// Why the first of the others cannot.
    pub(super) unreadable: Option<Failure>,
}

impl<T> Default for Readable<T> {
    fn default() -> Self {
        Readable {
            rows: Vec::new(),
            unreadable: None,
        }
    }
}

impl<T> Readable<T> {
    /// Takes one more row if it can be read; any other failure ends it.
    pub(super) fn add(&mut self, row: Result<T>) -> Result<()> {
        match row {
            Err(why) if why.is_unreadable() => {
                self.unreadable.get_or_insert(why);
            }
            row => self.rows.push(row?),
        }
        Ok(())
    }
}
