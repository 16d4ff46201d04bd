//! Articles, listings, reviews, pages.

use benggala::{
    model::{Lang, RulesHash, Span, Verdict},
    standing::Standing,
    store::{ArticleQuery, StoreError, StoredFinding},
};

use chrono::TimeDelta;

use super::{
    given::{ABSTAIN, article, assessment, at, observation, read_all, visit},
    places,
};

/// Ids that a query finds, one page of them.
async fn ids(store: &std::sync::Arc<dyn benggala::store::Store>, query: &ArticleQuery) -> Vec<i64> {
    let rows = store.articles(query).await.expect("a listing");
    rows.into_iter().map(|row| row.id).collect()
}

fn all() -> ArticleQuery {
    ArticleQuery {
        limit: 100,
        ..ArticleQuery::default()
    }
}

#[tokio::test]
async fn an_article_reads_as_it_was_written() {
    for place in places() {
        let store = place.open().await;
        let id = read_all(&store, &[Verdict::Flag]).await[0];
        let row = store.article(id).await.unwrap().unwrap();
        let written = article("Kata pertama, kata kedua.");
        assert_eq!(row.url.as_str(), "https://harian.example/0");
        assert_eq!(row.source, "harian");
        assert_eq!(row.title, written.title);
        assert_eq!(row.byline, written.byline);
        assert_eq!(row.published, written.published);
        let text = row.published.unwrap().to_string();
        assert_eq!(text, "2025-06-15T08:30:00+07:00", "the zone of the page");
        assert_eq!(row.lang, None);
        assert_eq!(row.body, written.body);
        assert_eq!(row.provenance, written.provenance);
        assert_eq!(row.scores, assessment(Verdict::Flag, &[]).scores);
        assert_eq!(row.rules, RulesHash(0xfedc_ba98_7654_3210));
        let finding = StoredFinding {
            rule: "stock-phrase".to_string(),
            grade: "strong".to_string(),
            span: Span { start: 0, end: 4 },
            note: "stock-phrase was here".to_string(),
            left_out: None,
            dismissed_by: None,
        };
        assert_eq!(row.findings[0], finding);
        assert_eq!(row.findings.len(), 2);
        assert_eq!(store.article(id + 1).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_page_reads_as_it_was_fetched() {
    for place in places() {
        let store = place.open().await;
        let id = read_all(&store, &[Verdict::Pass]).await[0];
        let page = store.page(id).await.unwrap().unwrap();
        let lease = benggala::store::Lease {
            id: 0,
            worker: String::new(),
            fence: 0,
            link: page.link.clone(),
            attempts: 0,
            etag: None,
            last_modified: None,
            robots: None,
            host_failures: 0,
            asked_today: 0,
            known_since: at(0),
            first_read: None,
            rhythm: Default::default(),
            moved: None,
            backfill: None,
            last_poll: None,
        };
        assert_eq!(page.link.url.as_str(), "https://harian.example/0");
        assert_eq!(page, visit(&lease, at(10), Verdict::Pass).page);
        assert_eq!(store.page(id + 1).await.unwrap(), None);
    }
}

#[tokio::test]
async fn listings_are_filtered_and_newest_first() {
    let verdicts = [
        Verdict::Pass,
        Verdict::Flag,
        ABSTAIN,
        Verdict::Flag,
        Verdict::Pass,
    ];
    let some = |text: &str| Some(text.to_string());
    // Positions in `verdicts`; they were read at the seconds 10, 11, …
    let cases: [(ArticleQuery, &[usize]); 12] = [
        (all(), &[4, 3, 2, 1, 0]),
        (ArticleQuery { limit: 2, ..all() }, &[4, 3]),
        (ArticleQuery { limit: 0, ..all() }, &[]),
        (
            ArticleQuery {
                verdict: some("flag"),
                ..all()
            },
            &[3, 1],
        ),
        (
            ArticleQuery {
                verdict: some("abstain"),
                ..all()
            },
            &[2],
        ),
        (
            ArticleQuery {
                verdict: some("nonsense"),
                ..all()
            },
            &[],
        ),
        (
            ArticleQuery {
                source: some("harian"),
                ..all()
            },
            &[4, 3, 2, 1, 0],
        ),
        (
            ArticleQuery {
                source: some("stranger"),
                ..all()
            },
            &[],
        ),
        (
            ArticleQuery {
                rule: some("link-farm"),
                ..all()
            },
            &[3, 1],
        ),
        (
            ArticleQuery {
                since: Some(at(12)),
                ..all()
            },
            &[4, 3, 2],
        ),
        (
            ArticleQuery {
                until: Some(at(12)),
                ..all()
            },
            &[1, 0],
        ),
        (
            ArticleQuery {
                verdict: some("flag"),
                source: some("harian"),
                rule: some("stock-phrase"),
                since: Some(at(11)),
                until: Some(at(13)),
                ..all()
            },
            &[1],
        ),
    ];
    for place in places() {
        let store = place.open().await;
        let rows = read_all(&store, &verdicts).await;
        for (query, expected) in &cases {
            let expected: Vec<_> = expected.iter().map(|n| rows[*n]).collect();
            assert_eq!(ids(&store, query).await, expected, "{query:?}");
        }
    }
}

#[tokio::test]
async fn pages_of_a_listing_join_without_gap() {
    for place in places() {
        let store = place.open().await;
        let rows = read_all(&store, &[Verdict::Flag; 7]).await;
        for rule in [None, Some("link-farm".to_string())] {
            let mut query = ArticleQuery {
                limit: 3,
                rule,
                ..all()
            };
            let mut found = Vec::new();
            loop {
                let page = ids(&store, &query).await;
                let Some(last) = page.last() else {
                    break;
                };
                query.before = Some(*last);
                found.extend(page);
            }
            found.reverse();
            assert_eq!(found, rows);
        }
    }
}

#[tokio::test]
async fn a_reassessment_replaces_the_conclusion() {
    for place in places() {
        let store = place.open().await;
        let id = read_all(&store, &[Verdict::Flag]).await[0];
        let content = benggala::model::Article {
            lang: Lang::new("id"),
            ..article("Isi yang dibaca ulang.")
        };
        let mut conclusion = assessment(ABSTAIN, &["other-rule"]);
        conclusion.rules = RulesHash(7);
        store
            .reassess(id, None, &content, &conclusion, at(99))
            .await
            .unwrap();
        let row = store.article(id).await.unwrap().unwrap();
        assert_eq!(row.verdict, ABSTAIN);
        assert_eq!(row.rules, RulesHash(7));
        assert_eq!(row.body, "Isi yang dibaca ulang.");
        assert_eq!(row.lang, Lang::new("id"));
        assert_eq!(row.fetched_at, at(10));
        let rule = |rule: &str| ArticleQuery {
            rule: Some(rule.to_string()),
            ..all()
        };
        assert!(ids(&store, &rule("link-farm")).await.is_empty());
        assert_eq!(ids(&store, &rule("other-rule")).await, [id]);
        let standing = Standing::of([observation(ABSTAIN, 10, None)]);
        assert_eq!(store.standing("harian").await.unwrap(), standing);
        let again = assessment(Verdict::Flag, &["other-rule"]);
        store
            .reassess(id, None, &content, &again, at(99))
            .await
            .unwrap();
        let standing = Standing::of([observation(Verdict::Flag, 10, Some(1.25))]);
        assert_eq!(store.standing("harian").await.unwrap(), standing);
        let row = store.article(id).await.unwrap().unwrap();
        assert_eq!(row.evidence, again.evidence);
        let source = store.sources().await.unwrap().remove(0);
        assert_eq!((source.flagged, source.abstained), (1, 0));

        let missing = store
            .reassess(id + 1, None, &content, &conclusion, at(99))
            .await;
        assert!(matches!(missing, Err(StoreError::Value(_))), "{missing:?}");
    }
}

#[tokio::test]
async fn old_pages_are_dropped_and_articles_stay() {
    for place in places() {
        let store = place.open().await;
        let rows = read_all(&store, &[Verdict::Pass; 5]).await;
        assert_eq!(store.prune(at(12), TimeDelta::zero()).await.unwrap(), 2);
        assert_eq!(store.prune(at(12), TimeDelta::zero()).await.unwrap(), 0);
        assert_eq!(store.page(rows[1]).await.unwrap(), None);
        assert!(store.page(rows[2]).await.unwrap().is_some());
        assert!(store.article(rows[1]).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn counts_tell_what_there_is() {
    for place in places() {
        let store = place.open().await;
        read_all(&store, &[Verdict::Pass, Verdict::Flag]).await;
        let counts = store.counts(at(100)).await.unwrap();
        assert_eq!((counts.waiting, counts.due, counts.done), (1, 0, 2));
        assert_eq!((counts.hosts, counts.hosts_failing), (1, 0));
        assert_eq!((counts.articles, counts.outbox), (2, 1));
        assert_eq!(counts.lag_seconds, 0);
        assert!(counts.size_bytes > 0);
        let late = store.counts(at(100_042)).await.unwrap();
        assert_eq!((late.waiting, late.due, late.lag_seconds), (0, 1, 42));
    }
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    for place in places() {
        let store = place.open().await;
        let rows = read_all(&store, &[Verdict::Flag, ABSTAIN]).await;
        let before = (
            store.articles(&all()).await.unwrap(),
            store.page(rows[0]).await.unwrap(),
            store.sources().await.unwrap(),
            store.notifications("desk", at(100), 10).await.unwrap(),
            store.next_due(None, at(100)).await.unwrap(),
        );
        store.close().await.unwrap();
        drop(store);
        let store = place.open().await;
        let after = (
            store.articles(&all()).await.unwrap(),
            store.page(rows[0]).await.unwrap(),
            store.sources().await.unwrap(),
            store.notifications("desk", at(100), 10).await.unwrap(),
            store.next_due(None, at(100)).await.unwrap(),
        );
        assert_eq!(before, after);
        drop(store);
        let again = place.open().await;
        assert_eq!(
            again.articles(&all()).await.unwrap(),
            before.0,
            "dropped, not closed"
        );
    }
}

#[tokio::test]
async fn a_closed_store_says_so() {
    for place in places() {
        let store = place.open().await;
        store.close().await.unwrap();
        store.close().await.unwrap();
        let write = store.put_sources(None, &[], at(0)).await;
        let read = store.sources().await;
        assert!(matches!(write, Err(StoreError::Closed)), "{write:?}");
        assert!(matches!(read, Err(StoreError::Closed)), "{read:?}");
    }
}
