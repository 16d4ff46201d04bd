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

pub(super) async fn list(_db: &Db, _article: i64) -> Result<Vec<VersionRow>> {
    Err(Failure::Connection("not there yet".to_string()))
}
