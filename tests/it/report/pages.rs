//! What people read in a browser.

use askama::Template as _;
use benggala::{
    model::{
        Backfill, BackfillState, LinkCounts, PageKind, SourceStanding, TranslationStanding, Turn,
    },
    report::{
        ClusterView, CopyView, Entry, SourceView, TrailView, VerdictCounts, VersionView,
        changes::changes,
        html::{ArticlePage, Filter, ReviewForm, ReviewPage, SourcesPage},
    },
};
use chrono::TimeDelta;
use url::Url;

use super::given::{BODY, article, entry, flagged, now, review};

fn review_page<'a>(entries: &'a [Entry<'a>], filter: &'a Filter) -> ReviewPage<'a> {
    ReviewPage {
        entries,
        filter,
        sources: vec!["news & co"],
        legend: &[],
        counts: VerdictCounts {
            flagged: 1,
            passed: 4,
            ..VerdictCounts::default()
        },
        next_poll: None,
        next: Some("1-c".to_string()),
        now: now(),
    }
}

#[test]
fn the_review_page_shows_the_words_in_context_and_escapes_the_rest() {
    let (mut article, assessment, reviews) = (article(BODY), flagged(), [review()]);
    article.title = Some("<script>alert(1)</script>".to_string());
    let entries = [entry(&article, &assessment, &reviews)];
    let filter = Filter {
        verdict: Some("flag".to_string()),
        ..Filter::default()
    };
    let page = review_page(&entries, &filter).render().unwrap();

    assert!(!page.contains("<script"), "{page}");
    assert!(
        page.contains("di 城市 <mark>dan dan</mark> ia tertawa."),
        "{page}"
    );
    assert!(page.contains("5 min ago") && page.contains("Flagged 1"));
    assert!(page.contains(r#"rel="noopener noreferrer nofollow""#));
    assert!(
        page.contains("/?verdict=flag&#38;source=news+%26+co"),
        "{page}"
    );
    assert!(page.contains("cursor=1-c"));
    assert!(page.contains("confirmed by Ana &#60;ana&#62;"));
}

#[test]
fn an_empty_page_says_what_happens_next() {
    let filter = Filter {
        verdict: Some("flag".to_string()),
        ..Filter::default()
    };
    let page = review_page(&[], &filter);
    assert!(page.render().unwrap().contains("Nothing is flagged"));
    let soon = ReviewPage {
        counts: VerdictCounts::default(),
        next_poll: Some(now() + TimeDelta::minutes(7)),
        ..review_page(&[], &filter)
    };
    assert!(
        soon.render()
            .unwrap()
            .contains("1 source will be asked; the next one in 7 min")
    );
    let bare = ReviewPage {
        sources: Vec::new(),
        ..review_page(&[], &filter)
    };
    assert!(bare.render().unwrap().contains("benggala add"));
    let other = Filter {
        rule: Some("stock-phrase".to_string()),
        ..filter
    };
    assert!(
        review_page(&[], &other)
            .render()
            .unwrap()
            .contains("Nothing matches")
    );
}

#[test]
fn the_article_page_marks_numbers_and_takes_a_review() {
    let (article, assessment, reviews) = (article(BODY), flagged(), [review()]);
    let entry = entry(&article, &assessment, &reviews);
    let trail = TrailView::default();
    let page = |form| {
        let page = ArticlePage {
            entry: &entry,
            standing: None,
            trail: &trail,
            legend: &[],
            form,
            now: now(),
        };
        page.render().unwrap()
    };
    let open = page(ReviewForm::Open);
    assert!(
        open.contains("<mark>dan dan</mark><sup><a href=\"#note-2\""),
        "{open}"
    );
    assert!(open.contains("id=\"note-2\"") && open.contains("Jembatan &#60;b&#62;dibuka"));
    assert!(open.contains("2025-03-04 09:30 +07:00"));
    assert!(open.contains("action=\"/api/v1/articles/12/reviews\""));
    assert!(!open.contains("name=\"token\""));
    assert!(page(ReviewForm::Token).contains("name=\"token\""));
    assert!(!page(ReviewForm::Closed).contains("<form"));
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
    let page = ArticlePage {
        standing: None,
        entry: &entry,
        trail: &trail,
        legend: &[],
        form: ReviewForm::Open,
        now: now(),
    };
    let page = page.render().unwrap();
    for part in [
        "This text appeared on 14 sources, first on <a href=\"/articles/3\">first &#38; co</a>",
        "href=\"/?verdict=all&#38;cluster=7\"",
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
    let list = review_page(&list, &filter).render().unwrap();
    for part in ["href=\"/articles/12#copies\">one of 61 copies", "one text"] {
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
    let source = SourceView {
        name: "news <co>",
        url: &url,
        kind: PageKind::Feed,
        enabled: true,
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
    let page = SourcesPage {
        sources: &[source],
        next: None,
        now: now(),
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
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
}

#[test]
fn pages_load_nothing_from_elsewhere_and_need_no_script() {
    let (article, assessment) = (article(BODY), flagged());
    let entries = [entry(&article, &assessment, &[])];
    let filter = Filter::default();
    let list = review_page(&entries, &filter).render().unwrap();
    let one = ArticlePage {
        entry: &entries[0],
        standing: None,
        trail: &TrailView::default(),
        legend: &[],
        form: ReviewForm::Open,
        now: now(),
    };
    for page in [list, one.render().unwrap()] {
        assert!(!page.contains("<script") && !page.contains("style=") && !page.contains("<style"));
        for (at, _) in page.match_indices("src=\"") {
            assert!(
                page[at + 5..].starts_with("/static/"),
                "{}",
                &page[at..at + 40]
            );
        }
    }
}
