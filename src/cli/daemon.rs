//! The daemon on this machine, asked over HTTP.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use reqwest::{Client, Method, RequestBuilder, StatusCode, redirect::Policy};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use serde_json::Value;
use url::Url;

use crate::{
    config::ServeConfig,
    model::{Listen, Secret},
};

use super::failure::Failure;

/// For one answer. The daemon gives itself ten seconds.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Where the daemon of a configuration is asked.
pub(super) struct Daemon {
    client: Client,
    base: Url,
    token: Option<Secret>,
}

/// Why there is no answer that could be used.
pub(super) enum Refusal {
    NoAnswer,
    Refused(StatusCode, String),
}

impl Daemon {
    pub(super) fn new(serve: &ServeConfig) -> Result<Daemon, Failure> {
        let (authority, socket) = match &serve.listen {
            Listen::Tcp(address) => (on_this_machine(*address).to_string(), None),
            Listen::Unix(path) => ("localhost".to_string(), Some(path.clone())),
        };
        let setup = |why: String| Failure::message(format!("cannot ask the daemon: {why}"));
        let base =
            Url::parse(&format!("http://{authority}/")).map_err(|why| setup(why.to_string()))?;
        Ok(Daemon {
            client: client(socket).map_err(setup)?,
            base,
            token: serve.token.clone(),
        })
    }

    /// Where that is, for people.
    pub(super) fn base(&self) -> &Url {
        &self.base
    }

    /// A request of the page below these segments, with what is asked of it.
    pub(super) fn request(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> RequestBuilder {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.clear().extend(path);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let request = self.client.request(method, url);
        match &self.token {
            Some(token) => request.bearer_auth(token.expose()),
            None => request,
        }
    }

    /// What is answered, if it is JSON and no refusal.
    pub(super) async fn ask(&self, request: RequestBuilder) -> Result<Value, Refusal> {
        let answer = request.send().await.map_err(|_| Refusal::NoAnswer)?;
        let status = answer.status();
        let bytes = answer.bytes().await.map_err(|_| Refusal::NoAnswer)?;
        let said: Result<Value, _> = serde_json::from_slice(&bytes);
        if status.is_success()
            && let Ok(said) = said
        {
            return Ok(said);
        }
        let problem = said.unwrap_or_default();
        let detail = problem["detail"].as_str().unwrap_or("no benggala answers");
        Err(Refusal::Refused(status, detail.to_string()))
    }

    /// What to tell of a refusal, where the daemon should have `store`.
    pub(super) fn failure(&self, store: &str, refusal: Refusal) -> Failure {
        let base = &self.base;
        Failure::message(match refusal {
            Refusal::NoAnswer => format!(
                "the store {store} is in use by another benggala, and no daemon answers at \
                 {base}: if it is one, use its `[serve] listen`; else wait until it ends"
            ),
            Refusal::Refused(status, detail) => {
                format!("the daemon at {base}, which has the store, says: {detail} ({status})")
            }
        })
    }
}

/// Who listens everywhere listens here too.
fn on_this_machine(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => IpAddr::from([127, 0, 0, 1]),
            IpAddr::V6(_) => IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]),
        });
    }
    address
}

/// Asks this machine directly, whatever proxy there is for others, and follows nobody elsewhere.
fn client(socket: Option<PathBuf>) -> Result<Client, String> {
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|why| why.to_string())?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    let builder = match socket {
        Some(path) => Client::builder().unix_socket(path),
        None => Client::builder(),
    };
    builder
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(Policy::none())
        .timeout(TIMEOUT)
        .build()
        .map_err(|why| why.to_string())
}
