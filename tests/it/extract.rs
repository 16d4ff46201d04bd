//! Extraction over the public API: whole pages with their expected bodies, character sets,
//! hostile markup.

#![expect(
    clippy::unwrap_used,
    reason = "a test may end by a panic that says where"
)]

mod metadata;
mod mutated;
mod none;
mod parse;
mod robustness;
pub(crate) mod template;

use std::{fs, path::Path};

use benggala::{
    extract::{extract, from_text},
    lang::Lexicon,
    model::{
        Article, BlockKind, Headers, Lang, Link, NoArticle, Page, PageKind, ParseLimits, Reason,
        SiteRules,
    },
};
use proptest::prelude::*;
use url::Url;

mod provenance;

fn page(url: &str, content_type: &str, body: &[u8]) -> Page {
    let url: Url = url.parse().unwrap();
    Page {
        link: Link {
            url: url.clone(),
            source: "test".into(),
            kind: PageKind::Article,
            published: None,
        },
        final_url: url,
        fetched_at: Default::default(),
        status: 200,
        headers: Headers(vec![("content-type".into(), content_type.into())]),
        body: body.to_vec().into(),
    }
}

fn read(html: &[u8]) -> Result<Article, NoArticle> {
    let page = page("https://site.example/news/a", "text/html", html);
    extract(
        &page,
        &SiteRules::default(),
        &Lexicon::built_in(),
        &ParseLimits::default(),
    )
}

/// What a case's `page.toml` may say.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    url: String,
    canonical: Option<String>,
    title: Option<String>,
    byline: Option<String>,
    published: Option<String>,
    modified: Option<String>,
    lang: Option<String>,
    section: Option<String>,
    image: Option<String>,
    next: Option<String>,
    reason: Option<String>,
    body: Option<String>,
    #[serde(default)]
    remove: Vec<String>,
}

/// The body with the marks of Markdown for what each block is.
fn markdown(article: &Article) -> String {
    let blocks = article.blocks.iter().map(|block| {
        let text = &article.body[block.span.clone()];
        match block.kind {
            BlockKind::Paragraph | BlockKind::Residue => text.to_string(),
            BlockKind::Heading => format!("## {text}"),
            BlockKind::ListItem => format!("- {text}"),
            BlockKind::Quote => format!("> {text}"),
            BlockKind::Row => format!("| {text} |"),
            BlockKind::Preformatted => format!("```\n{text}\n```"),
        }
    });
    blocks.collect::<Vec<_>>().join("\n\n") + "\n"
}

fn assert_blocks_tile(article: &Article) {
    let mut end = 0;
    for (number, block) in article.blocks.iter().enumerate() {
        let gap = if number == 0 { "" } else { "\n\n" };
        assert_eq!(&article.body[end..block.span.start], gap);
        let text = &article.body[block.span.clone()];
        assert!(!text.contains("\n\n") && text.trim() == text && !text.is_empty());
        assert!(block.link_bytes <= block.span.len());
        end = block.span.end;
    }
    assert_eq!(end, article.body.len());
}

