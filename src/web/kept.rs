//! `/articles/{id}/page`: an article's page as it was fetched. It is shown in a sandbox that loads and
//! runs nothing; what would is taken out besides, so that not even a browser without sandboxes does.

use axum::{
    extract::{self, Path},
    response::{Html, IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use scraper::{Html as Document, Node};

use crate::{charset, model::Page};

use super::{AppState, pages::article_id, problem::ProblemDetails};

/// Nothing runs, nothing is loaded but what stands in the page itself, nothing is sent.
const CONTENT_SECURITY_POLICY: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; \
    img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Elements that run, load, send or lead away by themselves.
const REMOVED: [&str; 15] = [
    "script", "noscript", "iframe", "frame", "frameset", "object", "embed", "applet", "portal",
    "base", "meta", "link", "form", "template", "math",
];

/// Attributes that carry addresses or scripts. Links keep theirs, if it leads to the web.
const ADDRESSES: [&str; 13] = [
    "src",
    "srcset",
    "srcdoc",
    "data",
    "action",
    "formaction",
    "poster",
    "background",
    "ping",
    "manifest",
    "cite",
    "xlink:href",
    "http-equiv",
];

/// Bytes of a page that are shown.
const BYTES_MAX: usize = 8 << 20;

pub(super) async fn page(
    extract::State(state): extract::State<AppState>,
    Path(id): Path<String>,
) -> Result<Response, ProblemDetails> {
    let found = state.store.page(article_id(&id)?).await?;
    let page = found.ok_or_else(|| {
        let problem =
            format!("No page of article {id} is kept: it is too old, or its site forbids it.");
        ProblemDetails::new(StatusCode::NOT_FOUND, problem)
    })?;
    let harmless = tokio::task::spawn_blocking(move || harmless(&page)).await;
    let harmless = harmless.map_err(|_| ProblemDetails::fault())?;
    let policy = HeaderValue::from_static(CONTENT_SECURITY_POLICY);
    Ok(([(header::CONTENT_SECURITY_POLICY, policy)], Html(harmless)).into_response())
}

/// The page as UTF-8, without what runs, loads, sends or leads away.
fn harmless(page: &Page) -> String {
    let bytes = &page.body[..page.body.len().min(BYTES_MAX)];
    let text = charset::decode(bytes, page.headers.get("content-type").unwrap_or_default());
    let mut document = Document::parse_document(&text);
    let mut removed = Vec::new();
    for mut node in document.tree.values_mut() {
        if let Node::Element(element) = &mut node {
            element
                .attrs
                .retain(|(name, value)| is_harmless(&name.local, value));
        }
    }
    for node in document.tree.nodes() {
        if node
            .value()
            .as_element()
            .is_some_and(|element| REMOVED.contains(&element.name()))
        {
            removed.push(node.id());
        }
    }
    for id in removed {
        if let Some(mut node) = document.tree.get_mut(id) {
            node.detach();
        }
    }
    document.html()
}

fn is_harmless(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    if name.starts_with("on") || ADDRESSES.contains(&name.as_str()) {
        return false;
    }
    name != "href" || value.trim_start().to_ascii_lowercase().starts_with("http")
}
