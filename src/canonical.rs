//! One URL for one page.
//!
//! The rules are those that never change which page is meant: RFC 3986, section 6.2, and what the
//! `url` crate (WHATWG URL) already does, plus a list of parameters that only count visits. Two
//! spellings that merely *may* be one page stay two; duplicates by content are found later.

use std::borrow::Cow;

use url::{Host, Url};

/// Longer URLs are traps or data, not pages: browsers and sitemaps (2,048 characters) agree.
pub const LENGTH_MAX: usize = 2_048;

/// Query parameters that name a visit, a campaign, a share or a reply box, never a page. Lower
/// case, sorted: they are looked up by binary search.
pub const TRACKING: &[&str] = &[
    "__twitter_impression",
    "_branch_match_id",
    "_ga",
    "_gl",
    "_hsenc",
    "_hsmi",
    "campaign_id",
    "cmpid",
    "dclid",
    "dicbo",
    "epik",
    "fb_action_ids",
    "fb_action_types",
    "fb_ref",
    "fb_source",
    "fbclid",
    "gad_campaignid",
    "gad_source",
    "gbraid",
    "gclid",
    "gclsrc",
    "guccounter",
    "guce_referrer",
    "guce_referrer_sig",
    "icid",
    "igsh",
    "igshid",
    "intcid",
    "intcmp",
    "li_fat_id",
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "msclkid",
    "obinsite",
    "oborigurl",
    "ocid",
    "oly_anon_id",
    "oly_enc_id",
    "rb_clickid",
    "ref_src",
    "ref_url",
    "replytocom",
    "s_cid",
    "s_kwcid",
    "smid",
    "smtyp",
    "srsltid",
    "tblci",
    "traffic_source",
    "ttclid",
    "twclid",
    "vero_conv",
    "vero_id",
    "wbraid",
    "wickedid",
    "wprov",
    "wt_mc",
    "xtor",
    "yclid",
    "ysclid",
];

/// Families of such parameters: Google (`utm_`), Matomo (`mtm_`, `pk_`), AT Internet (`at_`),
/// comScore (`ns_`), HubSpot (`hsa_`), Webtrends (`wt.`), Google Analytics 4 (`_ga_`).
const TRACKING_PREFIXES: &[&str] = &["_ga_", "at_", "hsa_", "mtm_", "ns_", "pk_", "utm_", "wt."];

/// Parameters whose whole purpose is to carry a session.
const SESSION: &[&str] = &["cfid", "cftoken", "jsessionid", "phpsessid", "sessionid"];

/// Parameters that carry a session only if the value looks random: elsewhere they name a section.
const SESSION_IF_RANDOM: &[&str] = &["s", "session", "session_id", "sid"];

/// Shorter values of [`SESSION_IF_RANDOM`] are numbers and names, not tokens.
const SESSION_TOKEN_MIN: usize = 20;

/// Scheme and host in lower case, no default port, no fragment, no credentials, no tracking
/// parameters, no session id, no trailing dots in the host, an empty path as `/`. `None` for what
/// is not http(s), has no host or is longer than [`LENGTH_MAX`] bytes. Idempotent.
pub fn canonical(url: &Url) -> Option<Url> {
    if !matches!(url.scheme(), "http" | "https") || url.as_str().len() > LENGTH_MAX * 8 {
        return None;
    }
    let mut url = url.clone();
    url.set_fragment(None);
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    let host = url.host_str()?;
    let trimmed = host.trim_end_matches('.');
    if trimmed.len() < host.len() {
        let trimmed = trimmed.to_string();
        url.set_host(Some(&trimmed)).ok()?;
    }
    if let Cow::Owned(path) = canonical_path(url.path()) {
        url.set_path(&path);
    }
    let query = url.query().and_then(canonical_query);
    url.set_query(query.as_deref());
    (url.as_str().len() <= LENGTH_MAX).then_some(url)
}

