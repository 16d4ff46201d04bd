//! One receiver: a POST or some lines per message, and its pace.

use std::{
    fs::OpenOptions,
    io::{Read, Seek, SeekFrom, Write},
    net::IpAddr,
    num::NonZeroU32,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use reqwest::{
    Client, RequestBuilder, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER},
    redirect::Policy,
};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use url::Url;

use super::{
    event::Event,
    mail::Mailer,
    outcome::{NotifySetupError, Sent, chain},
    pace,
    shape::{self, Body},
    sign,
};
use crate::{
    config::NotifyConfig,
    fetch::guard::{self, GuardedResolver},
    model::{ChannelKind, Secret, Timestamp, Wanted},
};

/// For one POST, from connecting to the head of the answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Tells a receiver that it has had this one already (draft-ietf-httpapi-idempotency-key-header).
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Events of one message for programs: about half a megabyte.
const EVENTS_MAX: usize = 100;
/// Events of one message for people, of which it names a few; also what is taken up at once.
pub const DIGEST_MAX: usize = 1_000;

/// How a receiver is reached.
#[derive(Debug)]
enum Way {
    Post {
        url: Secret<Url>,
        headers: HeaderMap,
        client: Client,
    },
    Mail(Box<Mailer>),
    Append(PathBuf),
}

/// A `[[notify]]` channel, ready to be called.
#[derive(Debug)]
pub struct Channel {
    name: String,
    kind: ChannelKind,
    wanted: Wanted,
    signed_with: Vec<Secret>,
    way: Way,
    pace: DefaultDirectRateLimiter,
    rest: Mutex<Rest>,
}

/// How long a channel is left alone whose receiver fails.
#[derive(Debug)]
struct Rest {
    failures: u32,
    until: Instant,
}

impl Channel {
    /// The channels of a configuration.
    ///
    /// # Errors
    /// If TLS cannot be set up, a channel has what cannot be sent or written, or its receiver is where
    /// none may be.
    pub fn all(channels: &[NotifyConfig]) -> Result<Vec<Channel>, NotifySetupError> {
        channels.iter().map(Channel::new).collect()
    }

    fn new(channel: &NotifyConfig) -> Result<Channel, NotifySetupError> {
        check_address(channel)?;
        let name = || channel.name.clone();
        let per_minute = NonZeroU32::new(channel.wanted.per_minute).unwrap_or(NonZeroU32::MIN);
        // So many at once, too, as they become free: a message need not wait for its second.
        let quota = Quota::per_minute(per_minute).allow_burst(NonZeroU32::MIN);
        let way = match channel.kind {
            ChannelKind::File => {
                let path = channel.url.expose().to_file_path();
                Way::Append(path.map_err(|()| NotifySetupError::Path(name()))?)
            }
            ChannelKind::Email => Way::Mail(Box::new(Mailer::new(channel)?)),
            _ => Way::Post {
                url: channel.url.clone(),
                headers: headers(channel)?,
                client: client(channel)?,
            },
        };
        Ok(Channel {
            name: name(),
            kind: channel.kind,
            wanted: channel.wanted.clone(),
            signed_with: channel.signed_with.clone(),
            way,
            pace: RateLimiter::direct(quota),
            rest: Mutex::new(Rest {
                failures: 0,
                until: Instant::now(),
            }),
        })
    }

    /// What it wants to hear.
    pub fn wanted(&self) -> &Wanted {
        &self.wanted
    }

