//! A network of its own for a PostgreSQL server, joined to ours by one cable that can be cut.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    process::{Command, Stdio},
    sync::atomic::{AtomicU8, Ordering},
};

use tempfile::TempDir;

/// Made so far by this process.
static MADE: AtomicU8 = AtomicU8::new(0);

/// Whoever reaches the server may use it.
const ANYBODY: &str = "local all all trust\nhost all all all trust\n";

/// A network namespace of Linux and a pair of virtual interfaces. What is sent while the cable is cut is
/// dropped: neither end hears of it.
#[derive(Debug)]
pub(crate) struct Namespace {
    name: String,
    /// The interface that is outside.
    cable: String,
    /// The address of the server.
    inside: String,
    folder: TempDir,
}

impl Namespace {
    /// `None`, said loudly, where none can be made: it takes root, and iproute2.
    #[expect(clippy::print_stderr, reason = "a skipped test says so")]
    pub(crate) fn new() -> Option<Namespace> {
        let (process, nth) = (std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        // RFC 2544 keeps 198.18.0.0/15 for tests; a network of four addresses of it is ours.
        let network = format!("198.18.{}", process % 256);
        let first = nth % 64 * 4;
        let namespace = Namespace {
            name: format!("benggala-{process}-{nth}"),
            cable: format!("bng{}-{nth}", process % 1_000_000),
            inside: format!("{network}.{}", first + 2),
            folder: TempDir::new().unwrap(),
        };
        let outside = format!("{network}.{}/30", first + 1);
        match namespace.join(&outside) {
            Ok(()) => Some(namespace),
            Err(why) => {
                eprintln!("!!! SKIPPED: no network namespace can be made: {why}");
                None
            }
        }
    }

    fn join(&self, outside: &str) -> Result<(), String> {
        let (name, cable) = (self.name.as_str(), self.cable.as_str());
        let inside = format!("{}/30", self.inside);
        ip(&["netns", "add", name])?;
        ip(&[
            "link", "add", cable, "type", "veth", "peer", "name", "cable", "netns", name,
        ])?;
        ip(&["address", "add", outside, "dev", cable])?;
        ip(&["link", "set", cable, "up"])?;
        ip(&["-n", name, "address", "add", &inside, "dev", "cable"])?;
        self.connect(true)
    }

    fn connect(&self, is_whole: bool) -> Result<(), String> {
        let state = if is_whole { "up" } else { "down" };
        ip(&["-n", &self.name, "link", "set", "cable", state])
    }

    /// Cuts the cable, or mends it.
    pub(crate) fn open(&self, is_open: bool) {
        self.connect(is_open).unwrap();
    }

    /// What runs a command there comes before it.
    pub(super) fn prefix(&self) -> [&str; 4] {
        ["ip", "netns", "exec", &self.name]
    }

    /// What a server is told that is to be asked over the cable.
    pub(super) fn settings(&self) -> [String; 2] {
        let rules = self.folder.path().join("hba.conf");
        fs::write(&rules, ANYBODY).unwrap();
        // The server is somebody else's where the tests are root's.
        fs::set_permissions(self.folder.path(), Permissions::from_mode(0o755)).unwrap();
        [
            format!("listen_addresses={}", self.inside),
            format!("hba_file={}", rules.display()),
        ]
    }

    /// Where a database of the server in it is asked.
    pub(crate) fn address(&self, database: &str) -> String {
        format!(
            "postgres://benggala@{}/{database}?sslmode=disable",
            self.inside
        )
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let _ = ip(&["link", "delete", &self.cable]);
        let _ = ip(&["netns", "delete", &self.name]);
    }
}

fn ip(arguments: &[&str]) -> Result<(), String> {
    let ran = Command::new("ip")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|why| format!("ip: {why}"))?;
    match ran.status.success() {
        true => Ok(()),
        false => Err(format!(
            "ip {}: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&ran.stderr).trim()
        )),
    }
}
