//! Extraction over the public API: whole pages with their expected bodies; room by room in the files
//! beside.

#![expect(
    clippy::unwrap_used,
    reason = "a test may end by a panic that says where"
)]

mod abstain;
mod html;
mod metadata;
mod mutated;
mod page_words;
mod provenance;
mod robustness;
pub(crate) mod template;

use std::{fs, path::Path};

use benggala::{
    extract::{extract, from_text},
    lang::Lexicon,
    model::{
        Article, BlockKind, Headers, Lang, Link, NoArticle, Page, PageKind, ParseLimits, SiteRules,
    },
};
use url::Url;

const FIRST: &str = "The harbour council voted on Tuesday evening to rebuild the old timber pier, \
    ending a dispute of three years.";
const SECOND: &str = "Work is expected to begin in early spring, once the nests have been counted.";

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
        fetched_at: "2026-01-01T00:00:00Z".parse().unwrap(),
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
        article.published.unwrap().to_string(),
        "2024-03-05T10:00:00"
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
        ("2024-03-05T10:20:30.123Z", "2024-03-05T10:20:30.123Z"),
        ("2024-03-05T10:20:30+0700", "2024-03-05T10:20:30+07:00"),
        ("2024-03-05 10:20:30", "2024-03-05T10:20:30"),
        ("2024-03-05", "2024-03-05"),
        (
            "Tue, 05 Mar 2024 10:20:30 +0100",
            "2024-03-05T10:20:30+01:00",
        ),
        ("March 5, 2024 3:20 PM", "2024-03-05T15:20:00"),
        ("5. März 2024", "2024-03-05"),
        (
            "Selasa, 5 Maret 2024 10:20 WIB",
            "2024-03-05T10:20:00+07:00",
        ),
        ("5 de octubre de 2024", "2024-10-05"),
    ];
    for (text, expected) in cases {
        let html = format!(
            "<meta name=date content='{text}'><p>{}</p>",
            "A sentence with enough words to be read as an article. ".repeat(4)
        );
        let article = read(html.as_bytes()).unwrap();
        let found = article.published.map(|date| date.to_string());
        assert_eq!(found.as_deref(), Some(expected), "{text}");
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
