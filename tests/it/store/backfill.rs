//! The walk through a source's past.

use std::sync::Arc;

use benggala::{
    model::{Article, Backfill, BackfillState, Link, PageKind, Timestamp, Verdict},
    store::{BackfillOrder, Claim, Completion, Fate, Lease, ListReading, Store, Visit},
};
use chrono::TimeDelta;

use super::{
    given::{
        addresses, again, announced, article, at, claim, complete, completion, lease_one, link,
        read, source, url, visit,
    },
    places,
};

const FEED: &str = "https://harian.example/feed";
const MAP: &str = "https://harian.example/sitemap.xml";

/// More than the queue takes of one backfill.
const MANY: usize = 120;

fn order(limit: Option<u64>) -> BackfillOrder {
    BackfillOrder {
        since: at(-1_000_000),
        limit,
        starts: vec![(PageKind::Sitemap, url(MAP))],
    }
}

async fn start(store: &Arc<dyn Store>, order: &BackfillOrder) -> Backfill {
    let begun = store.start_backfill("harian", order, at(1)).await;
    begun.unwrap().unwrap()
}

async fn seen(store: &Arc<dyn Store>) -> Backfill {
    store.backfill("harian").await.unwrap().unwrap()
}

fn old(n: usize) -> String {
    format!("https://harian.example/old/{n}")
}

/// What a sitemap of `count` articles brings.
fn map_of(count: usize) -> ListReading {
    let links = (0..count).map(|n| link(&old(n), "harian", PageKind::Article));
    ListReading::Read(links.collect())
}

async fn read_list(store: &Arc<dyn Store>, lease: &Lease, list: ListReading) {
    let completion = Completion {
        list,
        ..completion(at(2), Fate::Done)
    };
    assert!(complete(store, lease, completion).await.accepted);
}

/// A store whose source has a backfill with an index of `count` articles read.
async fn walking(store: &Arc<dyn Store>, order: &BackfillOrder, count: usize) {
    announced(store, &[]).await;
    start(store, order).await;
    let lease = lease_one(store, at(2)).await;
    assert_eq!(lease.link.url.as_str(), MAP);
    assert!(lease.is_past());
    read_list(store, &lease, map_of(count)).await;
}

/// The article of a lease with this time of publication.
fn published(lease: &Lease, published: Timestamp) -> Completion {
    let text = format!("Kata pertama dari {}.", lease.link.url);
    let visit = Visit {
        article: Article {
            published: Some(published.into()),
            ..article(&text)
        },
        ..visit(lease, at(3), Verdict::Pass)
    };
    Completion {
        visit: Some(Box::new(visit)),
        ..completion(at(3), Fate::Done)
    }
}

/// Reads articles until nothing is due; tells their addresses in order.
async fn read_on(store: &Arc<dyn Store>, date: Timestamp) -> Vec<String> {
    let mut asked = Vec::new();
    loop {
        let leases = store.claim(&claim("reader", at(3))).await.unwrap();
        if leases.is_empty() {
            return asked;
        }
        for lease in leases {
            asked.push(lease.link.url.to_string());
            complete(store, &lease, published(&lease, date)).await;
        }
    }
}

#[tokio::test]
async fn polls_and_news_of_a_host_go_before_its_past() {
    for place in places() {
        let store = place.open().await;
        walking(&store, &order(None), 3).await;
        let feed = Claim {
            limit: 1,
            ..claim("poll", at(100_000))
        };
        let poll = store.claim(&feed).await.unwrap().remove(0);
        assert_eq!(poll.link.url.as_str(), FEED);
        let announcing = Completion {
            links: vec![
                link("https://harian.example/new", "harian", PageKind::Article),
                // In the queue for the backfill already: it becomes news.
                link(&old(2), "harian", PageKind::Article),
            ],
            ..completion(at(100_000), again(at(100_000)))
        };
        complete(&store, &poll, announcing).await;
        let all = Claim {
            per_host: 10,
            ..claim("all", at(100_000))
        };
        let leases = store.claim(&all).await.unwrap();
        let [new, first, second] = ["https://harian.example/new".to_string(), old(0), old(1)];
        assert_eq!(addresses(&leases), [FEED, &old(2), &new, &first, &second]);
        assert!(leases[..3].iter().all(|lease| !lease.is_past()));
        assert!(leases[3..].iter().all(Lease::is_past));
    }
}

