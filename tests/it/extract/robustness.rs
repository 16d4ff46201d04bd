//! Broken and hostile pages: there is always an answer, and it comes within bounded work.

use std::{fs, path::Path};

use benggala::{
    extract::extract,
    lang::Lexicon,
    model::{ParseLimits, SiteRules},
};

use proptest::prelude::*;

use super::{FIRST, SECOND, assert_blocks_tile, mutated, page, read};

#[test]
fn two_thousand_mutated_pages_have_an_answer() {
    let pages = mutated::fixtures();
    let lexicon = Lexicon::built_in();
    let ruled = SiteRules {
        body: Some("article".into()),
        remove: vec![".share".into()],
    };
    for seed in 0..2_000 {
        let html = mutated::mutated(&pages, seed);
        let page = page("https://site.example/news/a", "text/html", &html);
        let rules = if seed % 4 == 0 {
            ruled.clone()
        } else {
            SiteRules::default()
        };
        if let Ok(article) = extract(&page, &rules, &lexicon, &ParseLimits::default()) {
            assert_blocks_tile(&article);
        }
    }
}

/// A site's selectors see attributes that extraction itself does not read.
#[test]
fn site_rules_may_name_any_attribute() {
    let html = format!(
        "<div><p>{FIRST}</p><div data-kind=promo><p>{SECOND}</p></div></div>\
        <div data-part=text><p>{FIRST}</p><p data-kind=promo>{SECOND}</p></div>"
    );
    let rules = SiteRules {
        body: Some("[data-part=text]".into()),
        remove: vec!["[data-kind=promo]".into()],
    };
    let page = page("https://site.example/news/a", "text/html", html.as_bytes());
    let article = extract(&page, &rules, &Lexicon::built_in(), &ParseLimits::default());
    assert_eq!(article.unwrap().body, FIRST);
}

fn sample() -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages");
    fs::read(root.join("wordpress/page.html")).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever bytes are cut out, put in or changed, there is an answer and its blocks tile.
    #[test]
    fn mutated_pages_never_panic(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0usize..80, prop::collection::vec(any::<u8>(), 0..8)), 1..24),
        shuffled in any::<bool>(),
    ) {
        let mut bytes = sample();
        for (at, removed, added) in edits {
            let start = at.index(bytes.len());
            let end = (start + removed).min(bytes.len());
            let moved: Vec<u8> = bytes.splice(start..end, added).collect();
            if shuffled {
                bytes.extend(moved);
            }
        }
        if let Ok(article) = read(&bytes) {
            assert_blocks_tile(&article);
        }
    }

    /// Tag soup out of the names that matter.
    #[test]
    fn tag_soup_never_panics(parts in prop::collection::vec(
        prop::sample::select(vec!["<p>", "</p>", "<div>", "</div>", "<table>", "<tr>", "<td>", "</table>", "<a href=x>", "</a>",
            "<b>", "</b>", "<pre>", "</pre>", "<br>", "<li>", "<ul>", "</ul>", "<h1>", "</h2>", "<script>", "</script>", "<!--", "-->",
            "<svg>", "</svg>", "<template>", "</template>", "<body>", "<form>", "<select>", "text ", "\u{ad}", "\u{200b}", "é. ",
            "A sentence of some length that could be part of an article. "]), 0..200)) {
        if let Ok(article) = read(parts.concat().as_bytes()) {
            assert_blocks_tile(&article);
        }
    }
}
