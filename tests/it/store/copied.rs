//! A store is copied to one of the other kind and back, and nothing is lost or changed.

use std::panic::{AssertUnwindSafe, catch_unwind};

use benggala::{
    model::{Decision, Lang, Policy, Review, Shelf, StoreUrl, Verdict},
    site::SiteMemory,
    store::{self, ArticleQuery, Copied, CopyProgress, JudgedBy, Observer, OpenError, Ruling},
    usage::Sketch,
};

use super::{
    given::{article, assessment, at, claim, read_all},
    opinions::hearing,
    postgres, sqlite,
};

/// A store with something in nearly every table.
async fn filled(url: &StoreUrl) {
    let store = store::open(url, Observer::default()).await.unwrap();
    let verdicts = [Verdict::Flag, Verdict::Pass, Verdict::Flag];
    let rows = read_all(&store, &verdicts).await;
    let corrected = article(&"Kabar lain dari kota, tab\tdan garis\\miring. ".repeat(30));
    let judged = assessment(Verdict::Flag, &[]);
    let reassessed = store
        .reassess(rows[0], None, &corrected, &judged, at(30))
        .await;
    reassessed.unwrap();
    let ruling = Ruling {
        review: Review {
            decision: Decision::Confirmed,
            by: "Sari".to_string(),
            at: at(40),
            note: "dua\nbaris".to_string(),
            finding: None,
            ended: None,
        },
        finding: None,
        key: Some("kunci".to_string()),
        judged_by: JudgedBy {
            policy: Policy::default(),
            languages: Vec::new().into(),
        },
    };
    let channels = ["desk".to_string()];
    let decided = store.decide(rows[2], &ruling, &channels).await;
    decided.unwrap();
    let memory = SiteMemory::default();
    let learned = store.learn_site("harian.example", &memory, at(50)).await;
    learned.unwrap();
    let (lang, sketch) = (Lang::new("id").unwrap(), Sketch::default());
    store.learn_usage(&lang, &sketch, at(50)).await.unwrap();
    store.hear(&hearing(rows[1], &[]), &[]).await.unwrap();
    let named = ["kata".to_string()];
    let answered = store.put_opinion_answer(7, "text", &named, at(50)).await;
    answered.unwrap();
    store.close().await.unwrap();
}

/// What whoever reviews and whoever watches sees of a store.
async fn seen(url: &StoreUrl) -> Vec<String> {
    let store = store::open(url, Observer::default()).await.unwrap();
    let all = ArticleQuery {
        limit: 1_000,
        ..ArticleQuery::default()
    };
    let rows = store.articles(&all).await.unwrap();
    let phrase = ArticleQuery {
        text: Some("\"kabar lain\" kot*".to_string()),
        ..all
    };
    let mut seen = vec![format!("{rows:?}")];
    let found = store.articles(&phrase).await.unwrap();
    assert_eq!(found.len(), 1);
    let tally = store
        .tally(&ArticleQuery::default())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(tally.of(Shelf::Confirmed), 1);
    let days = store.histories(&["harian".to_string()], at(-86_400)).await;
    seen.push(format!("{days:?} {tally:?}"));
    seen.push(format!("{:?}", store.standing("harian").await.unwrap()));
    seen.push(format!("{:?}", store.sources().await.unwrap()));
    seen.push(format!("{:?}", store.precision().await.unwrap()));
    seen.push(format!("{:?}", store.opinion_answers(7).await.unwrap()));
    let notices = store.notifications("desk", at(1_000), 100).await.unwrap();
    assert!(!notices.is_empty());
    seen.push(format!("{notices:?}"));
    for row in &rows {
        let (trail, page) = (store.trail(row.id, 10).await, store.page(row.id).await);
        seen.push(format!("{trail:?} {page:?}"));
    }
    let counts = store.counts(at(100)).await.unwrap();
    let urls = (counts.waiting, counts.due, counts.done, counts.articles);
    seen.push(format!("{urls:?}"));
    store.close().await.unwrap();
    seen
}

async fn copied(
    from: &StoreUrl,
    to: &StoreUrl,
    mut tell: impl FnMut(CopyProgress) + Send + 'static,
) -> Result<Copied, OpenError> {
    let (from, to) = (from.clone(), to.clone());
    let copy = move || {
        let copied = catch_unwind(AssertUnwindSafe(|| store::copy(&from, &to, &mut tell)));
        copied.unwrap_or_else(|_| Ok(Copied::default()))
    };
    tokio::task::spawn_blocking(copy).await.unwrap()
}

#[tokio::test]
async fn a_store_goes_to_the_other_kind_and_back_and_is_the_same() {
    let Some(database) = postgres::place() else {
        return;
    };
    let (first, back) = (sqlite::place(), sqlite::place());
    filled(&first.url).await;
    let before = seen(&first.url).await;

    // It ends in the middle of the first attempt.
    let interrupted =
        |progress: CopyProgress| assert!(progress.table != "pages", "the power fails");
    let none = copied(&first.url, &database.url, interrupted).await;
    assert_eq!(none.unwrap(), Copied::default());
    let there = copied(&first.url, &database.url, |_| ()).await.unwrap();
    assert!(there.before > 0 && there.before < there.rows, "{there:?}");
    assert_eq!(seen(&database.url).await, before);

    let again = copied(&first.url, &database.url, |_| ()).await;
    let again = again.unwrap_err().to_string();
    assert!(again.contains("not empty"), "{again}");

    let returned = copied(&database.url, &back.url, |_| ()).await.unwrap();
    assert_eq!((returned.rows, returned.before), (there.rows, 0));
    assert_eq!(seen(&back.url).await, before);

    // New rows come after those that were copied.
    let store = database.open().await;
    let leases = store.claim(&claim("w", at(500_000))).await.unwrap();
    assert!(!leases.is_empty());
    let other = super::given::source(
        "lain",
        benggala::model::PageKind::Feed,
        "https://lain.example/feed",
    );
    store.put_sources(None, &[other], at(600)).await.unwrap();
    assert_eq!(store.sources().await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_copy_that_somebody_has_written_to_is_noticed() {
    let Some(place) = postgres::place() else {
        return;
    };
    let first = sqlite::place();
    filled(&first.url).await;
    let url = place.url.clone();
    let database = place.database.unwrap();
    let meddle = move |progress: CopyProgress| {
        if progress.table == "reviews" && !progress.is_checked {
            database.ask("UPDATE articles SET title = 'lain'");
        }
    };
    let refused = copied(&first.url, &url, meddle).await;
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("articles is not the same"), "{refused}");
}

#[tokio::test]
async fn a_backup_is_a_store_in_a_file() {
    let Some(place) = postgres::place() else {
        return;
    };
    filled(&place.url).await;
    let before = seen(&place.url).await;
    let file = place.folder.path().join("backup.db");
    let (url, to) = (place.url.clone(), file.clone());
    // Beside whoever has it.
    let store = place.open().await;
    let bytes = tokio::task::spawn_blocking(move || store::backup(&url, &to));
    assert!(bytes.await.unwrap().unwrap() > 0);
    store.close().await.unwrap();
    let names = std::fs::read_dir(place.folder.path()).unwrap();
    assert_eq!(names.count(), 1, "nothing else is left");
    assert_eq!(seen(&StoreUrl::Sqlite(file)).await, before);
}
