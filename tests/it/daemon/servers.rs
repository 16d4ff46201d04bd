//! What may become of the PostgreSQL that workers share: it is stopped and started, a standby takes
//! over, the way to it is cut, another version has been there. Nothing is lost, nothing is stored
//! twice, and no host is asked too soon.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use benggala::config::Config;

use super::{
    process::{Place, Running},
    watch::{until, until_within},
    workers::{ARTICLES, FIRST, PATIENCE, TOLERANCE, Team, lease, politely},
};
use crate::{
    demo::client::get,
    store::{
        namespace::Namespace,
        postgres::{self, Server, Stop},
        way::Way,
    },
};

/// Between two requests to the site.
const GAP: Duration = Duration::from_millis(200);

/// Short, so that nobody waits long for what another had.
const LEASE: Duration = Duration::from_secs(5);

/// How everybody here goes to work.
fn hurried(config: &mut Config) {
    politely(config, GAP);
    lease(config, LEASE);
}

/// What is acknowledged outlasts the end of the server, as it does where nobody says otherwise.
fn acknowledge_in_earnest(team: &Team) {
    let name = &team.store.database.as_ref().unwrap().name;
    team.ask(&format!(
        "ALTER DATABASE {name} SET synchronous_commit = on"
    ));
}

/// A server of its own, for it will be stopped; and two workers who are amid their work.
async fn two_at_work() -> Option<(Arc<Server>, Team, [(Place, Running); 2])> {
    let server = Server::of_its_own()?;
    let team = Team::on(server.place(), 2 * ARTICLES).await;
    acknowledge_in_earnest(&team);
    let workers = [team.worker(hurried).await, team.worker(hurried).await];
    team.half_way().await;
    Some((server, team, workers))
}

async fn goes_on_after(how: Stop) {
    let Some((server, team, _workers)) = two_at_work().await else {
        return;
    };
    let stored = team.articles();
    server.stop(how);
    server.resume();
    assert!(team.articles() >= stored, "what was acknowledged is there");
    team.all_stored().await;
    team.none_came_early(GAP);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_stopped_and_started_amid_all_that_loses_nothing() {
    goes_on_after(Stop::Fast).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_crashes_amid_all_that_loses_nothing() {
    goes_on_after(Stop::Immediate).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_takes_over_and_nobody_need_be_told() {
    let Some(primary) = Server::of_its_own() else {
        return;
    };
    let standby = primary.standby();
    // What was acknowledged is there too.
    let both = [
        "ALTER SYSTEM SET synchronous_standby_names = '*'",
        "SELECT pg_reload_conf()",
    ];
    for sql in both {
        primary.ask("postgres", sql).unwrap();
    }
    let mut team = Team::on(primary.place(), 2 * ARTICLES).await;
    let name = &team.store.database.as_ref().unwrap().name;
    acknowledge_in_earnest(&team);
    let either = postgres::address(&[primary.folder(), standby.folder()], name);
    team.store.url = format!("{either}?target_session_attrs=read-write")
        .parse()
        .unwrap();
    let _one = team.worker(hurried).await;
    let _other = team.worker(hurried).await;
    team.half_way().await;
    let stored = team.articles();
    primary.stop(Stop::Immediate);
    standby.ask("postgres", "SELECT pg_promote()").unwrap();
    team.store.database.as_mut().unwrap().server = standby;
    assert!(team.articles() >= stored, "what was acknowledged is there");
    team.all_stored().await;
    team.none_came_early(GAP);
}

/// The way of one worker of two to the server is cut, for long enough that its leases end.
async fn one_is_cut_off(
    server: &Arc<Server>,
    address: impl Fn(&str) -> String,
    open: impl Fn(bool),
) {
    const CUT_OFF: &str = "cut-off/1";
    let team = Team::on(server.place(), FIRST).await;
    let name = team.store.database.as_ref().unwrap().name.clone();
    let (_place, cut_off) = team
        .worker(|config| {
            hurried(config);
            config.fetch.user_agent = CUT_OFF.to_string();
            config.store.url = address(&name).parse().unwrap();
        })
        .await;
    team.half_way().await;
    open(false);
    let since = Instant::now();
    let _other = team.worker(hurried).await;
    team.site.let_go();
    team.all_stored().await;
    let asked = team.site.articles_asked();
    open(true);
    // It works again: whoever has the store is asked for what is due, and nothing is.
    until("the one that was cut off to be back", async || {
        let back = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'
                     AND application_name = 'benggala ";
        team.ask(&format!("{back}{}'", cut_off.id())) != "0"
    })
    .await;
    team.all_stored().await;
    assert_eq!(team.site.articles_asked(), asked, "nobody is asked again");
    team.none_came_early(GAP);
    let log = team.site.log();
    let late = log.iter().filter(|asked| {
        asked
            .headers
            .get("user-agent")
            .is_some_and(|agent| agent == CUT_OFF)
            && asked.at > since + LEASE + TOLERANCE
    });
    assert_eq!(late.count(), 0, "its leases were somebody else's by then");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_is_cut_off_stops_asking_before_its_leases_end() {
    let Some(server) = Server::of_its_own() else {
        return;
    };
    let way = Way::to(server.folder());
    one_is_cut_off(
        &server,
        |name| way.address(name),
        |is_open| way.open(is_open),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_in_another_part_of_the_network_stops_asking_before_its_leases_end() {
    let Some(network) = Namespace::new() else {
        return;
    };
    let Some(server) = Server::within(&network) else {
        return;
    };
    one_is_cut_off(
        &server,
        |name| network.address(name),
        |is_open| network.open(is_open),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_go_on_beside_a_newer_version_and_older_ones_do_not_begin() {
    let Some(place) = postgres::place() else {
        return;
    };
    let team = Team::on(place, FIRST).await;
    let (_place, _works) = team.worker(hurried).await;
    team.half_way().await;
    let known = team.ask("UPDATE benggala SET schema = schema + 1 RETURNING schema - 1");
    let (place, config) = team.place(hurried);
    place.configure(&config.to_toml());
    let refused = place.command(&["run"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8(refused.stderr).unwrap();
    let newer = known.parse::<u32>().unwrap() + 1;
    assert!(
        said.contains(&newer.to_string()) && said.contains(&known),
        "{said}"
    );
    team.site.let_go();
    team.all_stored().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_whose_server_falls_silent_says_so_and_goes_on_by_itself() {
    let Some(server) = Server::of_its_own() else {
        return;
    };
    let team = Team::on(server.place(), FIRST).await;
    let way = Way::to(server.folder());
    let name = team.store.database.as_ref().unwrap().name.clone();
    let (_place, worker) = team
        .worker(|config| {
            hurried(config);
            config.store.url = way.address(&name).parse().unwrap();
        })
        .await;
    let ready = worker.pages.join("/-/ready").unwrap();
    team.half_way().await;
    way.open(false);
    let since = Instant::now();
    team.site.let_go();
    until_within(PATIENCE, "the reason", async || {
        get(&ready).await.text().contains("store")
    })
    .await;
    assert_eq!(get(&ready).await.status, 503);
    worker.says("does not answer").await;
    let log = team.site.log();
    let late = log
        .iter()
        .filter(|asked| asked.at > since + LEASE + TOLERANCE);
    assert_eq!(late.count(), 0, "its leases had ended by then");
    way.open(true);
    team.all_stored().await;
    until_within(PATIENCE, "readiness", async || {
        get(&ready).await.status == 200
    })
    .await;
    team.none_came_early(GAP);
}
