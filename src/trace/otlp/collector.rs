//! One request to a collector, and what its answer means. The operator names it, so it may be
//! anywhere; but it is followed nowhere, waited for only so long, and read only so far.

use std::{error::Error, time::Duration};

use bytes::Bytes;
use chrono::Utc;
use http::{
    StatusCode,
    header::{CONTENT_TYPE, RETRY_AFTER},
};
use reqwest::{Client, Response, redirect::Policy};
use serde_json::Value;
use url::Url;

use crate::{
    fetch::{
        outcome::retry_after,
        tls::{self, Pins},
    },
    trace::error::TraceError,
};

/// Where collectors take traces, below their address.
const PATH: &str = "v1/traces";

/// For one batch, from the connection to the end of the answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Bytes of an answer that are read.
const ANSWER_MAX: usize = 16 << 10;

/// What came of sending a batch.
pub(super) enum Answer {
    /// The collector has it, but for `refused` spans of it.
    Taken { refused: u64, why: String },
    /// It does not want it, now or later.
    Refused(String),
    /// It may want it later, after the time that it asks for.
    Failed {
        why: String,
        retry_after: Option<Duration>,
    },
}

/// A collector, ready to be told.
pub(super) struct Collector {
    url: Url,
    client: Client,
    /// By what it tells this process from others of its kind.
    pub(super) sender: String,
}

impl Collector {
    /// The one at `url`.
    pub(super) fn new(url: &Url) -> Result<Collector, TraceError> {
        let setup = |why: &dyn Error| TraceError::Setup(why.to_string());
        let tls = tls::client(Pins::default(), Vec::new()).map_err(|why| setup(&why))?;
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(Policy::none())
            .no_proxy()
            .referer(false)
            .timeout(TIMEOUT)
            .user_agent(concat!("benggala/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|why| setup(&why))?;
        Ok(Collector {
            url: address(url),
            client,
            sender: format!("{:032x}", rand::random::<u128>()),
        })
    }

    /// Sends a batch, once.
    pub(super) async fn send(&self, body: Bytes) -> Answer {
        let call = self.client.post(self.url.clone());
        let call = call.header(CONTENT_TYPE, "application/json").body(body);
        match call.send().await {
            Ok(answer) => read(answer).await,
            Err(error) => broken(error),
        }
    }
}

/// As every program takes the address of a collector: what is told of traces goes below it.
fn address(given: &Url) -> Url {
    let mut url = given.clone();
    url.set_path(&format!("{}/{PATH}", given.path().trim_end_matches('/')));
    url
}

async fn read(answer: Response) -> Answer {
    let status = answer.status();
    match status {
        _ if status.is_success() => partial_success(&beginning(answer).await),
        StatusCode::TOO_MANY_REQUESTS
        | StatusCode::BAD_GATEWAY
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::GATEWAY_TIMEOUT => {
            let wait = answer.headers().get(RETRY_AFTER);
            let wait = wait.and_then(|value| value.to_str().ok());
            Answer::Failed {
                why: format!("the collector answered {status}"),
                retry_after: wait.and_then(|value| retry_after(value, Utc::now())),
            }
        }
        _ => Answer::Refused(format!("the collector answered {status}")),
    }
}

/// As much of the answer as is read. One that breaks off was a success all the same.
async fn beginning(mut answer: Response) -> Vec<u8> {
    let mut read = Vec::new();
    while let Ok(Some(chunk)) = answer.chunk().await {
        read.extend_from_slice(&chunk);
        if read.len() > ANSWER_MAX {
            break;
        }
    }
    read
}

/// What a collector that took a batch says of the spans in it that it did not take. A count of 64 bits
/// is written as text in JSON; some write a number.
fn partial_success(body: &[u8]) -> Answer {
    let said: Value = serde_json::from_slice(body).unwrap_or_default();
    let partial = &said["partialSuccess"];
    let rejected = &partial["rejectedSpans"];
    let refused = rejected
        .as_u64()
        .or_else(|| rejected.as_str()?.parse().ok());
    let why = partial["errorMessage"].as_str().unwrap_or_default();
    Answer::Taken {
        refused: refused.unwrap_or_default(),
        why: why.to_string(),
    }
}

fn broken(error: reqwest::Error) -> Answer {
    let error = error.without_url();
    let deepest = std::iter::successors(error.source(), |&cause| cause.source()).last();
    Answer::Failed {
        why: deepest.map_or_else(|| error.to_string(), ToString::to_string),
        retry_after: None,
    }
}
