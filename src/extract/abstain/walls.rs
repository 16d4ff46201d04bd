//! Walls against bots: what is shown in the place of the page until the visitor has proved to be a
//! person.

use memchr::memmem;

use super::subject::Subject;
use crate::lang::PageList;

/// A wall shows at most this much text, and this much of it in paragraphs, in bytes.
const WALL_TEXT_MAX: usize = 2_000;
const WALL_MASS_MAX: usize = 600;

/// Marks that only the challenge itself has, in the vendors' own wording whatever the language of the
/// page; their ordinary scripts are on real pages too.
const WALLS: &[&str] = &[
    "_cf_chl_opt",
    "cf-browser-verification",
    "cf-challenge-running",
    "awsWafCookieDomainList",
    "AwsWafIntegration",
    "geo.captcha-delivery.com",
    "px-captcha",
    "_Incapsula_Resource",
    "Incapsula incident ID",
    "sec-if-cpt-container",
    "Pardon Our Interruption",
    "ddos-guard/js-challenge",
    "sucuri_cloudproxy_js",
    "kpsdk",
    "Checking your browser before accessing",
    "Verifying you are human",
    "verify you are human",
    "Verify you are human",
    "errors.edgesuite.net",
    "cf-error-details",
    ".within.website/x/cmd/anubis",
    "validate.perfdrive.com",
    "/.well-known/vercel/security/",
    "Please enable JS and disable any ad blocker",
    "The requested URL was rejected. Please consult with your administrator",
    "unusual traffic from your computer network",
    "Your access to this site has been limited by the site owner",
];

/// Whether the page is a wall, by a mark or by its title, and holds little else.
pub(super) fn is_bot_wall(subject: &Subject<'_>) -> bool {
    let text: usize = subject.cut.blocks.iter().map(|block| block.len()).sum();
    if text > WALL_TEXT_MAX || subject.body.mass > WALL_MASS_MAX {
        return false;
    }
    let title = subject.collected.document_title().unwrap_or_default();
    let titled = [
        "Just a moment",
        "Attention Required! | Cloudflare",
        "DDoS-Guard",
        "Robot or human?",
        "Human Verification",
        "Vercel Security Checkpoint",
        "Access to this page has been denied",
        "Making sure you're not a bot",
    ]
    .iter()
    .any(|words| title.starts_with(words))
        || subject
            .words
            .is(PageList::Wait, title.trim_end_matches(['.', '…', ' ']));
    titled || has_wall_mark(subject.page.as_bytes())
}

/// Whether one of [`WALLS`] stands in `text`.
pub(in crate::extract) fn has_wall_mark(text: &[u8]) -> bool {
    WALLS
        .iter()
        .any(|mark| memmem::find(text, mark.as_bytes()).is_some())
}
