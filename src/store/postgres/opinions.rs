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

pub(super) const PRUNE_BATCH: u64 = 1_000;

pub(super) async fn get(_db: &Db, _key: OpinionKey) -> Result<Option<Opinion>> {
    Err(Failure::Connection("not there yet".to_string()))
}

pub(super) async fn hear(_db: &Db, _hearing: &Hearing, _notify: &[String]) -> Result<Heard> {
    Err(Failure::Connection("not there yet".to_string()))
}

pub(super) async fn take_call(
    _db: &Db,
    _source: Option<&str>,
    _limits: Limits,
    _now: Timestamp,
) -> Result<Option<Exhausted>> {
    Err(Failure::Connection("not there yet".to_string()))
}

pub(super) async fn answers(_db: &Db, _adviser: u64) -> Result<Vec<AnswerBefore>> {
    Err(Failure::Connection("not there yet".to_string()))
}

pub(super) async fn put_answer(
    _db: &Db,
    _adviser: u64,
    _text: &str,
    _quotes: &[String],
    _at: Timestamp,
) -> Result<()> {
    Err(Failure::Connection("not there yet".to_string()))
}

pub(super) async fn prune(_db: &Db, _before: Timestamp) -> Result<u64> {
    Err(Failure::Connection("not there yet".to_string()))
}

pub(super) async fn prune_answers(_db: &Db, _before: Timestamp) -> Result<u64> {
    Err(Failure::Connection("not there yet".to_string()))
}
