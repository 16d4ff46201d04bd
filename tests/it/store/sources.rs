//! Sources come, go and move.

use benggala::{
    model::{PageKind, Pause, Verdict},
    store::{ArticleQuery, Completion, Fate, check, forget_source},
};

use super::{
    given::{
        addresses, again, announced, at, claim, complete, completion, lease_one, link, read, source,
    },
    places,
};

#[tokio::test]
async fn a_new_source_is_due_at_once() {
    for place in places() {
        let store = place.open().await;
        let sources = [
            source("b", PageKind::Feed, "https://b.example/feed"),
            source("a", PageKind::Auto, "https://a.example/"),
        ];
        store.put_sources(None, &sources, at(5)).await.unwrap();
        let rows = store.sources().await.unwrap();
        let names: Vec<_> = rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["a", "b"], "by name");
        let row = &rows[0];
        assert_eq!(
            (row.enabled, row.since, row.next_at),
            (true, at(5), Some(at(5)))
        );
        assert_eq!(
            (row.kind, row.url.as_str()),
            (PageKind::Auto, "https://a.example/")
        );
        assert_eq!(store.claim(&claim("w", at(5))).await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn the_same_configuration_changes_nothing() {
    for place in places() {
        let store = place.open().await;
        let feed = source("a", PageKind::Feed, "https://a.example/feed");
        store
            .put_sources(None, std::slice::from_ref(&feed), at(0))
            .await
            .unwrap();
        let lease = lease_one(&store, at(0)).await;
        store
            .put_sources(None, std::slice::from_ref(&feed), at(1))
            .await
            .unwrap();
        let answer = Completion {
            etag: Some("\"1\"".to_string()),
            ..completion(at(2), again(at(600)))
        };
        assert!(complete(&store, &lease, answer).await.accepted);
        store.put_sources(None, &[feed], at(3)).await.unwrap();
        assert_eq!(store.next_due(None, at(3)).await.unwrap(), Some(at(600)));
        assert_eq!(
            lease_one(&store, at(600)).await.etag.as_deref(),
            Some("\"1\"")
        );
    }
}

#[tokio::test]
async fn a_source_that_left_rests_until_it_returns() {
    for place in places() {
        let store = place.open().await;
        announced(&store, &["https://harian.example/1"]).await;
        let lease = lease_one(&store, at(1)).await;
        let parts = Completion {
            links: vec![link(
                "https://harian.example/map",
                "harian",
                PageKind::Sitemap,
            )],
            ..completion(
                at(1),
                Fate::Again {
                    at: at(2),
                    attempts: 0,
                },
            )
        };
        complete(&store, &lease, parts).await;

        store.put_sources(None, &[], at(2)).await.unwrap();
        let row = store.sources().await.unwrap().remove(0);
        assert_eq!((row.enabled, row.next_at), (false, None));
        let now = at(200_000);
        let leases = store.claim(&claim("a", now)).await.unwrap();
        assert_eq!(addresses(&leases), ["https://harian.example/1"]);
        assert_eq!(store.counts(now).await.unwrap().due, 0);
        complete(&store, &leases[0], completion(now, Fate::Done)).await;
        assert_eq!(store.next_due(None, now).await.unwrap(), None);

        let feed = source("harian", PageKind::Feed, "https://harian.example/feed");
        store.put_sources(None, &[feed], now).await.unwrap();
        let leases = store.claim(&claim("a", now)).await.unwrap();
        let mut found = addresses(&leases);
        found.sort_unstable();
        assert_eq!(
            found,
            ["https://harian.example/feed", "https://harian.example/map"]
        );
        assert_eq!(store.sources().await.unwrap()[0].since, at(0));
    }
}

#[tokio::test]
async fn a_poll_under_way_when_its_source_leaves_is_not_repeated() {
    for place in places() {
        let store = place.open().await;
        let feed = source("a", PageKind::Feed, "https://a.example/feed");
        store.put_sources(None, &[feed], at(0)).await.unwrap();
        let lease = lease_one(&store, at(0)).await;
        store.put_sources(None, &[], at(1)).await.unwrap();
        let answer = Completion {
            links: vec![
                link("https://a.example/1", "a", PageKind::Article),
                link("https://a.example/map", "a", PageKind::Sitemap),
            ],
            ..completion(at(2), again(at(3)))
        };
        let completed = complete(&store, &lease, answer).await;
        assert!(completed.accepted, "what was fetched is kept");
        assert_eq!(completed.links_new, 2);
        let leases = store.claim(&claim("w", at(10))).await.unwrap();
        assert_eq!(addresses(&leases), ["https://a.example/1"]);
    }
}

#[tokio::test]
async fn a_source_that_moves_is_asked_at_its_new_address_only() {
    for place in places() {
        let store = place.open().await;
        let old = source("a", PageKind::Feed, "https://old.example/feed");
        store.put_sources(None, &[old], at(0)).await.unwrap();
        let lease = lease_one(&store, at(0)).await;
        let shared = link("https://old.example/map", "a", PageKind::Sitemap);
        let answer = Completion {
            links: vec![shared],
            ..completion(at(0), again(at(1)))
        };
        complete(&store, &lease, answer).await;
        let late = lease_one(&store, at(1)).await;

        let new = source("a", PageKind::Auto, "https://new.example/feed");
        store.put_sources(None, &[new], at(1)).await.unwrap();
        assert!(
            !complete(&store, &late, completion(at(1), again(at(1))))
                .await
                .accepted
        );
        let leases = store.claim(&claim("w", at(1))).await.unwrap();
        assert_eq!(addresses(&leases), ["https://new.example/feed"]);
        assert_eq!(leases[0].link.kind, PageKind::Auto);
        let rows = store.sources().await.unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].url.as_str(), "https://new.example/feed");
    }
}

