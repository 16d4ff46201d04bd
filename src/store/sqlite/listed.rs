//! Which of many sources somebody wants to see, and in which order.

use rusqlite::{Connection, params};

use super::column::row_limit;
use crate::store::{SourceOrder, SourceQuery, SourceState};

/// The flagged share of what was judged; the counts are kept.
const FLAGGED: &str = "(
    SELECT coalesce(sum(articles * (shelf <> 'passed')), 0) * 1.0 / max(1, sum(articles))
      FROM shelf_counts
     WHERE source_id = sources.id AND shelf IN ('waiting', 'confirmed', 'dismissed', 'passed'))";

const WAITING: &str = "coalesce((
    SELECT articles FROM shelf_counts WHERE source_id = sources.id AND shelf = 'waiting'), 0)";

/// See [`crate::store::Store::find_sources`].
pub(super) fn find(db: &Connection, query: &SourceQuery) -> rusqlite::Result<(Vec<String>, u64)> {
    let state = match query.state {
        SourceState::All => "true".to_string(),
        SourceState::Failing => "enabled AND failures > 0".to_string(),
        SourceState::Waiting => format!("{WAITING} > 0"),
        SourceState::Paused => "enabled AND paused_at IS NOT NULL".to_string(),
        SourceState::Gone => "NOT enabled".to_string(),
    };
    let order = match query.order {
        SourceOrder::Name => String::new(),
        SourceOrder::Waiting => format!("{WAITING} DESC, "),
        SourceOrder::Flagged => format!("{FLAGGED} DESC, "),
        SourceOrder::Failures => "enabled DESC, failures DESC, ".to_string(),
        SourceOrder::Silent => "coalesce(last_article, 0), ".to_string(),
    };
    let chosen = format!(
        "FROM sources
          WHERE (?1 = '' OR instr(lower(name), ?1) > 0 OR instr(lower(url), ?1) > 0) AND {state}"
    );
    let text = query.text.to_lowercase();
    let matching = db
        .prepare_cached(&format!("SELECT count(*) {chosen}"))?
        .query_row([&text], |row| row.get(0))?;
    let sql = format!("SELECT name {chosen} ORDER BY {order}name LIMIT ?2 OFFSET ?3");
    let range = params![text, row_limit(query.limit), row_limit(query.skip)];
    let mut names = db.prepare_cached(&sql)?;
    let names = names.query_map(range, |row| row.get(0))?;
    Ok((names.collect::<rusqlite::Result<_>>()?, matching))
}
