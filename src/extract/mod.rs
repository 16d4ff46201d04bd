//! A fetched page in, an [`Article`] out; or the reason why there is none.
//!
//! The way of a page: bytes become a tree (`html`), the tree becomes blocks (`blocks`), and some of
//! these are the body (`body`), but for what the site shows on other articles too (`template`).
//! Metadata is read beside it (`metadata`), and traces of translation (`provenance`); pages without
//! an article are told apart in `abstain`, and `told` finds what such a page keeps for its scripts. No room imports one that stands behind it in this list,
//! and `train`, which makes the model of `body`, stands beside the whole.

mod abstain;
mod article;
mod blocks;
mod body;
pub mod html;
mod metadata;
mod page;
mod plain;
mod provenance;
mod template;
mod told;
pub mod train;

use scraper::{Html, Selector};

use self::{
    article::{fill, name_language},
    page::{PageParts, ParsedPage, open, open_text},
    provenance::{HintInput, TraceInput},
    template::TemplateLines,
    told::Told,
};
use crate::{
    lang::Lexicon,
    model::{Article, BlockKind, NoArticle, Page, ParseLimits, Reason, SiteRules},
    site::SiteMemory,
};

pub use body::classify::fingerprint;
pub use html::refresh;
pub use plain::from_text;

/// What is known of the site that a page comes from.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    /// What the configuration says.
    pub rules: &'a SiteRules,
    /// What the stream has learned.
    pub memory: &'a SiteMemory,
}

impl<'a> From<&'a SiteRules> for Site<'a> {
    /// A site of which nothing has been learned.
    fn from(rules: &'a SiteRules) -> Site<'a> {
        Site {
            rules,
            memory: const { &SiteMemory::EMPTY },
        }
    }
}

/// Reads the article out of `page`. The error is data: it says why there is none.
pub fn extract<'a>(
    page: &Page,
    site: impl Into<Site<'a>>,
    lexicon: &Lexicon,
    limits: &ParseLimits,
) -> Result<Article, NoArticle> {
    let site = site.into();
    let mut result = open(page, site.rules, limits, lexicon.page_words(), |parsed| {
        read(page, parsed, site, lexicon)
    });
    if let Some(told) = read_told(page, &result, site, lexicon, limits) {
        result = Ok(told);
    }
    let article = match &mut result {
        Ok(article) => article,
        Err(none) => none.article.as_mut(),
    };
    article.noarchive |= metadata::noarchive::forbidden_by_headers(&page.headers);
    result
}

/// A body with less text may be a teaser of what the page tells its scripts, in bytes.
const TEASER_BYTES_MAX: usize = 250;

/// And one with less may be the beginning of what JSON-LD tells whole, in bytes.
const OPENING_BYTES_MAX: usize = 900;

/// The article that a page tells where it shows next to nothing, or shows its tags.
fn read_told(
    page: &Page,
    shown: &Result<Article, NoArticle>,
    site: Site<'_>,
    lexicon: &Lexicon,
    limits: &ParseLimits,
) -> Option<Article> {
    let article = match shown {
        Ok(article) => article,
        Err(none) if matches!(none.reason, Reason::NotAnArticle | Reason::NeedsScript) => {
            &none.article
        }
        Err(_) => return None,
    };
    let is_code = |article: &Article| {
        let mut kinds = article.blocks.iter().map(|block| block.kind);
        kinds.any(|kind| kind == BlockKind::Preformatted)
    };
    let escaped = || told::escaped_body(&article.body).filter(|_| !is_code(article));
    let is_teaser = article.body.len() < TEASER_BYTES_MAX;
    let may_go_on = shown.is_ok() && article.body.len() < OPENING_BYTES_MAX;
    let escaped = match is_teaser {
        true => None,
        false => escaped(),
    };
    let is_escaped = escaped.is_some();
    if !is_escaped && !is_teaser && !may_go_on {
        return None;
    }
    let text = html::decode(&page.body, &page.headers).ok()?;
    let told = escaped.or_else(|| {
        let json_ld = metadata::JsonLd::read(&told::linked_data(&text));
        let thing = json_ld.article.as_ref();
        let told = thing.and_then(|thing| thing.text("articleBody"));
        match is_teaser {
            true => told::body(&text, told, article.title.as_deref()),
            false => told::whole(&article.body, told?),
        }
    })?;
    let Told { origin, .. } = told;
    let rebuilt = told::page_with(&text, &told);
    let read = open_text(
        &rebuilt,
        site.rules,
        limits,
        lexicon.page_words(),
        |parsed| read(page, parsed, site, lexicon),
    );
    let mut found = read.ok()?;
    let is_more = is_escaped || found.body.len() > 2 * article.body.len();
    found.origins.insert("body".to_string(), origin.to_string());
    is_more.then_some(found)
}

