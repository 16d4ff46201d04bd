//! Not there yet.

#![allow(unused_imports)]

use super::{
    failure::{Failure, Readable, Result},
    session::Db,
};
use crate::{
    copies::Fingerprint, model::*, opinion::*, standing::Standing, store::*, usage::Sketch,
};
use url::Url;

pub(super) async fn get(_db: &Db, _source: &str) -> Result<Standing> {
    Err(Failure::Connection("not there yet".to_string()))
}

pub(super) async fn of(_db: &Db, _source: i64) -> Result<Standing> {
    Err(Failure::Connection("not there yet".to_string()))
}

pub(super) async fn kept(_db: &Db, _source: i64) -> Result<Option<Standing>> {
    Err(Failure::Connection("not there yet".to_string()))
}

pub(super) async fn keep_missing(_db: &Db) -> Result<()> {
    Err(Failure::Connection("not there yet".to_string()))
}

pub(super) async fn observe(
    _db: &Db,
    _source: i64,
    _assessment: &Assessment,
    _at: Timestamp,
) -> Result<()> {
    Err(Failure::Connection("not there yet".to_string()))
}
