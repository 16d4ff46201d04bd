//! Copies, other addresses and versions of articles.

use std::{collections::BTreeSet, sync::Arc};

use benggala::{
    model::{Article, CopyKind, PageKind, RulesHash, Verdict},
    store::{ArticleQuery, Claim, Completed, Completion, Store, Trail, Visit},
};
use proptest::prelude::{Just, Strategy, prop_assert_eq};
use proptest::test_runner::{Config, TestRunner};

use super::{
    Place,
    given::{
        LONG_AGO, again, announced, article, assessment, at, claim, complete, completion, link,
        source,
    },
    places,
};

/// So many different words, beginning with the word of this number.
fn story(from: usize, words: usize) -> String {
    let words: Vec<_> = (from..from + words).map(|n| format!("kata{n}")).collect();
    words.join(" ")
}

/// A store whose sources bring whatever is asked for, a second apart.
struct Stand {
    store: Arc<dyn Store>,
    seconds: i64,
    rules: u64,
}

impl Stand {
    async fn open(place: &Place) -> Stand {
        let store = place.open().await;
        let feeds = ["harian", "kilat", "rusak"].map(|name| {
            let feed = format!("https://{name}.example/feed");
            source(name, PageKind::Feed, &feed)
        });
        store.put_sources(None, &feeds, at(0)).await.unwrap();
        Stand {
            store,
            seconds: 0,
            rules: 1,
        }
    }

    /// Leases this address; all others go back.
    async fn lease(&self, address: &str) -> benggala::store::Lease {
        let all = Claim {
            limit: 10_000,
            per_host: 10_000,
            ..claim("stand", at(self.seconds))
        };
        let leases = self.store.claim(&all).await.unwrap();
        let (mut mine, others): (Vec<_>, Vec<_>) = leases
            .into_iter()
            .partition(|lease| lease.link.url.as_str() == address);
        self.store.release(&others, LONG_AGO).await.unwrap();
        mine.pop().expect("it is due")
    }

    /// Reads `content` from an address of a source.
    async fn read(&mut self, name: &str, address: &str, content: Article) -> Completed {
        self.read_as(name, address, address, content).await
    }

    /// The same, where the page names another address as its own.
    async fn read_as(
        &mut self,
        name: &str,
        address: &str,
        canonical: &str,
        content: Article,
    ) -> Completed {
        self.seconds += 1;
        let now = at(self.seconds);
        let feed = self.lease(&format!("https://{name}.example/feed")).await;
        let announcing = Completion {
            links: vec![link(address, name, PageKind::Article)],
            ..completion(now, again(now))
        };
        complete(&self.store, &feed, announcing).await;
        let lease = self.lease(address).await;
        let mut visit = super::given::visit(&lease, now, Verdict::Pass);
        visit.canonical = super::given::url(canonical);
        visit.article = content;
        visit.assessment.rules = RulesHash(self.rules);
        let read = Completion {
            visit: Some(Box::new(visit)),
            ..completion(now, again(now))
        };
        complete(&self.store, &lease, read).await
    }

    async fn trail(&self, article: i64) -> Trail {
        self.store.trail(article, 100).await.unwrap()
    }

    /// The articles in clusters, as sets of addresses; and those in none, each by itself.
    async fn clusters(&self) -> BTreeSet<BTreeSet<String>> {
        let all = ArticleQuery {
            limit: 1_000,
            ..ArticleQuery::default()
        };
        let mut clusters = BTreeSet::new();
        for row in self.store.articles(&all).await.unwrap() {
            let members = match &row.cluster {
                None => vec![row],
                Some(cluster) => {
                    let of_cluster = ArticleQuery {
                        cluster: Some(cluster.id),
                        ..all.clone()
                    };
                    let members = self.store.articles(&of_cluster).await.unwrap();
                    assert_eq!(members.len() as u64, cluster.articles);
                    members
                }
            };
            let addresses = members.into_iter().map(|row| row.url.to_string());
            clusters.insert(addresses.collect());
        }
        clusters
    }
}

