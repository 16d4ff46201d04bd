//! A fetched page in, an [`Article`] out.
//!
//! The way of a page: bytes become text (`charset`), dead weight is left out (`prune`, `tag`), the
//! rest becomes a tree within a budget (`parse`), the tree is cut into blocks (`blocks`, `families`),
//! some of which are the body (`body`, `phrases`), but for what the site shows on other articles
//! too (`template`). Metadata is read beside it (`metadata`, `marks`, `jsonld`, `titles`, `authors`,
//! `names`, `dates`, `stamps`), and traces of translation (`provenance`). Pages without an article
//! are told apart in `abstain`.

mod abstain;
mod archive;
mod authors;
mod blocks;
mod body;
mod boxes;
mod charset;
mod classify;
mod dates;
mod families;
mod features;
mod jsonld;
mod keys;
mod labels;
mod left_out;
mod marks;
mod metadata;
mod names;
mod paging;
pub mod parse;
mod phrases;
mod plain;
mod provenance;
mod prune;
mod stamps;
mod tag;
mod template;
mod titles;
pub mod train;

use scraper::{Html, Selector};

use crate::{
    lang::{self, Lexicon},
    model::{Article, Block, BlockKind, Lang, NoArticle, Page, ParseLimits, Reason, SiteRules},
    site::SiteMemory,
};
use prune::Keep;

pub use classify::fingerprint;
pub use plain::from_text;

/// A text shorter than this, in bytes, says less about its language than the page does.
const IDENTIFY_BYTES_MIN: usize = 200;

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
    let mut result = open(page, site.rules, limits, |opened| {
        read(page, opened, site, lexicon)
    });
    let article = match &mut result {
        Ok(article) => article,
        Err(none) => none.article.as_mut(),
    };
    article.noarchive |= archive::forbidden_by_headers(&page.headers);
    result
}

/// Whether `text`, the beginning of an answer that is an error by its status, has a mark that only
/// the walls against bots have.
pub fn is_bot_wall(text: &[u8]) -> bool {
    abstain::has_wall_mark(text)
}

/// A page that has become a tree.
struct Opened<'p> {
    /// Its text, scripts and all.
    text: &'p str,
    tree: &'p Html,
    json_ld: &'p [&'p str],
    /// It may have a trace of translation.
    is_suspect: bool,
}

/// Bytes to tree, then what is to be done with it.
fn open<T>(
    page: &Page,
    rules: &SiteRules,
    limits: &ParseLimits,
    then: impl FnOnce(&Opened<'_>) -> Result<T, NoArticle>,
) -> Result<T, NoArticle> {
    let none = |reason| NoArticle {
        reason,
        article: Box::default(),
    };
    let text = charset::decode(&page.body, &page.headers).map_err(none)?;
    if text.len() > limits.bytes {
        return Err(none(Reason::ParseLimit));
    }
    let is_suspect = provenance::is_suspect(&text);
    let unruled = rules.body.is_none() && rules.remove.is_empty();
    let keep = match unruled && !is_suspect {
        true => Keep::ReadAttributes,
        false => Keep::AllAttributes,
    };
    let pruned = prune::prune(&text, keep, limits).map_err(|_| none(Reason::ParseLimit))?;
    let mut tree = parse::parse(&pruned.html, limits).map_err(|_| none(Reason::ParseLimit))?;
    remove(&mut tree, rules);
    then(&Opened {
        text: &text,
        tree: &tree,
        json_ld: &pruned.json_ld,
        is_suspect,
    })
}

/// What a page shows before its body is chosen.
struct Seen<'t> {
    /// With metadata only.
    article: Article,
    said: metadata::Said,
    described: jsonld::Described,
    cut: blocks::Cut<'t>,
}

fn look<'t>(page: &Page, opened: &Opened<'t>) -> Seen<'t> {
    let described = jsonld::read(opened.json_ld);
    let said = metadata::read(opened.tree);
    let mut article = Article::default();
    let (text, url) = (opened.text, &page.final_url);
    metadata::fill(&mut article, &said, &described, text, url);
    article.next = paging::next(opened.tree, url);
    Seen {
        article,
        said,
        described,
        cut: blocks::cut(opened.tree),
    }
}

/// What metadata tells about the body.
fn hints_of<'s>(seen: &'s Seen<'_>) -> body::Hints<'s> {
    body::Hints {
        title: seen.article.title.as_deref(),
        byline: seen.article.byline.as_deref(),
        site: seen.said.meta("og:site_name"),
        description: seen
            .said
            .meta("og:description")
            .or_else(|| seen.said.meta("description")),
        article_body: seen
            .described
            .article
            .as_ref()
            .and_then(|e| e.text("articleBody")),
        ruled: &[],
    }
}