    /// Events that one message may tell.
    pub(super) fn most(&self) -> usize {
        match self.kind.is_for_people() {
            true => DIGEST_MAX,
            false => EVENTS_MAX,
        }
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

    /// Sends one message as soon as the pace allows, at `now` by its stamp. The same events always bear
    /// the same idempotency key.
    pub async fn send(&self, events: &[Event], now: impl Fn() -> Timestamp) -> Sent {
        self.pace.until_ready().await;
        let body = shape::body(self.kind, events);
        let sent = match &self.way {
            Way::Post {
                url,
                headers,
                client,
            } => {
                let request = client.post(url.expose().clone()).headers(headers.clone());
                let request = self.labelled(request, events, &body, now());
                post(request.body(body.text)).await
            }
            Way::Mail(mailer) => mailer.send(&body, &key_of(events), now()).await,
            Way::Append(path) => {
                let (path, text) = (path.clone(), body.text);
                let written = tokio::task::spawn_blocking(move || append(&path, &text)).await;
                match written.map_err(std::io::Error::other).flatten() {
                    Ok(()) => Sent::Accepted,
                    Err(error) => Sent::Failed {
                        why: error.to_string(),
                        retry_after: None,
                    },
                }
            }
        };
        self.note(&sent);
        sent
    }

    /// Says what the message is, and under which key.
    fn labelled(
        &self,
        mut request: RequestBuilder,
        events: &[Event],
        body: &Body,
        now: Timestamp,
    ) -> RequestBuilder {
        request = request.header(CONTENT_TYPE, body.content_type);
        for (name, value) in &body.headers {
            request = request.header(*name, value);
        }
        let key = key_of(events);
        request = request.header(IDEMPOTENCY_KEY, &key);
        if self.kind != ChannelKind::Webhook {
            return request;
        }
        let at = now.timestamp();
        request = request
            .header("webhook-id", &key)
            .header("webhook-timestamp", at);
        if self.signed_with.is_empty() {
            return request;
        }
        let secrets = self
            .signed_with
            .iter()
            .map(|secret| secret.expose().as_str());
        let signature = sign::signature(secrets, &key, at, &body.text);
        request.header("webhook-signature", signature)
    }
}

/// Of one event its own, of several the first, the last and how many: what is sent again is the same.
fn key_of(events: &[Event]) -> String {
    match events {
        [] => String::new(),
        [event] => event.key.clone(),
        [first, .., last] => format!("{}-{}-{}", first.key, last.key, events.len()),
    }
}

async fn post(request: RequestBuilder) -> Sent {
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

/// Writes lines to the end of a file, which is opened for each message, so that it may be moved away at any
/// time. What a crash has left half written stays a line of its own.
fn append(path: &Path, lines: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options.read(true).append(true).create(true).open(path)?;
    let mut text = String::new();
    if file.seek(SeekFrom::End(0))? > 0 {
        let mut last = [0];
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            text.push('\n');
        }
    }
    text.push_str(lines);
    file.write_all(text.as_bytes())?;
    file.sync_data()
}

/// The token and what else is sent each time; the log shows none of it.
fn headers(channel: &NotifyConfig) -> Result<HeaderMap, NotifySetupError> {
    let mut headers = HeaderMap::new();
    if let Some(token) = &channel.token {
        let value = HeaderValue::try_from(format!("Bearer {}", token.expose()));
        let value = value.map_err(|_| NotifySetupError::Token(channel.name.clone()))?;
        headers.insert(AUTHORIZATION, value);
    }
    for (name, value) in &channel.headers {
        let unusable = || NotifySetupError::Header(channel.name.clone());
        let name = HeaderName::try_from(name).map_err(|_| unusable())?;
        let value = HeaderValue::try_from(value.expose()).map_err(|_| unusable())?;
        headers.insert(name, value);
    }
    for value in headers.values_mut() {
        value.set_sensitive(true);
    }
    Ok(headers)
}

/// Request Timeout, Too Early and Too Many Requests pass.
fn is_refusal(status: StatusCode) -> bool {
    status.is_client_error() && !matches!(status.as_u16(), 408 | 425 | 429)
}

/// An address in the URL itself reaches no resolver, so it is checked here.
///
/// # Errors
/// If it is neither public nor allowed.
pub fn check_address(channel: &NotifyConfig) -> Result<(), NotifySetupError> {
    let host = channel.url.expose().host_str().unwrap_or_default();
    let address: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    match address {
        Some(address) if !guard::permits(address, &channel.allow_private) => {
            Err(NotifySetupError::Private(channel.name.clone()))
        }
        _ => Ok(()),
    }
}

/// Follows no redirects: the token and the articles are for the configured receiver alone. What its
/// name resolves to is guarded, so it is asked without a proxy, which would resolve it itself.
fn client(channel: &NotifyConfig) -> Result<Client, NotifySetupError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned());
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .dns_resolver(GuardedResolver::of_system(&channel.allow_private, TIMEOUT))
        .redirect(Policy::none())
        .timeout(TIMEOUT)
        .user_agent(concat!("benggala/", env!("CARGO_PKG_VERSION")))
        .build()?)
}
