//! In: a page whose tree shows no article. Out: the article that it keeps for its scripts, or for
//! readers without them, as HTML.

mod flight;
mod literals;
mod markup;
mod noscript;
mod references;
mod scripts;
mod state;

use self::markup::{BODY_BYTES_MIN, as_html, text_bytes};
pub(super) use self::scripts::linked_data;

/// A body that no element of the page shows.
pub(super) struct Told {
    pub(super) html: String,
    /// Where it was found.
    pub(super) origin: &'static str,
}

/// The body that a page tells: in JSON-LD, for readers without scripts, in the state of its scripts.
pub(super) fn body(page: &str, article_body: Option<&str>, title: Option<&str>) -> Option<Told> {
    let long = |html: &String| text_bytes(html) >= BODY_BYTES_MIN;
    let json_ld = article_body.map(as_html).filter(long);
    let json_ld = json_ld.map(|html| (html, "json-ld"));
    json_ld
        .or_else(|| Some((noscript::longest(page).filter(long)?, "noscript")))
        .or_else(|| Some((flight::body(page, title).filter(long)?, "script")))
        .or_else(|| Some((scripts::body(page, title).filter(long)?, "script")))
        .map(|(html, origin)| Told { html, origin })
}

/// What JSON-LD tells of an article of which the page shows the beginning alone, until readers ask for
/// more.
pub(super) fn whole(shown: &str, article_body: &str) -> Option<Told> {
    let letters = |text: &str| -> String {
        let letters = text.chars().filter(|c| c.is_alphanumeric());
        letters.take(OPENING_CHARS).collect()
    };
    let html = as_html(article_body);
    let is_longer = text_bytes(&html) >= WHOLE_TIMES * shown.len().max(BODY_BYTES_MIN);
    let opening = letters(shown);
    let is_same = || opening.len() >= OPENING_CHARS && letters(article_body) == opening;
    (is_longer && is_same()).then_some(Told {
        html,
        origin: "json-ld",
    })
}

/// A whole article has so many times the text of its beginning, which both share so much of, in letters.
const WHOLE_TIMES: usize = 3;
const OPENING_CHARS: usize = 80;

/// The tags of a body that a page shows as text; `None` where it does not.
pub(super) fn escaped_body(body: &str) -> Option<Told> {
    let has_tags = body.matches("</p>").count() >= ESCAPED_TAGS_MIN
        || body.matches("<br").count() >= ESCAPED_TAGS_MIN;
    has_tags.then(|| Told {
        html: body.to_string(),
        origin: "page",
    })
}

/// Paragraphs that end in a visible tag, from which on the tags are no example in a text.
const ESCAPED_TAGS_MIN: usize = 2;

/// The page with this body instead of its own: its head stays, and what it says in JSON-LD.
pub(super) fn page_with(page: &str, told: &Told) -> String {
    let head = scripts::head(page);
    let body = &page[head.len()..];
    let linked: String = linked_data(body)
        .iter()
        .map(|data| format!("<script type=\"application/ld+json\">{data}</script>"))
        .collect();
    format!(
        "{head}{linked}<body><article><div>{}</div></article></body></html>",
        told.html
    )
}
