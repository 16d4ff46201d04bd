//! The tree is the one that html5ever makes, whatever the page.

use benggala::{extract::html::parse, model::ParseLimits};
use rand::{RngExt, SeedableRng, rngs::SmallRng};
use scraper::{Html, Node};

use crate::extract::mutated;

#[track_caller]
fn assert_same_tree(html: &str) {
    let limits = ParseLimits {
        bytes: usize::MAX,
        nodes: usize::MAX,
        depth: 1 << 20,
        ..ParseLimits::default()
    };
    let expected = Html::parse_document(html);
    let Ok(tree) = parse(html, &limits) else {
        return assert!(
            expected.tree.nodes().len() > 8 * html.matches('<').count(),
            "{html:?} is within all limits"
        );
    };
    let nodes = |html: &Html| -> Vec<(Node, usize)> {
        let nodes = html.tree.root().descendants();
        nodes
            .map(|node| (node.value().clone(), node.ancestors().count()))
            .collect()
    };
    assert!(nodes(&tree) == nodes(&expected), "{html:?}");
    assert_eq!(tree.quirks_mode, expected.quirks_mode, "{html:?}");
}

#[test]
fn pages_whole_and_broken_have_the_tree_of_html5ever() {
    let pages = mutated::fixtures();
    for page in &pages {
        assert_same_tree(&String::from_utf8_lossy(page));
    }
    for seed in 0..300 {
        let page = mutated::mutated(&pages, seed);
        assert_same_tree(&String::from_utf8_lossy(&page));
    }
}

#[test]
fn tags_in_strange_places_have_the_tree_of_html5ever() {
    for html in [
        "",
        "<",
        "a < b <c> d </",
        "\u{feff}<p>one",
        "<p>one<b>\u{feff}two &amp; three",
        "<a href=x&amp;y title='&lt;' HREF=z>k</a>",
        "<a b=c/>d</a><br/><A =e f = g \"h>i",
        "<p>one\r\ntwo\rthree<i>\r</i>\n\n<pre>\n\nfour</pre>",
        "<p>nul\0 one</p><p title=\"a\0b\">two",
        "<? php <b> ?>text</ b></3></>",
        "<!doctype html public \"a>b\"><p>quirks",
        "<!-- <p> --><p>a<!--> b <!---> c <!-- d",
        "<![CDATA[ a <b> c ]]><math><mi><![CDATA[ <p> ]]></mi></math>",
        "<title>a &amp; <b> c</title><textarea>\n<p></textarea>d",
        "<select><title>a<option>b</title>c</select>",
        "<svg><title><p>a</title></svg><math><title>b</title></math>",
        "<script><!--<script></script>--></script><p>a",
        "<table><tr><td>a<p>b</table>c<plaintext><p>d",
        "<p><b><i>a</p></b>b</i><a>c<a>d",
        "<frameset><frame></frameset><noframes>a<p>",
        "<body class=a><body class=b id=c><html lang=d>e",
        "<template><p>a</template><my-element Data-X=1>b</my-element>",
    ] {
        assert_same_tree(html);
    }
}

/// Pieces of which any string may open, close or hide the next.
const PIECES: [&str; 51] = [
    "<",
    ">",
    "</",
    "/>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<!",
    "<?",
    "&amp;",
    "&",
    "&#x41;",
    "&notit",
    "\r\n",
    "\r",
    "\n",
    "\0",
    "'",
    "\"",
    "=",
    "/",
    " ",
    "word ",
    "é…",
    "<p>",
    "</p>",
    "<b>",
    "</b>",
    "<a href=x>",
    "</a>",
    "<A HREF='y' href=z>",
    "<table>",
    "<td x=1>",
    "</table>",
    "<title>",
    "</title>",
    "<textarea>",
    "</textarea>",
    "<svg>",
    "</svg>",
    "<math>",
    "<script>",
    "</script>",
    "<style>",
    "</style>",
    "<select>",
    "<option>",
    "<pre>",
    "<br/>",
    "<!DOCTYPE html>",
];

#[test]
fn pieces_in_any_order_have_the_tree_of_html5ever() {
    let mut random = SmallRng::seed_from_u64(1);
    for _ in 0..10_000 {
        let count = random.random_range(1..30);
        let html: String = (0..count)
            .map(|_| PIECES[random.random_range(0..PIECES.len())])
            .collect();
        assert_same_tree(&html);
    }
}

#[test]
fn the_budget_holds_wherever_the_tokenizer_reads_the_rest() {
    for odd in ["", "<![CDATA[]]>", "<title><b></title>", "<textarea><"] {
        let html = format!("{odd}</textarea>{}", "<b><i><u><s><p>".repeat(20_000));
        let limits = ParseLimits::default();
        assert!(parse(&html, &limits).is_err(), "{odd:?} lifts the limits");
    }
}