#[tokio::test]
async fn one_article_under_many_slugs_is_stored_once() {
    const SLUGS: u64 = 60;
    for place in places() {
        let mut stand = Stand::open(&place).await;
        let text = story(0, 200);
        let first = "https://harian.example/jembatan-dibuka";
        let read = stand.read("harian", first, article(&text)).await;
        assert!(read.article_new && read.copy.is_none());
        for n in 0..SLUGS {
            let slug = format!("https://harian.example/jembatan-dibuka-{n}");
            // White space and punctuation make no other text.
            let again = stand
                .read("harian", &slug, article(&text.replace(' ', " \n")))
                .await;
            assert_eq!(again.article, read.article);
            assert_eq!(
                (again.article_new, again.copy),
                (false, Some(CopyKind::Exact))
            );
        }
        let counts = stand.store.counts(at(1_000)).await.unwrap();
        assert_eq!(counts.articles, 1);
        let id = read.article.unwrap();
        let row = stand.store.article(id).await.unwrap().unwrap();
        assert_eq!((row.aliases, row.cluster), (SLUGS, None));
        assert_eq!(row.body, text, "the first one");
        let page = stand.store.page(id).await.unwrap().unwrap();
        assert_eq!(page.final_url.as_str(), first);
        let trail = stand.trail(id).await;
        assert_eq!(trail.aliases.len() as u64, SLUGS);
        assert_eq!(
            trail.aliases[0].as_str(),
            "https://harian.example/jembatan-dibuka-0"
        );

        // A slug that is read again is no copy once more; one with another text is an article.
        let slug = "https://harian.example/jembatan-dibuka-7";
        let again = stand.read("harian", slug, article(&text)).await;
        assert_eq!((again.article, again.copy), (read.article, None));
        let other = stand.read("harian", slug, article(&story(500, 200))).await;
        assert!(other.article_new && other.copy.is_none());
        let row = stand.store.article(id).await.unwrap().unwrap();
        assert_eq!(row.aliases, SLUGS - 1);
    }
}

#[tokio::test]
async fn a_text_elsewhere_is_a_copy_and_an_article() {
    for place in places() {
        let mut stand = Stand::open(&place).await;
        let text = story(0, 300);
        let edited = format!("{} {}", story(30, 250), story(900, 40));
        let one = stand
            .read("harian", "https://harian.example/1", article(&text))
            .await;
        let other = stand.read(
            "harian",
            "https://harian.example/2",
            article(&story(600, 300)),
        );
        assert_eq!(other.await.copy, None);
        let exact = stand
            .read("kilat", "https://kilat.example/1", article(&text))
            .await;
        assert_eq!(
            (exact.article_new, exact.copy),
            (true, Some(CopyKind::Exact))
        );
        // An aggregator brings the pages of other sites: they are articles of their own.
        let elsewhere = stand
            .read("harian", "https://lain.example/1", article(&text))
            .await;
        assert_eq!(
            (elsewhere.article_new, elsewhere.copy),
            (true, Some(CopyKind::Exact))
        );
        let near = stand
            .read("rusak", "https://rusak.example/1", article(&edited))
            .await;
        assert_eq!((near.article_new, near.copy), (true, Some(CopyKind::Near)));

        let id = near.article.unwrap();
        let row = stand.store.article(id).await.unwrap().unwrap();
        let cluster = row.cluster.unwrap();
        assert_eq!((cluster.articles, cluster.sources), (4, 3));
        assert_eq!(Some(cluster.first), one.article);
        assert_eq!(
            (cluster.first_source.as_str(), cluster.first_at),
            ("harian", at(1))
        );
        let copies = stand.trail(id).await.copies;
        let copies: Vec<_> = copies
            .iter()
            .map(|copy| (copy.source.as_str(), copy.fetched_at))
            .collect();
        assert_eq!(
            copies,
            [("harian", at(1)), ("kilat", at(3)), ("harian", at(4))]
        );
        assert_eq!(stand.store.trail(id, 1).await.unwrap().copies.len(), 1);
        assert_eq!(stand.clusters().await.len(), 2);
    }
}

#[tokio::test]
async fn short_texts_are_neither_copies_nor_other_addresses() {
    for place in places() {
        let mut stand = Stand::open(&place).await;
        for n in 0..3 {
            let address = format!("https://harian.example/{n}");
            let read = stand.read("harian", &address, article("Video ini tidak tersedia."));
            let read = read.await;
            assert!(read.article_new && read.copy.is_none());
        }
    }
}

