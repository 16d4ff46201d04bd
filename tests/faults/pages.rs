//! Pages made to mislead or to break their readers: fetched, then read as the daemon does.

use std::{
    io::{self, Write},
    num::NonZeroUsize,
    panic,
    sync::{Arc, LazyLock, Mutex},
};

use benggala::{
    config::FetchConfig,
    daemon::{cpu::Cores, service::log_panics},
    demo::content::{PaperArticle, papers},
    fetch::{Exchange, Fetcher},
    inspect::{Inspection, Rules, guarded, inspect},
    lang::Lexicon,
    model::{PageKind, ParseLimits, Policy, Reason, SiteRules},
};
use tracing::{Instrument, Level};
use url::Url;

use crate::{
    bench::{
        Fault, Measured, PATIENT, ask, fault, fetcher, longest_call, measured, outcome, page,
        patient, same,
    },
    server::{Server, Step, full, head},
};

pub(crate) const FAULTS: &[Fault] = &[
    fault!(
        43,
        "Latin-1 that is called UTF-8",
        "ok",
        PATIENT,
        latin1_as_utf8
    ),
    fault!(
        44,
        "UTF-8 that meta calls Shift_JIS",
        "ok",
        PATIENT,
        lying_meta
    ),
    fault!(
        45,
        "UTF-16 without a mark",
        "ok",
        PATIENT,
        utf16_without_mark
    ),
    fault!(46, "an unknown charset", "ok", PATIENT, unknown_charset),
    fault!(47, "NULs in the text", "ok", PATIENT, nuls),
    fault!(
        48,
        "a PDF and a picture called HTML",
        "not_article",
        PATIENT,
        not_html
    ),
    fault!(49, "10 MB on one line", "ok", PATIENT, one_line),
    fault!(
        50,
        "100,000 elements in each other",
        "parse_limit",
        PATIENT,
        nested
    ),
    fault!(
        51,
        "5,000 unclosed <font><p>",
        "parse_limit",
        PATIENT,
        unclosed
    ),
    fault!(
        51,
        "the same, told apart by their size",
        "ok",
        PATIENT,
        unclosed_alike
    ),
    fault!(
        52,
        "one tag with 100,000 attributes",
        "parse_limit",
        PATIENT,
        attributes
    ),
    fault!(53, "nothing, and 204", "empty", PATIENT, nothing),
    fault!(54, "a panic in the extraction", "panic", PATIENT, panics),
];

pub(crate) static RULES: LazyLock<Arc<Rules>> = LazyLock::new(|| {
    Arc::new(Rules {
        lexicon: Lexicon::built_in(),
        policy: Policy::default(),
        limits: ParseLimits::default(),
        adviser: None,
        usage: benggala::usage::Usage::default(),
    })
});

static CORES: LazyLock<Cores> = LazyLock::new(|| Cores::new(NonZeroUsize::MIN));

/// What was logged.
static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Logged;

impl Write for Logged {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Loads what is loaded once, so that no fault pays for it.
pub(crate) fn warm_up() {
    let url = Url::parse("http://news.example/1").unwrap();
    let link = benggala::model::Link {
        url: url.clone(),
        source: String::new(),
        kind: PageKind::Article,
        published: None,
    };
    let page = benggala::model::Page {
        link,
        final_url: url,
        fetched_at: chrono::Utc::now(),
        status: 200,
        headers: benggala::model::Headers::default(),
        body: html(&story()).into(),
    };
    inspect(&page, &SiteRules::default(), None, &RULES);
}

/// An article of our own.
fn story() -> PaperArticle {
    let papers = papers().unwrap();
    let paper = papers
        .iter()
        .find(|paper| paper.name == "harian-pagi")
        .unwrap();
    paper.articles[0].clone()
}

fn paragraphs(article: &PaperArticle) -> String {
    article
        .blocks()
        .map(|block| format!("<p>{}</p>\n", block.text.replace('&', "&amp;")))
        .collect()
}

fn html(article: &PaperArticle) -> String {
    let title = &article.title;
    let body = paragraphs(article);
    format!(
        "<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{body}</article></body></html>"
    )
}

/// Fetches a page and reads it beside the loop; both together are one call.
pub(crate) async fn inspected(fetcher: &Fetcher, url: Url) -> (Exchange, Inspection) {
    longest_call::timed(async {
        let exchange = ask(fetcher, url).await;
        let page = page(exchange.clone(), PageKind::Article);
        let read = CORES.run(move || inspect(&page, &SiteRules::default(), None, &RULES));
        (exchange, read.await)
    })
    .await
}

/// As `extractions_total` counts it.
fn extraction(inspection: &Inspection) -> &'static str {
    match inspection.assessment.verdict.reason() {
        None | Some(Reason::UnknownLanguage | Reason::OtherLanguage) => "ok",
        Some(Reason::TooShort) => "too_short",
        Some(Reason::ParseLimit) => "parse_limit",
        Some(Reason::Empty) => "empty",
        Some(Reason::NotAnArticle | Reason::NeedsScript | Reason::Challenge | Reason::NotHtml) => {
            "not_article"
        }
        Some(Reason::Failed) => "panic",
    }
}

