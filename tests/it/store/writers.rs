//! Many who write one PostgreSQL at the same time.

use std::{fs, sync::Arc, time::Duration};

use benggala::{
    model::{PageKind, Verdict},
    store::{ArticleQuery, Claim, Completion, Fate, Observer, Store, Unswept},
};
use tokio_postgres::{Client, NoTls};

use super::{
    given::{again, article, at, claim, completion, link, read, source},
    postgres,
    way::Way,
};
use crate::daemon::watch::until;

/// Another program at the same database.
pub(super) async fn client(place: &super::Place) -> Client {
    let address = place.database.as_ref().unwrap().address();
    let (client, connection) = tokio_postgres::connect(&address, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// Two sources whose feeds announce an article each.
async fn two_sources(store: &Arc<dyn Store>) {
    let names = ["pagi", "sore"];
    let address = |name: &str, path: &str| format!("https://{name}.example/{path}");
    let sources = names.map(|name| source(name, PageKind::Feed, &address(name, "feed")));
    store.put_sources(None, &sources, at(0)).await.unwrap();
    for lease in store.claim(&claim("given", at(0))).await.unwrap() {
        let name = lease.link.source.clone();
        let announces = Completion {
            links: vec![link(&address(&name, "1"), &name, PageKind::Article)],
            ..completion(at(0), again(at(100_000)))
        };
        store.complete(&lease, announces, &[]).await.unwrap();
    }
}

#[tokio::test]
async fn an_article_that_is_written_late_is_newer_than_what_was_shown_before() {
    const LATE: &str = "
        CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END';
        CREATE TRIGGER late AFTER INSERT ON articles FOR EACH ROW
            WHEN (new.url LIKE '%pagi%') EXECUTE FUNCTION late()";
    let Some(place) = postgres::place() else {
        return;
    };
    let store = place.open().await;
    two_sources(&store).await;
    let holder = client(&place).await;
    holder.batch_execute(LATE).await.unwrap();
    holder
        .batch_execute("SELECT pg_advisory_lock(1)")
        .await
        .unwrap();
    let mut leases = store.claim(&claim("w", at(1))).await.unwrap();
    leases.sort_by(|a, b| a.link.source.cmp(&b.link.source));
    let [late, soon] = <[_; 2]>::try_from(leases).unwrap();
    let writes = Arc::clone(&store);
    let written = tokio::spawn(async move {
        let page = read(&late, at(2), Verdict::Flag);
        writes.complete(&late, page, &[]).await.unwrap()
    });
    let database = place.database.as_ref().unwrap();
    until("the first one to have its id", async || {
        let waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
        database.ask(waits) == "1"
    })
    .await;
    let page = read(&soon, at(2), Verdict::Flag);
    let soon = store
        .complete(&soon, page, &[])
        .await
        .unwrap()
        .article
        .unwrap();
    let shown = store.overview().await.unwrap().newest;
    assert!(shown < soon, "one with a lower id is still to come");
    holder
        .batch_execute("SELECT pg_advisory_unlock(1)")
        .await
        .unwrap();
    let late = written.await.unwrap().article.unwrap();
    assert!(late < soon, "its id was given first");
    let newer = ArticleQuery {
        newer_than: Some(shown),
        limit: 10,
        ..ArticleQuery::default()
    };
    let newer = store.articles(&newer).await.unwrap();
    assert!(newer.iter().any(|row| row.id == late), "and it is told of");
    assert_eq!(store.overview().await.unwrap().newest, soon);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_asks_for_more_than_there_are_connections_waits_and_is_not_turned_away() {
    const ASKED: usize = 60;
    let Some(place) = postgres::place() else {
        return;
    };
    let store = place.open().await;
    let holder = client(&place).await;
    let hold = "BEGIN; LOCK TABLE changes IN ACCESS EXCLUSIVE MODE";
    holder.batch_execute(hold).await.unwrap();
    let mut asked = tokio::task::JoinSet::new();
    for _ in 0..ASKED {
        let store = Arc::clone(&store);
        asked.spawn(async move { store.probe().await });
    }
    let database = place.database.as_ref().unwrap();
    let connections = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                          AND application_name LIKE 'benggala %' AND wait_event_type = 'Lock'";
    until("all connections to be in use", async || {
        database.ask(connections) == "10"
    })
    .await;
    assert!(asked.try_join_next().is_none(), "nobody is turned away");
    holder.batch_execute("COMMIT").await.unwrap();
    let done = asked.join_all().await;
    assert_eq!(done.len(), ASKED);
    assert!(done.iter().all(Result::is_ok), "{done:?}");
}

/// A worker that has fewer sources: what another is watching goes on.
#[tokio::test]
async fn no_source_is_put_to_rest_that_another_worker_watches() {
    let Some(place) = postgres::place() else {
        return;
    };
    let [pagi, sore] = ["pagi", "sore"].map(|name| {
        source(
            name,
            PageKind::Feed,
            &format!("https://{name}.example/feed"),
        )
    });
    let all = place.open().await;
    let both = [pagi.clone(), sore.clone()];
    all.put_sources(None, &both, at(0)).await.unwrap();
    let fewer = place.open().await;
    fewer.put_sources(None, &[pagi], at(1)).await.unwrap();
    let database = place.database.as_ref().unwrap();
    let watched =
        || database.ask("SELECT string_agg(name, ' ' ORDER BY name) FROM sources WHERE enabled");
    assert_eq!(watched(), "pagi sore");
    assert_eq!(fewer.claim(&claim("w", at(2))).await.unwrap().len(), 2);
    // It says no word for long.
    let silent = "UPDATE workers SET seen_at = seen_at - 61000 WHERE 'sore' = ANY(sources)";
    database.ask(silent);
    fewer.probe().await.unwrap();
    assert_eq!(watched(), "pagi");
    // And was not gone after all.
    all.probe().await.unwrap();
    assert_eq!(watched(), "pagi sore");
    all.close().await.unwrap();
    fewer.put_sources(None, &[sore], at(3)).await.unwrap();
    assert_eq!(watched(), "sore", "whoever is gone watches nothing");
}

/// What workers of the first schema have written is there after the next one, and they go on.
#[tokio::test]
async fn a_store_of_the_first_schema_is_brought_up_to_date() {
    let Some(place) = postgres::bare_place() else {
        return;
    };
    let database = place.database.as_ref().unwrap();
    let first = fs::read_to_string("src/store/postgres/schema/1.sql").unwrap();
    let ours =
        "CREATE TABLE benggala (only_row boolean PRIMARY KEY DEFAULT true, schema bigint NOT NULL);
                INSERT INTO benggala (schema) VALUES (1)";
    client(&place)
        .await
        .batch_execute(&format!("{first};{ours}"))
        .await
        .unwrap();
    database.ask(
        "INSERT INTO sources (name, url, configured, kind, enabled, since)
                  VALUES ('lama', 'https://lama.example/', 'feed', 'feed', true, 0)",
    );
    let store = place.open().await;
    assert_eq!(database.ask("SELECT schema > 1 FROM benggala"), "t");
    assert_eq!(store.source("lama").await.unwrap().unwrap().name, "lama");
    two_sources(&store).await;
    let one = Claim {
        lease: Duration::from_secs(1),
        ..claim("w", at(1))
    };
    assert_eq!(store.claim(&one).await.unwrap().len(), 2);
}

/// A newer version has added to tables that statements of this one were prepared for.
#[tokio::test]
async fn whoever_is_at_work_goes_on_when_a_table_gets_another_column() {
    let Some(place) = postgres::place() else {
        return;
    };
    let store = place.open().await;
    two_sources(&store).await;
    assert_eq!(store.sources().await.unwrap().len(), 2);
    let database = place.database.as_ref().unwrap();
    database.ask("ALTER TABLE sources ADD COLUMN later bigint");
    assert_eq!(store.sources().await.unwrap().len(), 2);
}

/// What is waited for most when the server is on another machine: the way there and back.
#[tokio::test]
async fn what_a_visit_writes_goes_to_the_server_together() {
    const ROUNDS: usize = 5;
    let Some(place) = postgres::place() else {
        return;
    };
    let database = place.database.as_ref().unwrap();
    let way = Way::to(database.server.folder());
    let url = way.address(&database.name).parse().unwrap();
    let store = benggala::store::open(&url, Observer::default())
        .await
        .unwrap();
    let feed = source("pagi", PageKind::Feed, "https://pagi.example/feed");
    store.put_sources(None, &[feed], at(0)).await.unwrap();
    let mut last = [(0, 0); 4];
    // Statements are prepared in the first rounds.
    for round in 0..ROUNDS {
        let now = at(100 * i64::try_from(round).unwrap());
        let links = (0..20).map(|n| format!("https://pagi.example/{round}/{n}"));
        let links = links.map(|address| link(&address, "pagi", PageKind::Article));
        way.passed.take();
        let feed = store.claim(&claim("w", now)).await.unwrap().remove(0);
        last[0] = way.passed.take();
        let announces = Completion {
            links: links.collect(),
            ..completion(now, again(now + Duration::from_secs(100)))
        };
        store.complete(&feed, announces, &[]).await.unwrap();
        last[1] = way.passed.take();
        let leases = store.claim(&claim("w", now)).await.unwrap();
        way.passed.take();
        let nothing = completion(now, Fate::Done);
        store.complete(&leases[0], nothing, &[]).await.unwrap();
        last[2] = way.passed.take();
        let text = format!("Kata {round}, kata lain.");
        let mut page = read(&leases[1], now, Verdict::Pass);
        page.visit.as_mut().unwrap().article = article(&text);
        store.complete(&leases[1], page, &[]).await.unwrap();
        last[3] = way.passed.take();
        for rest in store
            .claim(&Claim {
                limit: 100,
                per_host: 100,
                ..claim("w", now)
            })
            .await
            .unwrap()
        {
            store
                .complete(&rest, completion(now, Fate::Done), &[])
                .await
                .unwrap();
        }
    }
    let [a_claim, of_a_feed, of_nothing, of_an_article] = last;
    println!(
        "round trips and statements: a claim {a_claim:?}, and the ends of the leases of a feed with \
              twenty links {of_a_feed:?}, of a page without a text {of_nothing:?}, of an article {of_an_article:?}"
    );
    assert!(of_nothing.0 <= 6, "{of_nothing:?}");
    assert!(of_a_feed.0 <= 10, "{of_a_feed:?}");
    assert!(of_an_article.0 <= 18, "{of_an_article:?}");
}

#[tokio::test]
async fn an_open_transaction_and_what_cannot_be_swept_up_are_told() {
    let Some(place) = postgres::place() else {
        return;
    };
    let store = place.open().await;
    two_sources(&store).await;
    let holder = client(&place).await;
    holder.batch_execute("BEGIN; SELECT 1").await.unwrap();
    let database = place.database.as_ref().unwrap();
    database.ask("UPDATE hosts SET failures = failures + 1");
    until("both to be told", async || {
        let unswept = store.counts(at(9)).await.unwrap().unswept;
        let hosts = Unswept::TABLES.iter().position(|table| *table == "hosts");
        let (live, dead) = unswept.rows[hosts.unwrap()];
        unswept.oldest_transaction >= Duration::from_secs(1) && live == 2 && dead >= 2
    })
    .await;
}

#[tokio::test]
async fn what_ends_in_a_deadlock_or_cannot_be_put_in_order_is_tried_again_as_a_whole() {
    // A sequence counts what is taken back, too.
    const TWICE: &str = "
        CREATE SEQUENCE tries;
        CREATE FUNCTION twice() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            CASE nextval('tries')
                WHEN 1 THEN RAISE EXCEPTION USING ERRCODE = 'deadlock_detected';
                WHEN 2 THEN RAISE EXCEPTION USING ERRCODE = 'serialization_failure';
                ELSE RETURN NULL;
            END CASE;
        END $$;
        CREATE TRIGGER twice AFTER INSERT ON articles FOR EACH ROW EXECUTE FUNCTION twice()";
    let Some(place) = postgres::place() else {
        return;
    };
    let store = place.open().await;
    two_sources(&store).await;
    let hindrance = client(&place).await;
    hindrance.batch_execute(TWICE).await.unwrap();
    let lease = store.claim(&claim("w", at(1))).await.unwrap().remove(0);
    let page = read(&lease, at(2), Verdict::Flag);
    let completed = store.complete(&lease, page, &["desk".to_string()]).await;
    assert!(completed.unwrap().article.is_some());
    let database = place.database.as_ref().unwrap();
    assert_eq!(database.ask("SELECT last_value FROM tries"), "3");
    assert_eq!(database.ask("SELECT count(*) FROM articles"), "1");
    assert_eq!(
        database.ask("SELECT sum(articles) FROM shelf_counts"),
        "1",
        "nothing of the first two is left"
    );
}
