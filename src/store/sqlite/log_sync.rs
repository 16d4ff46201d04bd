//! What makes a commit last: the write-ahead log is synced on a thread of its own, so that the next
//! writes run while the disk is busy. Only then are those answered who wait for the commit.
//!
//! SQLite itself, at `synchronous = NORMAL`, syncs the log before it is folded into the database and
//! not with each commit. What a power cut takes is the end of the log that was not synced yet, and
//! nobody was told that it is there.

use std::{
    fs::File,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    sync::mpsc,
    thread::{self, JoinHandle},
};

use tokio::sync::oneshot;

use crate::store::StoreError;

/// Tells whoever waits for a write whether it lasts.
pub(super) type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// A commit that is in the log and not yet on the disk.
struct Logged {
    answers: Vec<Answer>,
    /// Dropped once it is on the disk.
    under_way: oneshot::Sender<()>,
}

/// The log of one database. One commit at a time is on its way to the disk.
pub(super) struct LogSync {
    queue: Option<mpsc::Sender<Logged>>,
    thread: Option<JoinHandle<()>>,
    under_way: Option<oneshot::Receiver<()>>,
}

impl LogSync {
    /// Starts the thread for the log in the file `wal`.
    pub(super) fn start(wal: PathBuf) -> io::Result<LogSync> {
        let (queue, commits) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("store-log".to_string())
            .spawn(move || sync_each(&wal, &commits))?;
        Ok(LogSync {
            queue: Some(queue),
            thread: Some(thread),
            under_way: None,
        })
    }

    /// Waits until the commit before is on the disk. May be dropped and asked again.
    pub(super) async fn is_free(&mut self) {
        if let Some(under_way) = &mut self.under_way {
            // It ends by being dropped.
            let _ = under_way.await;
            self.under_way = None;
        }
    }

    /// Has `answers` given once the log is on the disk as it is now.
    pub(super) fn answer(&mut self, answers: Vec<Answer>) {
        let (under_way, ended) = oneshot::channel();
        let logged = Logged { answers, under_way };
        self.under_way = Some(ended);
        let queue = self.queue.as_ref();
        if let Some(Err(mpsc::SendError(logged))) = queue.map(|queue| queue.send(logged)) {
            let gone = StoreError::Database("the log is synced no more".to_string());
            answer_all(logged.answers, &Err(gone));
        }
    }
}

/// Every commit is on the disk and answered when it is gone.
impl Drop for LogSync {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn sync_each(wal: &Path, commits: &mpsc::Receiver<Logged>) {
    while let Ok(Logged { answers, under_way }) = commits.recv() {
        let synced = sync(wal).map_err(|why| {
            tracing::error!(wal = %wal.display(), %why, "the log of the store cannot be synced");
            StoreError::Database(format!("syncing {} failed: {why}", wal.display()))
        });
        drop(under_way);
        answer_all(answers, &synced);
    }
}

fn answer_all(answers: Vec<Answer>, synced: &Result<(), StoreError>) {
    for answer in answers {
        answer(synced.clone());
    }
}

fn sync(wal: &Path) -> io::Result<()> {
    match File::open(wal) {
        Ok(log) => log.sync_data(),
        // All of it is in the database.
        Err(why) if why.kind() == ErrorKind::NotFound => Ok(()),
        Err(why) => Err(why),
    }
}