#[tokio::test]
async fn a_correction_keeps_what_was_said_before() {
    const ADDRESS: &str = "https://harian.example/korban";
    for place in places() {
        let mut stand = Stand::open(&place).await;
        let texts = [3, 5, 8].map(|dead| format!("{} {dead} orang tewas", story(0, 100)));
        let first = stand.read("harian", ADDRESS, article(&texts[0])).await;
        let id = first.article.unwrap();
        let same = stand.read("harian", ADDRESS, article(&texts[0])).await;
        let none = Completed {
            accepted: true,
            links_known: 0,
            article: Some(id),
            ..Completed::default()
        };
        assert_eq!(same, none, "read again and unchanged: nothing");
        let spaced = stand
            .read("harian", ADDRESS, article(&texts[0].replace(' ', "\n")))
            .await;
        assert_eq!(spaced, none);
        let wall = stand.read("harian", ADDRESS, article("")).await;
        assert_eq!(wall, none, "a bot wall unsays nothing");
        let corrected = Completed {
            corrected: true,
            ..none
        };
        for text in &texts[1..] {
            assert_eq!(
                stand.read("harian", ADDRESS, article(text)).await,
                corrected
            );
        }

        let row = stand.store.article(id).await.unwrap().unwrap();
        assert_eq!(row.body, texts[2]);
        assert_eq!((row.fetched_at, row.cluster), (at(1), None));
        let page = stand.store.page(id).await.unwrap().unwrap();
        assert_eq!(page.fetched_at, at(6), "of the text that stands now");
        let versions = stand.trail(id).await.versions;
        let said: Vec<_> = versions
            .iter()
            .map(|version| (&version.body, version.until))
            .collect();
        assert_eq!(said, [(&texts[0], at(5)), (&texts[1], at(6))]);
        assert_eq!(versions[0].title, row.title);

        // What it says now is what others are compared with.
        let copy = stand
            .read("kilat", "https://kilat.example/1", article(&texts[2]))
            .await;
        assert_eq!(copy.copy, Some(CopyKind::Exact));
    }
}

#[tokio::test]
async fn only_the_address_that_was_read_corrects_an_article() {
    let (own, phones) = ("https://harian.example/1", "https://harian.example/1?amp=1");
    for place in places() {
        let mut stand = Stand::open(&place).await;
        let shorter = story(0, 180);
        let first = stand.read("harian", own, article(&story(0, 200))).await;
        let read = stand
            .read_as("harian", phones, own, article(&shorter))
            .await;
        assert_eq!((read.article, read.corrected), (first.article, false));
        assert_eq!(read.copy, Some(CopyKind::Near));
        let read = stand
            .read_as("harian", phones, own, article(&shorter))
            .await;
        assert_eq!((read.article, read.copy), (first.article, None));
        let trail = stand.trail(first.article.unwrap()).await;
        assert_eq!(
            trail
                .aliases
                .iter()
                .map(|url| url.as_str())
                .collect::<Vec<_>>(),
            [phones]
        );
        assert_eq!(trail.versions, []);
    }
}

#[tokio::test]
async fn an_address_that_two_texts_declare_is_neither_ones() {
    let of_template = "https://harian.example/sablon.html";
    let address = |n: usize| format!("https://harian.example/berita-{n}");
    for place in places() {
        let mut stand = Stand::open(&place).await;
        let text = |n: usize| article(&story(1_000 * n, 150));
        let mut ids = Vec::new();
        for n in 0..4 {
            let read = stand
                .read_as("harian", &address(n), of_template, text(n))
                .await;
            assert!(read.article_new && read.copy.is_none(), "{n}");
            ids.push(read.article.unwrap());
        }
        for (n, id) in ids.iter().enumerate() {
            let row = stand.store.article(*id).await.unwrap().unwrap();
            assert_eq!(row.url.as_str(), address(n), "what it was read from");
        }

        // Read again they are the same; what one of them says anew corrects it and no other.
        for (n, id) in ids.iter().enumerate() {
            let again = stand
                .read_as("harian", &address(n), of_template, text(n))
                .await;
            assert_eq!((again.article, again.copy), (Some(*id), None));
            assert!(!again.article_new && !again.corrected, "{n}");
        }
        for (n, id) in ids.iter().enumerate() {
            let mended = article(&format!("{} tujuh", story(1_000 * n, 150)));
            let mended = stand
                .read_as("harian", &address(n), of_template, mended)
                .await;
            assert_eq!((mended.article, mended.corrected), (Some(*id), true));
        }

        // Should there be a page of that address, it is one more.
        let own = stand.read("harian", of_template, text(9)).await;
        assert!(own.article_new);
        let late = stand
            .read_as("harian", &address(5), of_template, text(5))
            .await;
        assert!(late.article_new);
        assert_eq!(stand.store.counts(at(1_000)).await.unwrap().articles, 6);
    }
}

