//! One store copied to another, whatever kinds they are: table by table in the order of the keys, so that
//! an interrupted copy goes on behind the last row that is there. At the end both are read again and
//! compared.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::{
    error::{OpenError, StoreError},
    postgres, sqlite,
    tables::{Cell, DAYS, TABLES, Table, Tables},
};
use crate::model::StoreUrl;

/// How far a copy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopyProgress {
    /// The table that is being copied or compared.
    pub table: &'static str,
    /// Rows of it that are there, or were compared.
    pub rows: u64,
    /// Rows that it has.
    pub of: u64,
    /// Copied already: it is being compared.
    pub is_checked: bool,
}

/// What was copied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Copied {
    /// Rows, in all tables.
    pub rows: u64,
    /// Of these, those that an earlier copy that was interrupted had brought.
    pub before: u64,
}

/// Copies a store to an empty one, or goes on with a copy that was interrupted. Nobody should write to
/// either meanwhile; workers on a PostgreSQL store that go on are not seen.
///
/// # Errors
/// If one of them cannot be opened, somebody has the file of one, the other one is not empty, or they
/// are not the same in the end.
pub fn copy(
    from: &StoreUrl,
    to: &StoreUrl,
    tell: &mut dyn FnMut(CopyProgress),
) -> Result<Copied, OpenError> {
    if from == to {
        return Err(failed(
            to,
            "it is the store that is to be copied".to_string(),
        ));
    }
    let mut source = read(from)?;
    let mut target = write(to)?;
    take_up(from, to, target.as_mut())?;
    let mut copied = Copied::default();
    for table in &TABLES {
        let columns = columns(to, table, source.as_mut(), target.as_mut())?;
        if table.name == DAYS {
            target.clear(table)?;
        }
        let mut progress = CopyProgress {
            table: table.name,
            rows: target.count(table)?,
            of: source.count(table)?,
            is_checked: false,
        };
        copied.before += progress.rows;
        let mut after = target.last(table)?;
        loop {
            tell(progress);
            let rows = source.rows(table, &columns, after.as_deref())?;
            let Some(last) = rows.last() else { break };
            after = Some(key(table, &columns, last));
            target.add(table, &columns, &rows)?;
            progress.rows += rows.len() as u64;
        }
        copied.rows += progress.rows;
    }
    for table in &TABLES {
        compare(to, table, source.as_mut(), target.as_mut(), tell)?;
    }
    target.finish()?;
    source.close()?;
    target.close()?;
    Ok(copied)
}

/// Copies a store to a new file, which has its name only once it is whole and on the disk. Tells its
/// size in bytes.
pub(super) fn to_new_file(from: &StoreUrl, to: &Path) -> Result<u64, OpenError> {
    let unwritable = |why: String| failed(&StoreUrl::Sqlite(to.to_path_buf()), why);
    if to.exists() {
        return Err(unwritable(
            "it is there already; name a new file".to_string(),
        ));
    }
    let partial = beside(to, ".partial");
    let files = ["", "-wal", "-shm", ".lock"].map(|end| beside(&partial, end));
    let clean = || {
        for file in &files {
            // What is not there need not go.
            let _ = fs::remove_file(file);
        }
    };
    // What an interrupted backup left behind is of another moment.
    clean();
    let finish = || -> io::Result<u64> {
        let file = File::open(&partial)?;
        file.sync_all()?;
        fs::hard_link(&partial, to)?;
        Ok(file.metadata()?.len())
    };
    let copied = copy(from, &StoreUrl::Sqlite(partial.clone()), &mut |_| ());
    let finished = copied.and_then(|_| finish().map_err(|why| unwritable(why.to_string())));
    clean();
    finished
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_os_string();
    name.push(end);
    name.into()
}

fn read(url: &StoreUrl) -> Result<Box<dyn Tables>, OpenError> {
    match url {
        StoreUrl::Sqlite(path) => sqlite::rowwise::read(path),
        StoreUrl::Postgres(url) => postgres::rowwise::read(url),
    }
}