/// A site with one answer a page, and what is to be seen in each of them.
async fn read_all(pages: Vec<Vec<Step>>, words: &'static str) -> Measured {
    let mut servers = Vec::new();
    for steps in pages {
        servers.push(Server::of(steps).await);
    }
    let fetcher = fetcher(&FetchConfig {
        body_max: 20 << 20,
        ..patient()
    });
    measured(async move {
        let mut outcomes = Vec::new();
        for server in &servers {
            let (exchange, inspection) = inspected(&fetcher, server.url("/news/1")).await;
            assert_eq!(outcome(&exchange), "ok");
            let body = &inspection.article.body;
            assert!(body.contains(words), "{words:?} is not in {body:.300}");
            outcomes.push(extraction(&inspection));
        }
        same(&outcomes)
    })
}

pub(crate) async fn not_article(pages: &[&str]) -> Measured {
    let pages = pages.iter().map(|page| html_page(page.as_bytes()));
    read_all(pages.collect(), "").await
}

fn html_page(body: &[u8]) -> Vec<Step> {
    full(200, &["Content-Type: text/html"], body)
}

/// A word with a letter beyond ASCII, early in an article.
const WORD: &str = "Caf\u{e9} di tepi dermaga";

/// An article that begins with [`WORD`]; `meta` stands in its head.
fn with_word(meta: &str) -> String {
    html(&story())
        .replacen("<p>", &format!("<p>{WORD} sudah buka sejak subuh. "), 1)
        .replacen("<head>", &format!("<head>{meta}"), 1)
}

async fn latin1_as_utf8() -> Measured {
    let latin1: Vec<u8> = with_word("")
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'))
        .collect();
    let steps = full(200, &["Content-Type: text/html; charset=utf-8"], &latin1);
    read_all(vec![steps], WORD).await
}

async fn lying_meta() -> Measured {
    let page = with_word("<meta charset=shift_jis>");
    read_all(vec![html_page(page.as_bytes())], WORD).await
}

async fn utf16_without_mark() -> Measured {
    let text = with_word("");
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    read_all(vec![html_page(&little), html_page(&big)], WORD).await
}

async fn unknown_charset() -> Measured {
    let page = with_word("<meta charset=klingon>");
    let steps = full(
        200,
        &["Content-Type: text/html; charset=klingon"],
        page.as_bytes(),
    );
    read_all(vec![steps], WORD).await
}

async fn nuls() -> Measured {
    let page = with_word("").replace(". ", "\0. ");
    read_all(vec![html_page(page.as_bytes())], WORD).await
}

async fn not_html() -> Measured {
    let pages: [&[u8]; 3] = [
        b"%PDF-1.7\n<p>text</p>",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"\xff\xd8\xff\xe0\0\x10JFIF",
    ];
    read_all(pages.iter().map(|page| html_page(page)).collect(), "").await
}

async fn one_line() -> Measured {
    let start = html(&story()).replace('\n', " ");
    let start = start
        .strip_suffix("</article></body></html>")
        .unwrap()
        .to_string();
    let line = b"kapal itu tiba pagi hari di dermaga lama lalu ".repeat(1_000);
    let steps = vec![
        Step::Send(head(200, &["Content-Type: text/html"])),
        Step::Send(format!("{start}<p>").into_bytes()),
        Step::Repeat(line, 10_000_000 / 46_000),
    ];
    read_all(vec![steps], "kapal itu tiba").await
}

async fn nested() -> Measured {
    read_all(vec![html_page(&b"<div>".repeat(100_000))], "").await
}

async fn unclosed() -> Measured {
    let page: String = (0..5_000)
        .map(|n| format!("<font class=c{n}>x<p>"))
        .collect();
    read_all(vec![html_page(page.as_bytes())], "").await
}

/// Without the attributes, which nobody reads, all are alike and few stay open (HTML 13.2.4.3).
async fn unclosed_alike() -> Measured {
    let page: String = (0..5_000).map(|n| format!("<font size={n}>x<p>")).collect();
    read_all(vec![html_page(page.as_bytes())], "").await
}

async fn attributes() -> Measured {
    let many: String = (0..100_000).map(|n| format!(" a{n}=1")).collect();
    read_all(
        vec![html_page(format!("<div{many}>x</div>").as_bytes())],
        "",
    )
    .await
}

async fn nothing() -> Measured {
    let no_content = vec![Step::Send(head(204, &[]))];
    read_all(vec![html_page(b""), no_content], "").await
}

async fn panics() -> Measured {
    let server = Server::of(html_page(html(&story()).as_bytes())).await;
    let fetcher = fetcher(&patient());
    tracing_subscriber::fmt()
        .with_max_level(Level::ERROR)
        .with_writer(|| Logged)
        .with_ansi(false)
        .init();
    measured(async move {
        let span = tracing::error_span!("visit", source = "harian");
        let work = || guarded(|| -> Inspection { panic!("on purpose") });
        let hook = panic::take_hook();
        log_panics();
        let caught = longest_call::timed(CORES.run(work).instrument(span)).await;
        panic::set_hook(hook);
        assert_eq!(caught.unwrap_err(), "on purpose");
        let log = String::from_utf8(LOG.lock().unwrap().clone()).unwrap();
        let told: Vec<&str> = log.lines().collect();
        assert_eq!(told.len(), 1, "{log}");
        for words in ["on purpose", "harian", "tests/faults/pages.rs:"] {
            assert!(told[0].contains(words), "{log}");
        }
        // The one core is free for the next page.
        let (_, inspection) = inspected(&fetcher, server.url("/news/1")).await;
        assert_eq!(extraction(&inspection), "ok");
        "panic"
    })
}
