//! Asks an endpoint for second opinions. The operator names it, so it may be anywhere; but it is
//! followed nowhere, waited for only so long, and read only so far.

use std::{error::Error, time::Duration};

use chrono::Utc;
use http::{
    HeaderValue,
    header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER},
};
use reqwest::{Client, Response, redirect::Policy};
use url::Url;

use crate::{
    config::OpinionConfig,
    fetch::{
        outcome,
        tls::{self, Pins, TlsSetupError},
    },
    model::Adviser,
    opinion::{Consultation, Mark, Outcome, Sheet, messages, request},
};

/// Bytes of an answer at most. Eight findings take three thousand; a model may think aloud before.
const ANSWER_MAX: usize = 256 << 10;

/// For a connection, whatever the model then takes to think.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Where completions are, behind the address that endpoints tell.
const COMPLETIONS: &str = "/chat/completions";

/// Why nobody can be asked.
#[derive(Debug, thiserror::Error)]
pub enum ConsultSetupError {
    /// The HTTP client refused its settings.
    #[error("cannot set up the HTTP client for second opinions: {0}")]
    Client(#[from] reqwest::Error),
    /// TLS could not be set up.
    #[error("cannot set up TLS for second opinions: {0}")]
    Tls(#[from] TlsSetupError),
    /// The key cannot be sent.
    #[error("the key of [opinion] cannot be sent in a header")]
    Key,
}

/// An endpoint, ready to be asked.
#[derive(Debug)]
pub struct Endpoint {
    url: Url,
    authorization: Option<HeaderValue>,
    adviser: Adviser,
    client: Client,
}

impl Endpoint {
    /// The endpoint of a configuration; `None` if it names none.
    ///
    /// # Errors
    /// If TLS cannot be set up or the key is no header value.
    pub fn of(config: &OpinionConfig) -> Result<Option<Endpoint>, ConsultSetupError> {
        let (Some(url), Some(adviser)) = (&config.url, config.adviser()) else {
            return Ok(None);
        };
        let authorization = config.key.as_ref().map(|key| {
            let mut value = HeaderValue::try_from(format!("Bearer {}", key.expose()))
                .map_err(|_| ConsultSetupError::Key)?;
            value.set_sensitive(true);
            Ok::<_, ConsultSetupError>(value)
        });
        Ok(Some(Endpoint {
            url: completions(url),
            authorization: authorization.transpose()?,
            adviser,
            client: client(config.timeout)?,
        }))
    }

    /// Who answers there.
    pub fn adviser(&self) -> &Adviser {
        &self.adviser
    }

    /// Asks about one text, once.
    pub async fn ask(&self, sheet: &Sheet<'_>) -> Consultation {
        let mark = Mark(rand::random());
        let body = request(&self.adviser, &messages(sheet, mark)).to_string();
        let mut call = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .body(body);
        if let Some(authorization) = &self.authorization {
            call = call.header(AUTHORIZATION, authorization);
        }
        let answer = match call.send().await {
            Ok(answer) => answer,
            Err(error) => return broken(error),
        };
        if !answer.status().is_success() {
            return refused(&answer);
        }
        match read(answer).await {
            Ok(body) => Consultation::of_answer(&body, sheet, &self.adviser),
            Err(failed) => failed,
        }
    }
}

/// The address of the completions: the one that is given, or behind it.
fn completions(given: &Url) -> Url {
    let mut url = given.clone();
    let path = given.path().trim_end_matches('/');
    if !path.ends_with(COMPLETIONS) {
        url.set_path(&format!("{path}{COMPLETIONS}"));
    }
    url
}

/// Whoever is redirected to was not named by the operator: neither key nor text goes there. Nor do
/// they pass a proxy that nobody configured.
fn client(timeout: Duration) -> Result<Client, ConsultSetupError> {
    Ok(Client::builder()
        .tls_backend_preconfigured(tls::client(Pins::default(), Vec::new())?)
        .redirect(Policy::none())
        .no_proxy()
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(timeout)
        .user_agent(concat!("benggala/", env!("CARGO_PKG_VERSION")))
        .build()?)
}

fn refused(answer: &Response) -> Consultation {
    let status = answer.status();
    let wait = answer.headers().get(RETRY_AFTER);
    let wait = wait.and_then(|value| value.to_str().ok());
    Consultation {
        retry_after: wait.and_then(|value| outcome::retry_after(value, Utc::now())),
        ..Consultation::failed(
            Outcome::of_status(status.as_u16()),
            format!("the endpoint answered {status}"),
        )
    }
}

fn broken(error: reqwest::Error) -> Consultation {
    let outcome = match error.is_timeout() {
        true => Outcome::Timeout,
        false => Outcome::Connect,
    };
    let error = error.without_url();
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    let deepest = causes
        .last()
        .map_or_else(|| error.to_string(), ToString::to_string);
    Consultation::failed(outcome, deepest)
}

/// The body, unless it is longer than any answer need be: then the connection is closed.
async fn read(mut answer: Response) -> Result<Vec<u8>, Consultation> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(broken)? {
        if body.len() + chunk.len() > ANSWER_MAX {
            let why = format!("the answer is longer than {ANSWER_MAX} bytes");
            return Err(Consultation::failed(Outcome::TooLarge, why));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
