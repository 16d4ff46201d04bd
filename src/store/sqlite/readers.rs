//! A few connections that read beside the writer, off the async threads.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::{failure::classify, file};
use crate::store::StoreError;

/// How long one read may take: as long as anybody waits for a page. A slower one fails, and the
/// connection is free for the next.
const READ_MAX: Duration = Duration::from_secs(10);
/// Steps of SQLite's virtual machine between two looks at the clock.
const READ_STEPS: i32 = 50_000;

/// Reads that run at the same time; more wait.
const READERS: usize = 4;

#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    /// One permit for each connection; closed with the store.
    permits: Arc<Semaphore>,
    connections: u32,
    is_snapshot: bool,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Readers {
    pub(super) fn open(path: &Path) -> Result<Readers, StoreError> {
        let connections: Result<Vec<_>, _> = (0..READERS).map(|_| file::reader(path)).collect();
        Ok(Readers::with(path, connections?, false))
    }

    /// All reads in one snapshot, that of now.
    pub(super) fn open_snapshot(path: &Path) -> Result<Readers, StoreError> {
        let db = file::reader(path)?;
        // A transaction sees what was there when it first read.
        let begun = db.execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema;");
        begun.map_err(|error| classify(path, &error))?;
        Ok(Readers::with(path, vec![db], true))
    }

    fn with(path: &Path, connections: Vec<Connection>, is_snapshot: bool) -> Readers {
        Readers {
            path: path.to_path_buf(),
            permits: Arc::new(Semaphore::new(connections.len())),
            connections: connections.len() as u32,
            is_snapshot,
            idle: Arc::new(Mutex::new(connections)),
        }
    }

    /// Runs `query` on a blocking thread, in one snapshot of the database.
    pub(super) async fn read<T, F>(&self, query: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let permits = Arc::clone(&self.permits);
        let permit = permits.acquire_owned().await;
        let permit = permit.map_err(|_| StoreError::Closed)?;
        let idle = Arc::clone(&self.idle);
        let path = self.path.clone();
        let is_snapshot = self.is_snapshot;
        let task = tokio::task::spawn_blocking(move || {
            // Moved in, so that a caller who goes away does not free it early.
            let _permit = permit;
            let mut db = match take(&idle) {
                Some(db) => db,
                // The one before was lost to a panic, and what it saw with it.
                None if is_snapshot => return Err(StoreError::Closed),
                None => file::reader(&path)?,
            };
            let result =
                snapshot(&mut db, is_snapshot, query).map_err(|error| classify(&path, &error));
            put(&idle, db);
            result
        });
        match task.await {
            Ok(result) => result,
            Err(_) => Err(StoreError::Database("a read panicked".to_string())),
        }
    }

    /// Waits for the reads under way and closes the connections.
    pub(super) async fn close(&self) {
        if let Ok(permits) = self.permits.acquire_many(self.connections).await {
            self.permits.close();
            drop(permits);
        }
        let connections = std::mem::take(&mut *lock(&self.idle));
        drop(connections);
    }
}

fn snapshot<T>(
    db: &mut Connection,
    is_snapshot: bool,
    query: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let end = Instant::now() + READ_MAX;
    db.progress_handler(READ_STEPS, Some(move || Instant::now() >= end))?;
    let result = match is_snapshot {
        true => query(db),
        false => db
            .unchecked_transaction()
            .and_then(|transaction| query(&transaction)),
    };
    db.progress_handler(0, None::<fn() -> bool>)?;
    result
}

fn take(idle: &Mutex<Vec<Connection>>) -> Option<Connection> {
    lock(idle).pop()
}

fn put(idle: &Mutex<Vec<Connection>>, db: Connection) {
    lock(idle).push(db);
}

fn lock(idle: &Mutex<Vec<Connection>>) -> std::sync::MutexGuard<'_, Vec<Connection>> {
    // Nothing panics while it is held.
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}
