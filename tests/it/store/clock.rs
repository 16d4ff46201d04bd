//! Times that a wrong clock left behind.

use std::time::Duration;

use benggala::{
    frontier::clock::Jump,
    model::Verdict,
    store::{Claim, Completion},
};
use chrono::TimeDelta;

use super::{
    given::{
        addresses, again, announced, at, claim, complete, completion, correction, lease_one, read,
        read_all,
    },
    places,
};

const DAY: i64 = 86_400;
const FEED: &str = "https://harian.example/feed";
const ARTICLE: &str = "https://harian.example/1";

/// All that may be due.
fn all(seconds: i64) -> Claim {
    Claim {
        per_host: 10,
        ..claim("b", at(seconds))
    }
}

/// The clock ran thirty days ahead: one article was read, one waits, the feed comes back in a day.
/// Then it was set right, and benggala was started anew.
#[tokio::test]
async fn a_store_that_was_kept_by_a_clock_ahead_is_asked_again_soon() {
    for place in places() {
        let store = place.open().await;
        read_all(&store, &[Verdict::Pass]).await;
        let lease = lease_one(&store, at(100_000)).await;
        complete(&store, &lease, completion(at(100_000), again(at(190_000)))).await;
        drop(store);
        let store = place.open().await;

        // Thirty days before all of that.
        let now = -30 * DAY;
        let corrected = store.correct_times(&correction(at(now), None)).await;
        assert!(corrected.unwrap() > 0);
        let due = store.next_due(None, at(now)).await.unwrap().unwrap();
        assert!(due <= at(now + 121), "{due}");
        let leases = store.claim(&all(now + 121)).await.unwrap();
        assert_eq!(addresses(&leases), [FEED]);
        assert!(leases[0].known_since <= at(now));
        let source = &store.sources().await.unwrap()[0];
        assert!(source.last_success <= Some(at(now)) && source.last_article <= Some(at(now)));
        let again = store.correct_times(&correction(at(now), None)).await;
        assert_eq!(again.unwrap(), 0, "nothing is left to correct");
    }
}

#[tokio::test]
async fn a_right_store_is_left_alone() {
    for place in places() {
        let store = place.open().await;
        read_all(&store, &[Verdict::Pass]).await;
        let before = store.next_due(None, at(20)).await.unwrap();
        let corrected = store.correct_times(&correction(at(20), None)).await;
        assert_eq!(corrected.unwrap(), 0);
        assert_eq!(store.next_due(None, at(20)).await.unwrap(), before);
    }
}

/// A host that is left alone for ten minutes, its next article, and a step of the clock meanwhile: in
/// true time the ten minutes last as long as they would have.
#[tokio::test]
async fn waits_last_as_long_after_a_step_as_before() {
    for place in places() {
        for step in [-30 * DAY, -3_600, 3_600, 30 * DAY] {
            let store = place.open().await;
            announced(&store, &[ARTICLE, "https://harian.example/2"]).await;
            let lease = lease_one(&store, at(0)).await;
            let resting = Completion {
                host_next_at: at(600),
                ..completion(at(0), again(at(5_000)))
            };
            complete(&store, &lease, resting).await;

            // At the hundredth second.
            let now = 100 + step;
            let jump = Some(Jump::Stepped(TimeDelta::seconds(step)));
            store
                .correct_times(&correction(at(now), jump))
                .await
                .unwrap();
            let due = store.next_due(None, at(now)).await.unwrap();
            assert_eq!(due, Some(at(600 + step)), "{step}");
            assert_eq!(store.claim(&all(599 + step)).await.unwrap(), []);
            assert_eq!(store.claim(&all(600 + step)).await.unwrap().len(), 1);
            drop(store);
            place.empty();
        }
    }
}

#[tokio::test]
async fn a_step_takes_no_lease_away() {
    for place in places() {
        let store = place.open().await;
        announced(&store, &[ARTICLE]).await;
        let lease = lease_one(&store, at(1)).await;
        let jump = Some(Jump::Stepped(TimeDelta::days(30)));
        let now = 30 * DAY + 2;
        store
            .correct_times(&correction(at(now), jump))
            .await
            .unwrap();
        assert_eq!(store.expire(at(now + 59)).await.unwrap(), 0);
        let read = read(&lease, at(now + 59), Verdict::Pass);
        assert!(complete(&store, &lease, read).await.accepted);
    }
}

/// A hundred sources that fell due while the machine slept.
#[tokio::test]
async fn polls_come_back_one_by_one_after_a_sleep() {
    for place in places() {
        let store = place.open().await;
        let sources: Vec<_> = (0..100)
            .map(|n| {
                let address = format!("https://h{n}.example/feed");
                super::given::source(&format!("s{n}"), benggala::model::PageKind::Feed, &address)
            })
            .collect();
        store.put_sources(None, &sources, at(0)).await.unwrap();
        let jump = Some(Jump::Slept(Duration::from_secs(8 * 3_600)));
        let now = 8 * 3_600;
        store
            .correct_times(&correction(at(now), jump))
            .await
            .unwrap();
        let many = |seconds| Claim {
            limit: 1_000,
            ..all(seconds)
        };
        let at_once = store.claim(&many(now)).await.unwrap().len();
        assert!(at_once < 20, "{at_once}");
        let within = store.claim(&many(now + 120)).await.unwrap().len();
        assert_eq!(at_once + within, 100);
    }
}
