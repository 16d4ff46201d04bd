//! Not there yet.

use std::path::Path;

use crate::{
    model::PostgresUrl,
    store::{Damage, OpenError, StoreError},
};

fn pending<T>() -> Result<T, OpenError> {
    Err(StoreError::Database("not there yet".to_string()).into())
}

pub(in crate::store) fn check(_url: &PostgresUrl) -> Result<Damage, OpenError> {
    pending()
}

pub(in crate::store) fn backup(_url: &PostgresUrl, _to: &Path) -> Result<u64, OpenError> {
    pending()
}

pub(in crate::store) fn compact(_url: &PostgresUrl) -> Result<(u64, u64), OpenError> {
    pending()
}
