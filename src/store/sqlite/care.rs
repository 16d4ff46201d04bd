//! The whole file: checked, copied, made smaller.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, Row, types::FromSql};

use super::{
    articles,
    column::{Address, Dated, Json, Kind, Millis, is_unreadable},
    failure::classify,
    file, schema, upkeep,
};
use crate::{
    frontier::{Moved, Rhythm},
    model::Poll,
    store::{Damage, OpenError, Schemas, StoreError, rows::FAULTS_MAX},
};

/// See [`crate::store::check`].
pub(in crate::store) fn check(path: &Path) -> Result<Damage, OpenError> {
    let db = file::look(path)?;
    let mut damage = Damage::default();
    let checked = read_all(&db, &mut damage);
    checked.map_err(|error| classify(path, &error))?;
    Ok(damage)
}

/// Goes on behind every fault that leaves something behind it to be read.
fn read_all(db: &Connection, damage: &mut Damage) -> rusqlite::Result<()> {
    let mut pages = db.prepare(&format!("PRAGMA integrity_check({FAULTS_MAX})"))?;
    for fault in pages.query_map([], |row| row.get::<_, String>(0))? {
        match fault? {
            sound if sound == "ok" => {}
            fault => damage.add(fault),
        }
    }
    let mut lost = db.prepare("PRAGMA foreign_key_check")?;
    let mut rows = lost.query([])?;
    while let Some(row) = rows.next()? {
        let (table, id): (String, Option<i64>) = (row.get(0)?, row.get(1)?);
        damage.add(format!(
            "{table} {}: what it belongs to is not there",
            id.unwrap_or_default()
        ));
    }
    read_urls(db, damage)?;
    read_articles(db, damage)?;
    let mut parked =
        db.prepare("SELECT url, coalesce(error, parked) FROM urls WHERE parked IS NOT NULL")?;
    let parked = parked.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    damage.parked = parked.collect::<rusqlite::Result<_>>()?;
    Ok(())
}

fn read_urls(db: &Connection, damage: &mut Damage) -> rusqlite::Result<()> {
    let mut urls = db.prepare(
        "SELECT id, url, kind, published, rhythm, moved, last_poll, next_at, discovered_at FROM urls",
    )?;
    let mut rows = urls.query([])?;
    while let Some(row) = rows.next()? {
        let id: i64 = row.get("id")?;
        damage.urls += 1;
        let columns = [
            column::<Address>(row, "url"),
            column::<Kind>(row, "kind"),
            column::<Option<Dated>>(row, "published"),
            column::<Option<Json<Rhythm>>>(row, "rhythm"),
            column::<Option<Json<Moved>>>(row, "moved"),
            column::<Option<Json<Poll>>>(row, "last_poll"),
            column::<Millis>(row, "next_at"),
            column::<Millis>(row, "discovered_at"),
        ];
        for fault in columns.into_iter().flatten() {
            damage.add(format!("urls {id}: {fault}"));
        }
    }
    Ok(())
}

/// Why a column cannot be read, if it cannot.
fn column<T: FromSql>(row: &Row<'_>, name: &str) -> Option<String> {
    let why = row.get::<_, T>(name).err()?;
    Some(format!("{name}: {why}"))
}

fn read_articles(db: &Connection, damage: &mut Damage) -> rusqlite::Result<()> {
    let mut ids = db.prepare("SELECT id FROM articles")?;
    for id in ids.query_map([], |row| row.get::<_, i64>(0))? {
        let id = id?;
        damage.articles += 1;
        let read = [
            articles::get(db, id).map(|row| row.is_some()),
            articles::page(db, id).map(|_| true),
        ];
        for read in read {
            match read {
                Ok(true) => {}
                Ok(false) => damage.add(format!("articles {id}: it has no conclusion")),
                Err(why) if is_unreadable(&why) => damage.add(format!("articles {id}: {why}")),
                Err(why) => return Err(why),
            }
        }
    }
    Ok(())
}

/// See [`crate::store::backup`]. One read, so that it is of one moment; the copy has its name only once
/// it is whole and on the disk.
pub(in crate::store) fn backup(path: &Path, to: &Path) -> Result<u64, OpenError> {
    let unwritable = |why: String| StoreError::Open {
        path: to.display().to_string(),
        why,
    };
    if to.exists() {
        return Err(unwritable("it is there already; name a new file".to_string()).into());
    }
    let db = file::look(path)?;
    let partial = partial(to);
    // What an interrupted backup left behind.
    let _ = fs::remove_file(&partial);
    let copied = db
        .execute_batch("PRAGMA query_only = OFF")
        .and_then(|()| db.execute("VACUUM INTO ?1", [partial.to_string_lossy()]))
        .map_err(|error| classify(to, &error));
    let finished = copied.and_then(|_| {
        let finish = || -> io::Result<u64> {
            let file = File::open(&partial)?;
            file.sync_all()?;
            fs::hard_link(&partial, to)?;
            Ok(file.metadata()?.len())
        };
        finish().map_err(|error| unwritable(error.to_string()))
    });
    let _ = fs::remove_file(&partial);
    Ok(finished?)
}

fn partial(to: &Path) -> PathBuf {
    let mut name = to.as_os_str().to_os_string();
    name.push(".partial");
    name.into()
}

/// See [`crate::store::compact`].
pub(in crate::store) fn compact(path: &Path) -> Result<(u64, u64), OpenError> {
    file::exists(path)?;
    let (db, lock) = file::open(path)?;
    let failed = |error| classify(path, &error);
    let before = upkeep::size(path);
    db.execute_batch(file::SHRINKING)
        .and_then(|()| db.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)"))
        .map_err(failed)?;
    drop(db);
    let after = upkeep::size(path);
    drop(lock);
    Ok((before, after))
}

/// See [`crate::store::migrate`].
pub(in crate::store) fn migrate(path: &Path, is_for_show: bool) -> Result<Schemas, OpenError> {
    let found = file::found(path)?;
    if found < schema::VERSION && !is_for_show {
        drop(file::open(path)?);
    }
    Ok(Schemas {
        found,
        known: schema::VERSION,
    })
}
