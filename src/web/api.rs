//! What programs read: `/api/v1`.

use std::slice::from_mut;

use axum::{
    Json,
    extract::{self, Path},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, header};
use serde::Serialize;

use crate::{
    measure::jeffreys,
    model::{Backfill, LinkCounts, Pause, RulePrecision, SourceStanding, Timestamp},
    report::{
        Entry, SourceView,
        json::{EntryJson, Field, Fields},
        legend::RuleView,
    },
};

use super::{
    AppState, cursor,
    language::tongue,
    pages::{TRAIL_MAX, article_id, cut},
    problem::ProblemDetails,
    query::{self, Asked},
    views,
};

/// The description of the API (OpenAPI 3.1).
const OPENAPI: &str = include_str!("static/openapi.json");

#[derive(Serialize)]
struct ArticleList<'a> {
    articles: Vec<EntryJson<'a>>,
    next: Option<String>,
}

/// `/api/v1/articles`: without bodies, which would make a page of them megabytes.
pub(super) async fn articles(
    extract::State(state): extract::State<AppState>,
    headers: HeaderMap,
    Asked(asked): Asked<query::Articles>,
) -> Result<Response, ProblemDetails> {
    let query = asked.to_store()?;
    let mut rows = state.store.articles(&query).await?;
    let next = cut(&mut rows, query.limit);
    views::tell(&mut rows, &state, &tongue(&headers));
    let entries: Vec<Entry<'_>> = rows.iter().map(views::entry).collect();
    let fields = &Fields::without(Field::Body);
    let articles = entries.iter().map(|entry| EntryJson {
        entry,
        fields,
        trail: None,
    });
    let list = ArticleList {
        articles: articles.collect(),
        next,
    };
    Ok(Json(list).into_response())
}

/// `/api/v1/articles/{id}`
pub(super) async fn article(
    extract::State(state): extract::State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ProblemDetails> {
    let found = state.store.article(article_id(&id)?).await?;
    let mut row = found.ok_or_else(|| ProblemDetails::no_article(&id))?;
    views::tell(from_mut(&mut row), &state, &tongue(&headers));
    let trail = state.store.trail(row.id, TRAIL_MAX).await?;
    let entry = EntryJson {
        entry: &views::entry(&row),
        fields: &Fields::all(),
        trail: Some(&views::trail(&row, &trail)),
    };
    Ok(Json(entry).into_response())
}

#[derive(Serialize)]
struct SourceList<'a> {
    sources: Vec<SourceJson<'a>>,
    next: Option<String>,
}

#[derive(Serialize)]
struct SourceJson<'a> {
    name: &'a str,
    url: &'a str,
    group: Option<&'a str>,
    kind: &'static str,
    enabled: bool,
    paused: Option<&'a Pause>,
    waiting: u64,
    confirmed: u64,
    dismissed: u64,
    standing: SourceStanding,
    last_success: Option<Timestamp>,
    links: Option<LinkCounts>,
    last_article: Option<Timestamp>,
    next_at: Option<Timestamp>,
    failures: u32,
    error: Option<&'a str>,
    boilerplate: Option<f64>,
    template_lines: u64,
    not_articles: u64,
    walled: u64,
    parked: u64,
    backfill: Option<&'a Backfill>,
}

impl<'a> From<SourceView<'a>> for SourceJson<'a> {
    fn from(view: SourceView<'a>) -> SourceJson<'a> {
        SourceJson {
            name: view.name,
            url: view.url.as_str(),
            group: view.group,
            kind: view.kind.as_str(),
            enabled: view.enabled,
            paused: view.paused,
            waiting: view.waiting,
            confirmed: view.confirmed,
            dismissed: view.dismissed,
            standing: view.standing,
            last_success: view.last_success,
            links: view.links,
            last_article: view.last_article,
            next_at: view.next_at,
            failures: view.failures,
            error: view.error,
            boilerplate: view.boilerplate,
            template_lines: view.template_lines,
            not_articles: view.not_articles,
            walled: view.walled,
            parked: view.parked,
            backfill: view.backfill,
        }
    }
}

/// `/api/v1/sources`
pub(super) async fn sources(
    extract::State(state): extract::State<AppState>,
    Asked(asked): Asked<query::Sources>,
) -> Result<Response, ProblemDetails> {
    let (after, limit) = (asked.after()?, asked.limit()?);
    let (rows, more) = views::sources_page(state.store.as_ref(), after.as_deref(), limit).await?;
    let last = rows.last().filter(|_| more);
    let list = SourceList {
        next: last.map(|(row, _)| cursor::after_source(&row.name)),
        sources: rows.iter().map(|row| views::source(row).into()).collect(),
    };
    Ok(Json(list).into_response())
}

/// `/api/v1/sources/{name}`
pub(super) async fn source(
    extract::State(state): extract::State<AppState>,
    Path(name): Path<String>,
) -> Result<Response, ProblemDetails> {
    let row = state.store.source(&name).await?;
    let row = row.ok_or_else(|| ProblemDetails::no_source(&name))?;
    let standing = state.store.standing(&name).await?.summary();
    let row = (row, standing);
    Ok(Json(SourceJson::from(views::source(&row))).into_response())
}

#[derive(Serialize)]
struct RuleJson<'a> {
    rule: &'a str,
    family: &'a str,
    summary: &'a str,
    confirmed: u64,
    dismissed: u64,
    precision: Option<f64>,
    interval: Option<(f64, f64)>,
}

impl<'a> RuleJson<'a> {
    fn new(rule: &'a RuleView<'_>, said: &[RulePrecision]) -> RuleJson<'a> {
        let said = said.iter().find(|said| said.rule == rule.rule);
        let (confirmed, dismissed) = said.map_or((0, 0), |s| (s.confirmed, s.dismissed));
        let decided = confirmed + dismissed;
        RuleJson {
            rule: rule.rule,
            family: rule.family,
            summary: rule.summary,
            confirmed,
            dismissed,
            precision: (decided > 0).then(|| confirmed as f64 / decided as f64),
            interval: (decided > 0).then(|| jeffreys(confirmed, decided)),
        }
    }
}

#[derive(Serialize)]
struct RuleList<'a> {
    rules: Vec<RuleJson<'a>>,
}

/// `/api/v1/rules`
pub(super) async fn rules(
    extract::State(state): extract::State<AppState>,
) -> Result<Response, ProblemDetails> {
    let said = state.store.precision().await?;
    let rules = state.rules.iter().map(|rule| RuleJson::new(rule, &said));
    let list = RuleList {
        rules: rules.collect(),
    };
    Ok(Json(list).into_response())
}

/// `/api/v1/openapi.json`
pub(super) async fn openapi() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], OPENAPI)
}
