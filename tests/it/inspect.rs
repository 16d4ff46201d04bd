//! No page ends a run.

use std::{fs, panic::panic_any, path::Path};

use benggala::{
    extract::Site,
    inspect::{Rules, guarded, inspect, inspect_text},
    lang::Lexicon,
    model::{Headers, Lang, Link, Page, PageKind, ParseLimits, Policy, Reason, SiteRules, Verdict},
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
        usage: benggala::usage::Usage::default(),
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

/// An article of our own in Indonesian, and one that says the same in English.
const TWO_LANGUAGES: [(&str, &str); 2] = [
    (
        "id",
        "Jembatan baru dibuka pagi ini, dan warga sudah lewat sejak subuh. Mereka menunggu tiga tahun, \
         kata kepala desa, yang ikut memotong pita bersama anak sekolah. ",
    ),
    (
        "en",
        "The new bridge was opened this morning, and people had been crossing it since dawn. They had \
         waited for three years, said the mayor, who cut the ribbon together with the children. ",
    ),
];

#[test]
fn a_language_that_the_text_contradicts_is_not_believed() {
    for (lang, text) in TWO_LANGUAGES {
        let text = text.repeat(5);
        for said in ["id", "en", "ms", "eng", "xx"] {
            let got = inspect_text(&text, Lang::new(said).as_ref(), &rules());
            let told = got.article.lang.as_ref().map(Lang::as_str);
            let verdict = got.assessment.verdict;
            match (lang, said) {
                ("id", "id") | ("en", "en" | "eng") => {
                    assert_eq!((verdict, told), (Verdict::Pass, Some(lang)), "{said}");
                }
                // Closely related: whoever calls it Malay knows better.
                ("id", "ms") => assert_eq!((verdict.reason(), told), (None, Some("ms"))),
                _ => {
                    let other = Verdict::Abstain(Reason::OtherLanguage);
                    assert_eq!((verdict, told), (other, Some(lang)), "{said}");
                }
            }
        }
        let page = page(Box::leak(
            format!("<article><p>{text}</article>").into_boxed_str(),
        ));
        let got = inspect(
            &page,
            &SiteRules::default(),
            Lang::new("de").as_ref(),
            &rules(),
        );
        let other = Verdict::Abstain(Reason::OtherLanguage);
        assert_eq!(got.assessment.verdict, other);
    }
}

#[test]
fn bytes_that_are_no_text_are_never_passed() {
    let mut state = 7_u32;
    let mut random = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let bytes: Vec<u8> = (0..6_000).map(|_| random()).collect();
    let latin: String = bytes.iter().map(|byte| char::from(*byte)).collect();
    let wide: String = bytes
        .chunks(2)
        .filter_map(|two| char::from_u32(u32::from(two[0]) << 8 | u32::from(two[1])))
        .collect();
    let text = TWO_LANGUAGES[1].1.repeat(5);
    let nuls: String = text.chars().flat_map(|c| [c, '\u{3}']).collect();
    for text in [
        String::from_utf8_lossy(&bytes).into_owned(),
        latin,
        wide,
        nuls,
    ] {
        for lang in [None, Lang::new("en")] {
            let got = inspect_text(&text, lang.as_ref(), &rules());
            let reason = got.assessment.verdict.reason();
            assert!(
                matches!(reason, Some(Reason::NotHtml | Reason::UnknownLanguage)),
                "{text:?}"
            );
            assert_eq!(got.article.lang, lang, "nothing is guessed");
            let marked = format!(
                "<html lang=en><article><p>{}</article>",
                text.replace('<', "&lt;")
            );
            let page = Page {
                body: Bytes::from(marked),
                ..page("")
            };
            let got = inspect(&page, &SiteRules::default(), lang.as_ref(), &rules());
            assert!(got.assessment.verdict.reason().is_some(), "{text:?}");
        }
    }
}

/// Whoever reads a stranger's page does so behind the one guard.
#[test]
fn what_runs_long_reads_pages_only_through_the_guard() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let in_daemon = fs::read_dir(src.join("daemon"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let in_cli = ["batch/mod", "check", "input", "rescore"]
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
