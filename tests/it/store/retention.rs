//! What is old goes, by age and by room, and what must stay stays.

use benggala::{
    model::{Decision, Policy, Review, Verdict},
    store::{Claim, Completion, JudgedBy, Keep, PerKind, Ruling, Store, Stored},
};
use chrono::TimeDelta;

use super::{
    given::{
        again, announced, article, assessment, at, claim, complete, completion, lease_one, link,
        read, read_all,
    },
    places,
};

fn before(seconds: i64) -> Keep {
    Keep {
        articles: Some(at(seconds)),
        ..Keep::default()
    }
}

async fn decide(store: &dyn Store, article: i64) {
    let ruling = Ruling {
        review: Review {
            decision: Decision::Confirmed,
            by: "Sari".to_string(),
            at: at(60),
            note: String::new(),
            finding: None,
            ended: None,
        },
        finding: None,
        key: None,
        judged_by: JudgedBy {
            policy: Policy::default(),
            languages: Vec::new().into(),
        },
    };
    store.decide(article, &ruling, &[]).await.unwrap();
}

#[tokio::test]
async fn old_articles_go_and_decisions_standings_and_days_stay() {
    for place in places() {
        let store = place.open().await;
        let verdicts = [Verdict::Pass, Verdict::Flag, Verdict::Flag, Verdict::Pass];
        let rows = read_all(&store, &verdicts).await;
        decide(store.as_ref(), rows[1]).await;
        let standing = store.standing("harian").await.unwrap();
        let names = ["harian".to_string()];
        let days = store.histories(&names, at(-86_400)).await.unwrap();

        let dropped = store.retain(&before(13)).await.unwrap();
        assert_eq!(dropped.of(Stored::Articles), 2);
        assert_eq!(store.retain(&before(13)).await.unwrap(), PerKind::default());
        for (row, is_there) in rows.iter().zip([false, true, false, true]) {
            assert_eq!(store.article(*row).await.unwrap().is_some(), is_there);
            assert_eq!(store.has_page(*row).await.unwrap(), is_there);
        }
        let counts = store.counts(at(100)).await.unwrap();
        assert_eq!(
            (counts.articles, counts.done),
            (2, 4),
            "they are not read again"
        );
        assert_eq!(store.standing("harian").await.unwrap(), standing);
        assert_eq!(store.histories(&names, at(-86_400)).await.unwrap(), days);
    }
}

/// The one that is left of a cluster is no copy any more.
#[tokio::test]
async fn a_copy_goes_without_its_cluster() {
    for place in places() {
        let store = place.open().await;
        let text: String = (0..120).map(|n| format!("kata{n} ")).collect();
        announced(
            &store,
            &[
                "https://a.example/1",
                "https://b.example/1",
                "https://c.example/1",
            ],
        )
        .await;
        let mut rows = Vec::new();
        for second in 10..13 {
            let lease = lease_one(&store, at(second)).await;
            let mut reading = read(&lease, at(second), Verdict::Pass);
            let visit = reading.visit.as_mut().unwrap();
            visit.article = article(&format!("{text}{second}"));
            rows.extend(complete(&store, &lease, reading).await.article);
        }
        let copies = async |row| store.trail(row, 10).await.unwrap().copies.len();
        assert_eq!(copies(rows[2]).await, 2);
        store.retain(&before(11)).await.unwrap();
        assert_eq!(copies(rows[2]).await, 1);
        store.retain(&before(12)).await.unwrap();
        assert_eq!(copies(rows[2]).await, 0);
        assert!(
            store
                .article(rows[2])
                .await
                .unwrap()
                .unwrap()
                .cluster
                .is_none()
        );
    }
}

