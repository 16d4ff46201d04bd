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

pub(super) async fn tally(_db: &Db, _query: &ArticleQuery) -> Result<Option<ShelfCounts>> {
    Err(Failure::Connection("not there yet".to_string()))
}

pub(super) async fn neighbours(
    _db: &Db,
    _query: &ArticleQuery,
    _article: i64,
) -> Result<Neighbours> {
    Err(Failure::Connection("not there yet".to_string()))
}

pub(super) async fn kept(_db: &Db, _source: i64) -> Result<ShelfCounts> {
    Err(Failure::Connection("not there yet".to_string()))
}