#[tokio::test]
async fn a_source_takes_over_a_url_that_was_known() {
    for place in places() {
        let store = place.open().await;
        announced(&store, &["https://harian.example/sport"]).await;
        let lease = lease_one(&store, at(1)).await;
        complete(
            &store,
            &lease,
            completion(at(1), Fate::Gone { attempts: 1 }),
        )
        .await;
        let sport = source("sport", PageKind::Listing, "https://harian.example/sport");
        let feed = source("harian", PageKind::Feed, "https://harian.example/feed");
        store
            .put_sources(None, &[feed, sport], at(2))
            .await
            .unwrap();
        let lease = lease_one(&store, at(2)).await;
        assert_eq!(lease.link.source, "sport");
        assert_eq!(lease.link.kind, PageKind::Listing);
    }
}

#[tokio::test]
async fn a_paused_source_rests_until_it_is_resumed() {
    for place in places() {
        let store = place.open().await;
        let feed = source("harian", PageKind::Feed, "https://harian.example/feed");
        let pause = Pause {
            at: at(1),
            by: "Sari".to_string(),
            why: "moves its server".to_string(),
        };
        store
            .put_sources(None, std::slice::from_ref(&feed), at(0))
            .await
            .unwrap();
        assert!(store.pause("harian", Some(&pause)).await.unwrap());
        assert!(!store.pause("nobody", Some(&pause)).await.unwrap());
        // A restart or a reload changes nothing.
        store
            .put_sources(None, std::slice::from_ref(&feed), at(2))
            .await
            .unwrap();
        assert_eq!(store.claim(&claim("w", at(3))).await.unwrap(), []);
        let row = store.source("harian").await.unwrap().unwrap();
        assert_eq!(row.paused, Some(pause));
        assert_eq!(row.next_at, None);
        assert!(store.pause("harian", None).await.unwrap());
        let leases = store.claim(&claim("w", at(4))).await.unwrap();
        assert_eq!(leases.len(), 1);
        let later = completion(at(4), again(at(9_000)));
        complete(&store, &leases[0], later).await;
        assert_eq!(store.claim(&claim("w", at(5))).await.unwrap(), []);
        assert!(store.poll_now("harian", at(6)).await.unwrap());
        assert_eq!(store.claim(&claim("w", at(7))).await.unwrap().len(), 1);
        let polls = store.polls("harian", 5).await.unwrap();
        assert_eq!(polls[0].url, feed.url);
        assert_eq!(polls[0].fetched_at, Some(at(4)));
    }
}

