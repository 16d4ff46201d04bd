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

pub(super) const FORGET_BATCH: u64 = 1_000;

pub(super) async fn others(_db: &Db, _article: i64, _limit: usize) -> Result<Vec<CopyRow>> {
    Err(Failure::Connection("not there yet".to_string()))
}

pub(super) async fn aliases(_db: &Db, _article: i64, _limit: usize) -> Result<Vec<Url>> {
    Err(Failure::Connection("not there yet".to_string()))
}

pub(super) async fn cluster(_db: &Db, _article: i64) -> Result<Option<Cluster>> {
    Err(Failure::Connection("not there yet".to_string()))
}

pub(super) async fn forget(_db: &Db, _before: Timestamp) -> Result<u64> {
    Err(Failure::Connection("not there yet".to_string()))
}
