//! Several processes on one PostgreSQL: killed, frozen, cut off from it. Nothing is lost, nothing is
//! stored twice, and no host is asked too soon.

use std::{collections::BTreeSet, time::Duration};

use benggala::{config::Config, model::PageKind};

use super::{
    process::{Place, Running},
    site::{Site, path, redirect, rss},
    watch::{config, until, until_within},
};
use crate::store::{Place as StorePlace, postgres};

pub(super) const ARTICLES: usize = 24;

/// So many are answered before the site holds the others back.
pub(super) const FIRST: usize = 8;

/// After so long what a worker had is another's.
const LEASE: Duration = Duration::from_secs(15);

/// Far more than a take-over and all that follows takes.
pub(super) const PATIENCE: Duration = Duration::from_secs(180);

/// What clock, a new connection and a busy machine may take off a gap.
pub(super) const TOLERANCE: Duration = Duration::from_millis(50);

/// A site, and a database that workers share.
pub(super) struct Team {
    pub(super) site: Site,
    pub(super) store: StorePlace,
}

impl Team {
    /// `None` where PostgreSQL is not installed. The site answers the first `first` of its articles.
    async fn over(first: usize) -> Option<Team> {
        Some(Team::on(postgres::place()?, first).await)
    }

    /// The same with a database of one's own.
    pub(super) async fn on(store: StorePlace, first: usize) -> Team {
        let site = Site::holding_back_after(first).await;
        site.put_articles(0..ARTICLES);
        let links: Vec<_> = (0..ARTICLES).map(|n| site.url(&path(n))).collect();
        site.put("/rss.xml", rss(&links));
        Team { site, store }
    }

    /// A place for one more worker, and its configuration, which differs from that of others in nothing
    /// but its port.
    pub(super) fn place(&self, change: impl FnOnce(&mut Config)) -> (Place, Config) {
        let place = Place::new();
        let source = self.site.source("umpan", PageKind::Feed, "/rss.xml");
        let mut config = config(place.folder(), vec![source]);
        config.store.url = self.store.url.clone();
        config.fetch.concurrency_per_host = 4;
        lease(&mut config, LEASE);
        change(&mut config);
        (place, config)
    }

    /// One more worker.
    pub(super) async fn worker(&self, change: impl FnOnce(&mut Config)) -> (Place, Running) {
        let (place, config) = self.place(change);
        let running = place.run(&config).await;
        (place, running)
    }

    pub(super) fn ask(&self, sql: &str) -> String {
        self.store.database.as_ref().unwrap().ask(sql)
    }

    pub(super) fn articles(&self) -> usize {
        self.ask("SELECT count(*) FROM articles").parse().unwrap()
    }

    fn leased(&self) -> usize {
        let leased = "SELECT count(*) FROM urls WHERE state = 'leased'";
        self.ask(leased).parse().unwrap()
    }

    /// Every article is stored, and once.
    pub(super) async fn all_stored(&self) {
        until_within(PATIENCE, "all articles", async || {
            self.articles() >= ARTICLES
        })
        .await;
        assert_eq!(self.articles(), ARTICLES);
        let texts = self.ask("SELECT count(DISTINCT body) FROM articles");
        assert_eq!(texts, ARTICLES.to_string());
        let versions = self.ask("SELECT count(*) FROM versions");
        assert_eq!(versions, "0", "nothing was stored over what was there");
    }

    /// Whoever asks, the site is asked no faster than that.
    pub(super) fn none_came_early(&self, gap: Duration) {
        let log = self.site.log();
        for (before, after) in log.iter().zip(&log[1..]) {
            let waited = after.at.duration_since(before.at);
            let places = (&before.path, &after.path);
            assert!(waited + TOLERANCE >= gap, "{waited:?} between {places:?}");
        }
    }

    /// Some are stored, and others under way.
    pub(super) async fn half_way(&self) {
        until("some articles", async || {
            self.articles() > 0 && self.leased() > 0
        })
        .await;
    }
}

/// Gives up a page before its lease ends.
pub(super) fn lease(config: &mut Config, lease: Duration) {
    config.schedule.lease = lease;
    config.fetch.timeout = lease - Duration::from_secs(1);
    config.fetch.idle_timeout = config.fetch.timeout;
}

