//! Pages of a PostgreSQL, which go by the month.

use std::sync::Arc;

use benggala::{
    model::Verdict,
    store::{Store, Stored},
};
use chrono::TimeDelta;

use super::{
    Place,
    given::{announced, at, complete, lease_one, read},
    postgres,
    writers::client,
};

/// Longer than anything here is kept.
const LEEWAY: TimeDelta = TimeDelta::days(10_000);

/// Reads the next article that waits.
async fn read_next(store: &Arc<dyn Store>, seconds: i64) -> i64 {
    let lease = lease_one(store, at(seconds)).await;
    let completed = complete(store, &lease, read(&lease, at(seconds), Verdict::Pass)).await;
    completed.article.unwrap()
}

/// The parts by their names and where they end, and what was taken out of them.
fn parts(place: &Place) -> Vec<String> {
    let database = place.database.as_ref().unwrap();
    let names = "SELECT relname || ' ' || coalesce(pg_get_expr(relpartbound, oid), 'out')
                   FROM pg_class WHERE relkind = 'r' AND relname LIKE 'pages%' ORDER BY relname";
    database.ask(names).lines().map(str::to_string).collect()
}

/// As though so many articles had been read meanwhile.
fn go_on_to(place: &Place, article: i64) {
    let database = place.database.as_ref().unwrap();
    database.ask(&format!("SELECT setval('articles_id_seq', {article})"));
}

async fn page_bytes(store: &Arc<dyn Store>) -> u64 {
    store.counts(at(9)).await.unwrap().sizes.of(Stored::Pages)
}

#[tokio::test]
async fn a_month_of_pages_goes_at_once_and_what_is_young_of_it_stays() {
    let Some(place) = postgres::place() else {
        return;
    };
    let store = place.open().await;
    let addresses: Vec<String> = (0..7)
        .map(|n| format!("https://harian.example/{n}"))
        .collect();
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    announced(&store, &addresses).await;
    let mut old = Vec::new();
    for second in 10..14 {
        old.push(read_next(&store, second).await);
    }
    let young = read_next(&store, 500).await;

    assert_eq!(store.prune(at(100), LEEWAY).await.unwrap(), 0);
    let open = young + 1 + 1_000;
    let past = "pages_past FOR VALUES FROM (MINVALUE) TO ('1')";
    let first = format!("pages_from_1 FOR VALUES FROM ('1') TO ('{open}')");
    let second = format!("pages_from_{open} FOR VALUES FROM ('{open}') TO (MAXVALUE)");
    assert_eq!(parts(&place), [first, second, past.to_string()]);
    assert!(
        store.page(old[0]).await.unwrap().is_some(),
        "its month is not over"
    );

    go_on_to(&place, open);
    let next = read_next(&store, 600).await;
    assert_eq!(store.prune(at(100), LEEWAY).await.unwrap(), 4);
    let now = parts(&place);
    assert_eq!(now.len(), 3, "{now:?}");
    assert_eq!(
        now.last().unwrap(),
        &format!("pages_past FOR VALUES FROM (MINVALUE) TO ('{open}')")
    );
    for article in &old {
        assert_eq!(store.page(*article).await.unwrap(), None);
        assert!(store.article(*article).await.unwrap().is_some());
    }
    assert!(store.page(young).await.unwrap().is_some(), "it is not old");
    assert!(store.page(next).await.unwrap().is_some());
    let bytes = page_bytes(&store).await;
    assert_eq!(
        store.prune(at(550), LEEWAY).await.unwrap(),
        1,
        "in the past pages go singly"
    );
    assert_eq!(
        page_bytes(&store).await * 2,
        bytes,
        "both are counted as they are"
    );
    assert_eq!(store.prune(at(550), LEEWAY).await.unwrap(), 0);
}

#[tokio::test]
async fn what_was_taken_out_by_one_who_died_goes_with_the_next() {
    let Some(place) = postgres::place() else {
        return;
    };
    let store = place.open().await;
    announced(
        &store,
        &["https://harian.example/0", "https://harian.example/1"],
    )
    .await;
    let old = read_next(&store, 10).await;
    store.prune(at(0), LEEWAY).await.unwrap();
    let (empty, one) = (0, page_bytes(&store).await);
    assert!(one > empty);
    let database = place.database.as_ref().unwrap();
    database.ask("ALTER TABLE pages DETACH PARTITION pages_from_1");
    assert_eq!(store.page(old).await.unwrap(), None);
    assert_eq!(store.prune(at(100), LEEWAY).await.unwrap(), 1);
    assert_eq!(page_bytes(&store).await, empty);
    assert!(parts(&place).iter().all(|part| !part.ends_with("out")));
}

/// A dump reads all pages: the month goes another time, and nobody waits for it meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_somebody_reads_all_pages_no_part_begins_and_articles_are_kept() {
    let Some(place) = postgres::place() else {
        return;
    };
    let store = place.open().await;
    announced(
        &store,
        &["https://harian.example/0", "https://harian.example/1"],
    )
    .await;
    let reader = client(&place).await;
    let reads = "BEGIN; LOCK TABLE pages IN ACCESS SHARE MODE";
    reader.batch_execute(reads).await.unwrap();
    let before = parts(&place);
    assert_eq!(store.prune(at(0), LEEWAY).await.unwrap(), 0, "no failure");
    assert_eq!(parts(&place), before);
    let article = read_next(&store, 10).await;
    assert!(store.page(article).await.unwrap().is_some());
    reader.batch_execute("COMMIT").await.unwrap();
    store.prune(at(0), LEEWAY).await.unwrap();
    assert_ne!(parts(&place), before);
}
