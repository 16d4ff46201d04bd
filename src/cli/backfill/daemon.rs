//! The daemon that has the store, asked over its API.

use std::{net::IpAddr, sync::Arc, time::Duration};

use reqwest::{Client, Method, StatusCode, header, redirect::Policy};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use serde_json::{Value, json};
use url::Url;

use crate::{
    cli::failure::Failure,
    config::ServeConfig,
    model::{Backfill, Secret},
    store::BackfillOrder,
};

/// For one answer. The daemon gives itself ten seconds.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Between two looks.
const LOOK: Duration = Duration::from_secs(1);

/// So many looks in a row may fail: the daemon may be starting again.
const SILENT_MAX: u32 = 30;

/// The backfill of one source, as the daemon has it.
pub(super) struct DaemonApi {
    client: Client,
    url: Url,
    token: Option<Secret>,
    /// For people, where nobody answers.
    store: String,
}

/// Why there is no answer that could be used.
enum Refusal {
    NoAnswer,
    Refused(StatusCode, String),
}

impl DaemonApi {
    pub(super) fn new(
        serve: &ServeConfig,
        source: &str,
        store: String,
    ) -> Result<DaemonApi, Failure> {
        let mut address = serve.listen;
        if address.ip().is_unspecified() {
            // It listens everywhere, so here too.
            address.set_ip(match address.ip() {
                IpAddr::V4(_) => IpAddr::from([127, 0, 0, 1]),
                IpAddr::V6(_) => IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]),
            });
        }
        let setup = |why: String| Failure::message(format!("cannot ask the daemon: {why}"));
        let mut url =
            Url::parse(&format!("http://{address}/")).map_err(|why| setup(why.to_string()))?;
        if let Ok(mut path) = url.path_segments_mut() {
            path.clear()
                .extend(["api", "v1", "sources", source, "backfill"]);
        }
        Ok(DaemonApi {
            client: client().map_err(setup)?,
            url,
            token: serve.token.clone(),
            store,
        })
    }

    /// Begins the backfill, or goes on with it.
    pub(super) async fn start(&self, order: &BackfillOrder) -> Result<Backfill, Failure> {
        let body = json!({"since": order.since, "limit": order.limit});
        let answer = self.ask(Method::POST, Some(body)).await;
        answer.map_err(|refusal| self.failure(refusal))
    }

    /// How far it is a moment later.
    pub(super) async fn later(&self) -> Result<Backfill, Failure> {
        let mut silent = 0;
        loop {
            tokio::time::sleep(LOOK).await;
            match self.ask(Method::GET, None).await {
                Err(Refusal::NoAnswer) if silent < SILENT_MAX => silent += 1,
                answer => return answer.map_err(|refusal| self.failure(refusal)),
            }
        }
    }

    /// Ends it; `None` if there is none.
    pub(super) async fn stop(&self) -> Result<Option<Backfill>, Failure> {
        match self.ask(Method::DELETE, None).await {
            Ok(backfill) => Ok(Some(backfill)),
            Err(Refusal::Refused(StatusCode::NOT_FOUND, _)) => Ok(None),
            Err(refusal) => Err(self.failure(refusal)),
        }
    }

    async fn ask(&self, method: Method, body: Option<Value>) -> Result<Backfill, Refusal> {
        let mut request = self.client.request(method, self.url.clone());
        if let Some(token) = &self.token {
            request = request.bearer_auth(token.expose());
        }
        if let Some(body) = body {
            request = request
                .header(header::CONTENT_TYPE, "application/json")
                .body(body.to_string());
        }
        let answer = request.send().await.map_err(|_| Refusal::NoAnswer)?;
        let status = answer.status();
        let bytes = answer.bytes().await.map_err(|_| Refusal::NoAnswer)?;
        if status.is_success()
            && let Ok(backfill) = serde_json::from_slice(&bytes)
        {
            return Ok(backfill);
        }
        let problem: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let detail = problem["detail"].as_str().unwrap_or("no benggala answers");
        Err(Refusal::Refused(status, detail.to_string()))
    }

    fn failure(&self, refusal: Refusal) -> Failure {
        let address = self.url.authority();
        Failure::message(match refusal {
            Refusal::NoAnswer => format!(
                "the store {} is in use by another benggala, and no daemon answers at \
                 http://{address}/: if it is one, use its `[serve] listen`; else wait until it ends",
                self.store
            ),
            Refusal::Refused(status, detail) => format!(
                "the daemon at http://{address}/, which has the store, says: {detail} ({status})"
            ),
        })
    }
}

/// Asks this machine directly, whatever proxy there is for others, and follows nobody elsewhere.
fn client() -> Result<Client, String> {
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|why| why.to_string())?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(Policy::none())
        .timeout(TIMEOUT)
        .build()
        .map_err(|why| why.to_string())
}
