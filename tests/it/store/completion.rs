//! What the end of a lease writes.

use std::{collections::HashSet, sync::Arc};

use benggala::{
    frontier::Rhythm,
    model::{
        CopyKind, FetchOutcome, PageKind, RobotsRecord, RobotsRules, Timestamp, Verdict, Zone,
    },
    standing::Standing,
    store::{ArticleQuery, Claim, Completed, Completion, Fate, Settlement, Silence, Store},
};
use bytes::Bytes;

use super::{
    given::{
        ABSTAIN, LONG_AGO, again, announced, at, claim, complete, completion, lease_one, link,
        observation, read, read_all, source, url,
    },
    places,
};

#[tokio::test]
async fn links_are_counted_once() {
    for place in places() {
        let store = place.open().await;
        announced(&store, &["https://harian.example/1"]).await;
        let lease = lease_one(&store, at(1)).await;
        let article = |address: &str| link(address, "harian", PageKind::Article);
        let long = format!("https://harian.example/{}", "x".repeat(2_048));
        let found = Completion {
            links: vec![
                article("https://harian.example/1"),
                article("https://harian.example/2"),
                article("https://harian.example/2"),
                article("https://other.example/3"),
                article(&long),
                article("mailto:sari@harian.example"),
                link(
                    "https://harian.example/part.xml",
                    "stranger",
                    PageKind::Sitemap,
                ),
            ],
            ..completion(at(1), Fate::Done)
        };
        let completed = complete(&store, &lease, found).await;
        let expected = Completed {
            accepted: true,
            links_new: 3,
            links_known: 2,
            ..Completed::default()
        };
        assert_eq!(completed, expected, "a trap and a stranger are not counted");
        let leases = store.claim(&claim("a", at(1))).await.unwrap();
        let part = leases.iter().find(|l| l.link.kind == PageKind::Sitemap);
        assert_eq!(
            part.unwrap().link.source,
            "harian",
            "an unknown source is the one that led here"
        );
    }
}

#[tokio::test]
async fn an_article_is_new_once() {
    for place in places() {
        let store = place.open().await;
        let addresses = ["https://harian.example/1", "https://harian.example/1?amp=1"];
        announced(&store, &addresses).await;
        let first = lease_one(&store, at(1)).await;
        let first = complete(&store, &first, read(&first, at(1), Verdict::Flag)).await;
        assert!(first.article_new);

        let second = lease_one(&store, at(2)).await;
        let mut same = read(&second, at(2), Verdict::Pass);
        same.visit.as_mut().unwrap().canonical = url(addresses[0]);
        let second = complete(&store, &second, same).await;
        assert!(!second.article_new && !second.corrected);
        assert_eq!(second.copy, Some(CopyKind::Exact), "under another address");
        assert_eq!(second.article, first.article);

        let row = store
            .article(first.article.unwrap())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(row.url.as_str(), addresses[0]);
        assert_eq!(
            row.verdict,
            Verdict::Flag,
            "of the address that it was read from"
        );
        assert_eq!(row.aliases, 1);
        assert_eq!(row.fetched_at, at(1), "first seen");
        let page = store.page(row.id).await.unwrap().unwrap();
        assert_eq!(page.fetched_at, at(1), "the page that it was read from");
        assert_eq!(store.counts(at(2)).await.unwrap().articles, 1);
        assert_eq!(
            store.notifications("desk", at(2), 10).await.unwrap().len(),
            1
        );
    }
}

