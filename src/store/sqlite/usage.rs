//! What is known of how languages are used.

use rusqlite::{Connection, OptionalExtension, params};

use super::column::Millis;
use crate::{
    model::{Lang, Timestamp},
    usage::{LANGUAGES_MAX, Sketch},
};

/// See [`crate::store::Store::usage`]. What an older release wrote and this one cannot read is
/// learned anew.
pub(super) fn all(db: &Connection) -> rusqlite::Result<Vec<(Lang, Sketch)>> {
    let mut rows = db.prepare_cached("SELECT lang, sketch FROM usage ORDER BY lang")?;
    let rows = rows.query_map([], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?))
    })?;
    let mut known = Vec::new();
    for row in rows {
        let (lang, bytes) = row?;
        known.extend(Lang::new(&lang).zip(Sketch::from_bytes(&bytes)));
    }
    Ok(known)
}

/// See [`crate::store::Store::learn_usage`].
pub(super) fn learn(
    db: &Connection,
    lang: &Lang,
    sketch: &Sketch,
    at: Timestamp,
) -> rusqlite::Result<Sketch> {
    let known = db
        .prepare_cached("SELECT sketch FROM usage WHERE lang = ?1")?
        .query_row([lang.as_str()], |row| row.get::<_, Vec<u8>>(0))
        .optional()?;
    let mut merged = sketch.clone();
    if let Some(known) = known.and_then(|bytes| Sketch::from_bytes(&bytes)) {
        merged.join(&known);
    }
    db.prepare_cached(
        "INSERT INTO usage (lang, updated_at, sketch) VALUES (?1, ?2, ?3)
         ON CONFLICT (lang) DO UPDATE
            SET updated_at = excluded.updated_at, sketch = excluded.sketch",
    )?
    .execute(params![lang.as_str(), Millis(at), merged.to_bytes()])?;
    db.prepare_cached(
        "DELETE FROM usage WHERE lang NOT IN
             (SELECT lang FROM usage ORDER BY updated_at DESC, lang LIMIT ?1)",
    )?
    .execute([LANGUAGES_MAX as i64])?;
    Ok(merged)
}
