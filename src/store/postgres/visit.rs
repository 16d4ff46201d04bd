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

/// A visit on its way into the store.
pub(super) struct NewVisit<'a> {
    pub(super) visit: &'a Visit,
    /// `None` where the site asks for no copy.
    pub(super) page: Option<&'a crate::store::packed::Packed>,
    /// `None` for a text that is too short.
    pub(super) fingerprint: Option<&'a Fingerprint>,
    /// Whether this very address has been read before.
    pub(super) again: bool,
    /// Whether it is read for a backfill alone.
    pub(super) past: bool,
}

/// What came of it.
pub(super) struct VisitOutcome {
    pub(super) article: i64,
    /// Whether it was not known before.
    pub(super) new: bool,
    pub(super) copy: Option<CopyKind>,
    pub(super) corrected: bool,
}

pub(super) async fn put(_db: &Db, _reading: &NewVisit<'_>, _source: i64) -> Result<VisitOutcome> {
    Err(Failure::Connection("not there yet".to_string()))
}
