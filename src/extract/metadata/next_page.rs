//! The next page of an article that is cut in parts.

use scraper::{Html, Node, node::Element};
use url::Url;

/// Pages of one article are numbered up to this.
const PAGES_MAX: u32 = 99;

/// Where the page says that its article goes on (`rel=next`, HTML Living Standard 4.6.6.13). Blogs
/// say the same of the next article, so the address must be this one's, continued.
pub(in crate::extract) fn next_page(tree: &Html, page: &Url) -> Option<Url> {
    tree.tree
        .nodes()
        .filter_map(|node| match node.value() {
            Node::Element(element) => Some(element),
            _ => None,
        })
        .filter(|element| leads_on(element))
        .filter_map(|element| page.join(element.attr("href")?).ok())
        .find(|next| continues(page, next))
}

fn leads_on(element: &Element) -> bool {
    matches!(element.name(), "link" | "a")
        && element.attr("rel").is_some_and(|rel| {
            rel.split_ascii_whitespace()
                .any(|word| word.eq_ignore_ascii_case("next"))
        })
}

fn continues(page: &Url, next: &Url) -> bool {
    if page.origin() != next.origin() {
        return false;
    }
    let (here, there) = (page.path(), next.path());
    let stem = here.trim_end_matches('/');
    match there.strip_prefix(stem) {
        Some("" | "/") => page.query() != next.query() && next.query().is_some(),
        Some(rest) => rest.starts_with(['/', '-', '_', ',']) && !stem.is_empty(),
        None => number(here)
            .zip(number(there))
            .is_some_and(|((a, m), (b, n))| a == b && n == m + 1 && n <= PAGES_MAX),
    }
}

/// A path before the number that ends it, and that number.
fn number(path: &str) -> Option<(&str, u32)> {
    let path = path.trim_end_matches('/');
    let stem = path.trim_end_matches(|c: char| c.is_ascii_digit());
    Some((stem, path[stem.len()..].parse().ok()?))
}
