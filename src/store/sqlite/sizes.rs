//! How many bytes of the file are for what.

use std::path::Path;

use rusqlite::Connection;

use super::upkeep;
use crate::store::{PerKind, Stored};

/// Bytes of an address of ninety characters with its indexes, and of a fingerprint with its keys beside
/// its sketch, as SQLite's `dbstat` tells them of a store of `benches/million.py`; and of a notification
/// of some findings. The rest takes up what is wrong with them.
const URL: u64 = 300;
const FINGERPRINT_KEYS: u64 = 620;
const NOTIFICATION: u64 = 2_000;

/// Bytes of the file that are in use.
pub(super) fn used(db: &Connection) -> rusqlite::Result<u64> {
    let (pages, free, page) = pages(db)?;
    Ok((pages - free) * page)
}

fn pages(db: &Connection) -> rusqlite::Result<(u64, u64, u64)> {
    let pragma = |name: &str| db.pragma_query_value(None, name, |row| row.get::<_, u64>(0));
    let (pages, free) = (pragma("page_count")?, pragma("freelist_count")?);
    Ok((pages, free.min(pages), pragma("page_size")?))
}

/// Bytes by kind: together the size of the database and its log. What is not counted one by one, the
/// indexes and the search above all, is the rest.
pub(super) fn sizes(db: &Connection, path: &Path) -> rusqlite::Result<PerKind> {
    let mut sizes = PerKind::default();
    let mut kept = db.prepare_cached("SELECT kind, rows, bytes FROM kept")?;
    let mut rows = kept.query([])?;
    while let Some(row) = rows.next()? {
        let (name, count, bytes): (String, u64, u64) =
            (row.get("kind")?, row.get("rows")?, row.get("bytes")?);
        let Some(kind) = Stored::ALL.into_iter().find(|kind| kind.as_str() == name) else {
            continue;
        };
        let more = match kind {
            Stored::Fingerprints => count * FINGERPRINT_KEYS,
            _ => 0,
        };
        sizes.set(kind, bytes + more);
    }
    let count = |sql: &str| -> rusqlite::Result<u64> {
        db.prepare_cached(sql)?.query_row([], |row| row.get(0))
    };
    let urls = count("SELECT coalesce(sum(urls), 0) FROM tallies WHERE tally <> 'expired'")?;
    sizes.set(Stored::Urls, urls * URL);
    let waiting = count("SELECT count(*) FROM outbox")?;
    sizes.set(Stored::Notifications, waiting * NOTIFICATION);
    let (pages, free, page) = self::pages(db)?;
    sizes.set(
        Stored::Rest,
        (pages * page).saturating_sub(sizes.total() + free * page),
    );
    sizes.set(Stored::Free, free * page);
    let size = upkeep::size(path);
    sizes.set(Stored::Log, size.saturating_sub(pages * page));
    Ok(sizes)
}
