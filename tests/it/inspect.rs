//! No page ends a run.

use std::{fs, panic::panic_any, path::Path};

use benggala::{
    extract::Site,
    inspect::{Rules, guarded, inspect},
    lang::Lexicon,
    model::{Headers, Link, Page, PageKind, ParseLimits, Policy, Reason, SiteRules, Verdict},
};
use bytes::Bytes;
use chrono::Utc;
use url::Url;

fn rules() -> Rules {
    Rules {
        lexicon: Lexicon::built_in(),
        policy: Policy::default(),
        limits: ParseLimits::default(),
        adviser: None,
    }
}

#[test]
fn a_guard_gives_what_the_work_gives_or_what_its_panic_says() {
    assert_eq!(guarded(|| 7), Ok(7));
    let words = "words";
    for (work, says) in [
        (
            Box::new(|| -> () { panic!("words") }) as Box<dyn FnOnce()>,
            "words",
        ),
        (
            Box::new(move || -> () { panic!("two {words}") }),
            "two words",
        ),
        (Box::new(|| -> () { panic_any(7) }), "unknown"),
    ] {
        assert_eq!(guarded(work), Err(says.to_string()));
    }
}

/// An article as it was fetched.
fn page(body: &'static str) -> Page {
    let url = Url::parse("https://harian.example/berita/1").unwrap();
    Page {
        link: Link {
            url: url.clone(),
            source: "harian".to_string(),
            kind: PageKind::Article,
            published: None,
        },
        final_url: url,
        fetched_at: Utc::now(),
        status: 200,
        headers: Headers::default(),
        body: Bytes::from_static(body.as_bytes()),
    }
}

/// A site that cannot be asked anything.
struct Trap;

impl From<Trap> for Site<'_> {
    fn from(_: Trap) -> Self {
        panic!("on purpose")
    }
}

#[test]
fn a_page_that_makes_the_inspection_panic_cannot_be_judged() {
    let page = page("<p>Jembatan baru dibuka pagi ini.");
    let url = page.final_url.clone();
    let inspection = inspect(&page, Trap, None, &rules());
    let failed = Verdict::Abstain(Reason::Failed);
    assert_eq!(inspection.assessment.verdict, failed);
    assert_eq!(inspection.article.url, Some(url));
}

/// A sitemap's day stays a day where it stands in for the page's own date.
#[test]
fn what_a_feed_said_stands_in_as_exactly_as_it_was_said() {
    for said in [
        "2024-05-03",
        "2024-05-03T10:15:00",
        "2024-05-03T10:15:00+07:00",
    ] {
        let mut page = page(
            "<p>Jembatan baru dibuka pagi ini, dan warga sudah lewat sejak subuh. Mereka \
            menunggu tiga tahun, kata kepala desa, yang ikut memotong pita bersama anak sekolah.",
        );
        page.link.published = said.parse().ok();
        let inspection = inspect(&page, &SiteRules::default(), None, &rules());
        let found = inspection.article.published.map(|date| date.to_string());
        assert_eq!(found.as_deref(), Some(said));
    }
}

/// Whoever reads a stranger's page does so behind the one guard.
#[test]
fn what_runs_long_reads_pages_only_through_the_guard() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let in_daemon = fs::read_dir(src.join("daemon"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let in_cli = ["batch", "check", "input", "rescore"]
        .map(|name| src.join("cli").join(name).with_extension("rs"));
    for path in in_daemon.chain(in_cli) {
        let code = fs::read_to_string(&path).unwrap();
        for unguarded in ["catch_unwind", " assess(", " extract(", " from_text("] {
            assert!(
                !code.contains(unguarded),
                "{}: `{unguarded}` beside the guard",
                path.display()
            );
        }
    }
}
