//! Pages that send the reader elsewhere at once: `<meta http-equiv=refresh>`.

use memchr::memmem;
use scraper::{Html, Selector};
use url::Url;

/// Where such a page ends, in bytes. It has nothing else to say; a page that has is read as it is.
const PAGE_BYTES_MAX: usize = 16 << 10;

/// A refresh after more seconds is a page that is meant to be read first. The accessibility
/// guidelines of the W3C (WCAG 2.2, technique H76) call a refresh of 0 seconds a redirect; servers
/// write 1 as well.
const SECONDS_MAX: u32 = 1;

/// The address to which `page`, read from `url`, sends its reader within a second. `None` where it
/// does not, or only to itself. What stands in comments and `noscript` is for other readers.
pub fn refresh(page: &[u8], url: &Url) -> Option<Url> {
    let may_refresh = || {
        let words: [&[u8]; 2] = [b"efresh", b"REFRESH"];
        words.iter().any(|word| memmem::find(page, word).is_some())
    };
    if page.len() > PAGE_BYTES_MAX || !may_refresh() {
        return None;
    }
    let tree = Html::parse_document(&String::from_utf8_lossy(page));
    let metas = Selector::parse("meta[http-equiv][content]").ok()?;
    let content = tree.select(&metas).find_map(|meta| {
        let names_it = meta
            .attr("http-equiv")
            .is_some_and(|name| name.trim().eq_ignore_ascii_case("refresh"));
        names_it.then(|| meta.attr("content")).flatten()
    })?;
    let base = Selector::parse("base[href]").ok()?;
    let base = tree
        .select(&base)
        .next()
        .and_then(|base| url.join(base.attr("href")?).ok());
    let target = base.as_ref().unwrap_or(url).join(target(content)?).ok()?;
    (target.as_str() != url.as_str()).then_some(target)
}

/// What follows the seconds (HTML, "shared declarative refresh steps").
fn target(content: &str) -> Option<&str> {
    let content = content.trim_start();
    let digits = content.len()
        - content
            .trim_start_matches(|c: char| c.is_ascii_digit())
            .len();
    let seconds = match &content[..digits] {
        "" if content.starts_with('.') => 0,
        seconds => seconds.parse().ok()?,
    };
    if seconds > SECONDS_MAX {
        return None;
    }
    let rest = content[digits..].trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let rest = rest.trim_start().trim_start_matches([';', ',']).trim();
    let named = rest
        .get(..3)
        .filter(|name| name.eq_ignore_ascii_case("url"))
        .and_then(|_| rest[3..].trim_start().strip_prefix('='));
    let address = named.unwrap_or(rest).trim();
    let address = match address.chars().next()? {
        quote @ ('"' | '\'') => address[1..].split(quote).next()?,
        _ => address,
    };
    (!address.is_empty()).then_some(address)
}