#[tokio::test]
async fn what_was_replaced_goes_and_what_holds_stays() {
    for place in places() {
        let store = place.open().await;
        let rows = read_all(&store, &[Verdict::Pass]).await;
        for second in [20, 30] {
            let (content, said) = (article("Kata lain."), assessment(Verdict::Flag, &[]));
            store
                .reassess(rows[0], None, &content, &said, at(second))
                .await
                .unwrap();
        }
        let keep = Keep {
            versions: Some(at(25)),
            ..Keep::default()
        };
        let dropped = store.retain(&keep).await.unwrap();
        assert_eq!(dropped.of(Stored::Conclusions), 1);
        let keep = Keep {
            versions: Some(at(1_000)),
            ..Keep::default()
        };
        let dropped = store.retain(&keep).await.unwrap();
        assert_eq!(dropped.of(Stored::Conclusions), 1);
        let row = store.article(rows[0]).await.unwrap().unwrap();
        assert_eq!(row.verdict, Verdict::Flag);
    }
}

/// An address that is listed stays known, however long ago it was read.
#[tokio::test]
async fn an_address_is_remembered_while_somebody_lists_it() {
    for place in places() {
        let store = place.open().await;
        read_all(&store, &[Verdict::Pass, Verdict::Pass]).await;
        let day = |days: i64| at(days * 86_400);
        let feed = store.claim(&claim("w", day(100))).await.unwrap();
        let listed = "https://harian.example/0";
        let poll = Completion {
            links: vec![link(listed, "harian", benggala::model::PageKind::Article)],
            ..completion(day(100), again(day(1_000)))
        };
        complete(&store, &feed[0], poll).await;
        let keep = |days| Keep {
            urls: Some(day(days)),
            ..Keep::default()
        };
        let dropped = store.retain(&keep(50)).await.unwrap();
        assert_eq!(dropped.of(Stored::Urls), 1, "the one that nobody listed");
        let dropped = store.retain(&keep(101)).await.unwrap();
        assert_eq!(dropped.of(Stored::Urls), 1);
        let counts = store.counts(day(101)).await.unwrap();
        assert_eq!((counts.done, counts.articles), (0, 2));
    }
}

/// Reads so many articles of a page of random bytes each.
async fn fill(store: &std::sync::Arc<dyn Store>, articles: usize) -> Vec<i64> {
    let addresses: Vec<String> = (0..articles)
        .map(|n| format!("https://harian.example/{n}"))
        .collect();
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    announced(store, &addresses).await;
    let mut rows = Vec::new();
    let all = Claim {
        limit: articles,
        per_host: u32::MAX.try_into().unwrap(),
        ..claim("w", at(10))
    };
    for lease in store.claim(&all).await.unwrap() {
        let mut reading = read(&lease, at(10), Verdict::Pass);
        let body: Vec<u8> = std::iter::repeat_with(rand::random).take(20_000).collect();
        reading.visit.as_mut().unwrap().page.body = body.into();
        rows.extend(complete(store, &lease, reading).await.article);
    }
    rows
}

#[tokio::test]
async fn for_room_pages_go_first_and_young_articles_never_and_the_file_shrinks() {
    for place in places() {
        let store = place.open().await;
        let rows = fill(&store, 200).await;
        let full = store.counts(at(20)).await.unwrap();
        assert_eq!(full.size_bytes, full.sizes.total());
        let pages = full.sizes.of(Stored::Pages);
        assert!((4_000_000..4_100_000).contains(&pages), "{pages}");

        let half = (full.size_bytes - full.sizes.of(Stored::Log)) * 2 / 3;
        let dropped = store.shrink(half, at(0)).await.unwrap();
        assert!(dropped.of(Stored::Pages) > 0);
        assert_eq!(dropped.of(Stored::Articles), 0);
        let later = store.counts(at(20)).await.unwrap();
        let file =
            |counts: &benggala::store::Counts| counts.size_bytes - counts.sizes.of(Stored::Log);
        assert!(file(&later) < file(&full) * 9 / 10, "{later:?}");

        store.shrink(0, at(0)).await.unwrap();
        assert_eq!(
            store.counts(at(20)).await.unwrap().articles,
            200,
            "they are young"
        );
        store.shrink(0, at(0) + TimeDelta::days(1)).await.unwrap();
        assert_eq!(store.counts(at(20)).await.unwrap().articles, 0);
        assert!(store.article(rows[0]).await.unwrap().is_none());
    }
}
