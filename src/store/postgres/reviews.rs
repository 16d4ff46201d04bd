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

pub(super) async fn dismissals(_db: &Db, _site: &str) -> Result<Vec<Dismissal>> {
    Err(Failure::Connection("not there yet".to_string()))
}

pub(super) async fn precision(_db: &Db) -> Result<Vec<RulePrecision>> {
    Err(Failure::Connection("not there yet".to_string()))
}
