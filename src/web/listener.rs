//! Taking the place where the page is served: a port, or a socket in the file system.

use std::{
    fs::Permissions,
    io,
    os::unix::{
        fs::{FileTypeExt, PermissionsExt},
        net::UnixStream as Probe,
    },
    path::{Path, PathBuf},
};

use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio_util::either::Either;

use crate::model::Listen;

/// Who may connect to a socket: the daemon's user and group.
const MODE: u32 = 0o660;

/// A place that was taken. A socket ends with it.
#[derive(Debug)]
pub enum Listener {
    /// A port.
    Tcp(TcpListener),
    /// A socket, and where it stands.
    Unix(UnixListener, PathBuf),
}

impl Listener {
    /// Takes the place. A socket that a dead process has left is replaced.
    ///
    /// # Errors
    /// If somebody has it, or it may not be had.
    pub async fn bind(listen: &Listen) -> io::Result<Listener> {
        match listen {
            Listen::Tcp(address) => TcpListener::bind(address).await.map(Listener::Tcp),
            Listen::Unix(path) => {
                if is_left(path) {
                    std::fs::remove_file(path)?;
                }
                let listener = UnixListener::bind(path)?;
                std::fs::set_permissions(path, Permissions::from_mode(MODE))?;
                Ok(Listener::Unix(listener, path.clone()))
            }
        }
    }

    /// Where it is: the port that the system chose, if it could.
    pub fn place(&self) -> io::Result<Listen> {
        match self {
            Listener::Tcp(listener) => listener.local_addr().map(Listen::Tcp),
            Listener::Unix(_, path) => Ok(Listen::Unix(path.clone())),
        }
    }

    /// The next who connects.
    pub(super) async fn accept(&self) -> io::Result<Either<TcpStream, UnixStream>> {
        match self {
            Listener::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                Ok(Either::Left(stream))
            }
            Listener::Unix(listener, _) => {
                let (stream, _) = listener.accept().await?;
                Ok(Either::Right(stream))
            }
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Listener::Unix(_, path) = self {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// A socket behind which nobody listens. A file that is none refuses connections as well.
fn is_left(path: &Path) -> bool {
    let is_socket = std::fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket());
    let refused = |error: &io::Error| error.kind() == io::ErrorKind::ConnectionRefused;
    is_socket && Probe::connect(path).is_err_and(|error| refused(&error))
}
