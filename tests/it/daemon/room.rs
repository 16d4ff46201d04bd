//! A store that has no room left.

use std::{
    fs,
    io::{Write as _, stdout},
    path::{Path, PathBuf},
    process::Command,
};

use benggala::{
    daemon::room::Room,
    model::{PageKind, StoreUrl},
    store::Counts,
};
use url::Url;

use crate::demo::client::get;

use super::{
    process::Place,
    site::{Site, path, rss},
    watch::{config, metric, until},
};

/// A disk of a few mebibytes; gone when dropped.
struct Disk(PathBuf);

impl Disk {
    /// `None` where nothing may be mounted.
    fn mount(at: &Path) -> Option<Disk> {
        fs::create_dir(at).unwrap();
        let disk = Disk(at.to_path_buf());
        disk.run("mount", &["-t", "tmpfs", "-o", "size=8m", "benggala"])
            .then_some(disk)
    }

    fn grow(&self) {
        assert!(self.run("mount", &["-o", "remount,size=3g"]));
    }

    fn run(&self, program: &str, args: &[&str]) -> bool {
        let done = Command::new(program).args(args).arg(&self.0).output();
        done.is_ok_and(|done| done.status.success())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // It may never have been mounted.
        let _ = self.run("umount", &["-l"]);
    }
}

#[tokio::test]
async fn a_full_disk_ends_the_fetching_and_not_the_page_until_there_is_room() {
    let place = Place::new();
    let Some(disk) = Disk::mount(&place.folder().join("disk")) else {
        writeln!(
            stdout(),
            "!!! SKIPPED: a full disk; nothing may be mounted here"
        )
        .unwrap();
        return;
    };
    let site = Site::open().await;
    site.put_articles(0..2);
    site.put("/rss.xml", rss(&[0, 1].map(|n| site.url(&path(n)))));
    let source = site.source("umpan", PageKind::Feed, "/rss.xml");
    let mut config = config(place.folder(), vec![source]);
    config.store.url = StoreUrl::Sqlite(disk.0.join("benggala.db"));
    let mut daemon = place.run(&config).await;
    let page = |path: &str| -> Url { daemon.pages.join(path).unwrap() };
    let (ready, metrics, pages) = (page("/-/ready"), page("/metrics"), page("/"));
    until("the reason", async || {
        get(&ready).await.text().contains("The store is full")
            && metric(&metrics, "unready{reason=\"full\"}").await == Some(1.0)
    })
    .await;
    assert_eq!(get(&pages).await.status, 200);
    let asked = site.articles_asked();
    daemon.says("the store is full").await;
    disk.grow();
    until("work again", async || site.articles_asked() == 2).await;
    assert!(asked <= 2);
    until("readiness", async || {
        metric(&metrics, "ready").await == Some(1.0)
    })
    .await;
    daemon.signal("TERM");
    assert_eq!(daemon.ends().await.code(), Some(0));
}

#[test]
fn it_is_said_before_it_is_full() {
    const GIB: u64 = 1 << 30;
    let counts = |size: u64, free: u64| Counts {
        size_bytes: size * GIB / 100,
        free_bytes: free * GIB / 100,
        ..Counts::default()
    };
    let room = |size, free, limit: Option<u64>| {
        let room = Room::of(&counts(size, free), limit);
        (room.is_nearly_full, room.is_full)
    };
    assert_eq!(room(80, 500, Some(GIB)), (false, false));
    assert_eq!(room(93, 500, Some(GIB)), (true, false));
    assert_eq!(room(101, 500, Some(GIB)), (true, true));
    assert_eq!(room(1_000, 500, None), (false, false));
    assert_eq!(room(10, 50, None), (true, false), "half a gibibyte of disk");
    assert_eq!(room(10, 5, None), (true, true));
    assert_eq!(room(10, 0, None), (false, false), "where nobody knows");
    assert_eq!(Room::of(&counts(50, 50), None).share, 0.5);
}
