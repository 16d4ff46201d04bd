//! How much there is, and the end of what is old.

use std::path::Path;

use rusqlite::{Connection, params};

use super::column::Millis;
use crate::{model::Timestamp, store::Counts};

/// Pages dropped in one transaction: other writes go in between.
pub(super) const PRUNE_BATCH: usize = 200;

/// Rows of the tables; what cannot be told at once is counted in an index.
pub(super) fn counts(db: &Connection, now: Timestamp) -> rusqlite::Result<Counts> {
    let count = |sql: &str| -> rusqlite::Result<u64> {
        db.prepare_cached(sql)?.query_row([], |row| row.get(0))
    };
    let tally = |name: &str| -> rusqlite::Result<u64> {
        db.prepare_cached("SELECT urls FROM tallies WHERE tally = ?1")?
            .query_row([name], |row| row.get(0))
    };
    let due: u64 = db
        .prepare_cached(
            "SELECT count(*) FROM urls WHERE state = 'queued' AND wanted AND NOT past
                AND next_at <= ?1",
        )?
        .query_row([Millis(now)], |row| row.get(0))?;
    let late: i64 = db
        .prepare_cached(
            "SELECT max(0, coalesce(?1 - min(next_at), 0)) FROM urls
              WHERE state = 'queued' AND wanted AND NOT past",
        )?
        .query_row([Millis(now)], |row| row.get(0))?;
    Ok(Counts {
        waiting: tally("queued")?.saturating_sub(due),
        due,
        leased: tally("leased")?,
        done: tally("done")?,
        gone: tally("gone")?,
        hosts: count("SELECT count(*) FROM hosts")?,
        hosts_failing: count("SELECT count(*) FROM hosts WHERE failures > 0")?,
        articles: count("SELECT coalesce(sum(articles), 0) FROM shelf_counts WHERE source_id = 0")?,
        lag_seconds: late.unsigned_abs() / 1_000,
        outbox: count("SELECT count(*) FROM outbox WHERE refused IS NULL")?,
        refused: count("SELECT count(*) FROM outbox WHERE refused IS NOT NULL")?,
        expired: tally("expired")?,
        parked: count("SELECT count(*) FROM urls WHERE parked IS NOT NULL")?,
        ..Counts::default()
    })
}

/// Writes what is there already: a page of the log, as any change does.
pub(super) fn touch(db: &Connection) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE tallies SET urls = urls WHERE tally = 'expired'")?
        .execute([])?;
    Ok(())
}

/// Bytes of the database and its log.
pub(super) fn size(path: &Path) -> u64 {
    let mut log = path.as_os_str().to_os_string();
    log.push("-wal");
    [path, Path::new(&log)]
        .into_iter()
        .filter_map(|file| std::fs::metadata(file).ok())
        .map(|file| file.len())
        .sum()
}

/// Bytes free for us on the disk of the database; 0 where the system does not tell.
#[cfg(unix)]
pub(super) fn free(path: &Path) -> u64 {
    rustix::fs::statvfs(path).map_or(0, |disk| disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Bytes free for us on the disk of the database; 0 where the system does not tell.
#[cfg(not(unix))]
pub(super) fn free(_path: &Path) -> u64 {
    0
}

/// Drops up to [`PRUNE_BATCH`] pages fetched before `before`.
pub(super) fn prune_pages(db: &Connection, before: Timestamp) -> rusqlite::Result<usize> {
    db.prepare_cached(
        "DELETE FROM pages WHERE article_id IN (
             SELECT article_id FROM pages WHERE fetched_at < ?1 ORDER BY fetched_at LIMIT ?2)",
    )?
    .execute(params![Millis(before), PRUNE_BATCH])
}

/// Drops every robots.txt that nobody has asked for since `before`.
pub(super) fn prune_robots(db: &Connection, before: Timestamp) -> rusqlite::Result<usize> {
    db.prepare_cached("DELETE FROM robots WHERE fetched_at < ?1")?
        .execute([Millis(before)])
}
