//! A page looked at: as a tree, and as all that it shows before its body is chosen.

use scraper::{Html, Selector};

use super::{
    abstain,
    blocks::{self, Cut},
    body::{self, Body, Hints},
    html::{self, HiddenNames, Keep},
    metadata::{self, Collected, JsonLd, Vocabulary},
    provenance,
};
use crate::{
    dates::Reader,
    lang::{Lexicon, PageWords},
    model::{Article, NoArticle, Page, ParseLimits, Reason, SiteRules},
};

/// A page that has become a tree.
pub(super) struct ParsedPage<'p> {
    /// Its text, scripts and all.
    pub(super) text: &'p str,
    pub(super) tree: &'p Html,
    json_ld: &'p [&'p str],
    /// What its style sheets hide.
    hidden: &'p HiddenNames,
    /// It may have a trace of translation.
    pub(super) is_suspect: bool,
}

/// Bytes to tree, then what is to be done with it.
pub(super) fn open<T>(
    page: &Page,
    rules: &SiteRules,
    limits: &ParseLimits,
    words: &PageWords,
    then: impl FnOnce(&ParsedPage<'_>) -> Result<T, NoArticle>,
) -> Result<T, NoArticle> {
    let text = html::decode(&page.body, &page.headers).map_err(none)?;
    open_text(&text, rules, limits, words, then)
}

/// The same for a page that is text already.
pub(super) fn open_text<T>(
    text: &str,
    rules: &SiteRules,
    limits: &ParseLimits,
    words: &PageWords,
    then: impl FnOnce(&ParsedPage<'_>) -> Result<T, NoArticle>,
) -> Result<T, NoArticle> {
    if text.len() > limits.bytes {
        return Err(none(Reason::ParseLimit));
    }
    let is_suspect = provenance::is_suspect(text);
    let unruled = rules.body.is_none() && rules.remove.is_empty();
    let keep = match unruled && !is_suspect {
        true => Keep::ReadAttributes,
        false => Keep::AllAttributes,
    };
    let pruned = html::prune(text, keep, words, limits).map_err(|_| none(Reason::ParseLimit))?;
    let mut tree = html::parse(&pruned.html, limits).map_err(|_| none(Reason::ParseLimit))?;
    remove(&mut tree, rules);
    then(&ParsedPage {
        text,
        tree: &tree,
        json_ld: &pruned.json_ld,
        hidden: &pruned.hidden,
        is_suspect,
    })
}

fn none(reason: Reason) -> NoArticle {
    NoArticle {
        reason,
        article: Box::default(),
    }
}

/// What a page shows before its body is chosen.
pub(super) struct PageParts<'t> {
    /// With metadata only.
    pub(super) article: Article,
    pub(super) collected: Collected,
    json_ld: JsonLd,
    pub(super) cut: Cut<'t>,
    /// Blocks that are not the article's.
    foreign: Vec<bool>,
    words: &'t PageWords,
}

impl<'t> PageParts<'t> {
    pub(super) fn of(page: &Page, parsed: &ParsedPage<'t>, lexicon: &'t Lexicon) -> PageParts<'t> {
        let json_ld = JsonLd::read(parsed.json_ld);
        let tag = parsed.tree.root_element().attr("lang").unwrap_or_default();
        let vocabulary = Vocabulary {
            dates: Reader::new(lexicon.dates(), tag, page.fetched_at),
            words: lexicon.page_words(),
        };
        let collected = metadata::collect(parsed.tree, parsed.hidden, &vocabulary);
        let mut article = Article::default();
        let (text, url) = (parsed.text, &page.final_url);
        metadata::fill(&mut article, &collected, &json_ld, text, url, &vocabulary);
        article.next = metadata::next_page(parsed.tree, url);
        let cut = blocks::cut(parsed.tree, parsed.hidden);
        let lines = cut.blocks.iter().map(|block| cut.text_of(block));
        let shown = article.title.as_deref();
        let shown = shown.and_then(|title| metadata::shown(title, &collected, &lines));
        if let Some(title) = shown.map(str::to_string) {
            article.title = Some(title);
        }
        PageParts {
            foreign: body::foreign(&cut, vocabulary.words, article.title.as_deref()),
            article,
            collected,
            json_ld,
            cut,
            words: vocabulary.words,
        }
    }

    /// What metadata tells about the body.
    pub(super) fn hints(&self) -> Hints<'_> {
        let described = self.collected.meta("og:description");
        let thing = self.json_ld.article.as_ref();
        Hints {
            title: self.article.title.as_deref(),
            byline: self.article.byline.as_deref(),
            site: self.collected.meta("og:site_name"),
            description: described.or_else(|| self.collected.meta("description")),
            article_body: thing.and_then(|thing| thing.text("articleBody")),
            ruled: &[],
            foreign: &self.foreign,
            words: self.words,
        }
    }

    /// Why there is no article here, if there is none.
    pub(super) fn reason(&self, text: &str, body: &Body, page: &Page) -> Option<Reason> {
        abstain::reason(&abstain::Subject {
            page: text,
            cut: &self.cut,
            body,
            collected: &self.collected,
            json_ld: &self.json_ld,
            path: page.final_url.path(),
            words: self.words,
        })
    }
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
