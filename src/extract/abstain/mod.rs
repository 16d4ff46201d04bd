//! Pages without an article: bot walls, errors and notices that answer 200, consent walls, section
//! fronts.
//! Each needs two kinds of evidence, for a real article may speak of any of them.

use memchr::memmem;

use super::{blocks::Cut, body::Body, jsonld::Entry, metadata::Said};
use crate::model::Reason;

/// What the judgement is made from.
pub(super) struct Evidence<'e> {
    /// The page as text, scripts and all.
    pub(super) page: &'e str,
    /// Its blocks.
    pub(super) cut: &'e Cut<'e>,
    /// The chosen body.
    pub(super) body: &'e Body,
    /// Its tree's metadata.
    pub(super) said: &'e Said,
    /// Its entry in JSON-LD.
    pub(super) entry: Option<&'e Entry>,
    /// The path of its address.
    pub(super) path: &'e str,
}

/// Why the page is no article, if it is none.
pub(super) fn reason(evidence: &Evidence<'_>) -> Option<Reason> {
    let text: usize = evidence.cut.blocks.iter().map(|block| block.len()).sum();
    if text <= WALL_TEXT_MAX && evidence.body.mass <= WALL_MASS_MAX && is_bot_wall(evidence) {
        return Some(Reason::Challenge);
    }
    let body_text: usize = body_bytes(evidence);
    let none = body_text < BODY_BYTES_MIN
        || is_error_page(evidence, body_text)
        || is_consent_wall(evidence, body_text)
        || is_section_front(evidence);
    none.then_some(Reason::NotAnArticle)
}

/// A wall shows at most this much text, and this much of it in paragraphs, in bytes.
const WALL_TEXT_MAX: usize = 2_000;
const WALL_MASS_MAX: usize = 600;
/// The shortest item of news is longer than this, in bytes.
const BODY_BYTES_MIN: usize = 100;
/// Error pages and consent walls are shorter than this, in bytes.
const NOTICE_BYTES_MAX: usize = 3_000;

fn body_bytes(evidence: &Evidence<'_>) -> usize {
    let blocks = &evidence.cut.blocks;
    evidence.body.blocks.iter().map(|&b| blocks[b].len()).sum()
}

/// Marks that only the challenge itself has; the vendors' ordinary scripts are on real pages too.
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
];

fn is_bot_wall(evidence: &Evidence<'_>) -> bool {
    let title = evidence.said.document_title().unwrap_or_default();
    let titled = [
        "Just a moment",
        "Attention Required! | Cloudflare",
        "DDoS-Guard",
        "Robot or human?",
    ]
    .iter()
    .any(|words| title.starts_with(words));
    titled || has_wall_mark(evidence.page.as_bytes())
}

/// Whether one of [`WALLS`] stands in `text`.
pub(super) fn has_wall_mark(text: &[u8]) -> bool {
    WALLS
        .iter()
        .any(|mark| memmem::find(text, mark.as_bytes()).is_some())
}

/// Titles of pages that are not there, in lower case.
const NOT_FOUND: &[&str] = &[
    "404",
    "410",
    "page not found",
    "not found",
    "page doesn't exist",
    "page no longer exists",
    "access denied",
    "forbidden",
    "halaman tidak ditemukan",
    "tidak ditemukan",
    "seite nicht gefunden",
    "nicht gefunden",
    "page introuvable",
    "page non trouvée",
    "página no encontrada",
    "no encontrada",
    "página não encontrada",
    "pagina non trovata",
    "pagina niet gevonden",
    "sidan hittades inte",
    "strona nie została znaleziona",
    "nie znaleziono",
    "sayfa bulunamadı",
    "страница не найдена",
    "ページが見つかりません",
    "页面不存在",
    "페이지를 찾을 수 없습니다",
    "الصفحة غير موجودة",
];

/// Whole titles of pages that stand in for others for a while, in lower case.
const NOTICES: &[&str] = &[
    "maintenance",
    "down for maintenance",
    "under maintenance",
    "site under maintenance",
    "scheduled maintenance",
    "we'll be back soon",
    "wartungsarbeiten",
    "wartung",
    "site en maintenance",
    "en maintenance",
    "en mantenimiento",
    "sitio en mantenimiento",
    "em manutenção",
    "site em manutenção",
    "in manutenzione",
    "sito in manutenzione",
    "sedang dalam pemeliharaan",
    "situs sedang dalam pemeliharaan",
    "bakım çalışması",
    "технические работы",
    "メンテナンス中",
    "log in",
    "login",
    "log in to continue",
    "sign in",
    "sign in to continue",
    "masuk",
    "anmelden",
    "anmeldung",
    "connexion",
    "iniciar sesión",
    "accedi",
    "service unavailable",
    "service temporarily unavailable",
    "internal server error",
    "bad gateway",
    "gateway timeout",
    "too many requests",
];

