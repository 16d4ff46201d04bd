//! The database file: whose it is, whether it is sound, how it is opened.

use std::{
    fs::{File, TryLockError},
    io::{ErrorKind, Read as _},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use rusqlite::{Connection, ErrorCode, OpenFlags, config::DbConfig};

use super::{
    failure::classify,
    schema::{self, Contents},
    search,
};
use crate::store::{OpenError, StoreError};

/// How long another program that has the database locked (a `sqlite3` shell) is waited for.
pub(super) const BUSY_WAIT: Duration = Duration::from_secs(5);

/// How long whoever lets go of the file just now is waited for, and the pause between two tries.
const LOCK_WAIT: Duration = Duration::from_millis(500);
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// How long a start may take to look for damage. A database too large for it is read as far as
/// the time goes.
const CHECK_TIME: Duration = Duration::from_millis(1_500);
/// Steps of SQLite's virtual machine between two looks at the clock.
const CHECK_STEPS: i32 = 10_000;

/// `synchronous = FULL`: a commit that was acknowledged survives a power cut. The log is folded
/// into the database every 16 MiB, for most pages are written again and again until then, and never
/// kept larger than 32 MiB when it is empty.
const WRITER: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA wal_autocheckpoint = 4000;
    PRAGMA journal_size_limit = 33554432;
    PRAGMA cache_size = -16384;
    PRAGMA temp_store = MEMORY;
";

/// The file can give pages back that nothing needs any more.
pub(super) const SHRINKING: &str = "PRAGMA auto_vacuum = INCREMENTAL;";

const READER: &str = "
    PRAGMA query_only = ON;
    PRAGMA cache_size = -4096;
    PRAGMA temp_store = MEMORY;
";

/// Statements kept prepared for each connection: more than there are.
const STATEMENTS: usize = 256;

/// Keeps every other process away while it lives. Advisory, released by the system even after a
/// kill. It is on the database itself, whatever its name and whatever became of the file beside it;
/// that one is locked first, so that no second handle on the database is opened in vain: closing one
/// would take SQLite's own locks away.
#[derive(Debug)]
pub(super) struct Lock {
    #[expect(dead_code, reason = "holds the lock until it is dropped")]
    database: File,
    #[expect(dead_code, reason = "holds the lock until it is dropped")]
    beside: File,
}

/// Locks, opens, checks and migrates the file.
pub(super) fn open(path: &Path) -> Result<(Connection, Lock), OpenError> {
    let lock = lock(path)?;
    let mut db = connect(path, OpenFlags::SQLITE_OPEN_CREATE)?;
    prepare(path, &mut db)?;
    Ok((db, lock))
}

/// Leaves it to [`super::log_sync`] to make commits last, where there is a log.
pub(super) fn sync_elsewhere(db: &Connection) -> rusqlite::Result<()> {
    let mode: String = db.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
    match mode.as_str() {
        "wal" => db.execute_batch("PRAGMA synchronous = NORMAL"),
        // A file system without shared memory keeps SQLite from having one.
        _ => Ok(()),
    }
}

/// One more connection, for reading. Never makes a file.
pub(super) fn reader(path: &Path) -> Result<Connection, StoreError> {
    let db = connect(path, OpenFlags::empty())?;
    db.execute_batch(READER)
        .map_err(|error| classify(path, &error))?;
    Ok(db)
}

/// Looks whether the file can be read as it is, beside whoever has it. Nothing is made, migrated or
/// checked for damage.
pub(super) fn look(path: &Path) -> Result<Connection, OpenError> {
    exists(path)?;
    let db = reader(path)?;
    match known(path, &db)? {
        schema::VERSION => Ok(db),
        found => Err(OpenError::Older {
            path: path.display().to_string(),
            found,
            known: schema::VERSION,
        }),
    }
}

/// A connection that writes beside whoever has the file: writes of both wait for each other.
pub(super) fn beside(path: &Path) -> Result<Connection, OpenError> {
    drop(look(path)?);
    let db = connect(path, OpenFlags::empty())?;
    db.execute_batch(WRITER)
        .and_then(|()| search::prepare(&db))
        .map_err(|error| classify(path, &error))?;
    Ok(db)
}

/// Fails where there is no file.
pub(super) fn exists(path: &Path) -> Result<(), OpenError> {
    place(path)?;
    match path.exists() {
        true => Ok(()),
        false => Err(OpenError::Absent(path.display().to_string())),
    }
}

/// The schema that the file has, beside whoever has it.
pub(super) fn found(path: &Path) -> Result<i64, OpenError> {
    exists(path)?;
    known(path, &reader(path)?)
}

/// What every database of SQLite begins with.
const HEADER: &[u8] = b"SQLite format 3\0";

/// Fails where there can be no database: a folder or another file has its name, or there is no folder to
/// hold it.
fn place(path: &Path) -> Result<(), OpenError> {
    let unusable = |why| unusable(path, why);
    if path.is_dir() {
        return Err(unusable(
            "it is a folder; name a file in it, as in sqlite:FOLDER/benggala.db".to_string(),
        ));
    }
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        let folder = folder.display();
        return Err(unusable(format!(
            "there is no folder {folder}; create it first"
        )));
    }
    match begins_as_one(path) {
        true => Ok(()),
        false => Err(unusable(format!(
            "it is no SQLite database; is the path right? If it was one, recover what is left with: \
             sqlite3 {} .recover | sqlite3 recovered.db",
            path.display()
        ))),
    }
}

