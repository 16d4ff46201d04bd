//! No passing fault loses an article.

use std::time::Duration;

use benggala::{config::Config, model::PageKind};
use chrono::Utc;

use super::{
    site::{Reply, Site, article_page, clean, front, html, path, plain, rss},
    watch::{Watch, eventually, until},
};

fn often(config: &mut Config) {
    config.schedule.every = Duration::from_secs(1);
}

/// A source that lists one article, which answers in turn as `replies` say, and is polled each second.
async fn listed(replies: Vec<Reply>, feed: impl Fn(Reply) -> Reply) -> (Site, Watch) {
    let site = Site::open().await;
    site.put_in_turn(&path(0), replies);
    site.put("/rss.xml", feed(rss(&[site.url(&path(0))])));
    let source = site.source("umpan", PageKind::Feed, "/rss.xml");
    let watch = Watch::with(vec![source], often).await;
    (site, watch)
}

fn page() -> Reply {
    html(&article_page(&clean(0), ""))
}

#[tokio::test]
async fn an_article_that_is_listed_is_asked_for_again_after_it_failed() {
    for status in [404, 403, 451] {
        let (site, watch) = listed(vec![Reply::status(status), page()], |feed| feed).await;
        watch.stored(1).await;
        watch.service.close().await.unwrap();
        assert_eq!(site.times(&path(0)), 2, "{status}");
    }
}

#[tokio::test]
async fn a_feed_that_has_not_changed_lists_its_articles_still() {
    let (site, watch) = listed(vec![Reply::status(404), page()], |feed| {
        feed.with("etag", "\"satu\"")
    })
    .await;
    watch.stored(1).await;
    // Now that all is read, "not modified" will do again.
    let not_modified = "fetches_total{kind=\"feed\",outcome=\"not_modified\"}";
    until("an answer of 304", async || {
        watch.metric(not_modified).await >= 1.0
    })
    .await;
    watch.service.close().await.unwrap();
    assert_eq!(site.times(&path(0)), 2);
}

#[tokio::test]
async fn what_is_gone_for_good_is_not_asked_for_again() {
    let (site, watch) = listed(vec![Reply::status(410), page()], |feed| feed).await;
    let polls = "fetches_total{kind=\"feed\",outcome=\"ok\"}";
    until("four polls", async || watch.metric(polls).await >= 4.0).await;
    let counts = watch.service.store.counts(Utc::now()).await.unwrap();
    assert_eq!(
        (counts.gone, counts.waiting + counts.due + counts.leased),
        (1, 1)
    );
    watch.service.close().await.unwrap();
    assert_eq!(site.times(&path(0)), 1);
}

#[tokio::test]
async fn an_article_outlasts_more_failures_than_it_has_attempts() {
    let site = Site::open().await;
    let mut replies = vec![Reply::status(500); 3];
    replies.push(page());
    site.put_in_turn(&path(0), replies);
    site.put("/rss.xml", rss(&[site.url(&path(0))]));
    let watch = Watch::with(
        vec![site.source("umpan", PageKind::Feed, "/rss.xml")],
        |config| {
            often(config);
            config.schedule.attempts_max = 2;
        },
    )
    .await;
    watch.stored(1).await;
    watch.service.close().await.unwrap();
    assert_eq!(site.times(&path(0)), 4);
}

#[tokio::test]
async fn robots_txt_that_fails_gives_nothing_up() {
    let (site, other) = (Site::open().await, Site::open().await);
    other.put_articles([0]);
    other.put("/robots.txt", Reply::status(500));
    site.put("/rss.xml", rss(&[other.url(&path(0))]));
    let watch = Watch::over(vec![site.source("umpan", PageKind::Feed, "/rss.xml")]).await;
    let unreachable = "fetches_total{kind=\"article\",outcome=\"robots_unreachable\"}";
    until("an attempt", async || {
        watch.metric(unreachable).await >= 1.0
    })
    .await;
    let counts = watch.service.store.counts(Utc::now()).await.unwrap();
    assert_eq!((counts.gone, counts.done), (0, 0));
    assert_eq!(watch.metric("robots_denied_total").await, 0.0);
    watch.service.close().await.unwrap();
    assert_eq!(other.articles_asked(), 0, "nothing is asked meanwhile");
}

#[tokio::test]
async fn a_front_page_that_begins_with_an_excuse_is_searched_for_feeds_all_the_same() {
    let site = Site::open().await;
    site.put_articles(0..3);
    let excuse = front("", &[site.url(&path(0))]);
    let head = "<link rel=\"alternate\" type=\"application/rss+xml\" href=\"/kabar.rss\">";
    site.put_in_turn("/", vec![excuse, front(head, &[])]);
    site.put("/kabar.rss", rss(&[site.url(&path(1)), site.url(&path(2))]));
    let watch = Watch::with(vec![site.source("situs", PageKind::Auto, "/")], often).await;
    watch.stored(3).await;
    watch.service.close().await.unwrap();
}

#[tokio::test]
async fn a_feed_that_begins_with_an_excuse_is_a_feed_from_then_on() {
    let site = Site::open().await;
    site.put_articles(0..2);
    let excuse = front("", &[site.url(&path(0))]);
    site.put_in_turn(
        "/umpan",
        vec![excuse, rss(&[site.url(&path(1))]), plain("")],
    );
    let watch = Watch::with(vec![site.source("situs", PageKind::Auto, "/umpan")], often).await;
    watch.stored(2).await;
    let kind = eventually("its kind", async || {
        let sources = watch.service.store.sources().await.unwrap();
        Some(sources[0].kind).filter(|kind| *kind != PageKind::Listing)
    })
    .await;
    assert_eq!(kind, PageKind::Feed);
    watch.service.close().await.unwrap();
}