/// Whether a title, with or without the site's name around it, is that of a notice.
fn is_notice(title: &str) -> bool {
    [" | ", " - ", " – "]
        .iter()
        .flat_map(|mark| title.split(mark))
        .any(|part| NOTICES.contains(&part.trim().trim_end_matches(['.', '!', '…'])))
}

fn is_error_page(evidence: &Evidence<'_>, body_text: usize) -> bool {
    if body_text > NOTICE_BYTES_MAX / 2 || evidence.entry.is_some() {
        return false;
    }
    let said = evidence.said;
    // A log-in box may bring a heading of its own to any page: here the document's title counts.
    let title = said.document_title().or(said.heading());
    if title.is_some_and(|title| is_notice(&title.to_lowercase())) {
        return true;
    }
    [said.heading(), said.document_title()]
        .into_iter()
        .flatten()
        .any(|title| {
            let title = title.to_lowercase();
            NOT_FOUND.iter().any(|words| {
                title == *words
                    || (words.len() > 3 && title.contains(words) && title.len() < 90)
                    || (words.len() == 3
                        && title
                            .split(|c: char| !c.is_ascii_digit())
                            .any(|n| n == *words)
                        && title.contains("error"))
                    || title.starts_with(&format!("{words} "))
            })
        })
}

/// Words of consent dialogues, in lower case.
const CONSENT: &[&str] = &[
    "cookie",
    "consent",
    "gdpr",
    "einwilligung",
    "datenschutz",
    "personalis",
    "partner",
    "privacy",
    "privasi",
    "confidentialité",
    "privacidad",
    "persetujuan",
    "zustimm",
    "accept",
];

/// A short text most of whose paragraphs speak of consent, on a page that claims no article.
fn is_consent_wall(evidence: &Evidence<'_>, body_text: usize) -> bool {
    if body_text > NOTICE_BYTES_MAX || evidence.entry.is_some() {
        return false;
    }
    let cut = evidence.cut;
    let (mut of_consent, mut cookies) = (0, 0);
    for &index in &evidence.body.blocks {
        let block = &cut.blocks[index];
        let text = cut.text_of(block).to_lowercase();
        let words = CONSENT.iter().filter(|word| text.contains(**word)).count();
        cookies += usize::from(text.contains("cookie"));
        if words >= 2 {
            of_consent += block.len();
        }
    }
    cookies > 0 && of_consent * 10 >= body_text * 6
}

/// Linked blocks from which a page may be a list of stories.
const STORIES_MIN: usize = 8;
/// Running text without a linked block in between: more than a teaser, in bytes.
const STRETCH_BYTES: usize = 700;

/// Many linked headlines with no stretch of text between them, on a page that claims no article.
fn is_section_front(evidence: &Evidence<'_>) -> bool {
    let said = evidence.said;
    let claimed = evidence.entry.is_some()
        || said
            .meta("og:type")
            .is_some_and(|kind| kind.contains("article"))
        || said.meta("article:published_time").is_some();
    if claimed && evidence.path.len() > 1 {
        return false;
    }
    let blocks = &evidence.cut.blocks;
    let chosen = &evidence.body.blocks;
    let (Some(&first), Some(&last)) = (chosen.first(), chosen.last()) else {
        return true;
    };
    let (mut stories, mut texts, mut stretch, mut longest) = (0, 0, 0usize, 0usize);
    for (offset, block) in blocks[first..=last].iter().enumerate() {
        let linked = block.link_share() > 0.8 && block.len() >= 20;
        if linked {
            stories += 1;
            stretch = 0;
        } else if chosen.binary_search(&(first + offset)).is_ok() {
            texts += 1;
            stretch += block.len();
            longest = longest.max(stretch);
        }
    }
    // A teaser or two stand between the headlines of a front; an article with links has more text.
    stories >= STORIES_MIN && texts <= 2 * stories && longest < STRETCH_BYTES
}
