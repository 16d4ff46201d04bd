//! Which of many sources somebody wants to see, and in which order.

use super::{failure::Result, session::Db, value::params};
use crate::store::{SourceOrder, SourceQuery, SourceState};

/// The flagged share of what was judged; the counts are kept.
const FLAGGED: &str = "(
    SELECT coalesce(sum(articles) FILTER (WHERE shelf <> 'passed'), 0)::double precision
           / greatest(1, sum(articles))::double precision
      FROM shelf_counts
     WHERE source_id = sources.id AND shelf IN ('waiting', 'confirmed', 'dismissed', 'passed'))";

const WAITING: &str = "coalesce((
    SELECT articles FROM shelf_counts WHERE source_id = sources.id AND shelf = 'waiting'), 0)";

/// See [`crate::store::Store::find_sources`].
pub(super) async fn find(db: &Db, query: &SourceQuery) -> Result<(Vec<String>, u64)> {
    let state = match query.state {
        SourceState::All => "true",
        SourceState::Failing => "enabled AND failures > 0",
        SourceState::Waiting => &format!("{WAITING} > 0"),
        SourceState::Paused => "enabled AND paused_at IS NOT NULL",
        SourceState::Gone => "NOT enabled",
    };
    let order = match query.order {
        SourceOrder::Name => "",
        SourceOrder::Waiting => &format!("{WAITING} DESC, "),
        SourceOrder::Flagged => &format!("coalesce({FLAGGED}, 0) DESC, "),
        SourceOrder::Failures => "enabled DESC, failures DESC, ",
        SourceOrder::Silent => "coalesce(last_article, 0), ",
    };
    let chosen = format!(
        "FROM sources
          WHERE ($1 = '' OR strpos(lower(name), $1) > 0 OR strpos(lower(url), $1) > 0) AND {state}"
    );
    let text = query.text.to_lowercase();
    let sql = format!("SELECT count(*) {chosen}");
    let matching = db.value(&sql, &params![&text]).await?;
    let sql = format!("SELECT name {chosen} ORDER BY {order}name LIMIT $2 OFFSET $3");
    let names = db
        .values(&sql, &params![text, query.limit, query.skip])
        .await?;
    Ok((names, matching))
}
