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

pub(super) async fn decide(
    _db: &Db,
    _article: i64,
    _ruling: &Ruling,
    _notify: &[String],
) -> Result<Ruled> {
    Err(Failure::Connection("not there yet".to_string()))
}

pub(super) async fn withdraw(
    _db: &Db,
    _article: i64,
    _withdrawal: &Withdrawal,
    _notify: &[String],
) -> Result<Ruled> {
    Err(Failure::Connection("not there yet".to_string()))
}

pub(super) async fn decide_all(
    _db: &Db,
    _query: &ArticleQuery,
    _review: &Review,
    _notify: &[String],
) -> Result<Batch> {
    Err(Failure::Connection("not there yet".to_string()))
}

pub(super) async fn withdraw_all(_db: &Db, _batch: i64, _by: &str, _at: Timestamp) -> Result<u64> {
    Err(Failure::Connection("not there yet".to_string()))
}
