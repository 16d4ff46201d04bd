//! One request and its answer: guard, gate, wire, body.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use chrono::Utc;
use http::{HeaderMap, HeaderValue, header};
use reqwest::{Proxy, tls::TlsInfo};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::{
    addresses::Addresses,
    decode::{self, Limits, Oversize},
    gate::{Closed, Gate, Pass},
    guard::{self, GuardStage, GuardedResolver},
    limit::seconds,
    network::Network,
    outcome::{self, Failure},
    redirect::latin1_or_utf8,
    tls::{self, TlsSetupError},
    way::Way,
};
use crate::{
    config::FetchConfig,
    extract,
    model::{FetchOutcome, Headers, PageKind, Timestamp},
    robots,
};

/// What can be decoded; see [`decode::codings`].
const ACCEPT_ENCODING: HeaderValue = HeaderValue::from_static("gzip, br, zstd, deflate");

/// Longer than the usual gap between two requests, so that connections are used again, and short
/// enough that hundreds, not thousands, of them lie idle.
const POOL_IDLE: Duration = Duration::from_secs(10);

/// Decompressed header bytes of an HTTP/2 answer. HTTP/1 stops at about 400 KiB by itself.
const H2_HEADERS_MAX: u32 = 64 << 10;

/// More of a robots.txt is not read.
pub(super) const ROBOTS_MAX: u64 = robots::BYTES_MAX as u64;

/// Header values longer than this are of no use to us and are left out.
const HEADER_VALUE_MAX: usize = 4 << 10;

/// Names and values kept of one answer; what comes later is left out.
const HEADERS_MAX: usize = 32 << 10;

/// What is still read of an answer whose body is no page: the connection stays usable then, and a
/// bot wall shows itself.
const NOTICE_MAX: u64 = 64 << 10;

/// How long that may take.
const NOTICE_TIME: Duration = Duration::from_secs(1);

/// Requests sent for one, when connections break before an answer.
const TRIES: u32 = 2;

/// One request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask<'a> {
    pub(super) url: &'a Url,
    /// Told of the host before it is asked.
    pub(super) way: &'a Way,
    pub(super) kind: PageKind,
    pub(super) etag: Option<&'a str>,
    pub(super) last_modified: Option<&'a str>,
    /// Where a refusal of the URL itself is booked.
    pub(super) stage: GuardStage,
    pub(super) crawl_delay: Duration,
    /// Time left, without waits.
    pub(super) limit: Duration,
}

/// What requests have cost.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cost {
    pub(super) wire_bytes: u64,
    pub(super) waited: Duration,
    pub(super) took: Duration,
    pub(super) retries: u32,
}

/// The head of an answer, and its body if that is of use.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Headers,
    /// The bytes of Location, which may not be text.
    pub(super) location: Option<Vec<u8>>,
    /// `Ok` and empty for all but 2xx.
    pub(super) body: Result<Bytes, Failure>,
    /// What came in the place of a page is a wall against bots.
    pub(super) is_bot_wall: bool,
    /// When the certificate of its host ends.
    pub(super) certificate_ends: Option<Timestamp>,
}

impl Answer {
    /// Where a page that came from `url` sends its reader at once; a file of rules sends nobody.
    pub(super) fn refresh(&self, kind: PageKind, url: &Url) -> Option<Url> {
        let body = self.body.as_ref().ok()?;
        (kind != PageKind::Robots)
            .then(|| extract::refresh(body, url))
            .flatten()
    }
}

/// Why no fetcher could be made.
#[derive(Debug, thiserror::Error)]
pub enum FetchSetupError {
    /// The HTTP client refused its configuration.
    #[error("cannot set up the HTTP client: {0}")]
    Client(#[from] reqwest::Error),
    /// TLS could not be set up.
    #[error("cannot set up TLS: {0}")]
    Tls(#[from] TlsSetupError),
}

/// The HTTP client behind gate and guard.
#[derive(Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    pub(super) gate: Gate,
    addresses: Addresses,
    config: Arc<FetchConfig>,
}

impl Client {
    pub(super) fn new(
        config: &Arc<FetchConfig>,
        network: Network,
    ) -> Result<Client, FetchSetupError> {
        let user_agent = config
            .user_agent
            .replace("{version}", env!("CARGO_PKG_VERSION"))
            .replace("{contact}", &config.contact);
        let resolver = GuardedResolver {
            names: network.names,
            allow: config.allow_private.as_slice().into(),
            timeout: config.idle_timeout,
        };
        // Behind a proxy nobody here knows where a host lives.
        let addresses = Addresses::new(config.proxy.is_none().then(|| resolver.clone()));
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::client(network.pins, network.authorities)?)
            .tls_info(true)
            .user_agent(user_agent)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .connect_timeout(config.idle_timeout)
            .pool_idle_timeout(POOL_IDLE)
            .pool_max_idle_per_host(config.concurrency_per_host)
            // What RFC 9112 lets a user agent forgive and browsers do: white space before the colon
            // (5.1), folded lines (5.2), and a line that is no header among those that are.
            .http1_allow_spaces_after_header_name_in_responses(true)
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            .http1_ignore_invalid_headers_in_responses(true)
            // An HTTP/2 stream that the server refused or never looked at (GOAWAY) is sent again
            // by the client itself, which is its default: to the server that is no second request.
            .http2_max_header_list_size(H2_HEADERS_MAX);
        let http = match &config.proxy {
            // Only the proxy's own name is resolved then, and that was configured.
            Some(proxy) => builder
                .dns_resolver(resolver.unguarded())
                .proxy(Proxy::all(proxy.clone())?),
            None => builder.dns_resolver(resolver),
        }
        .build()?;
        Ok(Client {
            http,
            gate: Gate::new(config),
            addresses,
            config: Arc::clone(config),
        })
    }

