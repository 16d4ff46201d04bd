//! What an operator does with a store as a whole. None of it is for the async threads: it reads or
//! writes all of it.

use std::path::Path;

use super::{
    copy,
    error::OpenError,
    postgres,
    rows::{Damage, Forgotten, Schemas},
    sqlite,
};
use crate::model::StoreUrl;

/// Reads everything in the store, beside whoever has it, and tells what cannot be read.
///
/// # Errors
/// If there is none, or it cannot be opened.
pub fn check(url: &StoreUrl) -> Result<Damage, OpenError> {
    match url {
        StoreUrl::Sqlite(path) => sqlite::care::check(path),
        StoreUrl::Postgres(url) => postgres::care::check(url),
    }
}

/// Copies the store as it is now to the new file `to`, beside whoever has it. Tells its size in bytes.
///
/// # Errors
/// If there is no store, `to` is there already, or it cannot be written.
pub fn backup(url: &StoreUrl, to: &Path) -> Result<u64, OpenError> {
    match url {
        StoreUrl::Sqlite(path) => sqlite::care::backup(path, to),
        StoreUrl::Postgres(_) => copy::to_new_file(url, to),
    }
}

/// Gives the space back that nothing needs any more; brings the schema up to date. Tells the size in
/// bytes before and after.
///
/// # Errors
/// If somebody has the store, or there is no room for a second copy meanwhile.
pub fn compact(url: &StoreUrl) -> Result<(u64, u64), OpenError> {
    match url {
        StoreUrl::Sqlite(path) => sqlite::care::compact(path),
        StoreUrl::Postgres(url) => postgres::care::compact(url),
    }
}

/// Brings the schema up to date; only tells what that would be where it `is_for_show`.
///
/// # Errors
/// If there is no store, or somebody has its file.
pub fn migrate(url: &StoreUrl, is_for_show: bool) -> Result<Schemas, OpenError> {
    match url {
        StoreUrl::Sqlite(path) => sqlite::care::migrate(path, is_for_show),
        StoreUrl::Postgres(url) => postgres::care::migrate(url, is_for_show),
    }
}

/// Takes a source out with its articles, what was decided on them and what was to be asked for it; only
/// tells what that would be where it `is_for_show`. `None` for a source that the store does not know.
///
/// # Errors
/// If there is no store, or somebody has it.
pub fn forget_source(
    url: &StoreUrl,
    source: &str,
    is_for_show: bool,
) -> Result<Option<Forgotten>, OpenError> {
    match url {
        StoreUrl::Sqlite(path) => sqlite::forgotten::forget(path, source, is_for_show),
        StoreUrl::Postgres(url) => postgres::forgotten::forget(url, source, is_for_show),
    }
}
