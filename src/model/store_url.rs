//! Where everything is kept, as an operator names it.

use std::{fmt, path::PathBuf, str::FromStr};

use super::postgres_url::{PostgresUrl, PostgresUrlError};

/// A store that this version can open. Whoever opens one matches on it, so that no address is
/// accepted which nobody serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// `sqlite:PATH`: one file. A relative path starts from the working folder.
    Sqlite(PathBuf),
    /// `postgres://…`: a database that any number of workers share.
    Postgres(PostgresUrl),
}

/// Why a text names no store. Never repeats it: it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StoreUrlError {
    /// `postgres:` and something that is no address of a server.
    #[error(transparent)]
    Postgres(#[from] PostgresUrlError),
    /// `sqlite:` and nothing else.
    #[error("names no file")]
    NoFile,
    /// `sqlite::memory:`, and names for it that SQLite knows.
    #[error("names a store in memory, which would keep nothing")]
    Memory,
    /// `sqlite://…`: for some programs the path that follows is relative, for others it is not.
    #[error("has slashes that are read in two ways")]
    Slashes,
    /// `sqlite:PATH?…` or `sqlite:file:PATH`: SQLite's own URIs.
    #[error("has parameters of SQLite, which are not read")]
    Parameters,
    /// Anything else.
    #[error("names no store")]
    Unknown,
}

impl StoreUrlError {
    /// What to write instead.
    pub const fn hint(self) -> &'static str {
        match self {
            StoreUrlError::Slashes => {
                r#"write "sqlite:PATH" for a path from the working folder, or "sqlite:/PATH""#
            }
            StoreUrlError::Parameters => r#"write the path alone, as in "sqlite:benggala.db""#,
            StoreUrlError::Postgres(why) => why.hint(),
            StoreUrlError::NoFile | StoreUrlError::Memory | StoreUrlError::Unknown => {
                r#"write "sqlite:PATH", as in "sqlite:benggala.db", or "postgres://…""#
            }
        }
    }
}

impl FromStr for StoreUrl {
    type Err = StoreUrlError;

    fn from_str(text: &str) -> Result<StoreUrl, StoreUrlError> {
        let (scheme, rest) = text.split_once(':').ok_or(StoreUrlError::Unknown)?;
        match scheme {
            "sqlite" => sqlite_file(rest).map(StoreUrl::Sqlite),
            "postgres" | "postgresql" => Ok(StoreUrl::Postgres(PostgresUrl::parse(rest)?)),
            _ => Err(StoreUrlError::Unknown),
        }
    }
}

fn sqlite_file(path: &str) -> Result<PathBuf, StoreUrlError> {
    match path {
        "" => Err(StoreUrlError::NoFile),
        path if path.contains(":memory:") => Err(StoreUrlError::Memory),
        path if path.starts_with("//") => Err(StoreUrlError::Slashes),
        path if path.contains('?') || path.starts_with("file:") => Err(StoreUrlError::Parameters),
        path => Ok(PathBuf::from(path)),
    }
}

/// As it is written in the configuration, but for a password.
impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreUrl::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            StoreUrl::Postgres(url) => url.fmt(f),
        }
    }
}