#[tokio::test]
async fn what_waits_is_not_late_and_the_queue_stays_short() {
    for place in places() {
        let store = place.open().await;
        walking(&store, &order(None), MANY).await;
        let counts = store.counts(at(50_000)).await.unwrap();
        assert_eq!((counts.due, counts.lag_seconds), (0, 0));
        assert_eq!(counts.waiting, 51, "fifty articles and the feed");
        let backfill = seen(&store).await;
        assert_eq!((backfill.queued, backfill.waiting), (50, 70));
        let asked = read_on(&store, at(0)).await;
        assert_eq!(asked, (0..MANY).map(old).collect::<Vec<_>>());
        let backfill = seen(&store).await;
        assert_eq!(backfill.state, BackfillState::Done);
        assert_eq!((backfill.read, backfill.lists_read), (MANY as u64, 1));
        // What was published long ago says nothing of how the source does now.
        assert_eq!(store.sources().await.unwrap()[0].last_article, None);
        assert_eq!(
            store.standing("harian").await.unwrap().summary().articles,
            0
        );
    }
}

#[tokio::test]
async fn the_limit_holds_and_counts_what_is_recent_enough() {
    for place in places() {
        let store = place.open().await;
        walking(&store, &order(Some(7)), MANY).await;
        assert_eq!(seen(&store).await.queued, 7);
        let lease = lease_one(&store, at(3)).await;
        let too_old = order(None).since - TimeDelta::seconds(1);
        complete(&store, &lease, published(&lease, too_old)).await;
        let backfill = seen(&store).await;
        assert_eq!((backfill.older, backfill.read, backfill.queued), (1, 0, 7));
        assert_eq!(read_on(&store, at(0)).await.len(), 7);
        let backfill = seen(&store).await;
        assert_eq!(backfill.state, BackfillState::Done);
        assert_eq!((backfill.read, backfill.waiting), (7, 0));
    }
}

#[tokio::test]
async fn a_stopped_backfill_goes_on_where_it_was_also_after_a_restart() {
    for place in places() {
        let store = place.open().await;
        walking(&store, &order(None), MANY).await;
        let lease = lease_one(&store, at(3)).await;
        complete(&store, &lease, published(&lease, at(0))).await;
        let stopped = store.stop_backfill("harian", at(4)).await.unwrap().unwrap();
        assert_eq!(stopped.state, BackfillState::Stopped);
        assert_eq!((stopped.queued, stopped.waiting), (0, MANY as u64 - 1));
        assert!(read_on(&store, at(0)).await.is_empty(), "nothing is asked");
        store.close().await.unwrap();
        drop(store);

        let store = place.open().await;
        let going_on = start(&store, &order(None)).await;
        assert_eq!(going_on.state, BackfillState::Running);
        assert_eq!((going_on.read, going_on.lists_read), (1, 1));
        let asked = read_on(&store, at(0)).await;
        assert_eq!(asked, (1..MANY).map(old).collect::<Vec<_>>());
        assert_eq!(seen(&store).await.read, MANY as u64);
    }
}

#[tokio::test]
async fn another_order_begins_anew_and_asks_for_nothing_that_is_known() {
    for place in places() {
        let store = place.open().await;
        walking(&store, &order(None), 3).await;
        read_on(&store, at(0)).await;
        let begun = start(&store, &order(Some(9))).await;
        assert_eq!((begun.state, begun.read), (BackfillState::Running, 0));
        let lease = lease_one(&store, at(3)).await;
        read_list(&store, &lease, map_of(4)).await;
        assert_eq!(read_on(&store, at(0)).await, [old(3)]);
        let backfill = seen(&store).await;
        assert_eq!((backfill.known, backfill.read), (3, 1));
        let unknown = store.start_backfill("lain", &order(None), at(1)).await;
        assert_eq!(unknown.unwrap(), None);
    }
}

