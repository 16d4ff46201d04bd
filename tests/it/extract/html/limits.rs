//! Hostile pages end at a limit, and honest ones do not.

use std::fmt::Write;

use benggala::{
    extract::extract,
    lang::Lexicon,
    model::{ParseLimits, Reason, SiteRules},
};

use crate::extract::{page, read};

/// Markup made to break parsers; each is to end at once, and most at a limit.
#[test]
fn hostile_markup_ends_at_a_limit() {
    let many = |n: usize, part: &dyn Fn(usize) -> String| (0..n).map(part).collect::<String>();
    let limit = Some(Reason::ParseLimit);
    let cases = [
        ("nested", "<div>".repeat(100_000), limit),
        (
            "formatting",
            many(5_000, &|i| format!("<font class=c{i}>x<p>")),
            limit,
        ),
        ("bold", many(20_000, &|i| format!("<b class=c{i}>x")), limit),
        (
            "attributes",
            format!("<div {}>x</div>", many(100_000, &|i| format!("a{i}=1 "))),
            limit,
        ),
        ("nodes", "<i>x</i>".repeat(400_000), limit),
        ("tables", "<table><tr><td>".repeat(50_000), limit),
        ("comments", "<!--".repeat(200_000), None),
        ("scripts", "<script>".repeat(200_000), None),
        ("graphics", "<svg>".repeat(100_000), None),
        ("quotes", "<p title=\"".repeat(200_000), limit),
        (
            "json",
            format!(
                "<script type=application/ld+json>{}</script>",
                "[".repeat(500_000)
            ),
            None,
        ),
    ];
    for (name, html, expected) in cases {
        let reason = read(html.as_bytes()).err().map(|none| none.reason);
        match expected {
            Some(_) => assert_eq!(reason, expected, "{name}"),
            None => assert_ne!(reason, limit, "{name}"),
        }
    }
}

/// Well-formed pages that make the work after parsing grow, or a recursion deep.
#[test]
fn bombs_behind_the_parser_end_too() {
    let limit = Some(Reason::ParseLimit);
    let bombs = [
        (
            "title",
            format!("<title>{}</title>", "site - ".repeat(1_000_000)),
        ),
        (
            "headline",
            format!(
                "<script type=application/ld+json>{{\"@type\":\"Article\",\"headline\":\"{}\"}}</script>",
                "<b><div>".repeat(100_000)
            ),
        ),
        ("authors", "<i class=author>".repeat(400)),
        (
            "articles",
            format!("<article class=post-body><p>{}", "word ".repeat(20)).repeat(20_000),
        ),
        (
            "articles in turn",
            format!("<article class=post-body>{}</article>", "word ".repeat(20)).repeat(50_000),
        ),
    ];
    for (name, html) in bombs {
        let reason = read(html.as_bytes()).err().map(|none| none.reason);
        let ends = [None, Some(Reason::NotAnArticle), limit];
        assert!(ends.contains(&reason), "{name}: {reason:?}");
    }
}

#[test]
fn ten_megabytes_on_one_line_pass() {
    let paragraph = "<p>The council voted on Tuesday to rebuild the pier. The work begins in spring, \
        when the birds have left their nests, and is to end before the summer guests arrive.</p>";
    let html = format!(
        "<article>{}</article>",
        paragraph.repeat(10_000_000 / paragraph.len())
    );
    let article = read(html.as_bytes()).unwrap();
    assert!(article.blocks.len() > 50_000);
    // A paragraph without end is read as far as any paragraph may go.
    let one = format!("<p>{}</p>", "word and word, ".repeat(700_000));
    let read_of_one = read(one.as_bytes()).unwrap().body.len();
    assert!((500_000..600_000).contains(&read_of_one), "{read_of_one}");
}

#[test]
fn limits_are_the_callers() {
    let html = format!("<div>{}</div>", "<p>Some words here.</p>".repeat(50));
    let page = page("https://site.example/", "text/html", html.as_bytes());
    let limits = [
        ParseLimits {
            bytes: 100,
            ..ParseLimits::default()
        },
        ParseLimits {
            nodes: 20,
            ..ParseLimits::default()
        },
        ParseLimits {
            depth: 2,
            ..ParseLimits::default()
        },
    ];
    for limits in limits {
        let result = extract(&page, &SiteRules::default(), &Lexicon::built_in(), &limits);
        assert_eq!(result.unwrap_err().reason, Reason::ParseLimit, "{limits:?}");
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
