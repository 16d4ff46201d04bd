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

pub(super) async fn used(_db: &Db) -> Result<u64> {
    Err(Failure::Connection("not there yet".to_string()))
}

pub(super) async fn sizes(_db: &Db) -> Result<PerKind> {
    Err(Failure::Connection("not there yet".to_string()))
}