#[tokio::test]
async fn a_part_of_a_text_and_a_notice_belong_to_the_address_that_they_declare() {
    let own = "https://harian.example/panjang";
    for place in places() {
        let mut stand = Stand::open(&place).await;
        let whole = stand.read("harian", own, article(&story(0, 1_500))).await;
        let parts = [
            ("teaser", story(0, 60)),
            (
                "page for phones",
                format!("{} {}", story(10, 1_400), story(9_000, 60)),
            ),
            ("notice", "Masuk untuk membaca berita ini.".to_string()),
        ];
        for (n, (what, text)) in parts.iter().enumerate() {
            let address = format!("https://harian.example/panjang?m={n}");
            let read = stand.read_as("harian", &address, own, article(text)).await;
            assert_eq!(
                (read.article, read.article_new),
                (whole.article, false),
                "{what}"
            );
        }
    }
}

#[tokio::test]
async fn whoever_is_told_of_an_article_learns_the_address_that_is_its_own() {
    let of_template = "https://harian.example/sablon.html";
    for place in places() {
        let store = place.open().await;
        let addresses = ["https://harian.example/1", "https://harian.example/2"];
        announced(&store, &addresses).await;
        for n in 0..2 {
            let now = at(1 + n);
            let lease = super::given::lease_one(&store, now).await;
            let visit = Visit {
                article: article(&story(1_000 * usize::try_from(n).unwrap(), 150)),
                canonical: super::given::url(of_template),
                ..super::given::visit(&lease, now, Verdict::Flag)
            };
            let read = Completion {
                visit: Some(Box::new(visit)),
                ..completion(now, benggala::store::Fate::Done)
            };
            let told = ["meja".to_string()];
            store.complete(&lease, read, &told).await.unwrap();
        }
        let told = store.notifications("meja", at(10), 10).await.unwrap();
        let told: Vec<_> = told
            .iter()
            .map(|told| serde_json::from_str::<serde_json::Value>(&told.payload).unwrap())
            .map(|told| told["url"].as_str().unwrap().to_string())
            .collect();
        assert_eq!(told, [of_template, addresses[1]]);
    }
}

#[tokio::test]
async fn new_rules_replace_a_reading_and_correct_nothing() {
    const ADDRESS: &str = "https://harian.example/1";
    for place in places() {
        let mut stand = Stand::open(&place).await;
        let text = story(0, 100);
        let first = stand.read("harian", ADDRESS, article(&text)).await;
        let id = first.article.unwrap();
        stand.rules = 2;
        let otherwise = format!("{text} Baca juga");
        let again = stand.read("harian", ADDRESS, article(&otherwise)).await;
        assert!(!again.corrected);
        let row = stand.store.article(id).await.unwrap().unwrap();
        assert_eq!((row.rules, row.body), (RulesHash(2), otherwise));
        assert_eq!(stand.trail(id).await, Trail::default());
    }
}

#[tokio::test]
async fn the_first_version_and_the_latest_are_kept() {
    const ADDRESS: &str = "https://harian.example/langsung";
    for place in places() {
        let mut stand = Stand::open(&place).await;
        let text = |n: usize| format!("{} pembaruan {n}", story(0, 50));
        let mut id = None;
        for n in 0..30 {
            id = stand
                .read("harian", ADDRESS, article(&text(n)))
                .await
                .article;
        }
        let versions = stand.trail(id.unwrap()).await.versions;
        let kept: Vec<_> = versions.into_iter().map(|version| version.body).collect();
        let expected: Vec<_> = [0].into_iter().chain(10..29).map(text).collect();
        assert_eq!(kept, expected);
    }
}

#[tokio::test]
async fn an_article_that_copies_two_makes_one_cluster_of_theirs() {
    for place in places() {
        let mut stand = Stand::open(&place).await;
        let texts = [story(0, 200), story(500, 200)];
        for (n, text) in texts.iter().enumerate() {
            for name in ["harian", "kilat"] {
                let address = format!("https://{name}.example/{n}");
                stand.read(name, &address, article(text)).await;
            }
        }
        assert_eq!(stand.clusters().await.len(), 2);
        let both = format!("{} {}", story(0, 150), story(500, 150));
        let read = stand
            .read("rusak", "https://rusak.example/1", article(&both))
            .await;
        assert_eq!(read.copy, Some(CopyKind::Near));
        assert_eq!(stand.clusters().await.len(), 1);
        let row = stand
            .store
            .article(read.article.unwrap())
            .await
            .unwrap()
            .unwrap();
        let cluster = row.cluster.unwrap();
        assert_eq!(
            (cluster.articles, cluster.sources, cluster.first_at),
            (5, 3, at(1))
        );
    }
}