impl Seen<'_> {
    /// Why there is no article here, if there is none.
    fn reason(&self, text: &str, body: &body::Body, page: &Page) -> Option<Reason> {
        abstain::reason(&abstain::Evidence {
            page: text,
            cut: &self.cut,
            body,
            said: &self.said,
            described: &self.described,
            path: page.final_url.path(),
        })
    }
}

/// Reads metadata and body out of a tree.
fn read(
    page: &Page,
    opened: &Opened<'_>,
    site: Site<'_>,
    lexicon: &Lexicon,
) -> Result<Article, NoArticle> {
    let (text, tree) = (opened.text, opened.tree);
    let mut seen = look(page, opened);
    let ruled = ruled_containers(tree, &seen.cut, site.rules);
    let hints = body::Hints {
        ruled: &ruled,
        ..hints_of(&seen)
    };
    let mut body = body::choose(&seen.cut, &hints);
    let reason = match ruled.is_empty() {
        true => seen.reason(text, &body, page),
        false => None,
    };
    if ruled.is_empty() && reason.is_none() {
        body = classify::refine(&seen.cut, &hints, body);
    }
    let template = template::Lines::new(&seen.cut, &body, site.memory);
    let sighting = template.sighting(&seen.cut, &body, page.final_url.as_str());
    body = template.without_known(&seen.cut, body);
    let traces = provenance::read(&provenance::Source {
        page: text,
        is_suspect: opened.is_suspect,
        tree,
        cut: &seen.cut,
        body: if reason.is_some() { &[] } else { &body.blocks },
        url: &page.final_url,
        lexicon,
    });
    let mut article = std::mem::take(&mut seen.article);
    article.provenance = traces;
    article.noarchive = archive::forbidden_by_page(&seen.said);
    if let Some(reason) = reason {
        let article = Box::new(article);
        return Err(NoArticle { reason, article });
    }
    fill(&mut article, &seen.cut, &body.blocks);
    article.left_out = left_out::lines(&seen.cut, &body.blocks, &article.blocks, &template);
    article.page_bytes = Some(seen.cut.blocks.iter().map(blocks::TextBlock::len).sum());
    article.sighting = sighting;
    let declared = article.lang.clone();
    let found = name_language(&mut article, lexicon);
    article.hints = provenance::hint::read(&provenance::hint::Clues {
        page: text,
        url: &page.final_url,
        declared: declared.as_ref(),
        found: found.as_ref(),
    });
    Ok(article)
}

/// Takes out what a site rule names. Selectors that do not parse were refused with the
/// configuration, so they are passed over here.
fn remove(tree: &mut Html, rules: &SiteRules) {
    for selector in rules.remove.iter().filter_map(|s| Selector::parse(s).ok()) {
        let found: Vec<_> = tree.select(&selector).map(|element| element.id()).collect();
        for id in found {
            if let Some(mut node) = tree.tree.get_mut(id) {
                node.detach();
            }
        }
    }
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

/// Writes the chosen blocks into an article.
fn fill(article: &mut Article, cut: &blocks::Cut<'_>, chosen: &[usize]) {
    for &index in chosen {
        let block = &cut.blocks[index];
        push(article, cut.text_of(block), block.kind, block.link_bytes);
    }
}

/// Adds one block, a blank line before it. A blank line inside would cut it in two.
fn push(article: &mut Article, text: &str, kind: BlockKind, link_bytes: usize) {
    if !article.body.is_empty() {
        article.body.push_str("\n\n");
    }
    let start = article.body.len();
    if text.contains('\n') {
        let lines = text
            .lines()
            .map(str::trim_end)
            .filter(|line| !line.is_empty());
        for (number, line) in lines.enumerate() {
            if number > 0 {
                article.body.push('\n');
            }
            article.body.push_str(line);
        }
    } else {
        article.body.push_str(text);
    }
    let span = start..article.body.len();
    let link_bytes = link_bytes.min(span.len());
    article.blocks.push(Block {
        span,
        kind,
        link_bytes,
    });
}

/// Names the language that the text is in, where that can be told; else the declared one stays.
fn name_language(article: &mut Article, lexicon: &Lexicon) -> Option<Lang> {
    if article.body.len() < IDENTIFY_BYTES_MIN {
        return None;
    }
    let found = lang::identify(&article.body, lexicon)?;
    article.lang = Some(found.clone());
    article
        .origins
        .insert("lang".to_string(), "text".to_string());
    Some(found)
}
