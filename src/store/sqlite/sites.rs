//! What is known of the templates of sites.

use rusqlite::{Connection, OptionalExtension, params};

use super::column::Millis;
use crate::{model::Timestamp, site::SiteMemory};

/// See [`crate::store::Store::site`]. What an older release wrote and this one cannot read is
/// learned anew.
pub(super) fn get(db: &Connection, name: &str) -> rusqlite::Result<Option<SiteMemory>> {
    let bytes = db
        .prepare_cached("SELECT memory FROM sites WHERE name = ?1")?
        .query_row([name], |row| row.get::<_, Vec<u8>>(0))
        .optional()?;
    Ok(bytes.and_then(|bytes| SiteMemory::from_bytes(&bytes)))
}

/// See [`crate::store::Store::learn_site`].
pub(super) fn learn(
    db: &Connection,
    name: &str,
    memory: &SiteMemory,
    at: Timestamp,
) -> rusqlite::Result<SiteMemory> {
    let merged = match get(db, name)? {
        Some(known) => known.merged(memory),
        None => memory.clone(),
    };
    db.prepare_cached(
        "INSERT INTO sites (name, updated_at, articles, lines, version, memory)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (name) DO UPDATE
            SET updated_at = excluded.updated_at, articles = excluded.articles,
                lines = excluded.lines, version = excluded.version, memory = excluded.memory",
    )?
    .execute(params![
        name,
        Millis(at),
        merged.articles(),
        merged.template_lines(),
        merged.version(),
        merged.to_bytes(),
    ])?;
    Ok(merged)
}

/// Lines of the template of a site.
pub(super) fn template_lines(db: &Connection, name: &str) -> rusqlite::Result<u64> {
    let lines = db
        .prepare_cached("SELECT lines FROM sites WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    Ok(lines.unwrap_or_default())
}

/// Forgets sites that have shown nothing since `before`.
pub(super) fn prune(db: &Connection, before: Timestamp) -> rusqlite::Result<usize> {
    db.prepare_cached("DELETE FROM sites WHERE updated_at < ?1")?
        .execute([Millis(before)])
}
