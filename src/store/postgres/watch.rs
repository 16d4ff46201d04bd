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

pub(super) async fn overview(_db: &Db) -> Result<Overview> {
    Err(Failure::Connection("not there yet".to_string()))
}

pub(super) async fn history(_db: &Db, _source: &str, _since: Timestamp) -> Result<Vec<SourceDay>> {
    Err(Failure::Connection("not there yet".to_string()))
}

pub(super) async fn polls(_db: &Db, _source: &str, _limit: usize) -> Result<Vec<PollRow>> {
    Err(Failure::Connection("not there yet".to_string()))
}
