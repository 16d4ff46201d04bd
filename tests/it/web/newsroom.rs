//! The newsroom of the demo, watched by a daemon and reviewed in a real browser.

use std::{collections::BTreeMap, path::Path};

use benggala::{demo::Newsroom, model::Shelf};
use serde_json::json;

use super::{browser::missing, chromium::Chromium};
use crate::{
    daemon::watch::{Watch, metric, until},
    demo::{LATE, client::get},
};

/// The careless papers: nearly all that they publish is flagged.
const CARELESS: [&str; 2] = ["dunia-terkini", "kabar-kilat"];

/// Articles of theirs that wait for a decision at least.
const WAITING_MIN: usize = 11;

/// The picture in the README.
const PICTURE: &str = "article.webp";

/// Bytes of the picture at most.
const PICTURE_MAX: usize = 200 << 10;

/// A daemon that has read the careless papers.
async fn watched() -> (Newsroom, Watch) {
    let newsroom = Newsroom::open(|| LATE).await.unwrap();
    let sources = newsroom.sources().into_iter();
    let careless = sources.filter(|source| CARELESS.contains(&source.name.as_str()));
    let watch = Watch::over(careless.collect()).await;
    let counts = watch.url("/metrics");
    until("the papers are read", async || {
        let waiting = metric(&counts, "review_queue{state=\"waiting\"}").await;
        let due = metric(&counts, "queue_items{state=\"due\"}").await;
        let leased = metric(&counts, "queue_items{state=\"leased\"}").await;
        waiting >= Some(WAITING_MIN as f64) && due == Some(0.0) && leased == Some(0.0)
    })
    .await;
    (newsroom, watch)
}

/// What a browser does with the page of a daemon.
async fn browse<T: Send + 'static>(
    watch: &Watch,
    act: impl FnOnce(Chromium, String) -> T + Send + 'static,
) -> T {
    let site = watch.url("").to_string();
    let site = site.trim_end_matches('/').to_string();
    let browsing = tokio::task::spawn_blocking(move || act(Chromium::start(), site));
    browsing.await.unwrap()
}

/// How many articles lie where, in the order waiting, confirmed, dismissed; and how many the feed has.
type Counts = ([u64; 3], usize);

/// What the page's tabs say, what the API lists and what the feed holds, which must be the same.
async fn counted(watch: &Watch) -> Counts {
    let page = get(&watch.url("/?shelf=all")).await.text();
    let mut counts = [0; 3];
    for (count, shelf) in
        counts
            .iter_mut()
            .zip([Shelf::Waiting, Shelf::Confirmed, Shelf::Dismissed])
    {
        let name = shelf.as_str();
        let tab = page.to_lowercase();
        let (_, tab) = tab.split_once(&format!("{name} <b>")).unwrap();
        *count = tab.split('<').next().unwrap().parse().unwrap();
        let list = format!("/api/v1/articles?limit=200&shelf={name}");
        let list = get(&watch.url(&list)).await.text();
        let list: serde_json::Value = serde_json::from_str(&list).unwrap();
        let listed = list["articles"].as_array().unwrap().len();
        assert_eq!(listed as u64, *count, "{name}");
    }
    let feed = get(&watch.url("/feed.atom")).await.text();
    (counts, feed.matches("<entry>").count())
}

/// The metrics follow within one round of the daemon's housekeeping.
async fn metrics_agree(watch: &Watch, (counts, _): Counts) {
    for (state, count) in ["waiting", "confirmed", "dismissed"].iter().zip(counts) {
        let series = format!("review_queue{{state=\"{state}\"}}");
        watch.counted(&series, count as f64).await;
    }
}

