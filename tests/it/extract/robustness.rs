//! Broken and hostile pages: there is always an answer, and it comes within bounded work.

use std::fmt::Write;

use benggala::{
    extract::extract,
    lang::Lexicon,
    model::{ParseLimits, Reason, SiteRules},
};

use super::{assert_blocks_tile, mutated, page, read};

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

/// Marks that take the parser a while each and add no node.
#[test]
fn marks_without_nodes_are_limited_too() {
    let attributes = (0..990).fold(String::new(), |mut all, n| {
        let _ = write!(all, "a{n} ");
        all
    });
    let cases = [
        ("less-than signs", "<".repeat(10_000_000)),
        ("character references", "&amp".repeat(3_000_000)),
        ("declarations", "<!x".repeat(3_000_000)),
        ("end tags", "</i>".repeat(3_000_000)),
        ("attributes", format!("<i {attributes}>").repeat(2_000)),
    ];
    for (name, html) in cases {
        let reason = read(html.as_bytes()).err().map(|none| none.reason);
        assert_eq!(reason, Some(Reason::ParseLimit), "{name}");
    }
}

const FIRST: &str = "The harbour council voted on Tuesday evening to rebuild the old timber pier, \
    ending a dispute of three years.";
const SECOND: &str = "Work is expected to begin in early spring, once the nests have been counted.";

/// What is left out before parsing never parts or joins words.
#[test]
fn pruning_leaves_the_words_as_they_were() {
    let cases = [
        ("<p><b>one</b> <i>two</i></p>", "one two"),
        ("<p><b>one</b>\n\t<i>two</i></p>", "one two"),
        ("<p><b>one</b><i>two</i></p>", "onetwo"),
        ("<p>one<img src=a alt='b c'>two</p>", "onetwo"),
        ("<p>one <img src=a> two</p>", "one two"),
        ("<p><b>one</b> <img src=a><i>two</i></p>", "one two"),
        ("<p><b>one</b> <!-- x --> <i>two</i></p>", "one two"),
        ("<p><b>one</b> <script>x</script><i>two</i></p>", "one two"),
        ("<div><b>one</b></section> <i>two</i></div>", "one two"),
        (
            "<p>one<b data-a=\"x>y\" class='z'data-b=1>two</b></p>",
            "onetwo",
        ),
        ("<p>one <b data-a='<p>'data-b>two</b></p>", "one two"),
        ("<p>one <a href=\"x\"title=y>two</a></p>", "one two"),
        ("<p>one <a href=x/>two</a></p>", "one two"),
        ("<p>one <a\nhref = 'x y' data-z>two</a></p>", "one two"),
        ("<p>one <b \"data-a\"=1 <b>two</b></p>", "one two"),
        (
            "<p>one <span style='display : none'>no</span>two</p>",
            "one two",
        ),
        ("<p>one <span style='color:red'>two</span></p>", "one two"),
        ("<p>one <span HIDDEN>no</span>two</p>", "one two"),
    ];
    for (markup, words) in cases {
        let html = format!("<article>{markup}<p>{FIRST}</p> <p>{SECOND}</p></article>");
        let article = read(html.as_bytes()).unwrap();
        assert_eq!(
            article.body,
            format!("{words}\n\n{FIRST}\n\n{SECOND}"),
            "{markup}"
        );
    }
    let html = format!(
        "<article><p>{FIRST}</p><pre>The notice was typed in one evening,\n   \
         with its second line moved in,\n\n<b>a third in bold letters,</b>\n  \
         <i>and a last one that leans over the town.</i></pre><p>{SECOND}</p></article>"
    );
    let article = read(html.as_bytes()).unwrap();
    let notice = "The notice was typed in one evening,\n   with its second line moved in,\n\
                  a third in bold letters,\n  and a last one that leans over the town.";
    assert_eq!(article.body, format!("{FIRST}\n\n{notice}\n\n{SECOND}"));
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
