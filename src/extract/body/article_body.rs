//! Texts as they are compared with JSON-LD's `articleBody`.

/// Bytes of `articleBody` that are compared.
const ARTICLE_BODY_MAX: usize = 40_000;

/// Letters and digits only, in lower case, at most `max` bytes or so.
pub(super) fn bare_text(text: &str, max: usize) -> String {
    let mut bare = String::with_capacity(text.len().min(max + 4));
    for c in text.chars().filter(|c| c.is_alphanumeric()) {
        bare.extend(c.to_lowercase());
        if bare.len() >= max {
            break;
        }
    }
    bare
}

/// `articleBody` for comparison.
pub(super) fn told_text(article_body: &str) -> String {
    bare_text(article_body, ARTICLE_BODY_MAX)
}