    /// Asks once the gate opens. A connection that breaks before any answer, as one that was
    /// kept open too long does, is replaced once.
    pub(super) async fn ask(&self, ask: Ask<'_>, cost: &mut Cost) -> Result<Answer, Failure> {
        self.check(ask.url, ask.stage)?;
        let until = cost.took + ask.limit;
        let mut tries = 1;
        loop {
            let limit = until.saturating_sub(cost.took);
            let result = self.pass_and_send(Ask { limit, ..ask }, cost).await;
            match result {
                Err(failure) if failure.unanswered && tries < TRIES => {
                    tries += 1;
                    cost.retries += 1;
                }
                result => return result,
            }
        }
    }

    /// Whether the guard lets `url` through, as far as can be seen without resolving names.
    pub(super) fn check(&self, url: &Url, stage: GuardStage) -> Result<(), Failure> {
        guard::check_url(url, &self.config.allow_private)
            .map_err(|refusal| Failure::refused(&refusal, stage))
    }

    async fn pass_and_send(&self, ask: Ask<'_>, cost: &mut Cost) -> Result<Answer, Failure> {
        let looked_up = Instant::now();
        let address = self.addresses.of(ask.url).await;
        let came = Instant::now();
        cost.took += came - looked_up;
        let address = address?;
        let pass = self.gate.enter(ask.url, address, ask.crawl_delay).await;
        let pass = match pass {
            Ok(pass) => self.note(&ask, address, pass).await,
            Err(closed) => Err(closed),
        };
        let started = Instant::now();
        cost.waited += started - came;
        let pass = pass.map_err(|closed| turned_away(closed, ask.url))?;
        let answer = self.send(ask, started + ask.limit, cost).await;
        cost.took += started.elapsed();
        if let Ok(answer) = &answer
            && let Some(wait) = wait_asked_for(answer.status, &answer.headers)
        {
            pass.hold(wait);
        }
        if ask.kind == PageKind::Robots {
            // The first request waits for its connection, and the host hears of it that much later: the
            // gap to the next one counts from the answer.
            pass.hold(self.gate.delay(ask.crawl_delay));
        }
        answer
    }

    /// Lets the way know of the host and the address that are asked now. Where it made us wait, the
    /// host's next turn counts from then.
    async fn note(
        &self,
        ask: &Ask<'_>,
        address: Option<IpAddr>,
        pass: Pass,
    ) -> Result<Pass, Closed> {
        let delay = self.gate.delay(ask.crawl_delay);
        let mut has_waited = ask.way.note(ask.url, delay).await?;
        if let Some(address) = address {
            has_waited |= ask
                .way
                .take_turn(address, self.gate.pace_of_address())
                .await?;
        }
        if has_waited {
            pass.hold(delay);
        }
        Ok(pass)
    }

    async fn send(
        &self,
        ask: Ask<'_>,
        deadline: Instant,
        cost: &mut Cost,
    ) -> Result<Answer, Failure> {
        let host = ask.url.host_str().unwrap_or_default();
        let request = self.http.get(ask.url.clone()).headers(headers(&ask));
        let limit = ask.limit.min(self.config.header_timeout);
        let begins_by = deadline.min(Instant::now() + limit);
        let response = timeout_at(begins_by, request.send()).await.map_err(|_| {
            let limit = seconds(limit);
            let sentence = format!("no answer within {limit} from {host}");
            Failure::new(FetchOutcome::Timeout, sentence)
        })?;
        let response =
            response.map_err(|error| outcome::of_error(&error, host, self.config.idle_timeout))?;
        let status = response.status().as_u16();
        let headers = kept_headers(response.headers());
        let location = response.headers().get(header::LOCATION);
        let location = location.map(|value| value.as_bytes().to_vec());
        let certificate = response.extensions().get::<TlsInfo>();
        let certificate = certificate.and_then(TlsInfo::peer_certificate);
        let certificate_ends = certificate.and_then(tls::ends_at);
        let received = Arc::new(AtomicU64::new(0));
        let is_page = (200..=299).contains(&status);
        let limits = if is_page {
            self.limits(&ask, deadline)
        } else {
            notice_limits(deadline)
        };
        let body = decode::read(response, &headers, &limits, host, &received).await;
        cost.wire_bytes += received.load(Ordering::Relaxed);
        let is_bot_wall = ask.kind != PageKind::Robots
            && body
                .as_ref()
                .is_ok_and(|body| outcome::is_bot_wall(status, body));
        Ok(Answer {
            status,
            headers,
            location,
            body: if is_page { body } else { Ok(Bytes::new()) },
            is_bot_wall,
            certificate_ends,
        })
    }

