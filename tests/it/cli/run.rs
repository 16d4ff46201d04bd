//! `run`: what it refuses, how it logs, what it tells systemd.

use std::{
    io::{BufRead, BufReader, Read},
    net::TcpListener,
    os::unix::net::UnixDatagram,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

use super::{benggala, err, file, run};

/// Far longer than a daemon takes to start or to stop.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where a daemon tells systemd of itself, and who listens there.
fn systemd(folder: &TempDir) -> (PathBuf, UnixDatagram) {
    let socket = folder.path().join("notify");
    let systemd = UnixDatagram::bind(&socket).unwrap();
    systemd.set_read_timeout(Some(PATIENCE)).unwrap();
    (socket, systemd)
}

fn told(systemd: &UnixDatagram) -> String {
    let mut message = [0; 256];
    let length = systemd.recv(&mut message).unwrap();
    String::from_utf8(message[..length].to_vec()).unwrap()
}

#[test]
fn a_taken_port_is_named() {
    let folder = TempDir::new().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let database = folder.path().join("b.db");
    let text = format!(
        "[store]\nurl = \"sqlite:{}\"\n[serve]\nlisten = \"{address}\"\n[[source]]\nurl = \"https://news.example/\"\n",
        database.display()
    );
    let path = file(&folder, "b.toml", text);
    let output = run(&["run", "--config", &path]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        err(&output).contains(&address.to_string()),
        "{}",
        err(&output)
    );
    assert!(err(&output).contains("[serve] listen"), "{}", err(&output));
}

#[test]
fn an_address_of_another_machine_is_said_to_be_none_of_this_one() {
    let folder = TempDir::new().unwrap();
    let database = folder.path().join("b.db");
    let text = format!(
        "[store]\nurl = \"sqlite:{}\"\n[serve]\nlisten = \"192.0.2.1:9630\"\n\
         [[source]]\nurl = \"https://news.example/\"\n",
        database.display()
    );
    let path = file(&folder, "b.toml", text);
    let output = run(&["run", "--config", &path]);
    assert_eq!(output.status.code(), Some(2));
    let told = err(&output);
    assert!(told.contains("it is no address of this machine"), "{told}");
}

#[test]
fn run_without_sources_says_what_to_do() {
    let folder = TempDir::new().unwrap();
    let output = benggala(&["run"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("benggala demo"), "{}", err(&output));
}

#[test]
fn a_daemon_tells_systemd_of_its_start_and_its_end_and_logs_json() {
    let folder = TempDir::new().unwrap();
    let database = folder.path().join("b.db");
    // Loopback is refused at once, so that nothing is under way when it is told to stop.
    let text = format!(
        "[store]\nurl = \"sqlite:{}\"\n[serve]\nlisten = \"127.0.0.1:0\"\n\
         [[source]]\nurl = \"http://127.0.0.1:9/feed\"\nkind = \"feed\"\n",
        database.display()
    );
    let config = file(&folder, "b.toml", text);
    let (socket, systemd) = systemd(&folder);
    let told = || told(&systemd);
    let mut daemon = benggala(&["run", "--log", "json", "--config", &config])
        .env("NOTIFY_SOCKET", &socket)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    assert_eq!(told().trim_end(), "READY=1");
    signal(&daemon, "TERM");
    assert_eq!(told().trim_end(), "STOPPING=1");
    let mut log = String::new();
    let mut stderr = daemon.stderr.take().unwrap();
    stderr.read_to_string(&mut log).unwrap();
    assert_eq!(daemon.wait().unwrap().code(), Some(0), "{log}");

    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect();
    let watching = lines
        .iter()
        .find(|line| line["fields"]["message"] == "watching");
    let watching = watching.unwrap_or_else(|| panic!("{log}"));
    assert_eq!(watching["level"], "INFO");
    assert_eq!(watching["fields"]["sources"], 1);
    let review = watching["fields"]["review"].as_str().unwrap();
    assert!(review.starts_with("http://127.0.0.1:"), "{review}");
}

/// A daemon whose log begins at `warn` and is told more of at work: it says nothing of its start, and
/// of what it does then.
#[test]
fn a_reload_changes_how_much_is_logged() {
    let folder = TempDir::new().unwrap();
    let config = |levels: &str| {
        let database = folder.path().join("b.db");
        let text = format!(
            "[store]\nurl = \"sqlite:{}\"\n[serve]\nlisten = \"127.0.0.1:0\"\n[log]\nlevels = \"{levels}\"\n\
             [[source]]\nurl = \"http://127.0.0.1:9/feed\"\nkind = \"feed\"\n",
            database.display()
        );
        file(&folder, "b.toml", text)
    };
    let path = config("warn");
    let (socket, systemd) = systemd(&folder);
    let told = || told(&systemd);
    let mut daemon = benggala(&["run", "--config", &path])
        .env("NOTIFY_SOCKET", &socket)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    assert_eq!(told().trim_end(), "READY=1");
    config("error,benggala::daemon=info");
    signal(&daemon, "HUP");
    let mut stderr = BufReader::new(daemon.stderr.take().unwrap());
    let (mut log, mut line) = (String::new(), String::new());
    while !line.contains("configuration reloaded") {
        line.clear();
        assert_ne!(stderr.read_line(&mut line).unwrap(), 0, "{log}");
        log += &line;
    }
    assert!(!log.contains("watching"), "{log}");
    signal(&daemon, "TERM");
    stderr.read_to_string(&mut log).unwrap();
    assert_eq!(daemon.wait().unwrap().code(), Some(0), "{log}");
}

fn signal(daemon: &Child, name: &str) {
    let pid = daemon.id().to_string();
    let sent = Command::new("kill").args(["-s", name, &pid]).status();
    assert!(sent.unwrap().success());
}

#[test]
fn a_group_that_no_source_has_is_told_with_those_that_there_are() {
    let folder = TempDir::new().unwrap();
    let text = "[[source]]\nurl = \"https://a.example/\"\ngroup = \"eu\"\n\
                [[source]]\nurl = \"https://b.example/\"\ngroup = \"us\"\n";
    let config = file(&folder, "b.toml", text);
    for group in [&[][..], &["--group", "ue"]] {
        let output = run(&[&["run", "--config", &config], group].concat());
        assert_eq!(output.status.code(), Some(2));
        let told = err(&output);
        assert!(told.contains("\"eu\", \"us\""), "{told}");
    }
}
