//! A PostgreSQL server, or something on the way to it, that accepts connections and then says nothing.

use std::{net::TcpListener, time::Duration};

use benggala::{
    model::StoreUrl,
    store::{self, Observer},
};
use tokio::time::timeout;

use super::{postgres, way::Way};

/// Far more than a connection is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// The address of one, which goes on listening for as long as the other is kept.
fn silent(parameters: &str) -> (StoreUrl, TcpListener) {
    // Connections are accepted by the system, and nobody takes them.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = listener.local_addr().unwrap();
    let url = format!("postgres://benggala@{place}/benggala?{parameters}");
    (url.parse().unwrap(), listener)
}

#[tokio::test]
async fn a_server_that_accepts_and_says_nothing_is_not_waited_for() {
    for parameters in ["connect_timeout=1", "connect_timeout=1&sslmode=require"] {
        let (url, _listener) = silent(parameters);
        let opened = timeout(PATIENCE, store::open(&url, Observer::default())).await;
        let why = opened.expect("an end").unwrap_err().to_string();
        assert!(why.contains("does not answer"), "{why}");
    }
}

/// What is cut off amid its work is told so in less than a minute, and the same store works once the way
/// is open again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operation_ends_where_the_server_falls_silent() {
    const A_MINUTE: Duration = Duration::from_secs(60);
    let Some(place) = postgres::place() else {
        return;
    };
    let database = place.database.as_ref().unwrap();
    let way = Way::to(database.server.folder());
    let url: StoreUrl = way.address(&database.name).parse().unwrap();
    let store = store::open(&url, Observer::default()).await.unwrap();
    store.probe().await.unwrap();
    way.open(false);
    let probed = timeout(A_MINUTE, store.probe()).await;
    let why = probed.expect("an end").unwrap_err();
    assert_eq!(why.kind(), "open");
    assert!(why.to_string().contains("does not answer"), "{why}");
    way.open(true);
    store.probe().await.unwrap();
}
