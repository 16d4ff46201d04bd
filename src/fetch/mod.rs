//! The only room that opens sockets to sources. Polite first: every request passes one gate, and
//! robots.txt is read before anything else of a host.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::time::Instant;
use url::Url;

use crate::{
    config::FetchConfig,
    model::{FetchOutcome, Headers, Link, Page, PageKind, RobotsRecord, RobotsRules, Timestamp},
};

mod limit; //        a time limit as it is told
pub mod guard; //    no private addresses
pub mod outcome; //  what an answer or an error means
pub mod tls; //      which certificates are believed
mod network; //      whom a fetcher asks for addresses and believes
mod addresses; //    where hosts live
pub mod decode; //   bodies within bounds
mod gate; //         the pace of each host
pub mod redirect; // the way from the first URL to the last
mod way; //          hosts that redirects lead to
mod client; //       one request: guard, gate, wire, body
mod robots_cache; // who has asked for a robots.txt, and when

pub use self::{
    client::FetchSetupError,
    guard::GuardStage,
    network::Network,
    way::{AddressTurns, HostNotes, Way},
};
use self::{
    client::{Answer, Ask, Client, Cost},
    outcome::Failure,
    redirect::RedirectChain,
    robots_cache::RobotsCache,
};

/// All hops of one call together may take so many times the time limit of one answer.
const CALL_TIMEOUTS: u32 = 3;

/// One request in so many asks for the whole page although its validators are known.
pub const FULL_EVERY: u32 = 50;

/// What to ask for.
#[derive(Debug, Clone)]
pub struct Request {
    /// http or https.
    pub url: Url,
    /// Decides what content is accepted and how much of it.
    pub kind: PageKind,
    /// Sent as `If-None-Match`.
    pub etag: Option<String>,
    /// Sent as `If-Modified-Since`.
    pub last_modified: Option<String>,
}

impl Request {
    /// As it is or, with a `roll` (random in 0..1) that falls into one of [`FULL_EVERY`], without
    /// validators: a server whose validators lie would otherwise hide its news for good.
    #[must_use]
    pub fn in_full_now_and_then(self, roll: f64) -> Request {
        if roll * f64::from(FULL_EVERY) >= 1.0 {
            return self;
        }
        Request {
            etag: None,
            last_modified: None,
            ..self
        }
    }

    /// Whether "not modified" can be an answer to it (RFC 9110, 15.4.5).
    fn is_conditional(&self) -> bool {
        self.etag.is_some() || self.last_modified.is_some()
    }
}

/// All that happened while fetching one URL, good or bad: the facts from which the daemon counts,
/// logs and plans.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// How it ended.
    pub outcome: FetchOutcome,
    /// The status of the last answer, if there was one.
    pub status: Option<u16>,
    /// Where the redirects ended.
    pub final_url: Url,
    /// The new address, if every redirect on the way was permanent (301, 308).
    pub moved_to: Option<Url>,
    /// Of the last answer.
    pub headers: Headers,
    /// Decoded; empty unless `outcome` is `Ok`.
    pub body: Bytes,
    /// Bytes of bodies received, before decoding, over all hops.
    pub wire_bytes: u64,
    /// Time spent waiting for politeness.
    pub waited: Duration,
    /// Time from the first byte sent to the last received, without `waited`.
    pub took: Duration,
    /// Silent retries on a connection that the peer had closed.
    pub retries: u32,
    /// robots.txt files that were fetched on the way.
    pub robots: Vec<RobotsRecord>,
    /// robots.txt forbade it.
    pub robots_denied: bool,
    /// The guard forbade it.
    pub guard: Option<GuardStage>,
    /// The gap that this host asks for between two requests (configuration or Crawl-delay).
    pub delay: Duration,
    /// The wait that the server asked for, clamped to 0..=24 h; or until a robots.txt that could not be
    /// read may be asked for again.
    pub retry_after: Option<Duration>,
    /// When the certificate of the host that answered last ends.
    pub certificate_ends: Option<Timestamp>,
    /// For the log and the review page, when `outcome` is an error.
    pub error: Option<String>,
}

/// Fetches politely. Cheap to clone; clones share their pace.
#[derive(Debug, Clone)]
pub struct Fetcher {
    config: Arc<FetchConfig>,
    client: Arc<Client>,
    robots: Arc<RobotsCache>,
}

