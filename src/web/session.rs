//! That somebody has brought the token, as their browser remembers it.

use std::fmt::Write as _;

use http::{HeaderMap, HeaderValue, header};
use sha2::{Digest, Sha256};

use crate::{config::ServeConfig, model::TokenFor};

/// That somebody has brought the token.
const SESSION: &str = "benggala_session";

/// Seconds for which a login holds: a month.
const SESSION_KEPT: u64 = 2_592_000;

/// Whether the request comes from somebody who has logged in with the present token.
pub(super) fn has_session(headers: &HeaderMap, serve: &ServeConfig) -> bool {
    let expected = serve.token.as_ref().map(|token| session(token.expose()));
    match (cookie(headers, SESSION), expected) {
        (Some(brought), Some(expected)) => same(brought, &expected),
        _ => false,
    }
}

/// What a browser holds instead of the token. Another token makes it worthless.
fn session(token: &str) -> String {
    let digest = Sha256::digest(format!("benggala session {token}"));
    digest.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Remembers that the token was brought.
pub(super) fn session_cookie(token: &str, serve: &ServeConfig) -> Option<HeaderValue> {
    let value = session(token);
    let secure = if is_over_tls(serve) { "; Secure" } else { "" };
    let cookie = format!("{SESSION}={value}; Max-Age={SESSION_KEPT}{secure}");
    match serve.token_for {
        TokenFor::Writes => set(&cookie),
        TokenFor::All => keep(&cookie, "Lax"),
    }
}

/// Forgets that.
pub(super) fn end_of_session() -> Option<HeaderValue> {
    set(&format!("{SESSION}=; Max-Age=0"))
}

/// We speak HTTP ourselves; whoever has put TLS before us says so by the public address.
fn is_over_tls(serve: &ServeConfig) -> bool {
    let public = serve.public_url.as_ref();
    public.is_some_and(|url| url.scheme() == "https")
}

/// Compares in a time that tells the length and nothing else.
pub(super) fn same(a: &str, b: &str) -> bool {
    let differing = a
        .bytes()
        .zip(b.bytes())
        .fold(0, |acc, (a, b)| acc | (a ^ b));
    a.len() == b.len() && std::hint::black_box(differing) == 0
}

/// For our own pages alone, and no script.
pub(super) fn set(cookie: &str) -> Option<HeaderValue> {
    keep(cookie, "Strict")
}

/// For no script. With `Lax` it comes along where somebody follows a link of another site to a page,
/// as of a message to an article; what writes is refused from there whatever it brings.
fn keep(cookie: &str, sites: &str) -> Option<HeaderValue> {
    HeaderValue::try_from(format!("{cookie}; Path=/; HttpOnly; SameSite={sites}")).ok()
}

/// The value of a cookie.
pub(super) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(header::COOKIE).iter();
    let pairs = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'));
    let mut values = pairs.filter_map(|pair| pair.trim().split_once('='));
    values.find(|(key, _)| *key == name).map(|(_, value)| value)
}