fn check_case(folder: &Path) {
    let name = folder.display();
    let read_text = |file: &str| fs::read_to_string(folder.join(file)).unwrap();
    let case: Case = toml::from_str(&read_text("page.toml")).unwrap();
    let rules = SiteRules {
        body: case.body.clone(),
        remove: case.remove.clone(),
    };
    let html = fs::read(folder.join("page.html")).unwrap();
    let result = extract(
        &page(&case.url, "text/html; charset=utf-8", &html),
        &rules,
        &Lexicon::built_in(),
        &ParseLimits::default(),
    );
    if let Some(reason) = case.reason {
        assert_eq!(
            result.map_err(|none| none.reason.as_str()),
            Err(reason.as_str()),
            "{name}"
        );
        return;
    }
    let article = result.unwrap_or_else(|none| panic!("{name}: {:?}", none.reason));
    assert_blocks_tile(&article);
    assert_eq!(markdown(&article), read_text("expected.md"), "{name}");
    let date = |text: &Option<String>| text.as_ref().map(|t| t.parse().unwrap());
    let expected = Article {
        page_bytes: article.page_bytes,
        sighting: article.sighting.clone(),
        url: Some(
            case.canonical
                .as_ref()
                .unwrap_or(&case.url)
                .parse()
                .unwrap(),
        ),
        left_out: article.left_out.clone(),
        title: case.title,
        byline: case.byline,
        published: date(&case.published),
        modified: date(&case.modified),
        lang: case
            .lang
            .as_deref()
            .and_then(Lang::new)
            .or(article.lang.clone()),
        section: case.section,
        image: case.image.map(|url| url.parse().unwrap()),
        next: case.next.map(|url| url.parse().unwrap()),
        body: article.body.clone(),
        blocks: article.blocks.clone(),
        provenance: article.provenance.clone(),
        hints: article.hints.clone(),
        noarchive: false,
        origins: article.origins.clone(),
    };
    let dated = case.published.is_some();
    let article = Article {
        published: article.published.filter(|_| dated),
        ..article
    };
    assert_eq!(article, expected, "{name}");
}

#[test]
fn pages_give_the_expected_body_and_metadata() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages");
    let mut folders: Vec<_> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.sort();
    assert!(folders.len() >= 15);
    for folder in folders {
        check_case(&folder);
    }
}

#[test]
fn every_field_says_where_it_came_from() {
    let html = br#"<html lang="en"><head><meta property="og:title" content="A title from the graph">
        <meta name="author" content="By Ines Okafor"></head><body><article><h1>Something else</h1>
        <p itemprop="datePublished" content="2024-03-05 10:00:00">Tuesday</p>
        <p>The harbour council voted on Tuesday evening to rebuild the old timber pier, ending a dispute.</p>
        <p>Work is expected to begin in early spring, once the nests have been counted.</p></article></body></html>"#;
    let article = read(html).unwrap();
    assert_eq!(article.title.as_deref(), Some("A title from the graph"));
    assert_eq!(article.byline.as_deref(), Some("Ines Okafor"));
    assert_eq!(
        article.published.unwrap().to_rfc3339(),
        "2024-03-05T10:00:00+00:00"
    );
    let origin = |field: &str| article.origins.get(field).map(String::as_str);
    assert_eq!(origin("title"), Some("opengraph"));
    assert_eq!(origin("byline"), Some("meta"));
    assert_eq!(origin("published"), Some("microdata"));
    assert_eq!(origin("url"), Some("url"));
}

#[test]
fn dates_are_read_in_the_forms_pages_use() {
    let cases = [
        ("2024-03-05T10:20:30+07:00", "2024-03-05T10:20:30+07:00"),
        ("2024-03-05T10:20:30.123Z", "2024-03-05T10:20:30.123+00:00"),
        ("2024-03-05T10:20:30+0700", "2024-03-05T10:20:30+07:00"),
        ("2024-03-05 10:20:30", "2024-03-05T10:20:30+00:00"),
        ("2024-03-05", "2024-03-05T00:00:00+00:00"),
        (
            "Tue, 05 Mar 2024 10:20:30 +0100",
            "2024-03-05T10:20:30+01:00",
        ),
        ("March 5, 2024 3:20 PM", "2024-03-05T15:20:00+00:00"),
        ("5. März 2024", "2024-03-05T00:00:00+00:00"),
        (
            "Selasa, 5 Maret 2024 10:20 WIB",
            "2024-03-05T10:20:00+00:00",
        ),
        ("5 de octubre de 2024", "2024-10-05T00:00:00+00:00"),
    ];
    for (text, expected) in cases {
        let html = format!(
            "<meta name=date content='{text}'><p>{}</p>",
            "A sentence with enough words to be read as an article. ".repeat(4)
        );
        let article = read(html.as_bytes()).unwrap();
        let found = article.published.map(|date| date.to_rfc3339());
        assert_eq!(found.as_deref(), Some(expected), "{text}");
    }
}

const LONG: &str = "El puente de madera volverá a abrirse después de tres años, según la señora Núñez, \
    que vende los billetes del transbordador junto al muelle y no quería esperar más.";

