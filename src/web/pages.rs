//! What people read: the pages and the feed.

use std::slice::from_mut;

use askama::Template as _;
use axum::{
    extract::{self, Path, RawQuery, Request},
    response::{Html, IntoResponse, Response},
};
use chrono::{TimeDelta, Utc};
use http::{HeaderMap, StatusCode, header};

use crate::{
    config::ServeConfig,
    inspect,
    report::{
        Entry, SourceView, atom,
        html::{
            ArticlePage, Chrome, Filter, Flash, QueuePage, RulePage, RulesPage, SourceFilter,
            SourcePage, SourcesPage,
        },
        plot,
    },
    store::{ArticleQuery, ArticleRow},
};

use super::{
    AppState, cursor, guard, language::tongue, place, problem::ProblemDetails, query, views,
    visitor::Visitor,
};

/// Articles in the feed.
const FEED_MAX: usize = 50;

/// Rows of a page of the queue: what one reads before one decides to go on.
const ROWS: usize = 30;

/// Sources of a page: as many as one looks through, each with a month and its advice.
const SOURCES: usize = 25;

/// Copies and other addresses of an article that are listed.
pub(super) const TRAIL_MAX: usize = 50;

/// Addresses of a source that are listed.
const POLLS_MAX: usize = 50;

/// What a page needs to know of who looks at it.
pub(super) fn chrome<'a>(visitor: &'a Visitor, root: &'a str) -> Chrome<'a> {
    Chrome {
        root,
        form: visitor.form,
        is_in: visitor.is_in,
        reviewer: &visitor.name,
        now: Utc::now(),
        zone: visitor.zone,
        tongue: visitor.tongue,
    }
}

/// Who is told of decisions.
pub(super) fn channels(state: &AppState) -> Vec<String> {
    let config = state.config.load();
    let names = config.notify.iter().map(|channel| channel.name.clone());
    names.collect()
}

/// `/`
pub(super) async fn queue(
    extract::State(state): extract::State<AppState>,
    RawQuery(asked): RawQuery,
    headers: HeaderMap,
) -> Result<Html<String>, ProblemDetails> {
    let asked = asked.unwrap_or_default();
    let filter = Filter::parse(&asked);
    let config = state.config.load();
    let visitor = Visitor::of(&headers, &config);
    let before = query::value(&asked, "cursor");
    let query = ArticleQuery {
        before: before.and_then(|text| cursor::article(&text)),
        limit: ROWS + 1,
        ..query::of_page(&filter)?
    };
    let mut rows = state.store.articles(&query).await?;
    let next = cut(&mut rows, query.limit);
    views::tell(&mut rows, &state, &visitor.tongue);
    let counts = state.store.tally(&query).await?;
    let overview = state.store.overview().await?;
    let decided = decided(&state, &asked).await?;

    let entries: Vec<Entry<'_>> = rows.iter().map(views::entry).collect();
    let decided = decided.as_ref().map(views::entry);
    let languages: Vec<_> = overview.languages.iter().map(ToString::to_string).collect();
    let page = QueuePage {
        chrome: chrome(&visitor, place::FRONT),
        entries: &entries,
        filter: &filter,
        sources: &overview.sources,
        languages: &languages,
        legend: &state.rules,
        counts: counts.as_ref(),
        last_answer: overview.last_answer,
        next_poll: overview.next_poll,
        newest: overview.newest,
        next,
        decided: decided.as_ref().map(Flash::One).or(batch(&asked)),
    };
    Ok(Html(page.render()?))
}

/// The article that was decided on just before this page.
async fn decided(state: &AppState, asked: &str) -> Result<Option<ArticleRow>, ProblemDetails> {
    let id = query::value(asked, "decided").and_then(|id| id.parse().ok());
    match id {
        None => Ok(None),
        Some(id) => Ok(state.store.article(id).await?),
    }
}

fn batch(asked: &str) -> Option<Flash<'static>> {
    let number = |key| query::value(asked, key)?.parse::<i64>().ok();
    let articles = number("n")?.try_into().ok()?;
    Some(Flash::Many(number("batch")?, articles))
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
    RawQuery(asked): RawQuery,
    headers: HeaderMap,
) -> Result<Html<String>, ProblemDetails> {
    let asked = asked.unwrap_or_default();
    let found = state.store.article(article_id(&id)?).await?;
    let mut row = found.ok_or_else(|| ProblemDetails::no_article(&id))?;
    let filter = Filter::parse(&asked);
    let config = state.config.load();
    let visitor = Visitor::of(&headers, &config);
    let around = state
        .store
        .neighbours(&query::of_page(&filter)?, row.id)
        .await?;
    let standing = state.store.standing(&row.source).await?.summary();
    let trail = state.store.trail(row.id, TRAIL_MAX).await?;
    let has_page = state.store.has_page(row.id).await?;
    let decided = decided(&state, &asked).await?;

    let assessment = row.assessment();
    views::tell(from_mut(&mut row), &state, &visitor.tongue);
    let policy = config.policy_for(config.source(&row.source));
    let decided = decided.as_ref().map(views::entry);
    let page = ArticlePage {
        chrome: chrome(&visitor, place::BELOW),
        entry: &views::entry(&row),
        explanation: &inspect::explained(&assessment, &[], &policy),
        standing: standing.translation.as_ref(),
        trail: &views::trail(&row, &trail),
        legend: &state.rules,
        filter: &filter,
        previous: around.previous,
        next: around.next,
        has_page,
        decided: decided.as_ref().map(Flash::One),
    };
    Ok(Html(page.render()?))
}