/// Decides on three articles of the list at hand, by keys alone; tells their numbers.
fn review_three(chromium: &mut Chromium, site: &str) -> Vec<(String, &'static str)> {
    let (mut decided, mut lit) = (Vec::new(), 0);
    chromium.open(&format!("{site}/"));
    chromium.press("j");
    chromium.leads(|chromium| chromium.press("o"));
    for (key, decision) in [("c", "confirmed"), ("d", "dismissed"), ("c", "confirmed")] {
        // Some are flagged for what the whole says, and have no finding.
        chromium.press("n");
        lit += usize::from(!chromium.text(".notes .at").is_empty());
        let id = chromium.value("location.pathname.split('/').pop()");
        decided.push((id.as_str().unwrap().to_string(), decision));
        chromium.leads(|chromium| chromium.press(key));
        assert!(chromium.text(".flash").contains(decision));
    }
    assert!(lit > 0, "findings were at hand");
    decided
}

#[tokio::test(flavor = "multi_thread")]
async fn three_articles_are_reviewed_by_keys_and_page_api_feed_and_metrics_agree() {
    if missing("chromium") {
        return;
    }
    let (newsroom, watch) = watched().await;
    let before = counted(&watch).await;
    metrics_agree(&watch, before).await;

    let decided = browse(&watch, |mut chromium, site| {
        let decided = review_three(&mut chromium, &site);
        assert_eq!(chromium.complaints(), [""; 0]);
        decided
    })
    .await;
    let mut shelves = BTreeMap::new();
    for (id, decision) in &decided {
        let article = get(&watch.url(&format!("/api/v1/articles/{id}")))
            .await
            .text();
        let article: serde_json::Value = serde_json::from_str(&article).unwrap();
        assert_eq!(article["shelf"], *decision, "{id}");
        *shelves.entry(*decision).or_insert(0) += 1;
    }
    assert_eq!(
        shelves,
        BTreeMap::from([("confirmed", 2), ("dismissed", 1)])
    );
    let ([waiting, confirmed, dismissed], told) = before;
    let after = counted(&watch).await;
    let expected = ([waiting - 3, confirmed + 2, dismissed + 1], told - 1);
    assert_eq!(after, expected);
    metrics_agree(&watch, after).await;

    browse(&watch, move |mut chromium, site| {
        for (id, _) in decided {
            chromium.open(&format!("{site}/articles/{id}"));
            chromium.leads(|chromium| chromium.press("u"));
            assert!(chromium.text(".flash").contains("Taken back"));
        }
    })
    .await;
    assert_eq!(counted(&watch).await, before, "all is as it was");
    metrics_agree(&watch, before).await;
    watch.service.close().await.unwrap();
    newsroom.close().await;
}

/// `PAGE_PICTURES=docs cargo test --test it picture_of_the_readme` makes it anew.
#[tokio::test(flavor = "multi_thread")]
async fn the_picture_of_the_readme_can_be_made() {
    if missing("chromium") {
        return;
    }
    let (newsroom, watch) = watched().await;
    let article = watch.articles().await.into_iter();
    let mut marked = article.filter(|row| row.url.path().contains("halvard"));
    let id = marked.next().unwrap().id;
    let picture = browse(&watch, move |mut chromium, site| {
        chromium.look(1280, false);
        chromium.open(&format!("{site}/articles/{id}"));
        chromium.value("document.fonts.ready.then(() => 1)");
        let webp = json!({"format": "webp", "quality": 82});
        chromium.picture_as(&webp)
    })
    .await;
    assert!(picture.starts_with(b"RIFF") && picture[8..].starts_with(b"WEBP"));
    assert!(picture.len() < PICTURE_MAX, "{} bytes", picture.len());
    if let Some(folder) = std::env::var_os("PAGE_PICTURES") {
        std::fs::write(Path::new(&folder).join(PICTURE), picture).unwrap();
    }
    watch.service.close().await.unwrap();
    newsroom.close().await;
}

#[test]
fn the_readme_shows_the_picture() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    assert!(readme.contains(&format!("](docs/{PICTURE})")));
    let picture = std::fs::read(root.join("docs").join(PICTURE)).unwrap();
    assert!(picture.starts_with(b"RIFF") && picture.len() < PICTURE_MAX);
}
