//! What people read in a browser.

use askama::Template as _;
use benggala::{
    inspect::explained,
    model::{
        Backfill, BackfillState, LinkCounts, PageKind, Pause, Policy, Reason, Shelf, ShelfCounts,
        SourceDay, SourceStanding, TranslationStanding, Turn, Zone,
    },
    report::{
        ClusterView, CopyView, Entry, SourceView, TrailView, VersionView,
        changes::changes,
        html::{
            ArticlePage, Chrome, Filter, Flash, QueuePage, ReviewForm, SourceFilter, SourcePage,
            SourcesPage, Tab,
        },
        tongue::Tongue,
    },
};
use chrono::TimeDelta;
use proptest::{
    prelude::{Strategy, any, prop, prop_assert_eq},
    proptest,
};
use url::Url;

use super::given::{BODY, article, entry, flagged, legend, now, review};

fn chrome() -> Chrome<'static> {
    Chrome {
        root: "..",
        form: ReviewForm::Open,
        is_in: false,
        reviewer: "Ana",
        now: now(),
        zone: Zone::UTC,
        tongue: Tongue::ENGLISH,
    }
}

fn counts(pairs: &[(Shelf, u64)]) -> ShelfCounts {
    let mut counts = ShelfCounts::default();
    for (shelf, n) in pairs {
        counts.add(*shelf, *n);
    }
    counts
}