impl Fetcher {
    /// Makes the client, the gate and the guard.
    pub fn new(config: &FetchConfig, network: Network) -> Result<Fetcher, FetchSetupError> {
        let config = Arc::new(config.clone());
        Ok(Fetcher {
            client: Arc::new(Client::new(&config, network)?),
            robots: Arc::default(),
            config,
        })
    }

    /// Tells the fetcher a robots.txt from the store, so that it need not ask again.
    pub fn know(&self, robots: &RobotsRecord) {
        self.robots.know(robots);
    }

    /// Asks for `request.url`, following redirects. Never fails: see [`Exchange`]. Dropping the
    /// future closes the connection and gives back every slot.
    pub async fn fetch(&self, request: &Request) -> Exchange {
        self.fetch_by(request, &Way::default()).await
    }

    /// The same; `way` is told of every other host before it is asked.
    pub async fn fetch_by(&self, request: &Request, way: &Way) -> Exchange {
        let mut trail = RedirectChain::new(&request.url, self.config.redirects_max);
        let mut exchange = Exchange::unasked(&request.url);
        exchange.delay = self.client.gate.delay(Duration::ZERO);
        let failure = match self.follow(request, way, &mut trail, &mut exchange).await {
            Ok(answer) if answer.status == 304 && !request.is_conditional() => {
                Some(unsolicited(trail.url()))
            }
            Ok(answer) => exchange.settle(answer, trail.moved_to()),
            Err(failure) => Some(failure),
        };
        if let Some(failure) = failure {
            exchange.fail(failure);
        }
        exchange.final_url = trail.url().clone();
        redirect::drop_credentials(&mut exchange.final_url);
        exchange
    }

    /// Hosts whose pace is remembered right now.
    pub fn limiter_keys(&self) -> usize {
        self.client.gate.len()
    }

    /// Forgets hosts that have been quiet; called every minute or so.
    pub fn forget_idle(&self) {
        self.client.gate.forget_idle();
    }

    /// Hop by hop to the first answer that is no redirect.
    async fn follow(
        &self,
        request: &Request,
        way: &Way,
        trail: &mut RedirectChain,
        exchange: &mut Exchange,
    ) -> Result<Answer, Failure> {
        let mut left = self.config.timeout * CALL_TIMEOUTS;
        loop {
            self.client.check(trail.url(), trail.stage())?;
            if left.is_zero() {
                let error = format!("no page after {} slow redirects", trail.hops());
                return Err(Failure::new(FetchOutcome::Timeout, error));
            }
            let limit = left.min(self.config.timeout);
            let crawl_delay = self
                .obey(request.kind, trail.url(), way, limit, exchange)
                .await?;
            if trail.hops() == 0 {
                exchange.delay = self.client.gate.delay(crawl_delay);
            }
            let ask = Ask {
                url: trail.url(),
                way,
                kind: request.kind,
                etag: request.etag.as_deref(),
                last_modified: request.last_modified.as_deref(),
                stage: trail.stage(),
                crawl_delay,
                limit,
            };
            let mut cost = Cost::default();
            let answer = self.client.ask(ask, &mut cost).await;
            exchange.spend(cost);
            exchange.took += cost.took;
            left = left.saturating_sub(cost.took);
            let answer = answer?;
            exchange.status = Some(answer.status);
            let refresh = answer.refresh(request.kind, trail.url());
            let location = match (&refresh, redirect::is_redirect(answer.status)) {
                (Some(target), _) => Some(target.as_str().as_bytes()),
                (None, true) => answer.location.as_deref(),
                (None, false) => return Ok(answer),
            };
            if answer.headers.get("set-cookie").is_some() {
                trail.saw_cookie();
            }
            trail
                .follow(answer.status, location)
                .map_err(|error| Failure::new(FetchOutcome::Redirect, error.to_string()))?;
            exchange.headers = answer.headers;
        }
    }

    /// Reads the rules of the host before anything else of it. Returns its Crawl-delay.
    async fn obey(
        &self,
        kind: PageKind,
        url: &Url,
        way: &Way,
        limit: Duration,
        exchange: &mut Exchange,
    ) -> Result<Duration, Failure> {
        if kind == PageKind::Robots {
            return Ok(Duration::ZERO);
        }
        let came = Instant::now();
        let learned = self.robots.rules(&self.client, url, way, limit).await;
        exchange.spend(Cost {
            // Waiting for somebody else's question is politeness too.
            waited: came.elapsed().saturating_sub(learned.cost.took),
            ..learned.cost
        });
        exchange.robots.extend(learned.record);
        let rules = learned.rules?;
        if !rules.allows(url) {
            let host = url.host_str().unwrap_or_default();
            let error = format!("robots.txt of {host} disallows {}", url.path());
            return Err(robots_cache::denied(error));
        }
        Ok(rules.delay().unwrap_or_default())
    }
}

