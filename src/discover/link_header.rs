//! The `Link` header (RFC 8288).

use crate::model::Headers;

/// Links read of one answer.
const LINKS_MAX: usize = 100;

/// A link as the header gives it.
#[derive(Debug, Default)]
pub(super) struct HeaderLink {
    pub(super) target: String,
    pub(super) rel: Option<String>,
    pub(super) media_type: Option<String>,
    pub(super) title: Option<String>,
}

/// The links of all `Link` headers, in order.
pub(super) fn links(headers: &Headers) -> Vec<HeaderLink> {
    headers
        .0
        .iter()
        .filter(|(name, _)| name == "link")
        .flat_map(|(_, value)| split(value, ','))
        .filter_map(link)
        .take(LINKS_MAX)
        .collect()
}

fn link(text: &str) -> Option<HeaderLink> {
    let mut parts = split(text, ';').into_iter();
    let target = parts.next()?.trim().strip_prefix('<')?.strip_suffix('>')?;
    let mut link = HeaderLink {
        target: target.to_string(),
        ..HeaderLink::default()
    };
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let value = value.trim().trim_matches('"').to_string();
        let place = match name.trim().to_ascii_lowercase().as_str() {
            "rel" => &mut link.rel,
            "type" => &mut link.media_type,
            "title" => &mut link.title,
            _ => continue,
        };
        place.get_or_insert(value);
    }
    Some(link)
}

/// Splits at `at`, but not within `<…>` or quotes.
fn split(text: &str, at: char) -> Vec<&str> {
    let (mut in_quotes, mut in_address) = (false, false);
    text.split(|c: char| {
        match c {
            '"' if !in_address => in_quotes = !in_quotes,
            '<' if !in_quotes => in_address = true,
            '>' if !in_quotes => in_address = false,
            _ => {}
        }
        c == at && !in_quotes && !in_address
    })
    .collect()
}
