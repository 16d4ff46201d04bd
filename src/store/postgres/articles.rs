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

pub(super) async fn list(_db: &Db, _query: &ArticleQuery) -> Result<Readable<ArticleRow>> {
    Err(Failure::Connection("not there yet".to_string()))
}

pub(super) async fn get(_db: &Db, _id: i64) -> Result<Option<ArticleRow>> {
    Err(Failure::Connection("not there yet".to_string()))
}

pub(super) async fn has_page(_db: &Db, _article: i64) -> Result<bool> {
    Err(Failure::Connection("not there yet".to_string()))
}

pub(super) async fn page(_db: &Db, _article: i64) -> Result<Option<Page>> {
    Err(Failure::Connection("not there yet".to_string()))
}

pub(super) async fn reassess(
    _db: &Db,
    _article: i64,
    _content: &Article,
    _assessment: &Assessment,
    _at: Timestamp,
    _fingerprint: Option<&Fingerprint>,
) -> Result<()> {
    Err(Failure::Connection("not there yet".to_string()))
}
