//! Programs of other people, for as long as a test takes.

use std::{
    fs::File,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
};

/// Whether all of these are there; says loudly if not. Where a change is checked before it lands, they must be.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
pub(super) fn installed(names: &[&str]) -> bool {
    let is_there = |name: &&&str| {
        let version = Command::new(name).arg("--version").output();
        version.is_ok()
    };
    let missing: Vec<_> = names.iter().filter(|name| !is_there(name)).collect();
    if missing.is_empty() {
        return true;
    }
    assert!(
        std::env::var("CI").as_deref() != Ok("true"),
        "{missing:?} must be installed where CI=true"
    );
    eprintln!(
        "!!! SKIPPED: {missing:?} is not installed (Debian: prometheus, prometheus-alertmanager)"
    );
    false
}

/// A port that nobody has just now.
pub(super) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A program that ends with the test.
pub(super) struct Program(Child);

impl Program {
    /// Starts it; what it says is in a file of its name.
    pub(super) fn start(name: &str, args: &[String], folder: &Path) -> Program {
        let said = File::create(folder.join(format!("{name}.log"))).unwrap();
        let child = Command::new(name)
            .args(args)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(said)
            .spawn()
            .unwrap();
        Program(child)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