#[tokio::test]
async fn forgotten_texts_are_not_compared_and_what_was_found_stays() {
    for place in places() {
        let mut stand = Stand::open(&place).await;
        let text = story(0, 200);
        stand
            .read("harian", "https://harian.example/1", article(&text))
            .await;
        let copy = stand
            .read("kilat", "https://kilat.example/1", article(&text))
            .await;
        assert_eq!(stand.store.forget(at(1)).await.unwrap(), 0);
        assert_eq!(stand.store.forget(at(2)).await.unwrap(), 1);
        assert_eq!(stand.store.forget(at(100)).await.unwrap(), 1);
        let late = stand
            .read("rusak", "https://rusak.example/1", article(&text))
            .await;
        assert_eq!(late.copy, None);
        let row = stand
            .store
            .article(copy.article.unwrap())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(row.cluster.unwrap().articles, 2);
    }
}

#[tokio::test]
async fn a_rescored_text_is_compared_anew() {
    for place in places() {
        let mut stand = Stand::open(&place).await;
        let with_furniture = format!("{} {}", story(0, 100), story(900, 1_500));
        let one = stand
            .read(
                "harian",
                "https://harian.example/1",
                article(&with_furniture),
            )
            .await;
        let two = stand
            .read("kilat", "https://kilat.example/1", article(&story(0, 100)))
            .await;
        assert_eq!(two.copy, None);
        let content = article(&story(0, 100));
        let conclusion = assessment(Verdict::Pass, &[]);
        let id = one.article.unwrap();
        stand
            .store
            .reassess(id, None, &content, &conclusion, at(50))
            .await
            .unwrap();
        assert_eq!(stand.clusters().await.len(), 1);
        assert_eq!(
            stand.trail(id).await.versions,
            [],
            "a rule changed, not the text"
        );
    }
}

/// Five texts in two families and one that belongs to neither, each on a site of its own.
fn families() -> Vec<(String, String)> {
    let texts = [
        story(0, 200),
        story(40, 200),
        format!("{} {}", story(100, 100), story(700, 60)),
        story(2_000, 200),
        format!("{} {}", story(2_020, 160), story(2_500, 50)),
        story(4_000, 150),
    ];
    let address = |n| format!("https://h{n}.example/1");
    texts
        .into_iter()
        .enumerate()
        .map(|(n, text)| (address(n), text))
        .collect()
}

#[test]
fn the_order_of_arrival_does_not_change_the_clusters() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut runner = TestRunner::new(Config {
        cases: 12,
        failure_persistence: None,
        ..Config::default()
    });
    let orders = Just(families()).prop_shuffle();
    let agreed = runner.run(&orders, |articles| {
        for place in places() {
            let clusters = runtime.block_on(async {
                let mut stand = Stand::open(&place).await;
                for (address, text) in &articles {
                    stand.read("harian", address, article(text)).await;
                }
                stand.clusters().await
            });
            let sizes: Vec<_> = clusters.iter().map(BTreeSet::len).collect();
            prop_assert_eq!(sizes, [3, 2, 1]);
        }
        Ok(())
    });
    agreed.unwrap_or_else(|failure| panic!("{failure}"));
}

/// The same visit twice is what a worker does that lost its answer.
#[tokio::test]
async fn a_late_lease_writes_no_copy() {
    for place in places() {
        let store = place.open().await;
        announced(&store, &["https://harian.example/1"]).await;
        let lease = super::given::lease_one(&store, at(1)).await;
        let visit = Visit {
            article: article(&story(0, 200)),
            ..super::given::visit(&lease, at(1), Verdict::Pass)
        };
        let read = Completion {
            visit: Some(Box::new(visit)),
            ..completion(at(1), benggala::store::Fate::Done)
        };
        assert!(complete(&store, &lease, read.clone()).await.article_new);
        assert_eq!(complete(&store, &lease, read).await, Completed::default());
    }
}