/// So does a file that is empty, or that is not there or cannot be read, of which others tell.
fn begins_as_one(path: &Path) -> bool {
    let mut begin = Vec::new();
    let read = File::open(path).and_then(|file| {
        let mut file = file.take(HEADER.len() as u64);
        file.read_to_end(&mut begin)
    });
    read.is_err() || begin.is_empty() || begin == HEADER
}

fn lock(path: &Path) -> Result<Lock, OpenError> {
    place(path)?;
    let mut name = path.as_os_str().to_os_string();
    name.push(".lock");
    let beside = lock_file(path, &PathBuf::from(name))?;
    let database = lock_file(path, path)?;
    Ok(Lock { database, beside })
}

/// Opens or makes `file`, which stands for the store at `path`, and locks it.
fn lock_file(path: &Path, file: &Path) -> Result<File, OpenError> {
    let open = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(file);
    let open = open.map_err(|error| match error.kind() {
        ErrorKind::StorageFull => StoreError::Full.into(),
        _ => unusable(
            path,
            format!(
                "{}: {error}; make the file and its folder writable for this user",
                file.display()
            ),
        ),
    })?;
    match lock_soon(&open) {
        Ok(()) => Ok(open),
        Err(TryLockError::WouldBlock) => Err(OpenError::Locked(path.display().to_string())),
        Err(TryLockError::Error(error)) => Err(unusable(
            path,
            format!("its folder does not support locks ({error}); put the store on a local disk"),
        )),
    }
}

/// A process that is just being started by one that had the file holds on to it until its program runs;
/// so does one that is about to end.
fn lock_soon(file: &File) -> Result<(), TryLockError> {
    let until = Instant::now() + LOCK_WAIT;
    loop {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if Instant::now() < until => thread::sleep(LOCK_PAUSE),
            locked => return locked,
        }
    }
}

fn unusable(path: &Path, why: String) -> OpenError {
    OpenError::Failed(StoreError::Open {
        path: path.display().to_string(),
        why,
    })
}

fn connect(path: &Path, more: OpenFlags) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | more;
    let connect = || {
        let db = Connection::open_with_flags(path, flags)?;
        db.busy_timeout(BUSY_WAIT)?;
        db.set_prepared_statement_cache_capacity(STATEMENTS);
        // No plan depends on values: else a statement with `LIMIT ?` is planned anew at each run.
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        Ok(db)
    };
    connect().map_err(|error| classify(path, &error))
}

/// Nothing is written before the file is known to be ours, of a schema we know, and sound.
fn prepare(path: &Path, db: &mut Connection) -> Result<(), OpenError> {
    let failed = |error: rusqlite::Error| classify(path, &error);
    let found = known(path, db)?;
    if let Some(why) = damage(db).map_err(failed)? {
        let path = path.display().to_string();
        return Err(StoreError::Corrupt { path, why }.into());
    }
    if found == 0 {
        // Only before there is a table. An older file gets it when it is compacted.
        db.execute_batch(SHRINKING).map_err(failed)?;
    }
    db.execute_batch(WRITER).map_err(failed)?;
    schema::migrate(db, found).map_err(failed)?;
    Ok(search::prepare(db).map_err(failed)?)
}

/// The schema of the file, if it is ours and not newer than we are.
fn known(path: &Path, db: &Connection) -> Result<i64, OpenError> {
    let contents = schema::contents(db).map_err(|error| classify(path, &error))?;
    let path = path.display().to_string();
    match contents {
        Contents::Ours(found) if found > schema::VERSION => Err(OpenError::Newer {
            path,
            found,
            known: schema::VERSION,
        }),
        Contents::Ours(found) => Ok(found),
        Contents::Foreign => {
            let why = "it is the database of another program; name another file".to_string();
            Err(StoreError::Open { path, why }.into())
        }
    }
}

/// What `PRAGMA quick_check` finds within its time.
fn damage(db: &mut Connection) -> rusqlite::Result<Option<String>> {
    let end = Instant::now() + CHECK_TIME;
    db.progress_handler(CHECK_STEPS, Some(move || Instant::now() >= end))?;
    let found = db.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
    db.progress_handler(0, None::<fn() -> bool>)?;
    match found {
        Ok(text) if text == "ok" => Ok(None),
        Ok(text) => Ok(Some(text)),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
