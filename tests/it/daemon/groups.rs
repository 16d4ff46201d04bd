//! Workers of groups on one PostgreSQL: each site is asked by the workers of its group alone.

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
};

const ARTICLES: usize = 4;

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
    async fn open(store: StorePlace) -> Groups {
        let mut sites = Vec::new();
        for n in 0..GROUPS.len() {
            let site = Site::open().await;
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
        place.configure(&config.to_toml());
        let args: Vec<&str> = group.map_or(Vec::new(), |group| vec!["--group", group]);
        let running = place.run_with(&args, &[("BENGGALA_LOG", "info")]).await;
        (place, running)
    }

    /// Waits until the articles of so many groups are stored.
    async fn stored(&self, groups: usize) {
        let database = self.store.database.as_ref().unwrap();
        until("the articles", async || {
            let articles = database.ask("SELECT count(*) FROM articles");
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
    let groups = Groups::open(store).await;
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
    for (site, group) in groups.sites.iter().zip(GROUPS) {
        let log = site.log();
        assert_eq!(log.len(), ARTICLES + 2, "with the feed and robots.txt");
        for asked in log {
            let by = asked.headers.get("user-agent").unwrap();
            assert_eq!(by.to_str().unwrap(), agent(group), "{}", asked.path);
        }
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