#[tokio::test]
async fn the_new_and_flagged_are_told_to_every_channel() {
    for place in places() {
        let store = place.open().await;
        announced(
            &store,
            &["https://harian.example/1", "https://harian.example/2"],
        )
        .await;
        let channels = ["desk".to_string(), "archive".to_string()];
        for verdict in [Verdict::Pass, Verdict::Flag] {
            let lease = lease_one(&store, at(5)).await;
            let completion = read(&lease, at(5), verdict);
            store.complete(&lease, completion, &channels).await.unwrap();
        }
        assert_eq!(store.notifications("desk", at(4), 10).await.unwrap(), []);
        assert_eq!(
            store.notifications("desk", at(5), 1).await.unwrap().len(),
            1
        );
        assert_eq!(
            store
                .notifications("archive", at(5), 9)
                .await
                .unwrap()
                .len(),
            1
        );
        let notifications = store.notifications("desk", at(5), 10).await.unwrap();
        assert_eq!(
            (notifications.len(), notifications[0].channel.as_str()),
            (1, "desk")
        );

        let payload: serde_json::Value = serde_json::from_str(&notifications[0].payload).unwrap();
        assert_eq!(payload["url"], "https://harian.example/2");
        assert_eq!(payload["source"], "harian");
        assert_eq!(payload["title"], "Jembatan baru dibuka");
        assert_eq!(payload["verdict"], "flag");
        assert_eq!(payload["findings"][0]["rule"], "stock-phrase");
        assert_eq!(payload["findings"][0]["text"], "Kata");
        assert_eq!(payload["findings"][0]["note"], "stock-phrase was here");
        let id = payload["article"].as_i64().unwrap();
        assert!(store.article(id).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn notifications_are_settled() {
    for place in places() {
        let store = place.open().await;
        read_all(&store, &[Verdict::Flag, Verdict::Flag]).await;
        let notifications = store.notifications("desk", at(100), 10).await.unwrap();
        store
            .settle(notifications[0].id, Settlement::Again(at(200)))
            .await
            .unwrap();
        store
            .settle(notifications[1].id, Settlement::Done)
            .await
            .unwrap();
        assert_eq!(store.notifications("desk", at(199), 10).await.unwrap(), []);
        assert_eq!(store.counts(at(199)).await.unwrap().outbox, 1);
        let later = store.notifications("desk", at(200), 10).await.unwrap();
        assert_eq!(later[0].id, notifications[0].id);
        assert_eq!(later[0].attempts, 1);
        store.settle(later[0].id, Settlement::Done).await.unwrap();
        store.settle(later[0].id, Settlement::Done).await.unwrap();
        assert_eq!(store.counts(at(200)).await.unwrap().outbox, 0);
    }
}

/// Of one source the later one waits for the one that failed; others go on.
#[tokio::test]
async fn the_order_of_a_source_is_kept_when_one_fails() {
    for place in places() {
        let store = place.open().await;
        read_all(&store, &[Verdict::Flag, Verdict::Flag, Verdict::Flag]).await;
        let due = store.notifications("desk", at(100), 10).await.unwrap();
        let failed = Settlement::Again(at(200));
        store.settle(due[0].id, failed).await.unwrap();
        assert_eq!(store.notifications("desk", at(150), 10).await.unwrap(), []);
        let ids =
            |due: &[benggala::store::Notification]| due.iter().map(|n| n.id).collect::<Vec<_>>();
        // What has failed is due, and those behind it once it has gone.
        let again = store.notifications("desk", at(200), 10).await.unwrap();
        assert_eq!(ids(&again), ids(&due[..1]));
        store.settle(due[0].id, Settlement::Done).await.unwrap();
        let rest = store.notifications("desk", at(200), 10).await.unwrap();
        assert_eq!(ids(&rest), ids(&due[1..]));
        // Those that failed together are sent together again.
        for n in &rest {
            let failed = Settlement::Again(at(300));
            store.settle(n.id, failed).await.unwrap();
        }
        let both = store.notifications("desk", at(300), 10).await.unwrap();
        assert_eq!(ids(&both), ids(&rest));
        assert!(
            both[0].at < at(100),
            "when it happened, not when it is sent"
        );
    }
}

/// The events that wait for a channel, by their names.
async fn told(store: &Arc<dyn Store>, event: &str) -> usize {
    let waiting = store.notifications("desk", at(900), 100).await.unwrap();
    let is_it = |payload: &str| {
        let payload: serde_json::Value = serde_json::from_str(payload).unwrap();
        payload["event"] == event
    };
    waiting.iter().filter(|n| is_it(&n.payload)).count()
}

#[tokio::test]
async fn what_an_article_changes_about_its_source_is_told_once() {
    for place in places() {
        let store = place.open().await;
        read_all(&store, &[Verdict::Flag; 14]).await;
        assert_eq!(told(&store, "article.flagged").await, 14);
        assert_eq!(told(&store, "source.suspected").await, 1);
        assert_eq!(told(&store, "source.turned").await, 0, "it always was so");
    }
    for place in places() {
        let store = place.open().await;
        let verdicts = [[Verdict::Pass; 14], [Verdict::Flag; 14]].concat();
        read_all(&store, &verdicts).await;
        assert_eq!(told(&store, "source.turned").await, 1);
    }
}

#[tokio::test]
async fn a_silence_is_told_once_for_its_last_article() {
    for place in places() {
        let store = place.open().await;
        announced(&store, &["https://harian.example/1"]).await;
        let silence = |since| {
            vec![Silence {
                source: "harian".to_string(),
                since: at(since),
                expected: Some(std::time::Duration::from_secs(600)),
            }]
        };
        let desk = ["desk".to_string()];
        for (since, told) in [(5, 1), (5, 0), (9, 1), (9, 0)] {
            let names = store.tell_silences(&silence(since), at(900), &desk).await;
            assert_eq!(names.unwrap().len(), told, "{since}");
        }
        let due = store.notifications("desk", at(900), 10).await.unwrap();
        assert_eq!(due.len(), 2);
        let payload: serde_json::Value = serde_json::from_str(&due[0].payload).unwrap();
        assert_eq!(payload["event"], "source.silent");
        assert_eq!(payload["expected_interval_seconds"], 600);
    }
}

/// What a receiver refuses is kept aside until the channels are taken up anew; what is for a channel
/// that is no more goes.
#[tokio::test]
async fn refused_notifications_are_kept_and_sent_once_more_when_the_channels_change() {
    for place in places() {
        let store = place.open().await;
        read_all(&store, &[Verdict::Flag, Verdict::Flag]).await;
        let two = store.notifications("desk", at(100), 10).await.unwrap();
        let refused = Settlement::Refused("400".to_string());
        store.settle(two[0].id, refused).await.unwrap();
        let left = store.notifications("desk", at(100), 10).await.unwrap();
        assert_eq!(left, two[1..]);
        let counts = store.counts(at(100)).await.unwrap();
        assert_eq!((counts.outbox, counts.refused), (1, 1));

        let desk = ["desk".to_string()];
        assert_eq!(store.put_channels(&desk, at(200)).await.unwrap(), 0);
        let again = store.notifications("desk", at(200), 10).await.unwrap();
        assert_eq!(again.len(), 2);
        assert_eq!(store.put_channels(&[], at(200)).await.unwrap(), 2);
        let counts = store.counts(at(200)).await.unwrap();
        assert_eq!((counts.outbox, counts.refused), (0, 0));
    }
}

#[tokio::test]
async fn robots_come_with_the_lease() {
    let rules = [
        RobotsRules::Text(Bytes::from_static(b"User-agent: *\nDisallow: /x\n")),
        RobotsRules::Text(Bytes::new()),
        RobotsRules::Unavailable,
        RobotsRules::Unreachable,
    ];
    for place in places() {
        let store = place.open().await;
        announced(&store, &["https://harian.example/1"]).await;
        let mut now = at(1);
        for rules in &rules {
            let lease = lease_one(&store, now).await;
            let record = RobotsRecord {
                origin: "https://harian.example:443".to_string(),
                fetched_at: now,
                rules: rules.clone(),
            };
            let other = RobotsRecord {
                origin: "http://harian.example:80".to_string(),
                fetched_at: now,
                rules: RobotsRules::Unreachable,
            };
            let seen = Completion {
                robots: vec![record.clone(), other],
                ..completion(now, again(at(now.timestamp() - at(0).timestamp() + 1)))
            };
            complete(&store, &lease, seen).await;
            now += chrono::Duration::seconds(1);
            let lease = lease_one(&store, now).await;
            assert_eq!(lease.robots, Some(record));
            store.release(&[lease], LONG_AGO).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_poll_is_the_health_of_its_source() {
    for place in places() {
        let store = place.open().await;
        let auto = super::given::source("harian", PageKind::Auto, "https://harian.example/");
        store
            .put_sources(None, std::slice::from_ref(&auto), at(0))
            .await
            .unwrap();
        let failing = |outcome, error: Option<&str>| Completion {
            outcome,
            error: error.map(str::to_string),
            ..completion(at(1), again(at(1)))
        };
        let timeout = failing(FetchOutcome::Timeout, None);
        let broken = failing(FetchOutcome::Ok, Some("not a feed"));
        let cancelled = failing(FetchOutcome::Cancelled, None);
        for (answer, failures, error) in [
            (timeout, 1, Some("timeout")),
            (broken, 2, Some("not a feed")),
            (cancelled, 2, Some("not a feed")),
        ] {
            let lease = lease_one(&store, at(1)).await;
            complete(&store, &lease, answer).await;
            let row = store.sources().await.unwrap().remove(0);
            assert_eq!((row.failures, row.error.as_deref()), (failures, error));
            assert_eq!(row.last_success, None);
        }

        let lease = lease_one(&store, at(2)).await;
        let good = Completion {
            kind: Some(PageKind::Feed),
            links: vec![link(
                "https://harian.example/map",
                "harian",
                PageKind::Sitemap,
            )],
            ..completion(at(2), again(at(600)))
        };
        complete(&store, &lease, good).await;
        let row = store.sources().await.unwrap().remove(0);
        assert_eq!((row.failures, row.error), (0, None));
        assert_eq!(row.last_success, Some(at(2)));
        assert_eq!(row.kind, PageKind::Feed);
        assert_eq!(row.next_at, Some(at(600)));

        // A part of the source that fails is not the source.
        let part = lease_one(&store, at(3)).await;
        complete(&store, &part, failing(FetchOutcome::Dns, None)).await;
        assert_eq!(store.sources().await.unwrap()[0].failures, 0);

        // What was learned stays over a restart with the same configuration.
        store.put_sources(None, &[auto], at(4)).await.unwrap();
        assert_eq!(store.sources().await.unwrap()[0].kind, PageKind::Feed);
        let poll = store.claim(&claim("a", at(600))).await.unwrap();
        assert!(poll.iter().any(|l| l.link.kind == PageKind::Feed));
    }
}

#[tokio::test]
async fn a_source_stands_by_all_its_articles() {
    for place in places() {
        let store = place.open().await;
        read_all(&store, &[Verdict::Pass, ABSTAIN, Verdict::Flag]).await;
        let expected = Standing::of([
            observation(Verdict::Pass, 10, Some(0.0)),
            observation(ABSTAIN, 11, None),
            observation(Verdict::Flag, 12, Some(2.5)),
        ]);
        assert_eq!(store.standing("harian").await.unwrap(), expected);
        let stranger = store.standing("stranger").await.unwrap();
        assert_eq!(stranger, Standing::default());
        let row = store.sources().await.unwrap().remove(0);
        assert_eq!((row.passed, row.flagged, row.abstained), (1, 1, 1));
        assert_eq!(row.last_article, Some(at(12)));
    }
}

#[tokio::test]
async fn sixteen_writers_at_once_lose_nothing() {
    const EACH: usize = 12;
    for place in places() {
        let store = place.open().await;
        let addresses: Vec<_> = (0..16 * EACH)
            .map(|n| format!("https://h{n}.example/"))
            .collect();
        let addresses: Vec<_> = addresses.iter().map(String::as_str).collect();
        announced(&store, &addresses).await;
        let workers = (0..16).map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                for second in 1..=EACH {
                    let now = at(i64::try_from(second).unwrap());
                    let lease = lease_one(&store, now).await;
                    let completed = complete(&store, &lease, read(&lease, now, Verdict::Pass));
                    assert!(completed.await.article_new);
                }
            })
        });
        for worker in workers.collect::<Vec<_>>() {
            worker.await.unwrap();
        }
        let counts = store.counts(at(20)).await.unwrap();
        assert_eq!((counts.done, counts.due, counts.leased), (192, 0, 0));
        let all = ArticleQuery {
            limit: usize::MAX,
            ..ArticleQuery::default()
        };
        assert_eq!(store.articles(&all).await.unwrap().len(), 192);
    }
}

#[tokio::test]
async fn what_a_poll_taught_is_there_at_the_next() {
    for place in places() {
        let store = place.open().await;
        announced(&store, &["https://harian.example/1"]).await;
        let lease = lease_one(&store, at(1)).await;
        assert_eq!(
            (&lease.rhythm, lease.first_read),
            (&Rhythm::default(), None)
        );
        let [old, new] = [1, 2].map(|n| {
            let address = format!("https://harian.example/{n}");
            link(&address, "harian", PageKind::Article)
        });
        let unread = store.unread(vec![old, new.clone()]).await.unwrap();
        assert_eq!(unread.unseen, HashSet::from([new.url]));
        assert_eq!(unread.remembered, HashSet::new());

        let mut rhythm = Rhythm::default();
        rhythm.observe(&[Some(at(-7_200)), Some(at(0))], None, at(1));
        let taught = Completion {
            rhythm: Some(rhythm.clone()),
            ..completion(at(1), again(at(2)))
        };
        complete(&store, &lease, taught).await;
        let lease = lease_one(&store, at(2)).await;
        assert_eq!(
            (lease.rhythm.clone(), lease.first_read),
            (rhythm, Some(at(1)))
        );
        complete(&store, &lease, completion(at(2), again(at(3)))).await;
        let lease = lease_one(&store, at(3)).await;
        assert_ne!(lease.rhythm, Rhythm::default(), "nothing new leaves it");
        assert_eq!(lease.first_read, Some(at(1)));
    }
}

#[tokio::test]
async fn requests_are_counted_by_source_and_day() {
    const DAY: i64 = 86_400;
    for place in places() {
        let store = place.open().await;
        // Its feed has been asked already.
        announced(&store, &["https://harian.example/1"]).await;
        let midnight = DAY - at(0).timestamp().rem_euclid(DAY);
        for (now, outcome, asked) in [
            (1, FetchOutcome::Ok, 1),
            (2, FetchOutcome::Blocked, 2),
            (3, FetchOutcome::Timeout, 2),
            (4, FetchOutcome::Cancelled, 3),
            (midnight, FetchOutcome::Ok, 0),
            (midnight + 1, FetchOutcome::Ok, 1),
        ] {
            let now = at(now);
            let lease = lease_one(&store, now).await;
            assert_eq!(lease.asked_today, asked, "{now}");
            let answer = Completion {
                outcome,
                ..completion(now, again(now))
            };
            complete(&store, &lease, answer).await;
        }
    }
}

/// The night in which clocks are put forward belongs to a day of 23 hours.
#[tokio::test]
async fn a_day_of_requests_is_one_of_its_zone() {
    let zone = Zone::named("Europe/Berlin").unwrap();
    for place in places() {
        let store = place.open().await;
        let feed = source("harian", PageKind::Feed, "https://harian.example/rss.xml");
        let before = "2026-03-28T12:00:00Z".parse().unwrap();
        store.put_sources(None, &[feed], before).await.unwrap();
        for (now, asked) in [
            ("2026-03-28T22:59:59Z", 0),
            ("2026-03-28T23:00:00Z", 0),
            ("2026-03-29T01:30:00Z", 1),
            ("2026-03-29T21:59:59Z", 2),
            ("2026-03-29T22:00:00Z", 0),
            ("2026-03-30T21:59:59Z", 1),
        ] {
            let now: Timestamp = now.parse().unwrap();
            let one = Claim {
                limit: 1,
                zone,
                ..claim("berlin", now)
            };
            let lease = store.claim(&one).await.unwrap().remove(0);
            assert_eq!(lease.asked_today, asked, "{now}");
            let answer = Completion {
                zone,
                ..completion(now, again(now))
            };
            complete(&store, &lease, answer).await;
        }
    }
}