fn write(url: &StoreUrl) -> Result<Box<dyn Tables>, OpenError> {
    match url {
        StoreUrl::Sqlite(path) => sqlite::rowwise::write(path),
        StoreUrl::Postgres(url) => postgres::rowwise::write(url),
    }
}

fn failed(url: &StoreUrl, why: String) -> OpenError {
    OpenError::Failed(StoreError::Open {
        path: url.to_string(),
        why,
    })
}

/// Sees that the copy goes to an empty store, or to one that a copy from there was interrupted in.
fn take_up(from: &StoreUrl, to: &StoreUrl, target: &mut dyn Tables) -> Result<(), OpenError> {
    let from = from.to_string();
    match target.unfinished()? {
        Some(earlier) if earlier == from => return Ok(()),
        Some(earlier) => {
            let why =
                format!("a copy of {earlier} to it was interrupted; finish that, or empty it");
            return Err(failed(to, why));
        }
        None => {}
    }
    for table in &TABLES {
        if target.count(table)? > 0 {
            let why = "it is not empty; copy to a new one".to_string();
            return Err(failed(to, why));
        }
    }
    target.begin(&from)
}

/// The columns of a table, which must be the same in both.
fn columns(
    to: &StoreUrl,
    table: &Table,
    source: &mut dyn Tables,
    target: &mut dyn Tables,
) -> Result<Vec<String>, OpenError> {
    let (mut there, mut here) = (source.columns(table)?, target.columns(table)?);
    there.sort_unstable();
    here.sort_unstable();
    match there == here {
        true => Ok(there),
        false => {
            let why = format!("{} has other columns: {here:?}, not {there:?}", table.name);
            Err(failed(to, why))
        }
    }
}

/// The key of a row.
fn key(table: &Table, columns: &[String], row: &[Cell]) -> Vec<Cell> {
    let cell = |name: &&str| {
        let at = columns.iter().position(|column| column == name);
        at.and_then(|at| row.get(at)).cloned().unwrap_or(Cell::Null)
    };
    table.key.iter().map(cell).collect()
}

/// Reads a table of both again.
fn compare(
    to: &StoreUrl,
    table: &'static Table,
    source: &mut dyn Tables,
    target: &mut dyn Tables,
    tell: &mut dyn FnMut(CopyProgress),
) -> Result<(), OpenError> {
    let columns = columns(to, table, source, target)?;
    let there = checksum(table, &columns, source, &mut |_| ())?;
    let of = there.0;
    let here = checksum(table, &columns, target, &mut |rows| {
        tell(CopyProgress {
            table: table.name,
            rows,
            of,
            is_checked: true,
        });
    })?;
    match there == here {
        true => Ok(()),
        false => {
            let why = format!(
                "{} is not the same: {} rows, not {}, or others; somebody has written meanwhile? Empty it \
                 and copy again while nobody does",
                table.name, here.0, there.0
            );
            Err(failed(to, why))
        }
    }
}

/// How many rows a table has, and what says whether they are the same.
fn checksum(
    table: &Table,
    columns: &[String],
    store: &mut dyn Tables,
    tell: &mut dyn FnMut(u64),
) -> Result<(u64, [u8; 32]), OpenError> {
    let mut digest = Sha256::new();
    let (mut rows, mut after) = (0, None);
    loop {
        let some = store.rows(table, columns, after.as_deref())?;
        let Some(last) = some.last() else {
            return Ok((rows, digest.finalize().into()));
        };
        after = Some(key(table, columns, last));
        for cell in some.iter().flatten() {
            add(&mut digest, cell);
        }
        rows += some.len() as u64;
        tell(rows);
    }
}

fn add(digest: &mut Sha256, cell: &Cell) {
    let (kind, bytes): (u8, &[u8]) = match cell {
        Cell::Null => (0, &[]),
        Cell::Int(value) => (1, &value.to_le_bytes()),
        // SQLite knows no zero below zero.
        Cell::Real(value) => (2, &(value + 0.0).to_bits().to_le_bytes()),
        Cell::Text(text) => (3, text.as_bytes()),
        Cell::Bytes(bytes) => (4, bytes),
    };
    digest.update([kind]);
    digest.update((bytes.len() as u64).to_le_bytes());
    digest.update(bytes);
}
