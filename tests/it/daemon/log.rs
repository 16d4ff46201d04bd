//! What the real program logs of a visit, in both formats.

use benggala::{config::Config, model::PageKind};
use serde_json::Value;

use super::{
    process::Place,
    site::{Reply, Site, article_page, html, machine_made, path, rss},
    watch::config,
};

/// A site with an article that is flagged and one that is not there.
async fn site() -> Site {
    let site = Site::open().await;
    site.put(&path(0), html(&article_page(&machine_made(), "")));
    site.put(&path(1), Reply::status(404));
    site.put("/rss.xml", rss(&[site.url(&path(0)), site.url(&path(1))]));
    site
}

fn watching(place: &Place, site: &Site) -> Config {
    let source = site.source("umpan", PageKind::Feed, "/rss.xml");
    config(place.folder(), vec![source])
}

#[tokio::test]
async fn a_line_of_json_says_which_visit_it_is_of() {
    let (place, site) = (Place::new(), site().await);
    let mut daemon = place.run_logging(&watching(&place, &site), "json").await;
    daemon.says("\"flagged\"").await;
    daemon.says("\"fetch failed\"").await;
    daemon.signal("TERM");
    assert_eq!(daemon.ends().await.code(), Some(0));
    let lines: Vec<Value> = daemon
        .lines()
        .iter()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|why| panic!("{why}: {line}")))
        .collect();
    for (message, n) in [("flagged", 0), ("fetch failed", 1)] {
        let mut of_it = lines
            .iter()
            .filter(|line| line["fields"]["message"] == message);
        let line = of_it.next().unwrap();
        assert_eq!(of_it.next(), None, "said once");
        let url = site.url(&path(n));
        assert_eq!(line["span"]["url"], url.as_str(), "{line}");
        assert_eq!(line["span"]["source"], "umpan", "{line}");
        assert_eq!(line["span"]["host"], "127.0.0.1", "{line}");
        assert_eq!(line["span"]["kind"], "article", "{line}");
    }
}

#[tokio::test]
async fn each_poll_and_each_article_has_a_line() {
    let (place, site) = (Place::new(), site().await);
    let daemon = place.run(&watching(&place, &site)).await;
    let polled = daemon.says("polled").await;
    assert!(polled.contains("links=2 links: 2 new"), "{polled}");
    assert!(polled.contains("INFO"), "{polled}");
    let read = daemon.says("read verdict").await;
    assert!(read.contains("verdict=\"flag\""), "{read}");
}

#[tokio::test]
async fn a_line_of_text_says_it_too() {
    let (place, site) = (Place::new(), site().await);
    let daemon = place.run(&watching(&place, &site)).await;
    let line = daemon.says("flagged").await;
    let url = site.url(&path(0));
    for words in [format!("url={url}"), "source=\"umpan\"".to_string()] {
        assert_eq!(line.matches(&words).count(), 1, "{line}");
    }
}
