//! Traces over OTLP: protobuf over HTTP, in batches, by a thread of the SDK's own.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use opentelemetry::{
    Context, KeyValue,
    trace::{
        Span as _, SpanContext, SpanKind, Status, TraceContextExt as _, Tracer as _,
        TracerProvider as _,
    },
};
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::{
    Resource,
    trace::{BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracer, SdkTracerProvider},
};
use reqwest::{Client, redirect::Policy};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use tokio::{runtime::Handle, task::spawn_blocking};
use url::Url;

use super::told::{Trace, TraceError};

/// Where collectors take traces, below their address.
const PATH: &str = "v1/traces";

/// Spans that wait to be sent; what comes beyond them is dropped.
const WAITING_MAX: usize = 4_096;

/// Spans that are sent together.
const BATCH: usize = 512;

/// How long the first of a batch waits for others.
const DELAY: Duration = Duration::from_secs(2);

/// For one batch.
const TIMEOUT: Duration = Duration::from_secs(10);

/// For the last ones, at the end of the daemon.
const LAST_ONES: Duration = Duration::from_secs(3);

/// Sends traces.
#[derive(Debug)]
pub(super) struct Exporter {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
}

impl Exporter {
    /// Sends the share `sample` of all traces to the collector at `url`.
    pub(super) fn start(url: &Url, sample: f64) -> Result<Exporter, TraceError> {
        let setup = |why: String| TraceError::Setup(why);
        let sender = Sender {
            client: client().map_err(setup)?,
            runtime: Handle::current(),
        };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(sender)
            .with_endpoint(address(url))
            .with_timeout(TIMEOUT)
            .build()
            .map_err(|why| setup(why.to_string()))?;
        let queue = BatchConfigBuilder::default()
            .with_max_queue_size(WAITING_MAX)
            .with_max_export_batch_size(BATCH)
            .with_scheduled_delay(DELAY)
            .build();
        let queue = BatchSpanProcessor::builder(exporter).with_batch_config(queue);
        let ours = Resource::builder_empty()
            .with_service_name("benggala")
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(sample)));
        let provider = SdkTracerProvider::builder()
            .with_span_processor(queue.build())
            .with_sampler(sampler)
            .with_resource(ours)
            .build();
        let tracer = provider.tracer("benggala");
        Ok(Exporter { provider, tracer })
    }

    /// Puts it among those that wait; never blocks.
    pub(super) fn tell(&self, trace: &Trace) {
        let attributes = trace.attributes.iter();
        let attributes = attributes.map(|(key, value)| KeyValue::new(*key, value.clone()));
        let builder = self.tracer.span_builder("article");
        let mut root = builder
            .with_kind(SpanKind::Internal)
            .with_start_time(trace.began)
            .with_attributes(attributes.collect::<Vec<_>>())
            .start_with_context(&self.tracer, &Context::new());
        let within = Context::new().with_remote_span_context(local(root.span_context()));
        for span in &trace.spans {
            let builder = self.tracer.span_builder(span.name);
            builder
                .with_start_time(span.began)
                .start_with_context(&self.tracer, &within)
                .end_with_timestamp(span.ended.into());
        }
        if let Some(error) = &trace.error {
            root.set_status(Status::error(error.clone()));
        }
        root.end_with_timestamp(trace.ended.into());
    }

    /// Sends those that still wait.
    pub(super) async fn close(&self) {
        let provider = self.provider.clone();
        let closing = spawn_blocking(move || provider.shutdown_with_timeout(LAST_ONES));
        match closing.await {
            Ok(Ok(())) => {}
            Ok(Err(why)) => tracing::warn!(%why, "the last traces could not be sent"),
            Err(why) => tracing::warn!(%why, "the last traces could not be sent"),
        }
    }
}

/// A span of ours, not of another process.
fn local(context: &SpanContext) -> SpanContext {
    SpanContext::new(
        context.trace_id(),
        context.span_id(),
        context.trace_flags(),
        false,
        context.trace_state().clone(),
    )
}

/// As the exporter of every other program takes the address of a collector.
fn address(url: &Url) -> String {
    format!("{}/{PATH}", url.as_str().trim_end_matches('/'))
}

/// Sends from the runtime of the daemon, whichever thread asks.
#[derive(Debug)]
struct Sender {
    client: Client,
    runtime: Handle,
}

#[async_trait]
impl HttpClient for Sender {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let sent = self.runtime.spawn(async move {
            let answer = client.execute(request.try_into()?).await?;
            let answer = answer.error_for_status()?;
            let status = answer.status();
            Ok::<_, reqwest::Error>((status, answer.bytes().await?))
        });
        let (status, body) = sent.await??;
        Ok(Response::builder().status(status).body(body)?)
    }
}

/// The collector is the operator's: it may be on a private network, and no proxy is asked.
fn client() -> Result<Client, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned());
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|why| why.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(Policy::none())
        .timeout(TIMEOUT)
        .build()
        .map_err(|why| why.to_string())
}