/// Nothing is known that could be "not modified": taken at its word, such a server would never be
/// read.
fn unsolicited(url: &Url) -> Failure {
    let host = url.host_str().unwrap_or_default();
    let error = format!("{host} answered 304, \"not modified\", though nothing was known of it");
    Failure::new(FetchOutcome::Redirect, error)
}

impl Exchange {
    /// A fetch that took longer than its caller could wait.
    pub fn timed_out(url: &Url, why: &str) -> Exchange {
        Exchange {
            outcome: FetchOutcome::Timeout,
            error: Some(why.to_string()),
            ..Exchange::unasked(url)
        }
    }

    /// What it is to one who has read the page and found a wall against bots.
    #[must_use]
    pub fn behind_bot_wall(self) -> Exchange {
        let host = self.final_url.host_str().unwrap_or_default();
        let status = self.status.unwrap_or_default();
        Exchange {
            outcome: FetchOutcome::Challenge,
            error: Some(outcome::sentence(FetchOutcome::Challenge, status, host)),
            body: Bytes::new(),
            moved_to: None,
            ..self
        }
    }

    /// The page, if there is one.
    ///
    /// # Errors
    /// Why there is none, in one sentence.
    pub fn into_page(self, link: Link, fetched_at: Timestamp) -> Result<Page, String> {
        if self.outcome != FetchOutcome::Ok {
            return Err(self
                .error
                .unwrap_or_else(|| self.outcome.as_str().to_string()));
        }
        Ok(Page {
            link,
            final_url: self.final_url,
            fetched_at,
            status: self.status.unwrap_or_default(),
            headers: self.headers,
            body: self.body,
        })
    }

    /// The robots.txt of the page's host, if it was fetched on the way.
    pub fn robots_text(&self) -> Option<&Bytes> {
        let origin = robots_cache::origin(&self.final_url);
        let record = self.robots.iter().find(|record| record.origin == origin)?;
        match &record.rules {
            RobotsRules::Text(text) => Some(text),
            RobotsRules::Unavailable | RobotsRules::Unreachable => None,
        }
    }

    /// Of a URL that was not asked for.
    pub fn unasked(url: &Url) -> Exchange {
        Exchange {
            outcome: FetchOutcome::Cancelled,
            status: None,
            final_url: url.clone(),
            moved_to: None,
            headers: Headers::default(),
            body: Bytes::new(),
            wire_bytes: 0,
            waited: Duration::ZERO,
            took: Duration::ZERO,
            retries: 0,
            robots: Vec::new(),
            robots_denied: false,
            guard: None,
            delay: Duration::ZERO,
            retry_after: None,
            certificate_ends: None,
            error: None,
        }
    }

    /// Adds what requests have cost, but for their time.
    fn spend(&mut self, cost: Cost) {
        self.wire_bytes += cost.wire_bytes;
        self.waited += cost.waited;
        self.retries += cost.retries;
    }

    /// Judges the last answer. Returns why it is of no use, if it is.
    fn settle(&mut self, answer: Answer, moved_to: Option<Url>) -> Option<Failure> {
        self.outcome = outcome::of_answer(answer.status, &answer.headers);
        self.retry_after = client::wait_asked_for(answer.status, &answer.headers);
        self.headers = answer.headers;
        self.certificate_ends = answer.certificate_ends;
        let body = match answer.body {
            Ok(body) => body,
            Err(failure) => return Some(failure),
        };
        if answer.is_bot_wall {
            self.outcome = FetchOutcome::Challenge;
        }
        match self.outcome {
            FetchOutcome::Ok => {
                self.body = body;
                self.moved_to = moved_to;
            }
            FetchOutcome::NotModified => self.moved_to = moved_to,
            outcome => {
                let host = self.final_url.host_str().unwrap_or_default();
                self.error = Some(outcome::sentence(outcome, answer.status, host));
            }
        }
        None
    }

    fn fail(&mut self, failure: Failure) {
        self.outcome = failure.outcome;
        self.error = Some(failure.error);
        self.guard = failure.guard;
        self.robots_denied = failure.robots_denied;
        self.retry_after = failure.retry_after;
    }
}
