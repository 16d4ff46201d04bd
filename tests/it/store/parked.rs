//! Pages over which their readers die.

use benggala::{
    model::Verdict,
    store::{Claim, Completion, Lease, Store},
};
use chrono::{TimeDelta, Utc};

use super::{
    Place,
    given::{addresses, again, announced, at, claim, complete, completion, link, read},
    places,
};

const KILLER: &str = "https://h0.example/a";

/// More than one process leases at a time, one of each host.
const ARTICLES: [&str; 4] = [
    KILLER,
    "https://h1.example/a",
    "https://h2.example/a",
    "https://h3.example/a",
];

/// What a process that starts on day `day` from now leases; its file's hosts have rested.
async fn lease(store: &dyn Store, day: i64) -> Vec<Lease> {
    let now = Utc::now() + TimeDelta::days(day);
    store.claim(&claim("w", now)).await.unwrap()
}

/// Starts day after day, reads what it leases and dies over the killer; tells how often until a day
/// on which nothing was left.
async fn deaths(place: &Place) -> usize {
    let mut deaths = 0;
    for day in 1..30 {
        let store = place.open().await;
        let leases = lease(store.as_ref(), day).await;
        let (articles, polls): (Vec<Lease>, Vec<Lease>) = leases
            .into_iter()
            .partition(|lease| lease.link.url.as_str().ends_with("/a"));
        let much_later = Utc::now() + TimeDelta::days(50);
        for lease in polls {
            complete(&store, &lease, completion(Utc::now(), again(much_later))).await;
        }
        if articles.is_empty() {
            return deaths;
        }
        if articles
            .iter()
            .any(|lease| lease.link.url.as_str() == KILLER)
        {
            deaths += 1;
            continue;
        }
        for lease in articles {
            let read = read(&lease, at(day), Verdict::Pass);
            assert!(complete(&store, &lease, read).await.accepted);
        }
    }
    panic!("it never ends");
}

#[tokio::test]
async fn a_page_that_kills_is_found_and_parked_and_no_other() {
    for place in places() {
        announced(&place.open().await, &ARTICLES).await;
        assert_eq!(deaths(&place).await, 3);
        let store = place.open().await;
        let counts = store.counts(at(0)).await.unwrap();
        assert_eq!((counts.parked, counts.gone, counts.articles), (1, 1, 3));
        assert_eq!(store.sources().await.unwrap()[0].parked, 1);

        // Its source lists it still.
        let now = Utc::now() + TimeDelta::days(60);
        let feed = store.claim(&claim("w", now)).await.unwrap();
        assert_eq!(addresses(&feed), ["https://harian.example/feed"]);
        let listed = Completion {
            links: vec![link(KILLER, "harian", benggala::model::PageKind::Article)],
            ..completion(now, again(now + TimeDelta::days(1)))
        };
        complete(&store, &feed[0], listed).await;
        assert_eq!(store.claim(&claim("w", now)).await.unwrap(), []);
    }
}

#[tokio::test]
async fn a_source_that_kills_rests_for_a_day_at_a_time_and_says_so() {
    for place in places() {
        let feed = super::given::source(
            "harian",
            benggala::model::PageKind::Feed,
            "https://harian.example/feed",
        );
        let store = place.open().await;
        store.put_sources(None, &[feed], at(0)).await.unwrap();
        drop(store);
        for day in 1..=3 {
            let store = place.open().await;
            assert_eq!(lease(store.as_ref(), day).await.len(), 1);
        }
        let store = place.open().await;
        let mut days = 0;
        if place.database.is_some() {
            // Where others may have leases, nobody takes one back before its end.
            days = 3;
            let ended = Utc::now() + TimeDelta::days(days) + TimeDelta::minutes(2);
            assert_eq!(store.expire(ended).await.unwrap(), 1);
        }
        let source = &store.sources().await.unwrap()[0];
        assert!(source.error.as_ref().unwrap().starts_with("lost: "));
        let soon = Utc::now() + TimeDelta::days(days) + TimeDelta::hours(23);
        assert_eq!(store.claim(&claim("w", soon)).await.unwrap(), []);
        let leases = lease(store.as_ref(), days + 2).await;
        let now = Utc::now();
        complete(&store, &leases[0], completion(now, again(now))).await;
        let source = &store.sources().await.unwrap()[0];
        assert_eq!((source.parked, &source.error), (0, &None));
    }
}

#[tokio::test]
async fn leases_that_are_given_back_or_ended_are_not_lost() {
    for place in places() {
        announced(&place.open().await, &[KILLER]).await;
        for _ in 0..5 {
            let store = place.open().await;
            let leases = store
                .claim(&Claim {
                    limit: 1,
                    ..claim("w", at(10))
                })
                .await
                .unwrap();
            assert_eq!(addresses(&leases), [KILLER]);
            store.release(&leases, at(0)).await.unwrap();
        }
        let counts = place.open().await.counts(at(0)).await.unwrap();
        assert_eq!(counts.parked, 0);
    }
}