#[tokio::test]
async fn a_page_that_is_polled_anyway_serves_both_and_is_polled_on() {
    for place in places() {
        let store = place.open().await;
        let feed = source("harian", PageKind::Feed, FEED);
        store.put_sources(None, &[feed], at(0)).await.unwrap();
        let polled = lease_one(&store, at(0)).await;
        let own = BackfillOrder {
            starts: vec![(PageKind::Feed, url(FEED))],
            ..order(None)
        };
        // It is under way just then: its answer may be a 304.
        start(&store, &own).await;
        let not_modified = Completion {
            etag: Some("\"one\"".to_string()),
            ..completion(at(1), again(at(90_000)))
        };
        complete(&store, &polled, not_modified).await;
        let lease = lease_one(&store, at(1)).await;
        assert_eq!((lease.link.url.as_str(), lease.is_past()), (FEED, false));
        assert_eq!(lease.etag, None);
        let completion = Completion {
            list: ListReading::Read(vec![
                link(MAP, "harian", PageKind::Sitemap),
                link(&old(0), "harian", PageKind::Article),
            ]),
            ..completion(at(2), again(at(90_000)))
        };
        complete(&store, &lease, completion).await;
        assert_eq!(read_on(&store, at(0)).await, [old(0), MAP.to_string()]);
        let failed = seen(&store).await;
        assert_eq!(
            (failed.state, failed.lists_failed),
            (BackfillState::Running, 0)
        );
        let poll = lease_one(&store, at(90_000)).await;
        assert_eq!((poll.link.url.as_str(), poll.backfill), (FEED, None));
    }
}