/// `/sources`
pub(super) async fn sources(
    extract::State(state): extract::State<AppState>,
    RawQuery(asked): RawQuery,
    headers: HeaderMap,
) -> Result<Html<String>, ProblemDetails> {
    let visitor = Visitor::of(&headers, &state.config.load());
    let filter = SourceFilter::parse(&asked.unwrap_or_default());
    let query = query::of_sources(&filter, SOURCES);
    let (names, matching) = state.store.find_sources(&query).await?;
    let rows = views::named_sources(state.store.as_ref(), &names).await?;
    let names: Vec<String> = rows.iter().map(|(row, _)| row.name.clone()).collect();
    let since = Utc::now() - TimeDelta::days(plot::SPARK_DAYS);
    let days = state.store.histories(&names, since).await?;
    let rows = rows.iter().zip(days);
    let sources: Vec<SourceView<'_>> = rows
        .map(|(row, days)| SourceView {
            days,
            ..views::source(row)
        })
        .collect();
    let page = SourcesPage {
        chrome: chrome(&visitor, place::FRONT),
        sources: &sources,
        has_more: matching > (query.skip + sources.len()) as u64,
        matching,
        filter: &filter,
    };
    Ok(Html(page.render()?))
}

/// `/sources/{name}`
pub(super) async fn source(
    extract::State(state): extract::State<AppState>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Html<String>, ProblemDetails> {
    let Some(row) = state.store.source(&name).await? else {
        return Err(ProblemDetails::no_source(&name));
    };
    let visitor = Visitor::of(&headers, &state.config.load());
    let since = Utc::now() - TimeDelta::days(plot::HISTORY_DAYS);
    let mut days = state
        .store
        .histories(std::slice::from_ref(&name), since)
        .await?;
    let polls = state.store.polls(&name, POLLS_MAX).await?;
    let standing = state.store.standing(&name).await?.summary();
    let row = (row, standing);
    let polls: Vec<_> = polls.iter().map(views::poll).collect();
    let page = SourcePage {
        chrome: chrome(&visitor, place::BELOW),
        source: &views::source(&row),
        days: &days.pop().unwrap_or_default(),
        polls: &polls,
    };
    Ok(Html(page.render()?))
}

/// `/rules`
pub(super) async fn rules(
    extract::State(state): extract::State<AppState>,
    headers: HeaderMap,
) -> Result<Html<String>, ProblemDetails> {
    let visitor = Visitor::of(&headers, &state.config.load());
    let page = RulesPage {
        chrome: chrome(&visitor, place::FRONT),
        legend: &state.rules,
        precision: &state.store.precision().await?,
    };
    Ok(Html(page.render()?))
}

/// `/rules/{rule}`
pub(super) async fn rule(
    extract::State(state): extract::State<AppState>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Html<String>, ProblemDetails> {
    let visitor = Visitor::of(&headers, &state.config.load());
    let Some(rule) = state.rules.iter().find(|rule| rule.rule == name) else {
        let problem = format!("There is no rule `{name}`; /rules lists them.");
        return Err(ProblemDetails::new(StatusCode::NOT_FOUND, problem));
    };
    let page = RulePage {
        chrome: chrome(&visitor, place::BELOW),
        rule,
        precision: &state.store.precision().await?,
    };
    Ok(Html(page.render()?))
}

/// `/feed.atom`: what was flagged, but for what reviewers dismissed.
pub(super) async fn feed(
    extract::State(state): extract::State<AppState>,
    request: Request,
) -> Result<Response, ProblemDetails> {
    let query = ArticleQuery {
        verdict: Some("flag".to_string()),
        undismissed: true,
        limit: FEED_MAX,
        ..ArticleQuery::default()
    };
    let config = state.config.load();
    let mut rows = state.store.articles(&query).await?;
    views::tell(&mut rows, &state, &tongue(request.headers()));
    let entries: Vec<Entry<'_>> = rows.iter().map(views::entry).collect();
    let base = public(&config.serve, &request);
    let feed = atom::feed(&entries, &base, Utc::now()).map_err(|_| ProblemDetails::fault())?;
    Ok(([(header::CONTENT_TYPE, atom::MEDIA_TYPE)], feed).into_response())
}

/// The address of the front page without the last slash, for what leaves the page: as configured, else
/// as it was asked for.
fn public(serve: &ServeConfig, request: &Request) -> String {
    match (&serve.public_url, guard::authority(request)) {
        (Some(url), _) => url.as_str().trim_end_matches('/').to_string(),
        (None, Some(authority)) => format!("http://{authority}"),
        (None, None) => format!("http://{}", serve.listen),
    }
}
