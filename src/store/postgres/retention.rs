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

pub(super) async fn drop_old(_db: &Db, _keep: &Keep) -> Result<Option<(Stored, usize)>> {
    Err(Failure::Connection("not there yet".to_string()))
}

pub(super) async fn drop_for_room(_db: &Db, _spared: Timestamp) -> Result<Option<(Stored, usize)>> {
    Err(Failure::Connection("not there yet".to_string()))
}
