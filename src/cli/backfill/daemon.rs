//! The daemon that has the store, asked over its API.

use std::time::Duration;

use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};

use crate::{
    cli::{
        daemon::{Daemon, Refusal},
        failure::Failure,
    },
    config::ServeConfig,
    model::Backfill,
    store::BackfillOrder,
};

/// Between two looks.
const LOOK: Duration = Duration::from_secs(1);

/// So many looks in a row may fail: the daemon may be starting again.
const SILENT_MAX: u32 = 30;

/// The backfill of one source, as the daemon has it.
pub(super) struct DaemonApi {
    daemon: Daemon,
    source: String,
    /// For people, where nobody answers.
    store: String,
}

impl DaemonApi {
    pub(super) fn new(
        serve: &ServeConfig,
        source: &str,
        store: String,
    ) -> Result<DaemonApi, Failure> {
        Ok(DaemonApi {
            daemon: Daemon::new(serve)?,
            source: source.to_string(),
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
        let path = ["api", "v1", "sources", &self.source, "backfill"];
        let mut request = self.daemon.request(method, &path, &[]);
        if let Some(body) = body {
            request = request
                .header(header::CONTENT_TYPE, "application/json")
                .body(body.to_string());
        }
        let said = self.daemon.ask(request).await?;
        let odd = |_| Refusal::Refused(StatusCode::OK, "no benggala answers".to_string());
        serde_json::from_value(said).map_err(odd)
    }

    fn failure(&self, refusal: Refusal) -> Failure {
        self.daemon.failure(&self.store, refusal)
    }
}
