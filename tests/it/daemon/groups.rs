//! Workers of groups on one PostgreSQL: each site is asked by the workers of its group alone.

use std::time::Duration;

use benggala::{
    config::Config,
    model::{PageKind, Source},
};

use crate::{
    demo::client::get,
    store::{Place as StorePlace, postgres},
};

use super::{
    process::{Place, Running},
    site::{Site, path, rss},
    watch::{config, until},
    workers::lease,
};

const ARTICLES: usize = 4;

/// After so long what a killed worker had may be another's.
const LEASE: Duration = Duration::from_secs(5);

/// The groups, each with its site; the last one has no name.
const GROUPS: [Option<&str>; 3] = [Some("eu"), Some("us"), None];

/// What the workers of a group call themselves.
fn agent(group: Option<&str>) -> String {
    format!("{}/1", group.unwrap_or("none"))
}

/// A site for each group, with articles of its own, and the database that their workers share.
struct Groups {
    sites: Vec<Site>,
    store: StorePlace,
}

impl Groups {
    /// Each site answers the first `first` requests for articles.
    async fn open(store: StorePlace, first: usize) -> Groups {
        let mut sites = Vec::new();
        for n in 0..GROUPS.len() {
            let site = Site::holding_back_after(first).await;
            let articles = n * ARTICLES..(n + 1) * ARTICLES;
            site.put_articles(articles.clone());
            let links: Vec<_> = articles.map(|n| site.url(&path(n))).collect();
            site.put("/rss.xml", rss(&links));
            sites.push(site);
        }
        Groups { sites, store }
    }

    /// The same for all workers.
    fn sources(&self) -> Vec<Source> {
        let source = |(site, group): (&Site, Option<&str>)| Source {
            group: group.map(str::to_string),
            ..site.source(group.unwrap_or("none"), PageKind::Feed, "/rss.xml")
        };
        self.sites.iter().zip(GROUPS).map(source).collect()
    }

    async fn worker(&self, group: Option<&str>) -> (Place, Running) {
        let place = Place::new();
        let mut config: Config = config(place.folder(), self.sources());
        config.store.url = self.store.url.clone();
        config.fetch.user_agent = agent(group);
        lease(&mut config, LEASE);
        place.configure(&config.to_toml());
        let args: Vec<&str> = group.map_or(Vec::new(), |group| vec!["--group", group]);
        let running = place.run_with(&args, &[("BENGGALA_LOG", "info")]).await;
        (place, running)
    }

    fn ask(&self, sql: &str) -> String {
        self.store.database.as_ref().unwrap().ask(sql)
    }

    /// Every request to a site came from a worker of its group.
    fn each_was_asked_by_its_own(&self) {
        for (site, group) in self.sites.iter().zip(GROUPS) {
            for asked in site.log() {
                let by = asked.headers.get("user-agent").unwrap();
                assert_eq!(by.to_str().unwrap(), agent(group), "{}", asked.path);
            }
        }
    }

    /// Waits until the articles of so many groups are stored.
    async fn stored(&self, groups: usize) {
        until("the articles", async || {
            let articles = self.ask("SELECT count(*) FROM articles");
            articles == (groups * ARTICLES).to_string()
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_site_is_asked_by_the_workers_of_its_group_alone() {
    let Some(store) = postgres::place() else {
        return;
    };
    let groups = Groups::open(store, ARTICLES).await;
    let mut workers = Vec::new();
    for (n, group) in GROUPS.into_iter().enumerate() {
        let (place, running) = groups.worker(group).await;
        if n == 0 {
            // It comes first.
            running.says("nobody who is at work now watches").await;
            running.says("(none), us").await;
        }
        workers.push((place, running));
        groups.stored(n + 1).await;
    }
    groups.each_was_asked_by_its_own();
    for site in &groups.sites {
        let asked = site.log().len();
        assert_eq!(asked, ARTICLES + 2, "with the feed and robots.txt");
    }
    let (_, last) = workers.last().unwrap();
    let shown = get(&last.pages.join("api/v1/sources/eu").unwrap()).await;
    let shown: serde_json::Value = serde_json::from_slice(&shown.body).unwrap();
    assert_eq!(
        (&shown["group"], &shown["enabled"]),
        (&"eu".into(), &true.into())
    );
    let page = get(&last.pages.join("sources/eu").unwrap()).await.text();
    assert!(page.contains("group eu"), "{page}");
}

/// What a killed worker had waits for the next one of its group, whoever else is at work.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_worker_takes_over_what_another_group_had() {
    let Some(store) = postgres::place() else {
        return;
    };
    let groups = Groups::open(store, 1).await;
    let (_place, _other) = groups.worker(Some("eu")).await;
    let (_place, mut dies) = groups.worker(Some("us")).await;
    let leased = || {
        groups.ask(
            "SELECT count(*) FROM urls JOIN sources ON sources.id = source_id
              WHERE state = 'leased' AND name = 'us' AND urls.kind = 'article'",
        )
    };
    until("articles under way", async || leased() != "0").await;
    dies.signal("KILL");
    dies.ends().await;
    until("the end of its leases", async || leased() == "0").await;
    for site in &groups.sites {
        site.let_go();
    }
    let (_place, _back) = groups.worker(Some("us")).await;
    groups.stored(2).await;
    groups.each_was_asked_by_its_own();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_file_is_watched_for_one_group_and_the_others_are_told() {
    let site = Site::open().await;
    site.put_articles(0..1);
    site.put("/rss.xml", rss(&[site.url(&path(0))]));
    let place = Place::new();
    let pinned = Source {
        group: Some("eu".to_string()),
        ..site.source("pagi", PageKind::Feed, "/rss.xml")
    };
    let other = site.source("sore", PageKind::Feed, "/sore.xml");
    let config = config(place.folder(), vec![pinned, other]);
    let running = place.run(&config).await;
    running.says("nobody who is at work now watches").await;
    until("the other", async || site.times("/sore.xml") > 0).await;
    assert_eq!(site.times("/rss.xml"), 0, "it is of a group");
    drop(running);
    let _running = place.run_with(&["--group", "eu"], &[]).await;
    until("its article", async || place.articles() == 1).await;
    assert_eq!(site.times("/sore.xml"), 1);
}