/// The queue as a page, with one source and some articles that passed.
fn queue(entries: &[Entry<'_>], filter: &Filter, counts: &ShelfCounts) -> String {
    let sources = ["news & co".to_string()];
    let page = QueuePage {
        chrome: chrome(),
        entries,
        filter,
        sources: &sources,
        languages: &["id".to_string()],
        legend: &legend(),
        counts: Some(counts),
        last_answer: Some(now() - TimeDelta::minutes(3)),
        next_poll: Some(now() + TimeDelta::minutes(7)),
        newest: 12,
        next: Some("1c".to_string()),
        decided: None,
    };
    page.render().unwrap()
}

fn article_page(entry: &Entry<'_>, trail: &TrailView<'_>, form: ReviewForm) -> String {
    let assessment = flagged();
    let page = ArticlePage {
        chrome: Chrome { form, ..chrome() },
        entry,
        explanation: &explained(&assessment, &[], &Policy::default()),
        standing: None,
        trail,
        legend: &legend(),
        filter: &Filter::default(),
        previous: None,
        next: Some(11),
        has_page: true,
        decided: Some(Flash::Many(7, 3)),
    };
    page.render().unwrap()
}

#[test]
fn a_row_shows_the_worst_words_in_context_and_escapes_the_rest() {
    let (mut article, assessment, reviews) = (article(BODY), flagged(), [review()]);
    article.title = Some("<script>alert(1)</script>".to_string());
    let entries = [entry(&article, &assessment, &reviews)];
    let filter = Filter {
        source: Some("news & co".to_string()),
        ..Filter::default()
    };
    let page = queue(&entries, &filter, &counts(&[(Shelf::Waiting, 31)]));
    assert!(!page.contains("<script>"), "{page}");
    for part in [
        "di 城市 <mark class=\"translation\">dan dan</mark> ia tertawa.",
        "and 2 more findings",
        "machine translation <b>0.70</b>",
        "residue <b>0.05</b>",
        "style <b>0.12</b>",
        "5 min ago",
        "Waiting <b>31</b>",
        "Dismissed <b>0</b>",
        "source: news &#38; co",
        "cursor=1c",
        "by Ana &#60;ana&#62;",
        "Decide all 31 at once",
        "href=\"../articles/12?shelf=waiting&#38;source=news+%26+co\"",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
}

#[test]
fn an_empty_queue_says_what_was_judged_and_what_comes() {
    let waiting = Filter::default();
    let judged = counts(&[
        (Shelf::Passed, 4),
        (Shelf::Dismissed, 1),
        (Shelf::NotJudged(Reason::TooShort), 2),
    ]);
    let page = queue(&[], &waiting, &judged);
    assert!(page.contains("Nothing waits for you"), "{page}");
    for part in [
        "5 articles were judged: 4 passed",
        "1 flagged and decided",
        "2 could not",
        "answered 3 min ago",
        "asked in 7 min",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    let page = queue(&[], &waiting, &ShelfCounts::default());
    assert!(
        page.contains("1 source will be asked; the next one in 7 min"),
        "{page}"
    );
    let narrow = Filter {
        rule: Some("stock-phrase".to_string()),
        ..Filter::default()
    };
    assert!(queue(&[], &narrow, &judged).contains("Nothing matches"));
}

fn filters() -> impl Strategy<Value = Filter> {
    let tabs = Shelf::all().map(Tab::Shelf);
    let tabs: Vec<Tab> = tabs
        .chain([Tab::NotJudged, Tab::Flagged, Tab::All])
        .collect();
    let text = || prop::option::of("[^\\s\\p{C}]{1,8}( [^\\s\\p{C}]{1,8})?");
    let texts = (text(), text(), text(), text());
    (
        prop::sample::select(tabs),
        texts,
        prop::option::of(0..9_i64),
        any::<bool>(),
    )
        .prop_map(
            |(tab, (source, rule, text, since), cluster, worst)| Filter {
                tab,
                source,
                rule,
                lang: None,
                text,
                score: None,
                cluster,
                since,
                until: None,
                worst,
            },
        )
}

proptest! {
    #[test]
    fn a_filter_is_what_its_link_says(filter in filters()) {
        prop_assert_eq!(Filter::parse(&filter.query()), filter);
    }
}

#[test]
fn the_article_page_marks_numbers_and_takes_a_review() {
    let (article, assessment, reviews) = (article(BODY), flagged(), [review()]);
    let entry = entry(&article, &assessment, &reviews);
    let page = |form| article_page(&entry, &TrailView::default(), form);
    let open = page(ReviewForm::Open);
    for part in [
        "<mark class=\"translation\" data-n=\"2\">dan dan</mark><sup><a href=\"#note-2\"",
        "<mark class=\"boilerplate\" data-n=\"3\">Berlangganan buletin kami.</mark>",
        "id=\"note-2\"",
        "Jembatan &#60;b&#62;dibuka",
        "2025-03-04 09:30 +07:00",
        "action=\"../api/v1/articles/12/reviews\"",
        "name=\"by\" value=\"Ana\"",
        "href=\"../articles/11\" rel=\"next\"",
        "href=\"../articles/12/page\"",
        "href=\"../rules/repeated-phrase\"",
        "before reading: 4 in 100 are",
        "repeated-phrase, 2 times",
        "fires in 1 native, 3 human-, 48 machine-translated texts of 2343, 2509, 6399",
        "overall, the worse of both",
        "value=\"repeated-phrase:95-102\"",
        "3 articles decided together",
        "lang=\"id\"",
    ] {
        assert!(open.contains(part), "{part} in {open}");
    }
    let token = page(ReviewForm::Token);
    assert!(token.contains("href=\"../login\"") && !token.contains("name=\"note\""));
    assert!(page(ReviewForm::Closed).contains("Reviews are closed"));
}

#[test]
fn the_article_page_tells_where_else_its_text_stood_and_how_it_changed() {
    let (article, assessment) = (article(BODY), flagged());
    let entry = Entry {
        cluster: Some(ClusterView {
            id: 7,
            articles: 61,
            sources: 14,
            first: 3,
            first_source: "first & co",
            first_at: now() - TimeDelta::hours(3),
        }),
        aliases: 1_204,
        ..entry(&article, &assessment, &[])
    };
    let said = "Tiga <b>tewas</b>.";
    let trail = TrailView {
        copies: vec![CopyView {
            id: 3,
            url: "https://first.example/1",
            source: "first & co",
            title: None,
            fetched_at: now() - TimeDelta::hours(3),
        }],
        aliases: vec!["https://news.example/?a=1&b=2"],
        versions: vec![VersionView {
            from: now() - TimeDelta::hours(3),
            until: now() - TimeDelta::hours(1),
            title: None,
            body: said,
            changes: changes(said, "Lima tewas."),
        }],
    };
    let page = article_page(&entry, &trail, ReviewForm::Open);
    for part in [
        "This text appeared on 14 sources. It stood first on <a href=\"../articles/3\">first &#38; co</a>",
        "href=\"../?shelf=all&#38;cluster=7\"",
        ">https://first.example/1</a>",
        "and 59 more",
        "1204 other addresses",
        "https://news.example/?a=1&#38;b=2",
        "and 1203 more",
        "1 earlier version",
        "<del>Tiga &#60;b&#62;</del><ins>Lima </ins>tewas<del>&#60;/b&#62;</del>.",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    let list = [entry];
    let filter = Filter {
        cluster: Some(7),
        ..Filter::default()
    };
    let list = queue(&list, &filter, &ShelfCounts::default());
    for part in ["one of 61 copies", ">one text <"] {
        assert!(list.contains(part), "{part} in {list}");
    }
}

#[test]
fn the_sources_page_gives_the_interval_and_advice() {
    let url = Url::parse("https://news.example/feed").unwrap();
    let standing = SourceStanding {
        articles: 20,
        flagged: 5,
        abstained: 3,
        interval: (0.112, 0.469),
        since: None,
        translation: Some(TranslationStanding {
            probability: 0.973,
            share: 0.93,
            interval: (0.81, 0.98),
            articles: 41,
            since: now() - TimeDelta::days(70),
            turned: Some(Turn {
                at: now() - TimeDelta::days(69),
                before: 0.021,
            }),
        }),
    };
    let backfill = Backfill {
        source: "news <co>".to_string(),
        since: now() - TimeDelta::days(1_000),
        limit: None,
        state: BackfillState::Running,
        started_at: now(),
        updated_at: now(),
        lists_read: 4,
        lists_failed: 1,
        lists_waiting: 3,
        waiting: 70,
        queued: 50,
        read: 312,
        older: 0,
        known: 40,
        failed: 2,
    };
    let pause = Pause {
        at: now() - TimeDelta::hours(1),
        by: "Ana".to_string(),
        why: "<moves>".to_string(),
    };
    let today = now().timestamp() / 86_400;
    let days = [(3, 9, 1), (0, 4, 6)].map(|(back, passed, flagged)| SourceDay {
        day: today - back,
        passed,
        flagged,
        abstained: 0,
    });
    let source = SourceView {
        name: "news <co>",
        url: &url,
        group: None,
        kind: PageKind::Feed,
        enabled: true,
        paused: Some(&pause),
        days: days.to_vec(),
        waiting: 4,
        confirmed: 14,
        dismissed: 2,
        standing,
        last_success: None,
        links: Some(LinkCounts {
            old: 38,
            foreign: 2,
            ..LinkCounts::default()
        }),
        last_article: None,
        next_at: Some(now() + TimeDelta::hours(3)),
        failures: 4,
        error: Some("dns: no such host"),
        boilerplate: Some(0.07),
        template_lines: 37,
        not_articles: 12,
        walled: 1,
        parked: 1,
        backfill: Some(&backfill),
    };
    let own = SourcePage {
        chrome: chrome(),
        source: &source,
        days: &days,
        polls: &[],
    };
    let own = own.render().unwrap();
    for part in [
        "14 of 16 decided were right (88 %, 66 to 97 %)",
        "20 articles in 120 days, 7 flagged, at most 10 a day",
        "class=\"turn\"",
        "Resume",
        "4 waiting",
    ] {
        assert!(own.contains(part), "{part} in {own}");
    }
    let page = SourcesPage {
        chrome: chrome(),
        sources: &[source],
        filter: &SourceFilter::default(),
        matching: 1,
        has_more: false,
    };
    let page = page.render().unwrap();
    for part in [
        "news &#60;co&#62;",
        "0.97</b> mainly machine-translated",
        "93 %, between 81 and 98 %",
        "over 41 articles since December 2024",
        "turned around 25 December 2024 (0.02 before)",
        "25 %",
        "1 page behind a bot wall",
        "ask the site to let the crawler in",
        "12 pages without an article",
        "Answered, 40 links: 38 too old, 2 of another site, 0 new",
        "a longer `link_age`",
        "is running: 312 articles read, 40 known before, 2 without an article or out of reach, \
         1 sitemaps or lists out of reach, 120 more known and 3 lists not read yet.",
        "11 to 47 %",
        "never",
        "in 3 h",
        "4 times in a row",
        "7 %",
        "template lines known: 37",
        "Look for a slip in the host&#39;s name",
        "Paused by Ana, 1 h ago: &#60;moves&#62;",
        "20 articles in 30 days, 7 flagged, at most 10 a day",
        "4 waiting",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
}

#[test]
fn pages_load_nothing_from_elsewhere_and_hold_no_script_or_style_of_their_own() {
    let (article, assessment) = (article(BODY), flagged());
    let entries = [entry(&article, &assessment, &[])];
    let list = queue(&entries, &Filter::default(), &ShelfCounts::default());
    let one = article_page(&entries[0], &TrailView::default(), ReviewForm::Open);
    for page in [list, one] {
        assert!(!page.contains("style=") && !page.contains("<style"));
        assert_eq!(page.matches("<script").count(), 1);
        for (at, _) in page.match_indices("src=\"") {
            assert!(
                page[at + 5..].starts_with("../static/"),
                "{}",
                &page[at..at + 40]
            );
        }
    }
}