#[tokio::test]
async fn pages_for_people_end_where_all_is_too_old_or_nothing_is_new() {
    for place in places() {
        for (articles, expected) in [(31, 0), (10, 2)] {
            let store = place.open().await;
            let name = format!("https://harian{articles}.example");
            let feed = source("harian", PageKind::Feed, &format!("{name}/feed"));
            store.put_sources(None, &[feed], at(0)).await.unwrap();
            lease_one(&store, at(0)).await;
            let front = url(&format!("{name}/"));
            let order = BackfillOrder {
                since: at(0),
                limit: Some(1_000 + articles),
                starts: vec![(PageKind::Auto, front)],
            };
            start(&store, &order).await;
            let lease = lease_one(&store, at(2)).await;
            let page = |n: u64| link(&format!("{name}/page/{n}"), "harian", PageKind::Listing);
            let mut links: Vec<Link> = (2..8).map(page).collect();
            links.extend((0..articles).map(|n| {
                let address = format!("{name}/berita/{n}");
                link(&address, "harian", PageKind::Article)
            }));
            read_list(&store, &lease, ListReading::Read(links)).await;
            // Two further pages are due one after the other only where something may be left.
            let mut pages = 0;
            while let Some(lease) = store.claim(&claim("w", at(3))).await.unwrap().pop() {
                match lease.link.kind {
                    PageKind::Article => {
                        complete(&store, &lease, published(&lease, at(-9))).await;
                    }
                    _ => {
                        pages += 1;
                        read_list(&store, &lease, ListReading::Read(Vec::new())).await;
                    }
                }
            }
            assert_eq!(pages, if expected == 0 { 0 } else { 3 }, "{articles}");
            assert_eq!(seen(&store).await.state, BackfillState::Done);
            store.close().await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_claim_for_a_backfill_takes_nothing_else() {
    for place in places() {
        let store = place.open().await;
        walking(&store, &order(None), 2).await;
        let alone = Claim {
            backfill_of: Some("harian".to_string()),
            per_host: 10,
            ..claim("alone", at(100_000))
        };
        let leases = store.claim(&alone).await.unwrap();
        assert_eq!(addresses(&leases), [old(0), old(1)]);
        for lease in &leases {
            complete(&store, lease, read(lease, at(3), Verdict::Flag)).await;
        }
        assert_eq!(store.claim(&alone).await.unwrap(), []);
    }
}

/// What is shown is counted as it changes; the links themselves tell the same.
#[tokio::test]
async fn what_waits_is_told_rightly_all_along() {
    for place in places() {
        let store = place.open().await;
        walking(&store, &order(None), MANY).await;
        let more = Claim {
            limit: 1,
            ..claim("w", at(3))
        };
        let waits = async || {
            let seen = seen(&store).await;
            (seen.waiting, seen.queued, seen.lists_waiting)
        };
        assert_eq!(waits().await, (70, 50, 0));
        let lease = store.claim(&more).await.unwrap().remove(0);
        complete(&store, &lease, published(&lease, at(0))).await;
        assert_eq!(waits().await, (69, 50, 0));
        store.stop_backfill("harian", at(4)).await.unwrap();
        assert_eq!(waits().await, (119, 0, 0));
        start(&store, &order(None)).await;
        assert_eq!(waits().await, (69, 50, 0));
        // A limit leaves some that nobody waits for; another order begins with none of them.
        let limited = start(&store, &order(Some(3))).await;
        assert_eq!(
            (limited.waiting, limited.lists_waiting, limited.read),
            (0, 0, 0)
        );
        let lease = lease_one(&store, at(5)).await;
        let links = (0..40)
            .map(|n| link(&format!("{MAP}?{n}"), "harian", PageKind::Sitemap))
            .chain((200..300).map(|n| link(&old(n), "harian", PageKind::Article)));
        read_list(&store, &lease, ListReading::Read(links.collect())).await;
        assert_eq!(waits().await, (97, 3, 40));
        assert_eq!(read_on(&store, at(0)).await.len(), 3);
        let done = seen(&store).await;
        assert_eq!((done.state, done.read), (BackfillState::Done, 3));
        assert_eq!(waits().await, (0, 0, 0));
        store.prune(at(0), TimeDelta::zero()).await.unwrap();
        let rows = store.sources().await.unwrap();
        assert_eq!(
            rows[0].backfill.as_ref(),
            Some(&done),
            "and so with the source"
        );
    }
}

#[tokio::test]
async fn older_pages_of_a_feed_come_last_and_end_where_nothing_is_new() {
    for place in places() {
        let store = place.open().await;
        announced(&store, &[]).await;
        let own = BackfillOrder {
            starts: vec![(PageKind::Feed, url(FEED))],
            ..order(None)
        };
        start(&store, &own).await;
        let older = |n: usize| link(&format!("{FEED}?page={n}"), "harian", PageKind::Feed);
        let feed = lease_one(&store, at(2)).await;
        assert_eq!(feed.link.url.as_str(), FEED);
        let further = ["/page/2", "/page/3"].map(|path| {
            link(
                &format!("https://harian.example{path}"),
                "harian",
                PageKind::Listing,
            )
        });
        let links = [
            &[older(2)][..],
            &further,
            &[link(MAP, "harian", PageKind::Sitemap)],
        ]
        .concat();
        read_list(&store, &feed, ListReading::Read(links)).await;
        let mut asked = Vec::new();
        while let Some(lease) = store.claim(&claim("w", at(3))).await.unwrap().pop() {
            asked.push(
                lease
                    .link
                    .url
                    .to_string()
                    .replace("https://harian.example", ""),
            );
            let n = asked.len();
            let links = match (lease.link.kind, n) {
                (PageKind::Article, _) => {
                    complete(&store, &lease, published(&lease, at(0))).await;
                    continue;
                }
                // Two pages bring something, then a server repeats itself for ever.
                (PageKind::Feed, ..8) => vec![older(n), link(&old(n), "harian", PageKind::Article)],
                (PageKind::Feed, _) => vec![older(n)],
                _ => Vec::new(),
            };
            read_list(&store, &lease, ListReading::Read(links)).await;
        }
        let expected = [
            "/sitemap.xml",
            "/page/2",
            "/page/3",
            "/feed?page=2",
            "/old/4",
            "/feed?page=4",
            "/old/6",
            "/feed?page=6",
            "/feed?page=8",
            "/feed?page=9",
        ];
        assert_eq!(asked, expected);
        assert_eq!(seen(&store).await.state, BackfillState::Done);
    }
}

#[tokio::test]
async fn a_guess_that_leads_nowhere_is_no_failure() {
    for (list, failed) in [(ListReading::Absent, 0), (ListReading::GivenUp, 1)] {
        for place in places() {
            let store = place.open().await;
            announced(&store, &[]).await;
            start(&store, &order(None)).await;
            let lease = lease_one(&store, at(2)).await;
            let gone = Completion {
                list: list.clone(),
                ..completion(at(2), Fate::Gone { attempts: 1 })
            };
            complete(&store, &lease, gone).await;
            let seen = seen(&store).await;
            assert_eq!(
                (seen.state, seen.lists_failed),
                (BackfillState::Done, failed)
            );
        }
    }
}
