//! What is known of the templates of sites.

use super::{
    failure::Result,
    session::{Alone, Db},
    value::params,
};
use crate::{model::Timestamp, site::SiteMemory};

/// See [`crate::store::Store::site`]. What an older release wrote and this one cannot read is
/// learned anew.
pub(super) async fn get(db: &Db, name: &str) -> Result<Option<SiteMemory>> {
    let bytes = db
        .maybe::<Vec<u8>>("SELECT memory FROM sites WHERE name = $1", &params![name])
        .await?;
    Ok(bytes.and_then(|bytes| SiteMemory::from_bytes(&bytes)))
}

/// See [`crate::store::Store::learn_site`].
pub(super) async fn learn(
    db: &Db,
    name: &str,
    memory: &SiteMemory,
    at: Timestamp,
) -> Result<SiteMemory> {
    db.alone(Alone::Site, name).await?;
    let merged = match get(db, name).await? {
        Some(known) => known.merged(memory),
        None => memory.clone(),
    };
    db.execute(
        "INSERT INTO sites (name, updated_at, articles, lines, version, memory)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (name) DO UPDATE
            SET updated_at = excluded.updated_at, articles = excluded.articles,
                lines = excluded.lines, version = excluded.version, memory = excluded.memory",
        &params![
            name,
            at,
            merged.articles(),
            merged.template_lines(),
            merged.version(),
            merged.to_bytes(),
        ],
    )
    .await?;
    Ok(merged)
}

/// Lines of the template of a site.
pub(super) async fn template_lines(db: &Db, name: &str) -> Result<u64> {
    let lines = db
        .maybe("SELECT lines FROM sites WHERE name = $1", &params![name])
        .await?;
    Ok(lines.unwrap_or_default())
}

/// Forgets sites that have shown nothing since `before`.
pub(super) async fn prune(db: &Db, before: Timestamp) -> Result<u64> {
    db.execute("DELETE FROM sites WHERE updated_at < $1", &params![before])
        .await
}
