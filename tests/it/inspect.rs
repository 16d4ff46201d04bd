//! No page ends a run.

use std::{fs, panic::panic_any, path::Path};

use benggala::{
    extract::Site,
    inspect::{Rules, guarded, inspect},
    lang::Lexicon,
    model::{Headers, Link, Page, PageKind, ParseLimits, Policy, Reason, Verdict},
};
use bytes::Bytes;
use chrono::Utc;
use url::Url;

fn rules() -> Rules {
    Rules {
        lexicon: Lexicon::built_in(),
        policy: Policy::default(),
        limits: ParseLimits::default(),
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

/// A site that cannot be asked anything.
struct Trap;

impl From<Trap> for Site<'_> {
    fn from(_: Trap) -> Self {
        panic!("on purpose")
    }
}

#[test]
fn a_page_that_makes_the_inspection_panic_cannot_be_judged() {
    let url = Url::parse("https://harian.example/berita/1").unwrap();
    let page = Page {
        link: Link {
            url: url.clone(),
            source: "harian".to_string(),
            kind: PageKind::Article,
            published: None,
        },
        final_url: url.clone(),
        fetched_at: Utc::now(),
        status: 200,
        headers: Headers::default(),
        body: Bytes::from_static(b"<p>Jembatan baru dibuka pagi ini."),
    };
    let inspection = inspect(&page, Trap, None, &rules());
    let failed = Verdict::Abstain(Reason::Failed);
    assert_eq!(inspection.assessment.verdict, failed);
    assert_eq!(inspection.article.url, Some(url));
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
