//! A labelled page as extraction reads it.

use super::alignment;
use crate::{
    extract::{
        article::{fill, push},
        body::{
            self, classify,
            features::{self, DetailSheet, Sheet},
        },
        page::{PageParts, ParsedPage, open},
        template::{self, SaidParagraphs},
    },
    lang::Lexicon,
    measure::Gold,
    model::{Article, BlockKind, NoArticle, Page, ParseLimits, SiteRules},
};

/// A labelled page, ready to learn from.
pub struct Lesson {
    /// What it should give.
    pub gold: Gold,
    /// The registrable domain that it came from.
    pub(super) domain: String,
    pub(super) fold: usize,
    pub(super) sheet: Sheet,
    /// All about all candidates.
    pub(super) details: DetailSheet,
    texts: Vec<(String, BlockKind)>,
    /// To tell paragraphs that are said twice.
    prints: Vec<Option<u64>>,
    /// The body that the rules alone make.
    proposal: String,
    pub(super) labels: Vec<f32>,
    pub(super) weights: Vec<f32>,
    /// The rules find no article in it.
    no_article: bool,
}

impl Lesson {
    /// Reads a page as extraction does. `Err` where it is none to learn from.
    pub fn new(
        page: &Page,
        gold: &Gold,
        rules: &SiteRules,
        limits: &ParseLimits,
        lexicon: &Lexicon,
    ) -> Result<Lesson, NoArticle> {
        open(page, rules, limits, lexicon.page_words(), |parsed| {
            Ok(Lesson::read(page, gold, parsed, lexicon))
        })
    }

    fn read(page: &Page, gold: &Gold, parsed: &ParsedPage<'_>, lexicon: &Lexicon) -> Lesson {
        let parts = PageParts::of(page, parsed, lexicon);
        let hints = parts.hints();
        let proposal = body::choose(&parts.cut, &hints);
        let features = features::PageSums::new(&parts.cut, &hints, &proposal);
        let sheet = features.sheet(&proposal);
        let all: Vec<usize> = (0..sheet.candidates.len()).collect();
        let details = features.details(&sheet, &all);
        let texts: Vec<(String, BlockKind)> = sheet
            .candidates
            .iter()
            .map(|&index| {
                let block = &parts.cut.blocks[index];
                (parts.cut.text_of(block).to_string(), block.kind)
            })
            .collect();
        let print = |&index: &usize| {
            let block = &parts.cut.blocks[index];
            template::fingerprint(parts.cut.text_of(block), block)
        };
        let prints = sheet.candidates.iter().map(print).collect();
        let lines: Vec<&str> = texts.iter().map(|(text, _)| text.as_str()).collect();
        let labels = alignment::labels(gold, &lines, &sheet.proposed);
        let host = page.final_url.host_str().unwrap_or_default();
        let mut ruled = Article::default();
        fill(&mut ruled, &parts.cut, &proposal.blocks);
        let no_article = parts.reason(parsed.text, &proposal, page).is_some();
        Lesson {
            gold: gold.clone(),
            domain: psl::domain_str(host).unwrap_or(host).to_string(),
            fold: 0,
            sheet,
            details,
            texts,
            prints,
            proposal: ruled.body,
            labels: labels.iter().map(|label| label.in_body).collect(),
            weights: labels.iter().map(|label| label.weight).collect(),
            no_article,
        }
    }

    /// The body that extraction makes of these judgements.
    pub(super) fn body(&self, judged: &[f32]) -> String {
        if self.no_article {
            return String::new();
        }
        let Some(kept) = classify::decide(&self.sheet, judged) else {
            return self.proposal.clone();
        };
        let (mut article, mut said) = (Article::default(), SaidParagraphs::default());
        for at in kept {
            let (text, kind) = &self.texts[at];
            if said.is_new(text.len(), self.prints[at]) {
                push(&mut article, text, *kind, 0);
            }
        }
        article.body
    }
}
