//! Sources of groups: each worker is given what is its own group's, and nothing else.

use std::sync::Arc;

use benggala::{
    model::{PageKind, Source, Timestamp},
    store::{BackfillOrder, Claim, Completion, Fate, ListReading, Store},
};

use super::{
    given::{
        addresses, again, announced, at, claim, complete, completion, lease_one, link, source, url,
    },
    places, postgres,
};

/// A feed on a host of its own.
fn feed(name: &str, group: Option<&str>) -> Source {
    Source {
        group: group.map(str::to_string),
        ..source(
            name,
            PageKind::Feed,
            &format!("https://{name}.example/feed"),
        )
    }
}

fn of_group(group: Option<&str>, now: Timestamp) -> Claim {
    Claim {
        group: group.map(str::to_string),
        ..claim("w", now)
    }
}

async fn claimed(store: &Arc<dyn Store>, group: Option<&str>, now: Timestamp) -> Vec<String> {
    let leases = store.claim(&of_group(group, now)).await.unwrap();
    addresses(&leases).into_iter().map(String::from).collect()
}

/// Two sources, whose feeds have each announced an article on a host that both share.
async fn two_read(store: &Arc<dyn Store>) {
    let sources = ["pagi", "sore"].map(|name| feed(name, None));
    let left = store.put_sources(None, &sources, at(0)).await.unwrap();
    assert!(left.is_empty(), "{left:?}");
    for lease in store.claim(&claim("w", at(0))).await.unwrap() {
        let name = lease.link.source.clone();
        let announces = Completion {
            links: vec![link(
                &format!("https://pers.example/{name}"),
                &name,
                PageKind::Article,
            )],
            ..completion(at(0), again(at(100)))
        };
        complete(store, &lease, announces).await;
    }
}

#[tokio::test]
async fn a_source_and_its_articles_are_given_to_its_group_alone() {
    for place in places() {
        let store = place.open().await;
        two_read(&store).await;
        let pinned = [feed("pagi", Some("eu")), feed("sore", None)];
        let left = store.put_sources(None, &pinned, at(1)).await.unwrap();
        assert_eq!(left, ["pagi"], "nobody else is there");
        let rows = store.sources().await.unwrap();
        let seen: Vec<_> = rows
            .iter()
            .map(|row| (&*row.name, row.group.as_deref(), row.enabled))
            .collect();
        assert_eq!(seen, [("pagi", Some("eu"), false), ("sore", None, true)]);

        // Of the host that both share, too.
        assert_eq!(claimed(&store, Some("us"), at(1)).await, [""; 0]);
        assert_eq!(
            claimed(&store, None, at(1)).await,
            ["https://pers.example/sore"]
        );

        // Once somebody of the group is there.
        let left = store.put_sources(Some("eu"), &pinned, at(2)).await.unwrap();
        assert_eq!(left, ["sore"]);
        assert_eq!(claimed(&store, None, at(2)).await, [""; 0]);
        assert_eq!(
            claimed(&store, Some("eu"), at(2)).await,
            ["https://pers.example/pagi"]
        );
        let due = claimed(&store, Some("eu"), at(200)).await;
        assert!(due.contains(&pinned[0].url.to_string()), "{due:?}");
        assert!(
            due.iter().all(|address| address.contains("pagi")),
            "{due:?}"
        );
    }
}

#[tokio::test]
async fn nobody_wakes_for_what_falls_due_for_another_group() {
    for place in places() {
        let store = place.open().await;
        let pinned = [feed("pagi", Some("eu")), feed("sore", None)];
        store.put_sources(Some("eu"), &pinned, at(0)).await.unwrap();
        let lease = store.claim(&of_group(Some("eu"), at(0))).await.unwrap();
        complete(&store, &lease[0], completion(at(0), again(at(100)))).await;
        let due = async |group| store.next_due(group, at(1)).await.unwrap();
        assert_eq!(due(Some("eu")).await, Some(at(100)));
        assert_eq!((due(None).await, due(Some("us")).await), (None, None));
    }
}

