//! The contract of `Store`, held over every implementation, and what SQLite alone promises.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test ends at its first surprise"
)]

mod address;
mod articles;
mod backfill;
mod clock;
mod completion;
mod copied;
mod copies;
mod crash;
pub(crate) mod given;
mod groups;
mod model;
pub(crate) mod namespace;
mod observed;
pub(crate) mod opinions;
mod parked;
mod parts;
mod place;
pub(crate) mod postgres;
mod queue;
mod retention;
mod reviews;
mod silence;
mod sites;
mod sources;
pub(crate) mod sqlite;
mod usage;
pub(crate) mod way;
mod writers;

use std::sync::Arc;

use benggala::{
    model::StoreUrl,
    store::{self, Observer, Store},
};
use tempfile::TempDir;

/// An empty place for a store.
pub(crate) struct Place {
    pub(crate) url: StoreUrl,
    pub(crate) folder: TempDir,
    /// Where it is one of a server.
    pub(crate) database: Option<postgres::Database>,
}

impl Place {
    /// Makes it as empty as it was; nobody may have a store there.
    pub(crate) fn empty(&self) {
        match &self.database {
            None => std::fs::remove_file(self.folder.path().join("benggala.db")).unwrap(),
            Some(database) => {
                database.ask("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
            }
        }
    }

    /// Opens the store there; again after the one before was dropped.
    pub(crate) async fn open(&self) -> Arc<dyn Store> {
        self.open_observed(Observer::default()).await
    }

    /// The same, with somebody who is told of every operation.
    pub(crate) async fn open_observed(&self, observer: Observer) -> Arc<dyn Store> {
        store::open(&self.url, observer)
            .await
            .expect("the store opens")
    }
}

/// One place for every kind of store: the contract is held over all of them.
pub(crate) fn places() -> Vec<Place> {
    let file = std::iter::once(sqlite::place());
    file.chain(postgres::place()).collect()
}
