//! Text that somebody else extracted.

use super::article::{name_language, push};
use crate::{
    lang::Lexicon,
    model::{Article, BlockKind, Lang},
};

/// Makes an article of plain text: all of it is the body, blank lines part its paragraphs. A
/// language that the caller names is believed.
pub fn from_text(text: &str, lang: Option<Lang>, lexicon: &Lexicon) -> Article {
    let mut article = Article::default();
    let mut paragraph = String::new();
    for line in text.lines().chain([""]) {
        let mut words = line.split_whitespace().peekable();
        if words.peek().is_none() && !paragraph.is_empty() {
            push(&mut article, &paragraph, BlockKind::Paragraph, 0);
            paragraph.clear();
        }
        for word in words {
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(word);
        }
    }
    match lang {
        Some(lang) => {
            article.lang = Some(lang);
            article
                .origins
                .insert("lang".to_string(), "caller".to_string());
        }
        None => {
            name_language(&mut article, lexicon);
        }
    }
    article
}
