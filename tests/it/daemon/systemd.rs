//! What a service manager hears of the real program.

use std::{os::unix::net::UnixDatagram, time::Duration};

use benggala::model::PageKind;

use super::{
    process::Place,
    site::{Site, rss},
    watch::config,
};

/// Waits for the next message; a minute is far more than it takes.
fn heard(manager: &UnixDatagram) -> String {
    let mut message = [0; 256];
    let length = manager.recv(&mut message).unwrap();
    String::from_utf8(message[..length].to_vec()).unwrap()
}

#[tokio::test]
async fn systemd_hears_of_the_start_the_life_and_the_stop() {
    let site = Site::open().await;
    site.put("/rss.xml", rss(&[]));
    let place = Place::new();
    let source = site.source("umpan", PageKind::Feed, "/rss.xml");
    place.configure(&config(place.folder(), vec![source]).to_toml());
    let socket = place.folder().join("notify");
    let manager = UnixDatagram::bind(&socket).unwrap();
    manager
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    let environment = [
        ("BENGGALA_LOG", "info"),
        ("NOTIFY_SOCKET", socket.to_str().unwrap()),
        ("WATCHDOG_USEC", "200000"),
    ];
    let mut daemon = place.run_with(&[], &environment).await;
    let message = heard(&manager);
    assert!(message.contains("READY=1"), "{message}");
    for _ in 0..3 {
        let message = heard(&manager);
        assert!(message.contains("WATCHDOG=1"), "{message}");
    }
    daemon.signal("HUP");
    while !heard(&manager).contains("RELOADING=1") {}
    while !heard(&manager).contains("READY=1") {}
    daemon.signal("TERM");
    while !heard(&manager).contains("STOPPING=1") {}
    // It goes on telling that it lives, to somebody who listens.
    std::thread::spawn(move || while manager.recv(&mut [0; 256]).is_ok() {});
    assert_eq!(daemon.ends().await.code(), Some(0));
}
