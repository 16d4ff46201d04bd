//! What may stand behind the `?`.

use axum::extract::{FromRequestParts, Query};
use chrono::{DateTime, NaiveDate};
use http::request::Parts;
use serde::{Deserialize, de::DeserializeOwned};
use url::form_urlencoded;

use crate::{
    model::{Lang, Shelf, Timestamp, Verdict},
    report::html::{Filter, SourceFilter, Tab},
    store::{ArticleQuery, Order, SourceOrder, SourceQuery, SourceState},
};

use super::{cursor, problem::ProblemDetails};

/// Rows of a page of a list unless asked otherwise.
const LIMIT_DEFAULT: usize = 50;

/// Rows of a page of a list at most.
const LIMIT_MAX: usize = 200;

/// Query parameters; what cannot be read becomes a [`ProblemDetails`].
#[derive(Debug)]
pub(super) struct Asked<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = ProblemDetails;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Asked<T>, ProblemDetails> {
        match Query::from_request_parts(parts, state).await {
            Ok(Query(query)) => Ok(Asked(query)),
            Err(rejection) => Err(ProblemDetails::bad_request(rejection.body_text())),
        }
    }
}

/// Which articles, and which page of them.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Articles {
    verdict: Option<String>,
    source: Option<String>,
    rule: Option<String>,
    shelf: Option<String>,
    lang: Option<String>,
    q: Option<String>,
    score: Option<f32>,
    cluster: Option<i64>,
    since: Option<String>,
    until: Option<String>,
    cursor: Option<String>,
    limit: Option<usize>,
}

impl Articles {
    /// The store's query; its limit is one more than the page's, to tell whether there is another.
    pub(super) fn to_store(&self) -> Result<ArticleQuery, ProblemDetails> {
        Ok(ArticleQuery {
            verdict: self.verdict()?,
            source: given(&self.source),
            rule: given(&self.rule),
            shelf: given(&self.shelf).map(|name| shelf(&name)).transpose()?,
            lang: given(&self.lang).as_deref().and_then(Lang::new),
            text: given(&self.q),
            score_min: self.score,
            cluster: self.cluster,
            since: given(&self.since)
                .map(|at| time("since", &at))
                .transpose()?,
            until: given(&self.until)
                .map(|at| time("until", &at))
                .transpose()?,
            before: given(&self.cursor)
                .map(|text| cursor::article(&text).ok_or_else(|| bad_cursor(&text)))
                .transpose()?,
            limit: limit(self.limit)? + 1,
            ..ArticleQuery::default()
        })
    }

    fn verdict(&self) -> Result<Option<String>, ProblemDetails> {
        match given(&self.verdict) {
            Some(all) if all == "all" => Ok(None),
            Some(verdict) => match Verdict::name_of(&verdict) {
                Some(name) => Ok(Some(name.to_string())),
                None => Err(ProblemDetails::bad_request(format!(
                    "There is no verdict `{verdict}`; there are pass, flag, abstain and all."
                ))),
            },
            None => Ok(None),
        }
    }
}

/// Which page of the sources.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Sources {
    cursor: Option<String>,
    limit: Option<usize>,
}

impl Sources {
    /// The name after which the page begins.
    pub(super) fn after(&self) -> Result<Option<String>, ProblemDetails> {
        given(&self.cursor)
            .map(|text| cursor::source(&text).ok_or_else(|| bad_cursor(&text)))
            .transpose()
    }

    pub(super) fn limit(&self) -> Result<usize, ProblemDetails> {
        limit(self.limit)
    }
}

/// The value of a key behind a `?`, the last one given.
pub(super) fn value(query: &str, wanted: &str) -> Option<String> {
    let pairs = form_urlencoded::parse(query.as_bytes());
    let (_, value) = pairs.filter(|(key, _)| key == wanted).last()?;
    Some(value.into_owned())
}

/// What a page of the sources shows; `rows` of them.
pub(super) fn of_sources(filter: &SourceFilter, rows: usize) -> SourceQuery {
    SourceQuery {
        text: filter.text.clone(),
        state: match filter.state {
            "failing" => SourceState::Failing,
            "waiting" => SourceState::Waiting,
            "paused" => SourceState::Paused,
            "gone" => SourceState::Gone,
            _ => SourceState::All,
        },
        order: match filter.order {
            "waiting" => SourceOrder::Waiting,
            "flagged" => SourceOrder::Flagged,
            "failures" => SourceOrder::Failures,
            "silent" => SourceOrder::Silent,
            _ => SourceOrder::Name,
        },
        skip: filter.page.saturating_mul(rows),
        limit: rows,
    }
}

/// What the queue shows, without a page of it. A time that cannot be read is told: a list of everything
/// would stand in the place of the few that were asked for.
pub(super) fn of_page(filter: &Filter) -> Result<ArticleQuery, ProblemDetails> {
    let verdict = match filter.tab {
        Tab::NotJudged => Some("abstain"),
        Tab::Flagged => Some("flag"),
        Tab::Shelf(_) | Tab::All => None,
    };
    let time = |key: &str, text: &Option<String>| {
        let text = text.as_deref();
        text.map(|text| time(key, text)).transpose()
    };
    Ok(ArticleQuery {
        verdict: verdict.map(str::to_string),
        shelf: filter.tab.shelf(),
        source: filter.source.clone(),
        rule: filter.rule.clone(),
        lang: filter.lang.as_deref().and_then(Lang::new),
        text: filter.text.clone(),
        score_min: filter.score.as_ref().and_then(|score| score.parse().ok()),
        cluster: filter.cluster,
        since: time("since", &filter.since)?,
        until: time("until", &filter.until)?,
        order: match filter.worst {
            true => Order::Worst,
            false => Order::Newest,
        },
        ..ArticleQuery::default()
    })
}

fn shelf(name: &str) -> Result<Shelf, ProblemDetails> {
    Shelf::parse(name).ok_or_else(|| {
        let names: Vec<&str> = Shelf::all().map(Shelf::as_str).collect();
        ProblemDetails::bad_request(format!(
            "There is no shelf `{name}`; there are {}.",
            names.join(", ")
        ))
    })
}

/// `?source=` of an empty form field asks for nothing.
fn given(value: &Option<String>) -> Option<String> {
    value.clone().filter(|text| !text.is_empty())
}

fn limit(asked: Option<usize>) -> Result<usize, ProblemDetails> {
    match asked {
        None => Ok(LIMIT_DEFAULT),
        Some(limit @ 1..=LIMIT_MAX) => Ok(limit),
        Some(limit) => Err(ProblemDetails::bad_request(format!(
            "`limit` is {limit}; it goes from 1 to {LIMIT_MAX}."
        ))),
    }
}

pub(super) fn time(key: &str, text: &str) -> Result<Timestamp, ProblemDetails> {
    let instant = DateTime::parse_from_rfc3339(text).map(|at| at.to_utc());
    let midnight = || {
        let date = text.parse::<NaiveDate>().ok()?;
        Some(date.and_hms_opt(0, 0, 0)?.and_utc())
    };
    instant.ok().or_else(midnight).ok_or_else(|| {
        ProblemDetails::bad_request(format!(
            "`{key}` is `{text}`; write 2025-03-04 or 2025-03-04T12:00:00Z."
        ))
    })
}

fn bad_cursor(text: &str) -> ProblemDetails {
    ProblemDetails::bad_request(format!(
        "`{text}` is no cursor: take `next` of the page before."
    ))
}