/// Whether `text`, the beginning of an answer that is an error by its status, has a mark that only
/// the walls against bots have.
pub fn is_bot_wall(text: &[u8]) -> bool {
    abstain::has_wall_mark(text)
}

/// Reads metadata and body out of a tree.
fn read(
    page: &Page,
    parsed: &ParsedPage<'_>,
    site: Site<'_>,
    lexicon: &Lexicon,
) -> Result<Article, NoArticle> {
    let (text, tree) = (parsed.text, parsed.tree);
    let mut parts = PageParts::of(page, parsed, lexicon);
    let ruled = ruled_containers(tree, &parts.cut, site.rules);
    let hints = body::Hints {
        ruled: &ruled,
        ..parts.hints()
    };
    let mut body = body::choose(&parts.cut, &hints);
    let reason = match ruled.is_empty() {
        true => parts.reason(text, &body, page),
        false => None,
    };
    if ruled.is_empty() && reason.is_none() {
        body = body::classify::refine(&parts.cut, &hints, body);
    }
    let template = TemplateLines::new(&parts.cut, &body, site.memory);
    let sighting = template.sighting(&parts.cut, &body, page.final_url.as_str());
    body = template.without_known(&parts.cut, body);
    if ruled.is_empty() {
        body = body::without_stock(&parts.cut, body, &parts.article, lexicon);
    }
    let traces = provenance::traces_in(&TraceInput {
        page: text,
        is_suspect: parsed.is_suspect,
        tree,
        cut: &parts.cut,
        body: if reason.is_some() { &[] } else { &body.blocks },
        url: &page.final_url,
        lexicon,
    });
    let mut article = std::mem::take(&mut parts.article);
    article.provenance = traces.proofs;
    article.noarchive = metadata::noarchive::forbidden_by_page(&parts.collected);
    if let Some(reason) = reason {
        let article = Box::new(article);
        return Err(NoArticle { reason, article });
    }
    fill(&mut article, &parts.cut, &body.blocks);
    article.left_out = template::left_out(&parts.cut, &body.blocks, &article.blocks, &template);
    article.page_bytes = Some(parts.cut.blocks.iter().map(blocks::TextBlock::len).sum());
    article.sighting = sighting;
    let declared = article.lang.clone();
    let found = name_language(&mut article, lexicon);
    article.hints = traces.signs;
    article.hints.extend(provenance::hints(&HintInput {
        page: text,
        url: &page.final_url,
        declared: declared.as_ref(),
        found: found.as_ref(),
    }));
    Ok(article)
}

/// The containers that a site rule names as the body.
fn ruled_containers(tree: &Html, cut: &blocks::Cut<'_>, rules: &SiteRules) -> Vec<usize> {
    let Some(selector) = rules.body.as_deref().and_then(|s| Selector::parse(s).ok()) else {
        return Vec::new();
    };
    let named: Vec<_> = tree.select(&selector).map(|element| element.id()).collect();
    (0..cut.containers.len())
        .filter(|&index| named.contains(&cut.containers[index].node))
        .collect()
}
