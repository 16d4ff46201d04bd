//! The one thread that writes, and group commit: what is queued when a commit begins shares it.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    thread::JoinHandle,
    time::{Duration, Instant},
};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::{
    failure::classify,
    file::{BUSY_WAIT, Lock},
};
use crate::store::StoreError;

/// Writes that share one commit at most: bounds how long the first waits for the last.
const BATCH_MAX: usize = 64;
/// Writes that may wait for the thread; more wait in their callers.
const QUEUE_MAX: usize = 256;
/// A write-ahead log over this size, in bytes, is emptied even if readers must be waited for.
const WAL_MAX: u64 = 64 << 20;
/// How long readers are waited for then.
const WAL_WAIT: Duration = Duration::from_millis(250);
/// How often that is tried at most: a reader that stays must not hold up the writing.
const WAL_RETRY: Duration = Duration::from_secs(30);

/// A write. Runs in its own savepoint, or learns why no transaction could be had.
pub(super) type Work = Box<dyn FnOnce(Result<&Connection, StoreError>) -> Ran + Send>;

/// A write that ran and waits for its commit.
pub(super) struct Ran {
    /// Its savepoint is taken back if there is one.
    failure: Option<StoreError>,
    /// Tells the caller, who gets the error if the transaction could not be committed.
    answer: Answer,
}

type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// Makes a write of a function; the receiver gets its result once it is committed.
pub(super) fn work<T, F>(
    path: PathBuf,
    change: F,
) -> (Work, oneshot::Receiver<Result<T, StoreError>>)
where
    T: Send + 'static,
    F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
{
    let (reply, receiver) = oneshot::channel();
    let work = Box::new(move |db: Result<&Connection, StoreError>| {
        let result = db.and_then(|db| {
            // A panic must cost one write, not the thread that all others depend on.
            match catch_unwind(AssertUnwindSafe(|| change(db))) {
                Ok(result) => result.map_err(|error| classify(&path, &error)),
                Err(_) => Err(StoreError::Database("a write panicked".to_string())),
            }
        });
        Ran {
            failure: result.as_ref().err().cloned(),
            answer: Box::new(move |committed: Result<(), StoreError>| {
                // The caller may have gone; the write stands all the same.
                let _ = reply.send(result.and_then(|value| committed.map(|()| value)));
            }),
        }
    });
    (work, receiver)
}

/// Starts the thread. It ends, with everything written down, when all senders are gone.
pub(super) fn start(
    db: Connection,
    lock: Lock,
    path: PathBuf,
) -> std::io::Result<(mpsc::Sender<Work>, JoinHandle<()>)> {
    let (sender, receiver) = mpsc::channel(QUEUE_MAX);
    let mut wal = path.clone().into_os_string();
    wal.push("-wal");
    let writer = Writer {
        db,
        path,
        wal: wal.into(),
        wal_tried: None,
    };
    let thread = std::thread::Builder::new()
        .name("store-writer".to_string())
        .spawn(move || {
            writer.run(receiver);
            // Others may have the file once the connection is closed, not before.
            drop(lock);
        })?;
    Ok((sender, thread))
}

struct Writer {
    db: Connection,
    path: PathBuf,
    wal: PathBuf,
    wal_tried: Option<Instant>,
}

impl Writer {
    fn run(mut self, mut queue: mpsc::Receiver<Work>) {
        while let Some(first) = queue.blocking_recv() {
            let mut batch = vec![first];
            while batch.len() < BATCH_MAX
                && let Ok(next) = queue.try_recv()
            {
                batch.push(next);
            }
            self.commit(batch);
            self.bound_wal();
        }
        self.checkpoint();
    }

    /// Answers only after the commit: what was acknowledged is on the disk.
    fn commit(&self, batch: Vec<Work>) {
        let mut answers = Vec::with_capacity(batch.len());
        let committed = self.transact(batch, &mut answers);
        if let Err(error) = &committed {
            tracing::warn!(path = %self.path.display(), %error, "nothing of a batch was stored");
            if !self.db.is_autocommit() {
                let _ = self.sql("ROLLBACK");
            }
        }
        for answer in answers {
            answer(committed.clone());
        }
    }

    fn transact(&self, batch: Vec<Work>, answers: &mut Vec<Answer>) -> Result<(), StoreError> {
        let mut state = self.sql("BEGIN IMMEDIATE");
        for work in batch {
            let ready = state.and_then(|()| self.sql("SAVEPOINT one"));
            let ran = work(ready.clone().map(|()| &self.db));
            state = ready.and_then(|()| self.end_savepoint(ran.failure));
            answers.push(ran.answer);
        }
        state.and_then(|()| self.sql("COMMIT"))
    }

    fn end_savepoint(&self, failure: Option<StoreError>) -> Result<(), StoreError> {
        match failure {
            None => self.sql("RELEASE one"),
            // Some errors, a full disk for one, take the whole transaction back.
            Some(error) if self.db.is_autocommit() => Err(error),
            Some(_) => self.sql("ROLLBACK TO one; RELEASE one"),
        }
    }

    fn sql(&self, statement: &str) -> Result<(), StoreError> {
        self.db
            .execute_batch(statement)
            .map_err(|error| classify(&self.path, &error))
    }

    /// SQLite empties the log in passing, but not while there is always some reader in it. A
    /// reader that never ends (a backup left open) keeps it from shrinking whatever we do.
    fn bound_wal(&mut self) {
        let size = std::fs::metadata(&self.wal).map_or(0, |file| file.len());
        if size <= WAL_MAX || self.wal_tried.is_some_and(|at| at.elapsed() < WAL_RETRY) {
            return;
        }
        self.wal_tried = Some(Instant::now());
        let _ = self.db.busy_timeout(WAL_WAIT);
        self.checkpoint();
        let _ = self.db.busy_timeout(BUSY_WAIT);
    }

    fn checkpoint(&self) {
        if let Err(error) = self.sql("PRAGMA wal_checkpoint(TRUNCATE)") {
            tracing::warn!(path = %self.path.display(), %error, "the log could not be emptied");
        }
    }
}
