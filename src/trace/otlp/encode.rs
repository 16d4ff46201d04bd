//! Spans as OTLP writes them in JSON: identities in hexadecimal digits, enumerations as numbers,
//! integers of 64 bits as text (<https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding>).

use bytes::Bytes;
use serde_json::{Value as Json, json};

use crate::{
    model::Timestamp,
    trace::span::{Attribute, Span, SpanKind, Value},
};

/// Characters of what a span failed of; the rest is left out.
const ERROR_MAX: usize = 1_000;

/// `STATUS_CODE_ERROR`.
const ERROR: u32 = 2;

/// An `ExportTraceServiceRequest` with `spans` of the process `sender`.
pub(super) fn request(spans: &[Span], sender: &str) -> Bytes {
    let version = env!("CARGO_PKG_VERSION");
    let resource: [Attribute; 3] = [
        ("service.name", "benggala".into()),
        ("service.version", version.into()),
        ("service.instance.id", sender.into()),
    ];
    let spans: Vec<Json> = spans.iter().map(span).collect();
    let request = json!({
        "resourceSpans": [{
            "resource": { "attributes": attributes(&resource) },
            "scopeSpans": [{
                "scope": { "name": "benggala", "version": version },
                "spans": spans,
            }],
        }],
    });
    Bytes::from(request.to_string())
}

fn span(span: &Span) -> Json {
    let mut told = json!({
        "traceId": span.trace.to_string(),
        "spanId": span.id.to_string(),
        "name": span.name,
        "kind": match span.kind {
            SpanKind::Internal => 1,
            SpanKind::Client => 3,
        },
        "startTimeUnixNano": nanoseconds(span.began),
        "endTimeUnixNano": nanoseconds(span.ended),
        "attributes": attributes(&span.attributes),
    });
    if let Some(parent) = span.parent {
        told["parentSpanId"] = parent.to_string().into();
    }
    if let Some(other) = span.link {
        let (trace, root) = (other.trace.to_string(), other.root.to_string());
        told["links"] = json!([{ "traceId": trace, "spanId": root }]);
    }
    if let Some(error) = &span.error {
        let message: String = error.chars().take(ERROR_MAX).collect();
        told["status"] = json!({ "code": ERROR, "message": message });
    }
    told
}

/// Since 1970; what is out of reach is written as that.
fn nanoseconds(at: Timestamp) -> String {
    let nanoseconds = at.timestamp_nanos_opt().unwrap_or_default();
    nanoseconds.max(0).to_string()
}

fn attributes(attributes: &[Attribute]) -> Vec<Json> {
    let attributes = attributes.iter().map(|(key, value)| {
        let value = match value {
            Value::Text(text) => json!({ "stringValue": text }),
            Value::Whole(whole) => json!({ "intValue": whole.to_string() }),
            Value::Number(number) => json!({ "doubleValue": number }),
        };
        json!({ "key": key, "value": value })
    });
    attributes.collect()
}
