//! What kind of file system the store lies on. SQLite's log is shared memory between processes and
//! its locks are the file system's: over a network neither can be relied on.

use std::path::Path;

use crate::model::StoreUrl;

/// The network file system that a store lies on, if it does and this system tells.
pub fn network_file_system(store: &StoreUrl) -> Option<&'static str> {
    match store {
        StoreUrl::Sqlite(path) => {
            let folder = path.parent().filter(|folder| *folder != Path::new(""));
            kind_at(folder.unwrap_or(Path::new(".")))
        }
        // What it lies on is the server's business.
        StoreUrl::Postgres(_) => None,
    }
}

#[cfg(target_os = "linux")]
fn kind_at(folder: &Path) -> Option<&'static str> {
    let kind = rustix::fs::statfs(folder).ok()?.f_type;
    // Some systems sign the number.
    u32::try_from(kind & 0xffff_ffff).ok().and_then(named)
}

#[cfg(not(target_os = "linux"))]
fn kind_at(_: &Path) -> Option<&'static str> {
    None
}

/// The network file system of this number (statfs(2), `linux/magic.h`).
pub fn named(magic: u32) -> Option<&'static str> {
    Some(match magic {
        0x6969 => "NFS",
        0xfe53_4d42 | 0xff53_4d42 | 0x517b => "SMB",
        0x00c3_6400 => "Ceph",
        0x5346_414f => "AFS",
        0x7375_7245 => "Coda",
        0x0102_1997 => "9P",
        0x0161_1970 | 0x7461_636f => "a file system that several machines share",
        // sshfs, s3fs and rclone; but also some of this machine.
        0x6573_5546 => "FUSE",
        _ => return None,
    })
}