#[tokio::test]
async fn the_queue_of_a_source_moves_with_it_to_another_group() {
    for place in places() {
        let store = place.open().await;
        two_read(&store).await;
        for (group, other) in [("eu", "us"), ("us", "eu")] {
            let moved = [feed("pagi", Some(group)), feed("sore", Some(group))];
            let left = store.put_sources(Some(group), &moved, at(1)).await.unwrap();
            assert!(left.is_empty(), "{left:?}");
            assert_eq!(claimed(&store, Some(other), at(1)).await, [""; 0]);
            let leases = store.claim(&of_group(Some(group), at(1))).await.unwrap();
            assert_eq!(leases.len(), 2);
            store.release(&leases, at(-100)).await.unwrap();
        }
    }
}

#[tokio::test]
async fn the_past_of_a_source_is_its_groups_too() {
    const MAP: &str = "https://harian.example/sitemap.xml";
    const OLD: &str = "https://harian.example/old";
    for place in places() {
        let store = place.open().await;
        announced(&store, &[]).await;
        let order = BackfillOrder {
            since: at(-1_000_000),
            limit: None,
            starts: vec![(PageKind::Sitemap, url(MAP))],
        };
        store.start_backfill("harian", &order, at(1)).await.unwrap();
        let map = lease_one(&store, at(1)).await;
        let read = Completion {
            list: ListReading::Read(vec![link(OLD, "harian", PageKind::Article)]),
            ..completion(at(2), Fate::Done)
        };
        complete(&store, &map, read).await;
        let pinned = [feed("harian", Some("eu"))];
        store.put_sources(Some("eu"), &pinned, at(3)).await.unwrap();
        for backfill_of in [None, Some("harian".to_string())] {
            let of = |group| Claim {
                backfill_of: backfill_of.clone(),
                ..of_group(group, at(4))
            };
            assert_eq!(store.claim(&of(None)).await.unwrap(), []);
            let leases = store.claim(&of(Some("eu"))).await.unwrap();
            assert_eq!(addresses(&leases), [OLD]);
            store.release(&leases, at(-100)).await.unwrap();
        }
    }
}

/// Each worker leaves to the other what is of that one's group, for as long as it is at work.
#[tokio::test]
async fn a_group_rests_once_its_last_worker_is_gone_for_good() {
    let Some(place) = postgres::place() else {
        return;
    };
    let both = [feed("pagi", Some("eu")), feed("sore", Some("us"))];
    let eu = place.open().await;
    let left = eu.put_sources(Some("eu"), &both, at(0)).await.unwrap();
    assert_eq!(left, ["sore"]);
    let us = place.open().await;
    let left = us.put_sources(Some("us"), &both, at(0)).await.unwrap();
    assert!(left.is_empty(), "{left:?}");
    let database = place.database.as_ref().unwrap();
    let watched =
        || database.ask("SELECT string_agg(name, ' ' ORDER BY name) FROM sources WHERE enabled");
    let a_minute_later = "UPDATE workers SET seen_at = seen_at - 61000 WHERE is_ended";

    eu.close().await.unwrap();
    us.probe().await.unwrap();
    assert_eq!(watched(), "pagi sore", "most often it comes back");
    let back = place.open().await;
    back.put_sources(Some("eu"), &both, at(1)).await.unwrap();
    database.ask(a_minute_later);
    us.probe().await.unwrap();
    assert_eq!(watched(), "pagi sore", "as it did");

    // Its articles rest with it: nobody walks past them.
    let feed = back.claim(&of_group(Some("eu"), at(1))).await.unwrap();
    let announces = Completion {
        links: vec![link("https://pers.example/1", "pagi", PageKind::Article)],
        ..completion(at(1), again(at(100)))
    };
    complete(&back, &feed[0], announces).await;
    let ready = || {
        database.ask(
            "SELECT string_agg(authority, ' ' ORDER BY authority) FROM hosts WHERE ready_at IS NOT NULL",
        )
    };
    let all = "pagi.example:443 pers.example:443 sore.example:443";
    assert_eq!(ready(), all);
    back.close().await.unwrap();
    database.ask(a_minute_later);
    us.probe().await.unwrap();
    assert_eq!(
        (watched(), ready()),
        ("sore".into(), "sore.example:443".into())
    );
    let left = us.put_sources(Some("us"), &both, at(2)).await.unwrap();
    assert_eq!(left, ["pagi"]);

    let back = place.open().await;
    back.put_sources(Some("eu"), &both, at(3)).await.unwrap();
    assert_eq!(ready(), all);
    assert_eq!(
        claimed(&back, Some("eu"), at(4)).await,
        ["https://pers.example/1"]
    );
}
