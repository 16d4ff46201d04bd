//! What may stand behind the `?`.

use axum::extract::{FromRequestParts, Query};
use chrono::{DateTime, NaiveDate};
use http::request::Parts;
use serde::{Deserialize, de::DeserializeOwned};

use crate::{model::Timestamp, report::html::Filter, store::ArticleQuery};

use super::{cursor, problem::ProblemDetails};

/// Rows of a page of a list unless asked otherwise.
const LIMIT_DEFAULT: usize = 50;

/// Rows of a page of a list at most.
const LIMIT_MAX: usize = 200;

/// The verdicts that can be asked for.
const VERDICTS: [&str; 3] = ["pass", "flag", "abstain"];

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
        })
    }

    /// The same for the review page, which shows flagged articles unless asked otherwise.
    pub(super) fn or_flagged(mut self) -> Articles {
        self.verdict.get_or_insert_with(|| "flag".to_string());
        self
    }

    pub(super) fn filter(&self) -> Result<Filter, ProblemDetails> {
        Ok(Filter {
            verdict: self.verdict()?,
            source: given(&self.source),
            rule: given(&self.rule),
            cluster: self.cluster,
            since: given(&self.since),
            until: given(&self.until),
        })
    }

    fn verdict(&self) -> Result<Option<String>, ProblemDetails> {
        match given(&self.verdict) {
            Some(all) if all == "all" => Ok(None),
            Some(verdict) if !VERDICTS.contains(&verdict.as_str()) => {
                Err(ProblemDetails::bad_request(format!(
                    "There is no verdict `{verdict}`; there are pass, flag, abstain and all."
                )))
            }
            verdict => Ok(verdict),
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
