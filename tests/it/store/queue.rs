//! Claims and leases.

use std::{net::Ipv4Addr, num::NonZeroU32, time::Duration};

use benggala::{
    model::{FetchOutcome, Link, LinkCounts, Pace, PageKind, Poll, Verdict},
    store::{Claim, Completed, Completion, Fate, Lease},
};

use super::{
    given::{
        LONG_AGO, addresses, again, announced, at, claim, complete, completion, lease_one, link,
        read, rows, source, url,
    },
    places,
};

const THREE: [&str; 3] = [
    "https://harian.example/1",
    "https://harian.example/2",
    "https://harian.example/3",
];

#[tokio::test]
async fn a_lease_is_exclusive() {
    for place in places() {
        let store = place.open().await;
        announced(&store, &THREE).await;
        let all = Claim {
            per_host: 10,
            ..claim("a", at(1))
        };
        let first = store.claim(&all).await.unwrap();
        assert_eq!(addresses(&first), THREE);
        assert!(first.iter().all(|lease| lease.worker == "a"));
        let other = Claim {
            worker: "b".to_string(),
            ..all
        };
        assert_eq!(store.claim(&other).await.unwrap(), []);
    }
}

#[tokio::test]
async fn concurrent_workers_share_without_overlap() {
    for place in places() {
        let store = place.open().await;
        let articles: Vec<_> = (0..40).map(|n| format!("https://h{n}.example/a")).collect();
        let articles: Vec<_> = articles.iter().map(String::as_str).collect();
        announced(&store, &articles).await;
        let claims = (0..16).map(|n| {
            let store = store.clone();
            let claim = Claim {
                limit: 3,
                ..claim(&format!("worker {n}"), at(1))
            };
            tokio::spawn(async move { store.claim(&claim).await.unwrap() })
        });
        let mut found = Vec::new();
        for task in claims.collect::<Vec<_>>() {
            found.extend(task.await.unwrap().into_iter().map(|lease| lease.id));
        }
        found.sort_unstable();
        found.dedup();
        assert_eq!(found.len(), 40, "16 x 3 places for 40 URLs");
    }
}

