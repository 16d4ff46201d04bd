//! Any bytes as a page: extraction answers, and its blocks stand in the body in order.
//!
//! `cargo +nightly fuzz run extract -- -max_len=65536 -timeout=5` looks for new paths, for which
//! it needs the compiler's coverage. The stable compiler builds the target too, but without coverage
//! it learns nothing: there, `cargo bench --bench extraction -- --mutations 100000` breaks pages at
//! random instead.

#![no_main]

use std::sync::LazyLock;

use benggala::{
    extract::extract,
    lang::Lexicon,
    model::{Headers, Link, Page, PageKind, ParseLimits, SiteRules},
};
use libfuzzer_sys::fuzz_target;
use url::Url;

static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::built_in);
static ADDRESS: LazyLock<Url> =
    LazyLock::new(|| "https://site.example/news/article".parse().expect("a valid address"));

fuzz_target!(|bytes: &[u8]| {
    let page = Page {
        link: Link {
            url: ADDRESS.clone(),
            source: "fuzz".into(),
            kind: PageKind::Article,
            published: None,
        },
        final_url: ADDRESS.clone(),
        fetched_at: std::time::SystemTime::now().into(),
        status: 200,
        headers: Headers::default(),
        body: bytes.to_vec().into(),
    };
    let found = extract(&page, &SiteRules::default(), &LEXICON, &ParseLimits::default());
    if let Ok(article) = found {
        let mut end = 0;
        for block in &article.blocks {
            assert!(block.span.start >= end && !article.body[block.span.clone()].is_empty());
            end = block.span.end;
        }
        assert_eq!(end, article.body.len());
    }
});