/// One at a time, and so far apart.
pub(super) fn politely(config: &mut Config, gap: Duration) {
    config.fetch.requests_per_second = 1.0 / gap.as_secs_f64();
    config.fetch.concurrency_per_host = 1;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_worker_takes_over_what_a_killed_one_had() {
    let Some(team) = Team::over(FIRST).await else {
        return;
    };
    let (_place, mut dies) = team.worker(|_| ()).await;
    team.half_way().await;
    dies.signal("KILL");
    dies.ends().await;
    team.site.let_go();
    let (_place, _takes_over) = team.worker(|_| ()).await;
    team.all_stored().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_was_frozen_past_its_lease_changes_nothing() {
    let Some(team) = Team::over(FIRST).await else {
        return;
    };
    let (_place, frozen) = team.worker(|_| ()).await;
    team.half_way().await;
    frozen.signal("STOP");
    let (_place, _takes_over) = team.worker(|_| ()).await;
    team.site.let_go();
    team.all_stored().await;
    let asked = team.site.articles_asked();
    frozen.signal("CONT");
    frozen.says("outlasted its lease").await;
    team.all_stored().await;
    assert_eq!(team.site.articles_asked(), asked, "nobody is asked again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_whose_connections_are_cut_lose_nothing() {
    let Some(team) = Team::over(2 * ARTICLES).await else {
        return;
    };
    let slow = |config: &mut Config| config.fetch.requests_per_second = 10.0;
    let (_one, _first) = team.worker(slow).await;
    let (_other, _second) = team.worker(slow).await;
    let (mut cut, mut next) = (0, 2);
    until_within(PATIENCE, "all articles", async || {
        let stored = team.articles();
        if stored >= next {
            let others = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                           WHERE datname = current_database() AND pid <> pg_backend_pid()";
            cut += team.ask(others).parse::<usize>().unwrap();
            next = stored + 4;
        }
        stored >= ARTICLES
    })
    .await;
    assert!(cut > 4, "{cut} connections were cut");
    team.all_stored().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_workers_ask_one_host_no_faster_than_one() {
    const GAP: Duration = Duration::from_millis(200);
    let Some(team) = Team::over(2 * ARTICLES).await else {
        return;
    };
    let polite = |config: &mut Config| politely(config, GAP);
    let (_one, _first) = team.worker(polite).await;
    let (_other, _second) = team.worker(polite).await;
    team.all_stored().await;
    let log = team.site.log();
    let paths: BTreeSet<_> = log.iter().map(|asked| &asked.path).collect();
    assert_eq!(paths.len(), ARTICLES + 2, "with the feed and robots.txt");
    team.none_came_early(GAP);
}

/// Hosts at one address share its pace, and so does one that a redirect leads to.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_ask_hosts_at_one_address_no_faster_than_one_worker() {
    const GAP: Duration = Duration::from_millis(200);
    /// How late the first request may have been for its turn: from then on is counted.
    const LATE: Duration = Duration::from_millis(150);
    let Some(team) = Team::over(2 * ARTICLES).await else {
        return;
    };
    let neighbour = Site::open().await;
    neighbour.put_articles(ARTICLES..ARTICLES + 4);
    team.site
        .put(&path(0), redirect(302, &neighbour.url(&path(ARTICLES))));
    let links: Vec<_> = (ARTICLES + 1..ARTICLES + 4)
        .map(|n| neighbour.url(&path(n)))
        .collect();
    neighbour.put("/rss.xml", rss(&links));
    let next_door = |config: &mut Config| {
        config
            .sources
            .push(neighbour.source("tetangga", PageKind::Feed, "/rss.xml"));
        // Two hosts by themselves would be asked twice as often.
        politely(config, GAP);
        config.fetch.hosts_per_address = 1.0;
    };
    let (_one, _first) = team.worker(next_door).await;
    let (_other, _second) = team.worker(next_door).await;
    until_within(PATIENCE, "all articles", async || {
        team.articles() >= ARTICLES + 3
    })
    .await;
    let both = team.site.log().into_iter().chain(neighbour.log());
    let mut asked: Vec<_> = both.map(|asked| asked.at).collect();
    asked.sort_unstable();
    assert!(
        neighbour.times(&path(ARTICLES)) > 0,
        "the redirect was followed"
    );
    for (turn, at) in asked.iter().enumerate() {
        let since = at.duration_since(asked[0]);
        let due = GAP * u32::try_from(turn).unwrap();
        assert!(
            since + LATE >= due,
            "request {turn} came after {since:?}, not {due:?}"
        );
    }
}
