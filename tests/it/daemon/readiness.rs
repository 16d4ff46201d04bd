//! Ready is who can work.

use std::fs;

use benggala::model::PageKind;

use crate::demo::client::get;

use super::{
    process::Place,
    site::{Site, path, rss},
    watch::{config, metric, until},
};

#[tokio::test]
async fn a_store_that_was_removed_ends_the_work_aloud() {
    let site = Site::open().await;
    site.put_articles(0..2);
    site.put("/rss.xml", rss(&[site.url(&path(0))]));
    let place = Place::new();
    let mut source = site.source("umpan", PageKind::Feed, "/rss.xml");
    source.every = Some(std::time::Duration::from_secs(1));
    let daemon = place.run(&config(place.folder(), vec![source])).await;
    let metrics = daemon.pages.join("/metrics").unwrap();
    let ready = daemon.pages.join("/-/ready").unwrap();
    until("work", async || {
        place.articles() == 1 && metric(&metrics, "ready").await == Some(1.0)
    })
    .await;
    assert_eq!(get(&ready).await.text(), "benggala is ready.\n");

    let file = place.folder().join("benggala.db");
    let aside = place.folder().join("aside.db");
    fs::rename(&file, &aside).unwrap();
    daemon.says("was removed").await;
    until("the reason", async || {
        get(&ready).await.text().contains("removed or replaced")
            && metric(&metrics, "unready{reason=\"file\"}").await == Some(1.0)
    })
    .await;
    site.put("/rss.xml", rss(&[site.url(&path(1))]));
    let polls = site.times("/rss.xml");

    fs::rename(&aside, &file).unwrap();
    until("work again", async || place.articles() == 2).await;
    assert_eq!(get(&ready).await.text(), "benggala is ready.\n");
    assert!(site.times("/rss.xml") > polls);
}