    fn limits(&self, ask: &Ask<'_>, deadline: Instant) -> Limits {
        let (bytes, oversize) = match ask.kind {
            PageKind::Article | PageKind::Listing => (self.config.body_max, Oversize::Refuse),
            PageKind::Feed | PageKind::Sitemap | PageKind::Auto => {
                (self.config.feed_max, Oversize::Refuse)
            }
            PageKind::Robots => (ROBOTS_MAX, Oversize::Cut),
        };
        Limits {
            bytes,
            oversize,
            // Feeds and sitemaps are unpacked by those who read them: many are files, named .gz.
            unpack: matches!(ask.kind, PageKind::Article | PageKind::Listing),
            idle: self.config.idle_timeout,
            total: ask.limit,
            deadline,
        }
    }
}

/// What is said of ourselves and of what we have. A validator that is no header value is left
/// out: the answer is then complete instead of 304.
fn headers(ask: &Ask<'_>) -> HeaderMap {
    let accept = match ask.kind {
        PageKind::Article | PageKind::Listing => "text/html,application/xhtml+xml,*/*;q=0.5",
        PageKind::Feed => {
            "application/rss+xml,application/atom+xml,application/feed+json,\
             application/xml;q=0.9,text/xml;q=0.9,*/*;q=0.5"
        }
        PageKind::Sitemap => "application/xml,text/xml,text/plain;q=0.8,*/*;q=0.5",
        PageKind::Auto => {
            "application/rss+xml,application/atom+xml,text/html;q=0.9,application/xml;q=0.9,\
             */*;q=0.5"
        }
        PageKind::Robots => "text/plain,*/*;q=0.5",
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
    headers.insert(header::ACCEPT_ENCODING, ACCEPT_ENCODING);
    let validators = [
        (header::IF_NONE_MATCH, ask.etag),
        (header::IF_MODIFIED_SINCE, ask.last_modified),
    ];
    for (name, value) in validators {
        if let Some(Ok(value)) = value.map(HeaderValue::from_str) {
            headers.insert(name, value);
        }
    }
    headers
}

fn kept_headers(headers: &HeaderMap) -> Headers {
    let mut bytes = 0;
    let kept = headers
        .iter()
        .filter(|(_, value)| value.len() <= HEADER_VALUE_MAX)
        .take_while(|(name, value)| {
            bytes += name.as_str().len() + value.len();
            bytes <= HEADERS_MAX
        })
        .map(|(name, value)| (name.to_string(), latin1_or_utf8(value.as_bytes())));
    Headers(kept.collect())
}

/// The wait that an answer asks of us, if it may.
pub(super) fn wait_asked_for(status: u16, headers: &Headers) -> Option<Duration> {
    matches!(status, 429 | 503)
        .then(|| headers.get("retry-after"))
        .flatten()
        .and_then(|value| outcome::retry_after(value, Utc::now()))
}

fn turned_away(closed: Closed, url: &Url) -> Failure {
    let host = url.host_str().unwrap_or_default();
    match closed {
        Closed::Held(wait) => Failure {
            retry_after: Some(wait),
            ..Failure::new(
                FetchOutcome::Throttled,
                format!(
                    "{host} asked to be left alone for another {} s",
                    wait.as_secs()
                ),
            )
        },
        Closed::Crowded => Failure::new(
            FetchOutcome::Cancelled,
            format!("{host} is not asked now: too many other hosts wait for their turn"),
        ),
        Closed::Gone => Failure::new(FetchOutcome::Cancelled, "stopped while waiting"),
    }
}

/// Of what comes in the place of a page the beginning is read, for a moment.
fn notice_limits(deadline: Instant) -> Limits {
    Limits {
        bytes: NOTICE_MAX,
        oversize: Oversize::Cut,
        unpack: false,
        idle: NOTICE_TIME,
        total: NOTICE_TIME,
        deadline: deadline.min(Instant::now() + NOTICE_TIME),
    }
}