#[test]
fn character_sets_are_told_apart() {
    let markup = |meta: &str| format!("<html><head>{meta}</head><body><p>{LONG}</p></body></html>");
    let latin1 = |text: &str| -> Vec<u8> { text.chars().map(|c| c as u8).collect() };
    let utf16 =
        |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let with_mark = |mark: &[u8], rest: Vec<u8>| [mark, &rest].concat();
    let cases: Vec<(&str, &str, Vec<u8>)> = vec![
        ("plain", "text/html", markup("").into_bytes()),
        (
            "byte order mark",
            "text/html; charset=latin1",
            with_mark(b"\xef\xbb\xbf", markup("").into_bytes()),
        ),
        (
            "Latin-1 labelled UTF-8",
            "text/html; charset=utf-8",
            latin1(&markup("")),
        ),
        (
            "Latin-1 in meta",
            "text/html",
            latin1(&markup("<meta charset=iso-8859-1>")),
        ),
        (
            "UTF-8 labelled Shift_JIS",
            "text/html",
            markup("<meta charset='Shift_JIS'>").into_bytes(),
        ),
        ("UTF-16 without mark", "text/html", utf16(&markup(""))),
        (
            "UTF-16 with mark",
            "text/html",
            with_mark(b"\xff\xfe", utf16(&markup(""))),
        ),
        (
            "unknown label",
            "text/html; charset=klingon",
            latin1(&markup("")),
        ),
        (
            "label in a comment",
            "text/html",
            markup("<!-- <meta charset=big5> -->").into_bytes(),
        ),
        (
            "late meta",
            "text/html",
            latin1(&markup(&format!(
                "{}<meta http-equiv=Content-Type content='text/html; charset=windows-1252'>",
                " ".repeat(2000)
            ))),
        ),
        (
            "NULs",
            "text/html",
            markup("").replace("puente", "pu\0ente").into_bytes(),
        ),
    ];
    for (name, content_type, bytes) in cases {
        let page = page("https://site.example/n/1", content_type, &bytes);
        let article = extract(
            &page,
            &SiteRules::default(),
            &Lexicon::built_in(),
            &ParseLimits::default(),
        );
        assert_eq!(article.unwrap().body, LONG, "{name}");
    }
}

#[test]
fn what_is_not_html_is_told_by_its_bytes() {
    let cases: [(&[u8], Reason); 8] = [
        (b"", Reason::Empty),
        (b" \r\n\t ", Reason::Empty),
        (b"%PDF-1.7 <p>text</p>", Reason::NotHtml),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Reason::NotHtml),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", Reason::NotHtml),
        (b"PK\x03\x04\x14\0", Reason::NotHtml),
        (b"\x1f\x8b\x08\0\0\0", Reason::NotHtml),
        (b"<html><body></body></html>", Reason::NotAnArticle),
    ];
    for (bytes, reason) in cases {
        assert_eq!(read(bytes).unwrap_err().reason, reason, "{bytes:?}");
    }
}

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

#[test]
fn unclosed_markup_does_not_swallow_the_article() {
    for opening in [
        "<!-- forgotten",
        "<svg><path d=''>",
        "<template>",
        "<object>",
        "<noscript>",
        "<iframe src=x>",
    ] {
        let html = format!("<body>{opening}<p>{LONG}</p></body>");
        let article = read(html.as_bytes()).unwrap();
        assert!(article.body.contains(LONG), "{opening}");
    }
}

#[test]
fn plain_text_is_all_body() {
    let lang = Lang::new("es-MX");
    let article = from_text(
        "\n  Uno dos\ntres.\r\n\r\n \n\nCuatro.\n",
        lang.clone(),
        &Lexicon::built_in(),
    );
    assert_eq!(article.body, "Uno dos tres.\n\nCuatro.");
    assert_eq!((article.title.clone(), article.lang.clone()), (None, lang));
    assert_eq!(article.blocks.len(), 2);
    assert_blocks_tile(&article);
    assert!(
        from_text(" \n", None, &Lexicon::built_in())
            .blocks
            .is_empty()
    );
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
