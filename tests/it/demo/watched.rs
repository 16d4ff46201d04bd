//! What watching the newsroom yields.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::{Command, Stdio},
    sync::atomic::Ordering,
    time::Duration,
};

use benggala::{
    config::{Config, FetchConfig},
    demo::{Newsroom, content::Behaviour},
    fetch::{Fetcher, Network, Request},
    inspect::{Rules, inspect},
    lang::Lexicon,
    model::{Link, PageKind, ParseLimits, Policy, SiteRules, Verdict},
};
use chrono::Utc;
use url::Url;

use super::{LATE, QUIET, client::get, open, open_late};
use crate::daemon::watch::{Watch, until};

/// Which articles the program flags, read over HTTP as the daemon would: source -> address ->
/// the rules that were broken.
async fn flagged(newsroom: &Newsroom) -> BTreeMap<String, BTreeMap<Url, BTreeSet<&'static str>>> {
    let rules = Rules {
        lexicon: Lexicon::built_in(),
        policy: Policy::default(),
        limits: ParseLimits::default(),
        adviser: None,
        usage: benggala::usage::Usage::default(),
    };
    let mut config = FetchConfig {
        requests_per_second: 1_000.0,
        allow_private: vec!["127.0.0.1/32".parse().expect("a network")],
        ..Config::default().fetch
    };
    config.requests_per_second_total = config.requests_per_second;
    let fetcher = Fetcher::new(&config, Network::default()).expect("a client");
    let mut found: BTreeMap<String, BTreeMap<_, _>> = BTreeMap::new();
    for published in newsroom.published(LATE) {
        if published.article.answer != Behaviour::Page {
            continue;
        }
        let request = Request {
            url: published.url.clone(),
            kind: PageKind::Article,
            etag: None,
            last_modified: None,
        };
        let link = Link {
            url: published.url.clone(),
            source: published.source.to_string(),
            kind: PageKind::Article,
            published: None,
        };
        let Ok(page) = fetcher.fetch(&request).await.into_page(link, Utc::now()) else {
            continue;
        };
        let inspection = inspect(&page, &SiteRules::default(), None, &rules);
        let findings = &inspection.assessment.findings;
        if inspection.assessment.verdict == Verdict::Flag {
            let rules = findings.iter().map(|finding| finding.rule).collect();
            let source = found.entry(published.source.to_string()).or_default();
            source.insert(published.url, rules);
        }
    }
    found
}

#[tokio::test]
async fn the_careless_papers_are_flagged_and_the_clean_ones_are_not() {
    let newsroom = open_late().await;
    let flagged = flagged(&newsroom).await;
    let of = |name: &str| flagged.get(name).cloned().unwrap_or_default();
    let (dunia, kilat) = (of("dunia-terkini"), of("kabar-kilat"));
    assert!(dunia.len() >= 7, "{dunia:#?}");
    assert!(kilat.len() >= 4, "{kilat:#?}");
    for clean in ["harian-pagi", "the-lighthouse"] {
        assert!(!flagged.contains_key(clean), "{:#?}", of(clean));
    }
    let broken: BTreeSet<&str> = dunia.values().flatten().copied().collect();
    let federation = dunia.iter().find(|(url, _)| url.path().contains("halvard"));
    let (_, federation) = federation.expect("it is flagged");
    assert!(federation.is_superset(&BTreeSet::from([
        "isolated-place",
        "coordinated-repetition"
    ])));
    for rule in ["isolated-place", "script-residue", "engine-residue"] {
        assert!(broken.contains(rule), "{rule}: {broken:?}");
    }
    assert!(
        kilat
            .into_values()
            .all(|rules| rules.contains("stock-line"))
    );
}

/// The row of a source on the sources page, once it says `words`.
async fn told(watch: &Watch, source: &str, words: &str) {
    until(&format!("{source}: {words}"), async || {
        let page = get(&watch.url("/sources")).await.text();
        let row = page
            .split("<tr")
            .find(|row| row.contains(&format!(">{source}<")));
        row.is_some_and(|row| row.contains(words))
    })
    .await;
}

#[tokio::test]
async fn what_falls_silent_and_what_is_only_old_is_told_on_the_sources_page() {
    let (newsroom, seconds) = open().await;
    let sources = newsroom.sources().into_iter();
    let quiet = sources.filter(|source| QUIET.contains(&source.name.as_str()));
    let watch = Watch::with(quiet.collect(), |config| {
        config.schedule.every = Duration::from_secs(1);
    })
    .await;
    told(
        &watch,
        "quay-almanac",
        "<b>Answered, 3 links: 3 too old, 0 new</b>",
    )
    .await;
    told(&watch, "night-post", "2 links: 2 known, 0 new").await;
    seconds.store(60, Ordering::SeqCst);
    told(&watch, "night-post", "<b>Answered, no links</b>").await;
    assert_eq!(watch.articles().await.len(), 2);
    watch.service.close().await.unwrap();
    newsroom.close().await;
}

/// The program itself, for as long as most of the newsroom's articles take.
#[test]
fn the_program_shows_what_it_flags_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = Command::new(env!("CARGO_BIN_EXE_benggala"))
        .args(["demo", "--for", "12s", "--listen", "127.0.0.1:0"])
        .env_remove("BENGGALA_CONFIG")
        .env_remove("BENGGALA_LOG")
        .env("TMPDIR", folder.path())
        .stdin(Stdio::null())
        .output()
        .expect("it runs");
    let shown = String::from_utf8(output.stdout).expect("text");
    let told = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(0), "{shown}\n{told}");
    assert_eq!(told, "");

    let (greeting, rest) = shown.split_once("Flagged so far:").expect("a greeting");
    let (flagged, summary) = rest.split_once("\nAfter 12 s:").expect("a summary");
    let papers = [
        "dunia-terkini",
        "harian-pagi",
        "kabar-kilat",
        "night-post",
        "quay-almanac",
        "rusak-news",
        "the-lighthouse",
    ];
    for paper in papers {
        assert!(greeting.contains(&format!("  {paper} ")), "{greeting}");
        assert!(summary.contains(&format!("  {paper} ")), "{summary}");
    }
    for shown in ["flagged  dunia-terkini  ", "flagged  kabar-kilat  "] {
        assert!(flagged.contains(shown), "{flagged}");
    }
    for rule in ["isolated-place  ", "engine-residue  ", "stock-line  "] {
        assert!(flagged.contains(rule), "{rule}: {flagged}");
    }
    for clean in ["harian-pagi", "the-lighthouse"] {
        assert!(!flagged.contains(clean), "{flagged}");
    }
    assert!(summary.contains("articles read, "), "{summary}");
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
}
