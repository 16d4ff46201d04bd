//! A way to a PostgreSQL server that can be cut, and on which is counted how often it is gone.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{UnixListener, UnixStream},
    sync::watch,
};

use super::postgres;

/// What the socket of a server is called.
const SOCKET: &str = ".s.PGSQL.5432";

/// What a server says when it has answered one statement, but for its last byte.
const ANSWERED: &[u8] = b"Z\0\0\0\x05";

/// What has passed.
#[derive(Debug, Default)]
pub(crate) struct Passed {
    /// How often the server was waited for.
    turns: AtomicUsize,
    /// How many statements it has answered.
    answers: AtomicUsize,
}

impl Passed {
    /// Round trips and statements since the last time.
    pub(crate) fn take(&self) -> (usize, usize) {
        let take = |count: &AtomicUsize| count.swap(0, Ordering::SeqCst);
        (take(&self.turns), take(&self.answers))
    }
}

/// While it is closed, what is sent arrives nowhere, and who connects is not answered; nobody is told.
pub(crate) struct Way {
    folder: TempDir,
    is_open: watch::Sender<bool>,
    pub(crate) passed: Arc<Passed>,
}

impl Way {
    pub(crate) fn to(server: &Path) -> Way {
        let folder = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(folder.path().join(SOCKET)).unwrap();
        let (is_open, watched) = watch::channel(true);
        let passed = Arc::<Passed>::default();
        let (socket, counted) = (server.join(SOCKET), Arc::clone(&passed));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (socket, counted) = (socket.clone(), Arc::clone(&counted));
                tokio::spawn(lead(client, socket, watched.clone(), counted));
            }
        });
        Way {
            folder,
            is_open,
            passed,
        }
    }

    pub(crate) fn address(&self, database: &str) -> String {
        postgres::address(&[self.folder.path()], database)
    }

    pub(crate) fn open(&self, is_open: bool) {
        self.is_open.send_replace(is_open);
    }
}

/// Hands on while the way is open. A connection that was cut ends when it is open again.
async fn lead(
    mut client: UnixStream,
    socket: PathBuf,
    mut is_open: watch::Receiver<bool>,
    passed: Arc<Passed>,
) {
    if is_open.wait_for(|open| *open).await.is_err() {
        return;
    }
    let Ok(mut server) = UnixStream::connect(socket).await else {
        return;
    };
    tokio::select! {
        () = hand_on(&mut client, &mut server, &passed) => return,
        _ = is_open.wait_for(|open| !open) => {}
    }
    // The test may have ended.
    let _ = is_open.wait_for(|open| *open).await;
}

async fn hand_on(client: &mut UnixStream, server: &mut UnixStream, passed: &Passed) {
    let (mut asked, mut said) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    let mut is_waiting = false;
    loop {
        let handed = tokio::select! {
            read = client.read(&mut asked) => match read {
                Ok(bytes @ 1..) => {
                    is_waiting = true;
                    server.write_all(&asked[..bytes]).await
                }
                _ => return,
            },
            read = server.read(&mut said) => match read {
                Ok(bytes @ 1..) => {
                    let answers = said[..bytes].windows(ANSWERED.len());
                    let answers = answers.filter(|bytes| *bytes == ANSWERED).count();
                    passed.answers.fetch_add(answers, Ordering::SeqCst);
                    let turns = usize::from(std::mem::take(&mut is_waiting));
                    passed.turns.fetch_add(turns, Ordering::SeqCst);
                    client.write_all(&said[..bytes]).await
                }
                _ => return,
            },
        };
        if handed.is_err() {
            return;
        }
    }
}
