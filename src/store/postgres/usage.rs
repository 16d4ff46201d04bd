//! What is known of how languages are used.

use super::{
    failure::Result,
    session::{Alone, Db},
    value::params,
};
use crate::{
    model::{Lang, Timestamp},
    usage::{LANGUAGES_MAX, Sketch},
};

/// See [`crate::store::Store::usage`]. What an older release wrote and this one cannot read is
/// learned anew.
pub(super) async fn all(db: &Db) -> Result<Vec<(Lang, Sketch)>> {
    let sql = "SELECT lang, sketch FROM usage ORDER BY lang";
    let rows = db.list(sql, &params![], |row| {
        let (lang, sketch): (String, Vec<u8>) = (row.get("lang")?, row.get("sketch")?);
        Ok(Lang::new(&lang).zip(Sketch::from_bytes(&sketch)))
    });
    Ok(rows.await?.into_iter().flatten().collect())
}

/// See [`crate::store::Store::learn_usage`].
pub(super) async fn learn(db: &Db, lang: &Lang, sketch: &Sketch, at: Timestamp) -> Result<Sketch> {
    db.alone(Alone::Usage, "").await?;
    let sql = "SELECT sketch FROM usage WHERE lang = $1";
    let known: Option<Vec<u8>> = db.maybe(sql, &params![lang.as_str()]).await?;
    let mut merged = sketch.clone();
    if let Some(known) = known.and_then(|bytes| Sketch::from_bytes(&bytes)) {
        merged.join(&known);
    }
    let sql = "INSERT INTO usage (lang, updated_at, sketch) VALUES ($1, $2, $3)
               ON CONFLICT (lang) DO UPDATE
                  SET updated_at = excluded.updated_at, sketch = excluded.sketch";
    db.execute(sql, &params![lang.as_str(), at, merged.to_bytes()])
        .await?;
    let sql = "DELETE FROM usage WHERE lang NOT IN
                   (SELECT lang FROM usage ORDER BY updated_at DESC, lang LIMIT $1)";
    db.execute(sql, &params![LANGUAGES_MAX]).await?;
    Ok(merged)
}
