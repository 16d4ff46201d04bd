//! Not there yet.

use crate::{
    model::PostgresUrl,
    store::{Forgotten, OpenError, StoreError},
};

pub(in crate::store) fn forget(
    _url: &PostgresUrl,
    _source: &str,
    _is_for_show: bool,
) -> Result<Option<Forgotten>, OpenError> {
    Err(StoreError::Database("not there yet".to_string()).into())
}
