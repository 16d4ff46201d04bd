//! Whether the file that is open is the one that a name leads to.
//!
//! SQLite keeps its files open and looks no more at their names: one that was removed or replaced
//! takes all that is written to it with it at the end of the process.

use std::{
    fs::{self, Metadata},
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use crate::store::StoreError;

/// What SQLite keeps beside a database while it is open.
const BESIDE: [&str; 2] = ["-wal", "-shm"];

/// Device and number of a file.
type Inode = (u64, u64);

/// The files of an open database.
#[derive(Debug)]
pub(super) struct Identity {
    path: PathBuf,
    /// What stands at the path, which may be a link …
    entry: Inode,
    /// … and the file that it leads to.
    file: Inode,
    /// Known from the first look at which they are there.
    beside: [(PathBuf, OnceLock<Inode>); BESIDE.len()],
}

impl Identity {
    /// Of the database that has just been opened at `path`.
    pub(super) fn of(path: &Path) -> Result<Identity, StoreError> {
        let look = || Ok((entry(path)?, file(path)?));
        let (entry, file) = look().map_err(|error: io::Error| moved(path, error.to_string()))?;
        // SQLite puts them beside the file that a link leads to.
        let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        let identity = Identity {
            path: path.to_path_buf(),
            entry,
            file,
            beside: BESIDE.map(|end| {
                let mut name = real.clone().into_os_string();
                name.push(end);
                (name.into(), OnceLock::new())
            }),
        };
        identity.check()?;
        Ok(identity)
    }

    /// Fails if another file, or none, is where one of ours was.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        let path = &self.path;
        same(path, path, entry(path), self.entry)?;
        same(path, path, file(path), self.file)?;
        for (name, known) in &self.beside {
            let found = file(name);
            match (known.get(), found) {
                (Some(known), found) => same(path, name, found, *known)?,
                (None, Ok(found)) => {
                    let _ = known.set(found);
                }
                // It comes with the first write.
                (None, Err(_)) => {}
            }
        }
        Ok(())
    }
}

fn same(
    path: &Path,
    name: &Path,
    found: io::Result<Inode>,
    known: Inode,
) -> Result<(), StoreError> {
    let name = name.display();
    match found {
        Ok(found) if found == known => Ok(()),
        Ok(_) => Err(moved(
            path,
            format!("another file is in the place of {name}"),
        )),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(moved(path, format!("{name} was removed")))
        }
        Err(error) => Err(moved(path, format!("{name}: {error}"))),
    }
}

fn moved(path: &Path, why: String) -> StoreError {
    StoreError::Moved {
        path: path.display().to_string(),
        why,
    }
}

fn entry(path: &Path) -> io::Result<Inode> {
    Ok(inode(&fs::symlink_metadata(path)?))
}

fn file(path: &Path) -> io::Result<Inode> {
    Ok(inode(&fs::metadata(path)?))
}

fn inode(metadata: &Metadata) -> Inode {
    (metadata.dev(), metadata.ino())
}
