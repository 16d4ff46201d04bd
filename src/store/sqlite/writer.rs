//! The one thread that writes, and group commit. Writes run in the order in which they come, each in
//! a savepoint of one transaction. That is committed as soon as the disk has the commit before
//! ([`super::log_sync`]): meanwhile whatever comes joins it, and nobody waits longer than the disk takes.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    thread::JoinHandle,
    time::{Duration, Instant},
};

use rusqlite::Connection;
use tokio::{
    runtime,
    sync::{mpsc, oneshot},
};

use super::{
    failure::classify,
    file::{BUSY_WAIT, Lock},
    log_sync::{Answer, LogSync},
    search,
};
use crate::store::{Observer, StoreError, WriterEvent};

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

/// A write that waits for the thread.
pub(super) struct Work {
    change: Change,
    since: Instant,
}

/// Runs in its own savepoint, or learns why no transaction could be had.
type Change = Box<dyn FnOnce(Result<&Connection, StoreError>) -> Ran + Send>;

/// A write that ran and waits for its commit.
struct Ran {
    /// Its savepoint is taken back if there is one.
    failure: Option<StoreError>,
    /// Tells the caller, who gets the error if the transaction could not be committed.
    answer: Answer,
}

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
    let change = Box::new(move |db: Result<&Connection, StoreError>| {
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
    let since = Instant::now();
    (Work { change, since }, receiver)
}

/// Starts the thread. It ends, with everything written down, when all senders are gone.
pub(super) fn start(
    db: Connection,
    lock: Option<Lock>,
    path: PathBuf,
    observer: Observer,
) -> std::io::Result<(mpsc::Sender<Work>, JoinHandle<()>)> {
    let (sender, receiver) = mpsc::channel(QUEUE_MAX);
    let mut wal = path.clone().into_os_string();
    wal.push("-wal");
    let wal = PathBuf::from(wal);
    let writer = Writer {
        db,
        path,
        wal: wal.clone(),
        wal_tried: None,
        observer,
        disk: LogSync::start(wal)?,
        is_owner: lock.is_some(),
    };
    let runtime = runtime::Builder::new_current_thread().build()?;
    let thread = std::thread::Builder::new()
        .name("store-writer".to_string())
        .spawn(move || {
            runtime.block_on(writer.run(receiver));
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
    observer: Observer,
    disk: LogSync,
    /// Nobody else has the file.
    is_owner: bool,
}

/// Writes that share a transaction.
struct Batch {
    /// Whether the transaction can go on.
    state: Result<(), StoreError>,
    /// Rows that had been changed before it.
    changes: u64,
    answers: Vec<Answer>,
}

impl Writer {
    async fn run(mut self, mut queue: mpsc::Receiver<Work>) {
        while let Some(first) = queue.recv().await {
            let mut batch = Batch {
                changes: self.db.total_changes(),
                state: self.sql("BEGIN IMMEDIATE"),
                answers: Vec::new(),
            };
            self.add(&mut batch, first);
            while batch.answers.len() < BATCH_MAX {
                tokio::select! {
                    biased;
                    next = queue.recv() => match next {
                        Some(next) => self.add(&mut batch, next),
                        None => break,
                    },
                    () = self.disk.is_free() => break,
                }
            }
            self.disk.is_free().await;
            self.commit(batch);
            self.bound_wal();
        }
        self.disk.is_free().await;
        // Beside somebody else it would hold up their writes until their reads are over.
        if self.is_owner {
            self.checkpoint();
        }
    }

    fn add(&self, batch: &mut Batch, work: Work) {
        let waited = work.since.elapsed();
        self.observer.tell_writer(WriterEvent::Begun { waited });
        let state = std::mem::replace(&mut batch.state, Ok(()));
        let ready = state.and_then(|()| self.sql("SAVEPOINT one"));
        let ran = (work.change)(ready.clone().map(|()| &self.db));
        batch.state = ready.and_then(|()| self.end_savepoint(ran.failure));
        batch.answers.push(ran.answer);
    }

    /// Answers only after the commit: what was acknowledged is on the disk.
    fn commit(&mut self, batch: Batch) {
        let writes = batch.answers.len();
        let committed = batch
            .state
            .and_then(|()| search::settle(&self.db).map_err(|error| classify(&self.path, &error)))
            .and_then(|()| self.sql("COMMIT"));
        match committed {
            // Where nothing was changed nothing was logged.
            Ok(()) if self.db.total_changes() == batch.changes => {
                batch.answers.into_iter().for_each(|answer| answer(Ok(())));
            }
            Ok(()) => {
                self.observer.tell_writer(WriterEvent::Committed { writes });
                self.disk.answer(batch.answers);
            }
            Err(error) => {
                tracing::warn!(path = %self.path.display(), %error, "nothing of a batch was stored");
                if !self.db.is_autocommit() {
                    let _ = self.sql("ROLLBACK");
                }
                for answer in batch.answers {
                    answer(Err(error.clone()));
                }
            }
        }
    }

    fn end_savepoint(&self, failure: Option<StoreError>) -> Result<(), StoreError> {
        match failure {
            None => self.sql("RELEASE one"),
            // Some errors, a full disk for one, take the whole transaction back.
            Some(error) if self.db.is_autocommit() => Err(error),
            Some(_) => {
                self.sql("ROLLBACK TO one")?;
                self.sql("RELEASE one")
            }
        }
    }

    /// Runs a statement without rows, prepared once.
    fn sql(&self, statement: &str) -> Result<(), StoreError> {
        let run = || self.db.prepare_cached(statement)?.execute([]);
        run()
            .map(drop)
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
        let checkpoint = self.db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
        if let Err(error) = checkpoint.map_err(|error| classify(&self.path, &error)) {
            tracing::warn!(path = %self.path.display(), %error, "the log could not be emptied");
        }
    }
}