/// The identity of an article: the address that its page declares (`rel=canonical`), if it can be
/// trusted to mean this page, else the one it was fetched from; canonical either way. Trusted is
/// what stays on the site and does not fold a deep page into the front page, a common template
/// mistake that would make all articles of a site one.
pub fn accepted(declared: &Url, fetched: &Url) -> Url {
    let fetched = canonical(fetched).unwrap_or_else(|| fetched.clone());
    match canonical(declared) {
        Some(declared)
            if same_site(&declared, &fetched) && (!is_root(&declared) || is_root(&fetched)) =>
        {
            declared
        }
        _ => fetched,
    }
}

/// Whether two URLs belong to one site: the same registrable domain of the public suffix list.
/// Hosts that have none (addresses, `localhost`) must be equal, and so must their ports.
pub fn same_site(a: &Url, b: &Url) -> bool {
    match (registrable(a), registrable(b)) {
        (Some(a), Some(b)) => a == b,
        (None, None) => authority(a) == authority(b),
        _ => false,
    }
}

/// `host:port` with the port always there: the key of everything that is kept per host.
pub fn authority(url: &Url) -> String {
    format!(
        "{}:{}",
        url.host_str().unwrap_or_default(),
        url.port_or_known_default().unwrap_or_default()
    )
}

fn registrable(url: &Url) -> Option<&str> {
    match url.host()? {
        Host::Domain(name) => psl::domain_str(name.trim_end_matches('.')),
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}

fn is_root(url: &Url) -> bool {
    url.path() == "/" && url.query().is_none()
}

/// Without `;jsessionid=…` (Servlet specification, 7.1.3), with escapes in upper case.
fn canonical_path(path: &str) -> Cow<'_, str> {
    const MARK: &str = ";jsessionid=";
    // Only ASCII changes case here, so positions in the copy are positions in the path.
    let lower = path.to_ascii_lowercase();
    if !lower.contains(MARK) {
        return upper_escapes(path);
    }
    let mut kept = String::with_capacity(path.len());
    let mut from = 0;
    while let Some(at) = lower[from..].find(MARK).map(|at| from + at) {
        kept.push_str(&path[from..at]);
        from = path[at..].find('/').map_or(path.len(), |len| at + len);
    }
    kept.push_str(&path[from..]);
    Cow::Owned(upper_escapes(&kept).into_owned())
}

/// Without the parameters that do not name the page; the others stay as they are, in their order,
/// because some sites do mind. `None` if nothing is left.
fn canonical_query(query: &str) -> Option<String> {
    let kept: Vec<Cow<'_, str>> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .filter(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            !names_a_visit(&name.to_ascii_lowercase(), value)
        })
        .map(upper_escapes)
        .collect();
    (!kept.is_empty()).then(|| kept.join("&"))
}

fn names_a_visit(name: &str, value: &str) -> bool {
    TRACKING.binary_search(&name).is_ok()
        || TRACKING_PREFIXES.iter().any(|p| name.starts_with(p))
        || SESSION.contains(&name)
        || name.starts_with("aspsessionid")
        || (SESSION_IF_RANDOM.contains(&name) && looks_random(value))
}

/// A long run of letters and digits, both: a token rather than a word.
fn looks_random(value: &str) -> bool {
    value.len() >= SESSION_TOKEN_MIN
        && value.bytes().all(|b| b.is_ascii_alphanumeric())
        && value.bytes().any(|b| b.is_ascii_digit())
        && value.bytes().any(|b| b.is_ascii_alphabetic())
}

/// RFC 3986, 6.2.2.1: `%3a` and `%3A` are one. Nothing is decoded: servers differ in what they
/// take an escaped character for.
fn upper_escapes(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let is_escape = |at: usize| {
        bytes[at] == b'%'
            && bytes
                .get(at + 1..at + 3)
                .is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit))
    };
    let lower =
        |at: usize| is_escape(at) && text[at..at + 3].bytes().any(|b| b.is_ascii_lowercase());
    if !(0..bytes.len()).any(lower) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for at in 0..bytes.len() {
        if at >= from && is_escape(at) {
            out.push_str(&text[from..at]);
            out.push_str(&text[at..at + 3].to_ascii_uppercase());
            from = at + 3;
        }
    }
    out.push_str(&text[from..]);
    Cow::Owned(out)
}
