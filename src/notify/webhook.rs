//! One receiver: a POST per notification, at most one a second.

use std::{
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use reqwest::{
    Client, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER},
    redirect::Policy,
};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use url::Url;

use super::pace;
use crate::{config::NotifyConfig, model::Secret, store::Notification};

/// For one POST, from connecting to the head of the answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Tells a receiver that it has had this one already (draft-ietf-httpapi-idempotency-key-header).
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// POSTs to one channel, however many articles are flagged at once.
const PER_SECOND: NonZeroU32 = NonZeroU32::MIN;

/// Why no webhooks can be called.
#[derive(Debug, thiserror::Error)]
pub enum NotifySetupError {
    /// The TLS settings were refused.
    #[error("cannot set up TLS for webhooks: {0}")]
    Tls(#[from] rustls::Error),
    /// The HTTP client refused its settings.
    #[error("cannot set up the HTTP client for webhooks: {0}")]
    Client(#[from] reqwest::Error),
    /// The token of a channel cannot be sent.
    #[error("the token of [[notify]] `{0}` cannot be sent in a header")]
    Token(String),
}

/// A `[[notify]]` channel, ready to be called.
#[derive(Debug)]
pub struct Webhook {
    name: String,
    url: Secret<Url>,
    authorization: Option<HeaderValue>,
    client: Client,
    pace: DefaultDirectRateLimiter,
    rest: Mutex<Rest>,
}

/// How a POST ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// 2xx: the receiver has it.
    Accepted,
    /// A 4xx that says that waiting does not help (all but 408, 425 and 429): the receiver does not want
    /// it as it is.
    Refused {
        /// For the log and the operator. Names no URL, which may hold a secret.
        why: String,
    },
    /// Anything else.
    Failed {
        /// For the log. Names no URL, which may hold a secret.
        why: String,
        /// The wait that the receiver asked for.
        retry_after: Option<Duration>,
    },
}

impl Sent {
    /// Why the receiver does not have it, if it does not.
    pub fn failure(&self) -> Option<&str> {
        match self {
            Sent::Accepted => None,
            Sent::Refused { why } | Sent::Failed { why, .. } => Some(why),
        }
    }
}

/// How long a channel is left alone whose receiver fails.
#[derive(Debug)]
struct Rest {
    failures: u32,
    until: Instant,
}

impl Webhook {
    /// The channels of a configuration, over one client.
    ///
    /// # Errors
    /// If TLS cannot be set up or a token is no header value.
    pub fn all(channels: &[NotifyConfig]) -> Result<Vec<Webhook>, NotifySetupError> {
        let client = client()?;
        channels
            .iter()
            .map(|channel| Webhook::new(channel, client.clone()))
            .collect()
    }

    fn new(channel: &NotifyConfig, client: Client) -> Result<Webhook, NotifySetupError> {
        let authorization = channel.token.as_ref().map(|token| {
            let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose()))
                .map_err(|_| NotifySetupError::Token(channel.name.clone()))?;
            value.set_sensitive(true);
            Ok::<_, NotifySetupError>(value)
        });
        Ok(Webhook {
            name: channel.name.clone(),
            url: channel.url.clone(),
            authorization: authorization.transpose()?,
            client,
            pace: RateLimiter::direct(Quota::per_second(PER_SECOND)),
            rest: Mutex::new(Rest {
                failures: 0,
                until: Instant::now(),
            }),
        })
    }

    /// The channel's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether its receiver failed a short while ago.
    pub fn rests(&self) -> bool {
        self.rest().until > Instant::now()
    }

    fn rest(&self) -> MutexGuard<'_, Rest> {
        self.rest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A receiver that answers is there, whatever it says; one that fails is left alone.
    fn note(&self, sent: &Sent) {
        let mut rest = self.rest();
        match sent {
            Sent::Accepted | Sent::Refused { .. } => rest.failures = 0,
            Sent::Failed { retry_after, .. } => {
                rest.until = Instant::now() + pace::backoff(rest.failures, *retry_after);
                rest.failures = rest.failures.saturating_add(1);
            }
        }
    }

    /// Posts one notification as soon as the pace allows. The same notification always bears the
    /// same idempotency key.
    pub async fn send(&self, notification: &Notification) -> Sent {
        self.pace.until_ready().await;
        let sent = self.post(notification).await;
        self.note(&sent);
        sent
    }

    async fn post(&self, notification: &Notification) -> Sent {
        let mut request = self
            .client
            .post(self.url.expose().clone())
            .header(CONTENT_TYPE, "application/json")
            .header(IDEMPOTENCY_KEY, notification.id)
            .body(notification.payload.clone());
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        match request.send().await {
            Ok(answer) if answer.status().is_success() => Sent::Accepted,
            Ok(answer) if is_refusal(answer.status()) => Sent::Refused {
                why: format!("the receiver answered {}", answer.status()),
            },
            Ok(answer) => Sent::Failed {
                why: format!("the receiver answered {}", answer.status()),
                retry_after: answer
                    .headers()
                    .get(RETRY_AFTER)
                    .and_then(|value| value.to_str().ok()?.parse().ok())
                    .map(Duration::from_secs),
            },
            Err(error) => Sent::Failed {
                why: chain(&error.without_url()),
                retry_after: None,
            },
        }
    }
}

/// Request Timeout, Too Early and Too Many Requests pass.
fn is_refusal(status: StatusCode) -> bool {
    status.is_client_error() && !matches!(status.as_u16(), 408 | 425 | 429)
}

/// Follows no redirects: the token and the articles are for the configured receiver alone.
fn client() -> Result<Client, NotifySetupError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned());
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(Policy::none())
        .timeout(TIMEOUT)
        .user_agent(concat!("benggala/", env!("CARGO_PKG_VERSION")))
        .build()?)
}

/// An error with its causes: "error sending request" alone helps nobody.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
