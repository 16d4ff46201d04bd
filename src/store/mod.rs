//! Everything that must survive a restart. The only room that knows SQL.
//!
//! [`Store`] is a contract: `tests/it/store.rs` runs the same suite over every implementation. It
//! is written for several workers on one database: time is an argument, claims are leases with an
//! owner, and whatever a fetch led to is written in the one transaction that ends its lease.
//!
//! It is a trait and not an enum over the stores: an enum would say each of its methods three
//! times (here, in each store, and in a `match` that passes it on), and the contract would have no
//! place of its own. What varies is the address, so that is the enum: [`open`] matches on it, and a
//! kind of store without an arm does not compile.

mod care;
mod contract;
mod copy;
pub mod disk;
mod ending;
mod error;
mod limits;
mod listing;
mod news;
mod operation;
mod packed;
mod place;
mod postgres;
mod reading;
mod rows;
mod ruling;
mod sqlite;
mod stored;
mod tables;
mod times;
mod walking;
mod words;
mod work;

use std::sync::Arc;

use crate::model::StoreUrl;

pub use self::{
    care::{backup, check, compact, forget_source, migrate},
    contract::Store,
    copy::{Copied, CopyProgress, copy},
    error::{OpenError, StoreError},
    operation::{Observer, Op, WriterEvent},
    rows::{
        ArticleQuery, ArticleRow, Cluster, CopyRow, Counts, Damage, Forgotten, Neighbours,
        Notification, Order, Overview, ParkedRow, PerKind, PollRow, Schemas, Settlement, Silence,
        SourceOrder, SourceQuery, SourceRow, SourceState, Stored, StoredFinding, Trail, Unswept,
        VersionRow,
    },
    work::{
        BackfillOrder, BackfillTask, Batch, Claim, Completed, Completion, Fate, Heard, Hearing,
        JudgedBy, Keep, Lease, ListReading, Ruled, Ruling, TimeCorrection, Visit, Withdrawal,
    },
};

/// Opens the store that `url` names, creating or migrating it as needed. `observer` is told of
/// every operation from then on.
///
/// # Errors
/// If somebody else has it, or it cannot be read.
pub async fn open(url: &StoreUrl, observer: Observer) -> Result<Arc<dyn Store>, OpenError> {
    match url {
        StoreUrl::Sqlite(path) => sqlite::open(path, observer).await,
        StoreUrl::Postgres(url) => postgres::open(url, observer).await,
    }
}

/// Opens the store that `url` names beside whoever has it, to change what was concluded. It is made by
/// nobody and left in the schema that it has; on whose behalf URLs are fetched is none of its business.
///
/// # Errors
/// If there is none, if an older release wrote it, or if it cannot be read.
pub async fn open_beside(url: &StoreUrl, observer: Observer) -> Result<Arc<dyn Store>, OpenError> {
    match url {
        StoreUrl::Sqlite(path) => sqlite::open_beside(path, observer).await,
        StoreUrl::Postgres(url) => postgres::open(url, observer).await,
    }
}

/// Opens the store that `url` names for reading, also while somebody has it. Makes and migrates
/// nothing; whatever would write fails as if it were closed.
///
/// # Errors
/// If there is none, or it cannot be read.
pub async fn open_to_read(url: &StoreUrl, observer: Observer) -> Result<Arc<dyn Store>, OpenError> {
    match url {
        StoreUrl::Sqlite(path) => sqlite::open_to_read(path, observer).await,
        StoreUrl::Postgres(url) => postgres::open_to_read(url, observer).await,
    }
}

/// The same, and all that is read is as it was at one moment: from a file for as long as the store is
/// open, which keeps the log of whoever writes beside from shrinking; from PostgreSQL each read by itself.
///
/// # Errors
/// If there is none, or it cannot be read.
pub async fn open_snapshot(
    url: &StoreUrl,
    observer: Observer,
) -> Result<Arc<dyn Store>, OpenError> {
    match url {
        StoreUrl::Sqlite(path) => sqlite::open_snapshot(path, observer).await,
        StoreUrl::Postgres(url) => postgres::open_to_read(url, observer).await,
    }
}
