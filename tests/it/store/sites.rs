//! What is learned of sites is merged, whoever learned it.

use benggala::{
    model::{PageKind, Sighting},
    site::SiteMemory,
};

use chrono::TimeDelta;

use super::{
    given::{at, source},
    places,
};

/// What a worker learned from some articles of one site.
fn learned(articles: std::ops::Range<u64>) -> SiteMemory {
    let mut memory = SiteMemory::default();
    for number in articles {
        memory.learn(&Sighting {
            url: number,
            body: number,
            lines: vec![7, 8],
        });
    }
    memory
}

#[tokio::test]
async fn what_two_workers_learned_is_one() {
    for place in places() {
        let store = place.open().await;
        assert_eq!(store.site("a.example").await.unwrap(), None);
        let (one, other) = (learned(0..3), learned(3..6));
        let first = store.learn_site("a.example", &one, at(1)).await.unwrap();
        assert_eq!(first, one);
        let both = store.learn_site("a.example", &other, at(2)).await.unwrap();
        assert_eq!(both, one.merged(&other));
        assert_eq!((both.articles(), both.template_lines()), (6, 2));
        assert_eq!(store.site("a.example").await.unwrap(), Some(both));
        assert_eq!(store.site("b.example").await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_source_tells_what_is_known_of_its_site() {
    for place in places() {
        let store = place.open().await;
        let sources = [source("a", PageKind::Feed, "https://www.a.example/feed")];
        store.put_sources(None, &sources, at(1)).await.unwrap();
        let memory = learned(0..6);
        store.learn_site("a.example", &memory, at(2)).await.unwrap();
        let rows = store.sources().await.unwrap();
        assert_eq!((rows[0].template_lines, rows[0].boilerplate), (2, None));
    }
}

#[tokio::test]
async fn a_site_that_shows_nothing_more_is_forgotten() {
    for place in places() {
        let store = place.open().await;
        store
            .learn_site("a.example", &learned(0..6), at(1))
            .await
            .unwrap();
        store
            .learn_site("b.example", &learned(0..6), at(9))
            .await
            .unwrap();
        store.prune(at(5), TimeDelta::zero()).await.unwrap();
        assert_eq!(store.site("a.example").await.unwrap(), None);
        assert!(store.site("b.example").await.unwrap().is_some());
    }
}
