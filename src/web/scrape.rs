//! `/metrics`: in the format and the encoding that the scraper asks for.

use std::io::Write as _;

use axum::{
    extract,
    response::{IntoResponse, Response},
};
use flate2::{Compression, write::GzEncoder};
use http::{HeaderMap, HeaderName, StatusCode, header};

use super::{AppState, exposition::Exposition};

/// What a scraper likes best of what we have.
fn wanted(headers: &HeaderMap) -> Exposition {
    let open = weight(headers, &header::ACCEPT, &["application/openmetrics-text"]);
    let text = weight(headers, &header::ACCEPT, &["text/plain", "text/*", "*/*"]);
    match open > 0.0 && open >= text {
        true => Exposition::OpenMetrics,
        false => Exposition::Text,
    }
}

/// The highest weight that a header gives one of these names (RFC 9110, 12.4.2); 0 for none.
fn weight(headers: &HeaderMap, of: &HeaderName, names: &[&str]) -> f32 {
    let values = headers.get_all(of).into_iter();
    let values = values.filter_map(|value| value.to_str().ok());
    let choices = values.flat_map(|value| value.split(','));
    choices
        .filter_map(|choice| {
            let mut parts = choice.split(';').map(str::trim);
            let name = parts.next()?.to_ascii_lowercase();
            let mut weights = parts.filter_map(|part| part.strip_prefix("q="));
            let given = weights.next().map_or(Ok(1.0), str::parse::<f32>);
            names.contains(&name.as_str()).then(|| given.unwrap_or(0.0))
        })
        .fold(0.0, f32::max)
}

/// `/metrics`
pub(super) async fn metrics(
    extract::State(state): extract::State<AppState>,
    headers: HeaderMap,
) -> Result<Response, StatusCode> {
    let format = wanted(&headers);
    let text = (state.metrics_text)(format);
    let kind = (header::CONTENT_TYPE, format.content_type());
    let vary = (header::VARY, "Accept, Accept-Encoding");
    if weight(&headers, &header::ACCEPT_ENCODING, &["gzip"]) == 0.0 {
        return Ok(([kind, vary], text).into_response());
    }
    let packed = packed(&text).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(([kind, vary, (header::CONTENT_ENCODING, "gzip")], packed).into_response())
}

/// The quickest of its levels: names repeat so much that the better ones gain little.
fn packed(text: &str) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes())?;
    encoder.finish()
}