#[tokio::test]
async fn whoever_wants_to_be_alone_leaves_the_hosts_of_others() {
    for place in places() {
        let store = place.open().await;
        announced(&store, &THREE).await;
        let one = Claim {
            limit: 1,
            ..claim("a", at(1))
        };
        let first = store.claim(&one).await.unwrap();
        assert_eq!(addresses(&first), THREE[..1]);
        let alone = |worker| Claim {
            alone: true,
            ..claim(worker, at(1))
        };
        assert_eq!(store.claim(&alone("b")).await.unwrap(), []);
        let second = store.claim(&alone("a")).await.unwrap();
        assert_eq!(addresses(&second), THREE[1..2]);
        store.release(&first, LONG_AGO).await.unwrap();
        store.release(&second, LONG_AGO).await.unwrap();
        assert_eq!(store.claim(&alone("b")).await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn an_expired_lease_passes_on_and_the_late_owner_changes_nothing() {
    for place in places() {
        let store = place.open().await;
        announced(&store, &THREE[..1]).await;
        let early = lease_one(&store, at(1)).await;
        assert_eq!(store.claim(&claim("b", at(60))).await.unwrap(), []);
        let late = store.claim(&claim("b", at(61))).await.unwrap();
        assert_eq!(addresses(&late), addresses(std::slice::from_ref(&early)));
        assert!(late[0].fence > early.fence);

        let before = rows(&store.counts(at(62)).await.unwrap());
        let found = Completion {
            links: vec![link("https://x.example/", "harian", PageKind::Article)],
            ..read(&early, at(62), Verdict::Flag)
        };
        let refused = complete(&store, &early, found.clone()).await;
        assert_eq!(refused, Completed::default());
        assert_eq!(rows(&store.counts(at(62)).await.unwrap()), before);

        let accepted = complete(&store, &late[0], found.clone()).await;
        assert!(accepted.accepted && accepted.article_new && accepted.links_new == 1);
        let twice = complete(&store, &late[0], found).await;
        assert!(!twice.accepted, "a lease ends once");
    }
}

#[tokio::test]
async fn a_worker_that_leases_again_is_fenced_from_its_own_past() {
    for place in places() {
        let store = place.open().await;
        announced(&store, &THREE[..1]).await;
        let early = lease_one(&store, at(1)).await;
        let late = lease_one(&store, at(61)).await;
        assert_eq!((early.id, &early.worker), (late.id, &late.worker));
        store
            .release(std::slice::from_ref(&early), LONG_AGO)
            .await
            .unwrap();
        let refused = complete(
            &store,
            &early,
            completion(at(62), Fate::Gone { attempts: 1 }),
        )
        .await;
        assert_eq!(refused, Completed::default());
        let accepted = complete(&store, &late, completion(at(62), Fate::Done)).await;
        assert!(accepted.accepted);
    }
}

#[tokio::test]
async fn expire_returns_leases_and_counts_them() {
    for place in places() {
        let store = place.open().await;
        announced(&store, &THREE).await;
        let leases = store.claim(&claim("a", at(1))).await.unwrap();
        assert_eq!(leases.len(), 2, "per_host");
        assert_eq!(store.expire(at(60)).await.unwrap(), 0);
        assert_eq!(store.expire(at(61)).await.unwrap(), 2);
        assert_eq!(store.expire(at(61)).await.unwrap(), 0);
        assert_eq!(store.counts(at(61)).await.unwrap().expired, 2);
        let gone = complete(&store, &leases[0], completion(at(61), Fate::Done)).await;
        assert!(!gone.accepted);
        assert_eq!(store.counts(at(61)).await.unwrap().due, 3);
    }
}

#[tokio::test]
async fn released_leases_are_due_as_before() {
    for place in places() {
        let store = place.open().await;
        announced(&store, &THREE[..2]).await;
        let leases = store.claim(&claim("a", at(1))).await.unwrap();
        store.release(&leases, LONG_AGO).await.unwrap();
        let again = store.claim(&claim("b", at(1))).await.unwrap();
        assert_eq!(addresses(&again), addresses(&leases));
        store.release(&leases, LONG_AGO).await.unwrap();
        assert_eq!(
            store.claim(&claim("c", at(1))).await.unwrap(),
            [],
            "whoever lost a lease cannot give it back"
        );
    }
}

#[tokio::test]
async fn what_is_put_off_is_due_later_and_otherwise_as_before() {
    for place in places() {
        let store = place.open().await;
        announced(&store, &THREE[..1]).await;
        let walled = Completion {
            outcome: FetchOutcome::Challenge,
            etag: Some("tag".to_string()),
            error: Some("challenge: a wall".to_string()),
            ..completion(at(2), again(at(3)))
        };
        complete(&store, &lease_one(&store, at(1)).await, walled).await;
        let before = store.sources().await.unwrap();
        let lease = lease_one(&store, at(3)).await;
        store.put_off(&lease, at(50)).await.unwrap();
        assert_eq!(store.claim(&claim("b", at(49))).await.unwrap(), []);
        assert_eq!(store.next_due(None, at(3)).await.unwrap(), Some(at(50)));
        assert_eq!(store.sources().await.unwrap(), before);
        let later = lease_one(&store, at(50)).await;
        let same = Lease {
            worker: lease.worker.clone(),
            fence: lease.fence,
            ..later.clone()
        };
        assert_eq!(same, lease);
        // Whoever lost a lease cannot put it off.
        store.put_off(&lease, at(90)).await.unwrap();
        let done = complete(&store, &later, completion(at(51), Fate::Done)).await;
        assert!(done.accepted);
    }
}

#[tokio::test]
async fn a_host_is_left_alone_until_its_time() {
    for place in places() {
        let store = place.open().await;
        announced(&store, &THREE).await;
        let lease = lease_one(&store, at(1)).await;
        let pause = Completion {
            host_next_at: at(30),
            host_failures: 4,
            ..completion(at(2), Fate::Done)
        };
        complete(&store, &lease, pause).await;
        assert_eq!(store.claim(&claim("a", at(29))).await.unwrap(), []);
        assert_eq!(store.next_due(None, at(3)).await.unwrap(), Some(at(30)));
        let leases = store.claim(&claim("a", at(30))).await.unwrap();
        assert_eq!(addresses(&leases), THREE[1..]);
        assert_eq!(leases[0].host_failures, 4);

        // A pause can be prolonged, not cut short.
        let longer = Completion {
            host_next_at: at(90),
            ..completion(at(31), Fate::Done)
        };
        complete(&store, &leases[0], longer).await;
        complete(&store, &leases[1], completion(at(32), again(at(33)))).await;
        assert_eq!(store.next_due(None, at(33)).await.unwrap(), Some(at(90)));
    }
}

#[tokio::test]
async fn claims_are_spread_over_hosts() {
    for place in places() {
        let store = place.open().await;
        let articles: Vec<_> = (0..30)
            .map(|n| format!("https://big.example/{n}"))
            .chain(["https://b.example/1".to_string()])
            .chain(["https://c.example/1".to_string()])
            .chain(["https://c.example/2".to_string()])
            .collect();
        let articles: Vec<_> = articles.iter().map(String::as_str).collect();
        announced(&store, &articles).await;
        let four = Claim {
            limit: 4,
            per_host: 3,
            ..claim("a", at(1))
        };
        let first = store.claim(&four).await.unwrap();
        let mut hosts: Vec<_> = first.iter().filter_map(|l| l.link.url.host_str()).collect();
        hosts.sort_unstable();
        assert_eq!(
            hosts,
            ["b.example", "big.example", "big.example", "c.example"]
        );
        let rest = store.claim(&Claim { limit: 9, ..four }).await.unwrap();
        assert_eq!(
            addresses(&rest),
            ["https://big.example/2", "https://c.example/2"],
            "leases under way count for per_host"
        );
    }
}

#[tokio::test]
async fn the_host_that_has_waited_longest_comes_first() {
    for place in places() {
        let store = place.open().await;
        let articles = [
            "https://a.example/1",
            "https://a.example/2",
            "https://b.example/1",
            "https://b.example/2",
        ];
        announced(&store, &articles).await;
        let mut hosts = Vec::new();
        for second in 1..=4 {
            let lease = lease_one(&store, at(second)).await;
            hosts.push(lease.link.url.host_str().unwrap().to_string());
            complete(&store, &lease, completion(at(second), Fate::Done)).await;
        }
        assert_ne!(hosts[0], hosts[1]);
        assert_eq!(hosts[..2], hosts[2..]);
    }
}

#[tokio::test]
async fn ports_are_hosts_of_their_own() {
    for place in places() {
        let store = place.open().await;
        announced(&store, &["http://a.example:8080/1", "http://a.example/1"]).await;
        let one = Claim {
            per_host: 1,
            ..claim("a", at(1))
        };
        assert_eq!(store.claim(&one).await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn polls_go_before_articles() {
    for place in places() {
        let store = place.open().await;
        announced(&store, &THREE).await;
        let now = at(100_000);
        let two = store.claim(&claim("a", now)).await.unwrap();
        assert_eq!(
            addresses(&two),
            ["https://harian.example/feed", THREE[0]],
            "though the articles have waited longer"
        );
    }
}

#[tokio::test]
async fn nothing_is_claimed_before_its_time() {
    for place in places() {
        let store = place.open().await;
        announced(&store, &THREE[..1]).await;
        let lease = lease_one(&store, at(1)).await;
        let failed = Fate::Again {
            at: at(500),
            attempts: 3,
        };
        complete(&store, &lease, completion(at(2), failed)).await;
        assert_eq!(store.next_due(None, at(2)).await.unwrap(), Some(at(500)));
        assert_eq!(store.claim(&claim("a", at(499))).await.unwrap(), []);
        assert_eq!(lease_one(&store, at(500)).await.attempts, 3);
    }
}

#[tokio::test]
async fn next_due_follows_the_leases() {
    for place in places() {
        let store = place.open().await;
        assert_eq!(store.next_due(None, at(0)).await.unwrap(), None);
        announced(&store, &THREE[..2]).await;
        assert!(store.next_due(None, at(1)).await.unwrap() <= Some(at(1)));
        let lease = lease_one(&store, at(1)).await;
        assert_eq!(
            store.next_due(None, at(1)).await.unwrap(),
            Some(at(61)),
            "the host is busy until the lease ends"
        );
        complete(
            &store,
            &lease,
            completion(at(2), Fate::Gone { attempts: 1 }),
        )
        .await;
        assert_eq!(store.next_due(None, at(2)).await.unwrap(), Some(at(2)));
    }
}

#[tokio::test]
async fn odd_claims_are_answered() {
    for place in places() {
        let store = place.open().await;
        announced(&store, &THREE).await;
        let odd = [
            Claim {
                limit: 0,
                ..claim("a", at(1))
            },
            Claim {
                per_host: 0,
                ..claim("a", at(1))
            },
            Claim {
                worker: String::new(),
                ..claim("a", at(-1_000_000))
            },
        ];
        for claim in odd {
            assert_eq!(store.claim(&claim).await.unwrap(), [], "{claim:?}");
        }
        let greedy = Claim {
            limit: usize::MAX,
            per_host: usize::MAX,
            lease: Duration::MAX,
            ..claim("a", at(1))
        };
        assert_eq!(store.claim(&greedy).await.unwrap().len(), 3);
    }
}

#[tokio::test]
async fn a_lease_carries_what_was_stored() {
    for place in places() {
        let store = place.open().await;
        let kinds = [PageKind::Feed, PageKind::Sitemap, PageKind::Listing];
        let sources = kinds.map(|kind| {
            let name = kind.as_str();
            source(name, kind, &format!("https://{name}.example/"))
        });
        store.put_sources(None, &sources, at(0)).await.unwrap();
        let leases = store.claim(&claim("a", at(0))).await.unwrap();
        let mut links: Vec<_> = leases.iter().map(|lease| lease.link.clone()).collect();
        links.sort_by(|a, b| a.source.cmp(&b.source));
        let expected = sources.map(|source| Link {
            url: source.url,
            source: source.name,
            kind: source.kind,
            published: None,
        });
        let mut expected = expected.to_vec();
        expected.sort_by(|a, b| a.source.cmp(&b.source));
        assert_eq!(links, expected);

        let published = Link {
            published: "2025-06-15".parse().ok(),
            ..link("https://feed.example/1", "feed", PageKind::Article)
        };
        let answer = Completion {
            etag: Some("\"v1\"".to_string()),
            last_modified: Some("Sun, 15 Jun 2025 15:06:40 GMT".to_string()),
            links: vec![published.clone()],
            ..completion(at(1), again(at(50)))
        };
        let feed = leases.iter().find(|l| l.link.source == "feed").unwrap();
        complete(&store, feed, answer.clone()).await;
        assert_eq!(lease_one(&store, at(1)).await.link, published);
        let polled = store.claim(&claim("b", at(50))).await.unwrap();
        let polled = polled.iter().find(|l| l.link == feed.link).unwrap();
        assert_eq!(polled.etag, answer.etag);
        assert_eq!(polled.last_modified, answer.last_modified);
    }
}

/// What the queue holds: waiting or due, done, gone.
async fn states(store: &std::sync::Arc<dyn benggala::store::Store>, now: i64) -> [u64; 3] {
    let counts = store.counts(at(now)).await.unwrap();
    [counts.waiting + counts.due, counts.done, counts.gone]
}

#[tokio::test]
async fn an_article_that_rests_is_tried_again_when_it_is_listed() {
    let address = "https://harian.example/1";
    for (outcome, status, attempts, until) in [
        (FetchOutcome::Http4xx, Some(404), 1, Some(70)),
        (FetchOutcome::Http5xx, Some(500), 5, Some(970)),
        (FetchOutcome::Blocked, None, 1, Some(86_410)),
        (FetchOutcome::Http4xx, Some(410), 1, None),
    ] {
        for place in places() {
            let store = place.open().await;
            announced(&store, &[address]).await;
            let lease = lease_one(&store, at(10)).await;
            assert_eq!((lease.attempts, lease.known_since), (0, at(0)));
            let failed = Completion {
                outcome,
                status,
                ..completion(at(10), Fate::Gone { attempts })
            };
            complete(&store, &lease, failed).await;
            assert_eq!(states(&store, 10).await, [1, 0, 1]);

            let feed = lease_one(&store, at(100_000)).await;
            let listed = Completion {
                known: vec![link(address, "harian", PageKind::Article)],
                ..completion(at(20), again(at(1_000_000)))
            };
            let completed = complete(&store, &feed, listed).await;
            assert_eq!((completed.links_new, completed.links_known), (0, 1));
            let due = store.next_due(None, at(20)).await.unwrap();
            match until {
                Some(until) => {
                    assert_eq!(due, Some(at(until)), "{outcome:?}");
                    assert_eq!(lease_one(&store, at(until)).await.attempts, attempts);
                }
                None => assert_eq!(states(&store, 20).await, [1, 0, 1], "{outcome:?}"),
            }
        }
    }
}

#[tokio::test]
async fn a_source_is_read_in_full_after_one_of_its_articles_has_failed() {
    let tag = || Some("\"1\"".to_string());
    for (outcome, expected) in [
        (FetchOutcome::Http4xx, None),
        // What robots.txt forbids says nothing of what is listed.
        (FetchOutcome::Blocked, tag()),
    ] {
        for place in places() {
            let store = place.open().await;
            announced(&store, &["https://harian.example/1"]).await;
            let article = lease_one(&store, at(99_999)).await;
            let feed = lease_one(&store, at(100_000)).await;
            let tagged = Completion {
                etag: tag(),
                ..completion(at(100_000), again(at(100_001)))
            };
            complete(&store, &feed, tagged).await;
            // It is being asked with its tag while the article fails.
            let feed = lease_one(&store, at(100_001)).await;
            assert_eq!(feed.etag, tag());
            let failed = Completion {
                outcome,
                ..completion(at(100_001), Fate::Gone { attempts: 1 })
            };
            complete(&store, &article, failed).await;
            let unchanged = Completion {
                outcome: FetchOutcome::NotModified,
                etag: tag(),
                ..completion(at(100_001), again(at(100_002)))
            };
            complete(&store, &feed, unchanged).await;
            assert_eq!(lease_one(&store, at(100_002)).await.etag, expected);
        }
    }
}

#[tokio::test]
async fn what_is_remembered_is_not_read_until_somebody_lists_it_to_be_read() {
    let addresses = ["https://harian.example/1", "https://harian.example/2"];
    for place in places() {
        let store = place.open().await;
        announced(&store, &[]).await;
        let feed = lease_one(&store, at(100_000)).await;
        let links = addresses.map(|address| link(address, "harian", PageKind::Article));
        let poll = Poll {
            at: at(1),
            kind: PageKind::Feed,
            links: LinkCounts {
                old: 2,
                ..LinkCounts::default()
            },
        };
        let remembering = Completion {
            poll: Some(poll),
            remembered: links.to_vec(),
            ..completion(at(1), again(at(2)))
        };
        let completed = complete(&store, &feed, remembering).await;
        assert_eq!((completed.links_new, completed.poll), (0, Some(poll)));
        assert_eq!(states(&store, 1).await, [1, 2, 0]);
        let unread = store.unread(links.to_vec()).await.unwrap();
        assert!(unread.unseen.is_empty());
        assert_eq!(unread.remembered, links.clone().map(|link| link.url).into());

        let feed = lease_one(&store, at(2)).await;
        assert_eq!(feed.last_poll, Some(poll));
        let [first, second] = links;
        let listing = Completion {
            poll: Some(Poll {
                links: LinkCounts::default(),
                ..poll
            }),
            links: vec![first.clone()],
            known: vec![second],
            ..completion(at(2), again(at(1_000)))
        };
        let completed = complete(&store, &feed, listing).await;
        let expected = LinkCounts {
            new: 1,
            old: 1,
            ..LinkCounts::default()
        };
        assert_eq!(completed.poll.map(|poll| poll.links), Some(expected));
        assert_eq!(completed.source_links, expected);
        assert_eq!(store.sources().await.unwrap()[0].links, Some(expected));
        assert_eq!(lease_one(&store, at(2)).await.link.url, first.url);
    }
}

/// Nobody knows whether it was asked before the lease was cut off.
#[tokio::test]
async fn a_host_rests_after_a_lease_that_was_cut_off() {
    for place in places() {
        let store = place.open().await;
        announced(&store, &THREE).await;
        let slow = Completion {
            host_delay: Some(Duration::from_secs(90)),
            ..completion(at(1), Fate::Done)
        };
        complete(&store, &lease_one(&store, at(1)).await, slow).await;
        let cut_off = lease_one(&store, at(100)).await;
        store
            .release(std::slice::from_ref(&cut_off), at(105))
            .await
            .unwrap();
        assert_eq!(store.next_due(None, at(105)).await.unwrap(), Some(at(195)));
        assert_eq!(store.claim(&claim("b", at(194))).await.unwrap(), []);
        let again = lease_one(&store, at(195)).await;
        assert_eq!(again.link, cut_off.link);
    }
}

/// A redirect leads there: nobody has leased it.
#[tokio::test]
async fn a_host_that_is_noted_is_left_alone_from_then_on() {
    const DELAY: Duration = Duration::from_secs(10);
    for place in places() {
        let store = place.open().await;
        announced(&store, &THREE).await;
        let [known, other] = [THREE[0], "https://lain.example/x"].map(url);
        for host in [&known, &other] {
            assert_eq!(store.note_host(host, DELAY, at(1)).await.unwrap(), None);
            let until = store.note_host(host, DELAY, at(6)).await.unwrap();
            assert_eq!(until, Some(at(11)), "what is refused changes nothing");
        }
        assert_eq!(store.claim(&claim("a", at(10))).await.unwrap(), []);
        assert_eq!(store.claim(&claim("a", at(11))).await.unwrap().len(), 2);
        assert_eq!(store.note_host(&other, DELAY, at(11)).await.unwrap(), None);
    }
}

/// Both workers go by the clock of the store: each turn is another's end.
#[tokio::test]
async fn turns_at_an_address_are_taken_by_all_who_share_a_store() {
    const PACE: Pace = Pace {
        gap: Duration::from_secs(5),
        burst: NonZeroU32::new(2).unwrap(),
    };
    const PATIENCE: Duration = Duration::from_secs(12);
    let (here, there) = (Ipv4Addr::LOCALHOST.into(), Ipv4Addr::BROADCAST.into());
    for place in places() {
        let store = place.open().await;
        let turn = async |address| store.take_turn(address, PACE, PATIENCE).await.unwrap();
        if place.database.is_none() {
            assert_eq!(turn(here).await, None, "nobody shares a file");
            continue;
        }
        let other = place.open().await;
        let mut waits = Vec::new();
        for store in [&store, &other].into_iter().cycle().take(6) {
            waits.push(
                store
                    .take_turn(here, PACE, PATIENCE)
                    .await
                    .unwrap()
                    .unwrap(),
            );
        }
        let seconds: Vec<f64> = waits.iter().map(|wait| wait.as_secs_f64().ceil()).collect();
        // Some milliseconds pass meanwhile.
        assert_eq!(seconds[..4], [0.0, 0.0, 5.0, 10.0]);
        assert!(waits[4] > PATIENCE, "the next one is too far off");
        assert!(waits[5] <= waits[4], "and so it was not taken");
        assert_eq!(turn(there).await, Some(Duration::ZERO));
    }
}
