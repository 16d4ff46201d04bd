//! What people read: the pages and the feed.

use askama::Template as _;
use axum::{
    extract::{self, Path, Request},
    response::{Html, IntoResponse, Response},
};
use chrono::Utc;
use http::header;

use crate::{
    report::{
        Entry, SourceView, atom,
        html::{ArticlePage, ReviewPage, SourcesPage},
    },
    store::{ArticleQuery, ArticleRow},
};

use super::{
    AppState, cursor, guard,
    problem::ProblemDetails,
    query::{self, Asked},
    views,
};

/// Articles in the feed.
const FEED_MAX: usize = 50;

/// Sources that the review page offers to choose from; the others are reached by their page.
const SOURCE_CHOICES_MAX: usize = 300;

/// Copies and other addresses of an article that are listed.
pub(super) const TRAIL_MAX: usize = 50;

/// `/`
pub(super) async fn review(
    extract::State(state): extract::State<AppState>,
    Asked(asked): Asked<query::Articles>,
) -> Result<Html<String>, ProblemDetails> {
    let asked = asked.or_flagged();
    let (query, filter) = (asked.to_store()?, asked.filter()?);
    let mut rows = state.store.articles(&query).await?;
    let next = cut(&mut rows, query.limit);
    let sources = state.store.sources().await?;

    let entries: Vec<Entry<'_>> = rows.iter().map(views::entry).collect();
    let enabled = sources.iter().filter(|source| source.enabled);
    let page = ReviewPage {
        entries: &entries,
        filter: &filter,
        sources: sources
            .iter()
            .map(|source| source.name.as_str())
            .take(SOURCE_CHOICES_MAX)
            .collect(),
        legend: &state.rules,
        counts: views::tally(&sources, filter.source.as_deref()),
        next_poll: enabled.filter_map(|source| source.next_at).min(),
        next,
        now: Utc::now(),
    };
    Ok(Html(page.render()?))
}

/// Takes away the row that only says that there are more; `limit` counts it.
pub(super) fn cut(rows: &mut Vec<ArticleRow>, limit: usize) -> Option<String> {
    if rows.len() < limit {
        return None;
    }
    rows.truncate(limit - 1);
    rows.last().map(|row| cursor::after_article(row.id))
}

/// Reads the `{id}` of a path.
pub(super) fn article_id(text: &str) -> Result<i64, ProblemDetails> {
    text.parse().map_err(|_| ProblemDetails::no_article(text))
}

/// `/articles/{id}`
pub(super) async fn article(
    extract::State(state): extract::State<AppState>,
    Path(id): Path<String>,
) -> Result<Html<String>, ProblemDetails> {
    let found = state.store.article(article_id(&id)?).await?;
    let row = found.ok_or_else(|| ProblemDetails::no_article(&id))?;
    let standing = state.store.standing(&row.source).await?.summary();
    let trail = state.store.trail(row.id, TRAIL_MAX).await?;
    let page = ArticlePage {
        entry: &views::entry(&row),
        standing: standing.translation.as_ref(),
        trail: &views::trail(&row, &trail),
        legend: &state.rules,
        form: guard::review_form(&state.config.load().serve),
        now: Utc::now(),
    };
    Ok(Html(page.render()?))
}

/// `/sources`
pub(super) async fn sources(
    extract::State(state): extract::State<AppState>,
    Asked(asked): Asked<query::Sources>,
) -> Result<Html<String>, ProblemDetails> {
    let (after, limit) = (asked.after()?, asked.limit()?);
    let (rows, more) = views::sources_page(state.store.as_ref(), after.as_deref(), limit).await?;
    let sources: Vec<SourceView<'_>> = rows.iter().map(views::source).collect();
    let last = sources.last().filter(|_| more);
    let page = SourcesPage {
        next: last.map(|source| cursor::after_source(source.name)),
        sources: &sources,
        now: Utc::now(),
    };
    Ok(Html(page.render()?))
}

/// `/feed.atom`
pub(super) async fn feed(
    extract::State(state): extract::State<AppState>,
    request: Request,
) -> Result<Response, ProblemDetails> {
    let query = ArticleQuery {
        verdict: Some("flag".to_string()),
        limit: FEED_MAX,
        ..ArticleQuery::default()
    };
    let rows = state.store.articles(&query).await?;
    let entries: Vec<Entry<'_>> = rows.iter().map(views::entry).collect();
    let base = match guard::authority(&request) {
        Some(authority) => format!("http://{authority}"),
        None => format!("http://{}", state.config.load().serve.listen),
    };
    let feed = atom::feed(&entries, &base, Utc::now()).map_err(|_| ProblemDetails::fault())?;
    Ok(([(header::CONTENT_TYPE, atom::MEDIA_TYPE)], feed).into_response())
}
