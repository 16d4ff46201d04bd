//! What SQLite says -> what we say.

use std::path::Path;

use rusqlite::{Error, ErrorCode};

use crate::store::StoreError;

/// Sorts an error of SQLite into ours.
pub(super) fn classify(path: &Path, error: &Error) -> StoreError {
    let path = path.display().to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StoreError::Full,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Corrupt {
            path,
            why: error.to_string(),
        },
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            StoreError::Open {
                path,
                why: format!("{error}; make the file and its folder writable for this user"),
            }
        }
        Some(_) => StoreError::Database(error.to_string()),
        None => match error {
            Error::FromSqlConversionFailure(_, _, why) => StoreError::Value(why.to_string()),
            Error::InvalidColumnType(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::Utf8Error(..) => StoreError::Value(error.to_string()),
            _ => StoreError::Database(error.to_string()),
        },
    }
}