#[tokio::test]
async fn sources_are_told_page_by_page() {
    for place in places() {
        let store = place.open().await;
        let names = ["a", "b", "c"];
        let sources = names.map(|name| {
            source(
                name,
                PageKind::Feed,
                &format!("https://{name}.example/feed"),
            )
        });
        store.put_sources(None, &sources, at(0)).await.unwrap();
        let first = store.sources_after(None, 2).await.unwrap();
        let second = store.sources_after(Some("b"), 2).await.unwrap();
        let all: Vec<_> = first.into_iter().chain(second).collect();
        assert_eq!(all, store.sources().await.unwrap());
        assert_eq!(store.source("b").await.unwrap().unwrap(), all[1]);
    }
}

#[tokio::test]
async fn a_source_under_another_name_keeps_its_past() {
    for place in places() {
        let store = place.open().await;
        announced(&store, &["https://news.example/a"]).await;
        let lease = lease_one(&store, at(10)).await;
        let read = read(&lease, at(10), Verdict::Flag);
        complete(&store, &lease, read).await;
        let before = store.sources().await.unwrap().remove(0);
        let kept = async |name: &str| {
            let rows = store.sources().await.unwrap();
            assert_eq!(rows.len(), 1, "{name}");
            let row = &rows[0];
            assert_eq!((row.name.as_str(), row.enabled), (name, true));
            assert_eq!((row.since, row.waiting), (before.since, 1));
            assert_eq!(store.standing(name).await.unwrap().summary().flagged, 1);
        };

        let mut renamed = source("other", before.kind, before.url.as_str());
        store
            .put_sources(None, std::slice::from_ref(&renamed), at(20))
            .await
            .unwrap();
        kept("other").await;

        renamed = source("third", PageKind::Feed, "https://moved.example/feed");
        renamed.was = Some("other".to_string());
        store
            .put_sources(None, std::slice::from_ref(&renamed), at(30))
            .await
            .unwrap();
        kept("third").await;

        // Two that are both configured are two.
        let second = source("fourth", PageKind::Feed, "https://moved.example/feed");
        store
            .put_sources(None, &[renamed, second], at(40))
            .await
            .unwrap();
        assert_eq!(store.sources().await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn a_forgotten_source_leaves_nothing_and_others_lose_nothing() {
    for place in places() {
        let store = place.open().await;
        announced(
            &store,
            &["https://news.example/a", "https://news.example/b"],
        )
        .await;
        for second in [10, 11] {
            let lease = lease_one(&store, at(second)).await;
            complete(&store, &lease, read(&lease, at(second), Verdict::Flag)).await;
        }
        let name = store.sources().await.unwrap().remove(0).name;
        let rest = source("rest", PageKind::Feed, "https://rest.example/feed");
        store.put_sources(None, &[rest], at(20)).await.unwrap();
        store.close().await.unwrap();
        drop(store);

        let url = place.url.clone();
        let care = move || {
            assert_eq!(forget_source(&url, "nobody", false).unwrap(), None);
            let shown = forget_source(&url, &name, true).unwrap().unwrap();
            assert!(shown.articles > 0 && shown.urls > 0);
            assert_eq!(forget_source(&url, &name, false).unwrap(), Some(shown));
            assert_eq!(check(&url).unwrap().faults, [""; 0]);
        };
        tokio::task::spawn_blocking(care).await.unwrap();

        let store = place.open().await;
        let rows = store.sources().await.unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].name, "rest");
        let counts = store.tally(&ArticleQuery::default()).await.unwrap();
        assert_eq!(counts.unwrap().total(), 0);
        let all = ArticleQuery {
            limit: 10,
            ..ArticleQuery::default()
        };
        assert_eq!(store.articles(&all).await.unwrap(), []);
    }
}
