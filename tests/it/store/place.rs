//! What may be done to a database while it is open, and that nobody else gets it.

use std::{fs, os::unix::fs::symlink, path::Path};

use benggala::{
    model::StoreUrl,
    store::{self, Observer, OpenError, disk},
};

use super::{given::announced, sqlite};

/// Something that is done to the file at this path.
type Deed = fn(&Path);

#[tokio::test]
async fn a_file_that_is_no_longer_ours_is_noticed() {
    let deeds: [(&str, Deed); 5] = [
        ("removed", |path| fs::remove_file(path).unwrap()),
        ("in the place", |path| {
            let other = path.with_extension("other");
            fs::copy(path, &other).unwrap();
            fs::rename(other, path).unwrap();
        }),
        ("in the place", |path| {
            let elsewhere = path.with_extension("elsewhere");
            fs::rename(path, &elsewhere).unwrap();
            symlink(elsewhere, path).unwrap();
        }),
        ("db-wal was removed", |path| {
            fs::remove_file(path.with_extension("db-wal")).unwrap();
        }),
        ("db-shm was removed", |path| {
            fs::remove_file(path.with_extension("db-shm")).unwrap();
        }),
    ];
    for (words, deed) in deeds {
        let place = sqlite::place();
        let store = place.open().await;
        announced(&store, &["https://harian.example/1"]).await;
        store.probe().await.unwrap();
        deed(&place.folder.path().join("benggala.db"));
        let error = store.probe().await.unwrap_err();
        assert_eq!(error.kind(), "moved");
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[tokio::test]
async fn a_store_is_one_whatever_its_name_and_its_lock() {
    let place = sqlite::place();
    let _first = place.open().await;
    let file = place.folder.path().join("benggala.db");
    fs::remove_file(place.folder.path().join("benggala.db.lock")).unwrap();
    let link = place.folder.path().join("link.db");
    symlink(&file, &link).unwrap();
    for name in [file, link] {
        let second = store::open(&StoreUrl::Sqlite(name), Observer::default()).await;
        assert!(matches!(second, Err(OpenError::Locked(_))));
    }
}

/// Numbers of statfs(2); that of a local disk is none of them.
#[test]
fn network_file_systems_are_known() {
    for (magic, name) in [
        (0x6969, Some("NFS")),
        (0xff53_4d42, Some("SMB")),
        (0x0102_1997, Some("9P")),
        (0x6573_5546, Some("FUSE")),
        (0xef53, None),
        (0x9123_683e, None),
        (0x0102_1994, None),
    ] {
        assert_eq!(disk::named(magic), name, "{magic:x}");
    }
    let folder = tempfile::tempdir().unwrap();
    let store = StoreUrl::Sqlite(folder.path().join("benggala.db"));
    assert_eq!(disk::network_file_system(&store), None);
}
