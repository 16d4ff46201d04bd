//! `benggala run` as a process of its own: for signals and for kills.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
};

use benggala::config::Config;
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;
use url::Url;

use super::watch::eventually;

/// A folder with a configuration and a store.
pub(super) struct Place {
    folder: TempDir,
    binary: PathBuf,
}

impl Place {
    pub(super) fn new() -> Place {
        let built = env!("CARGO_BIN_EXE_benggala").into();
        Place::of(env::var_os("BENGGALA_TEST_BINARY").map_or(built, PathBuf::from))
    }

    /// A place for another build of the program.
    pub(super) fn of(binary: PathBuf) -> Place {
        Place {
            folder: tempfile::tempdir().unwrap(),
            binary,
        }
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn file(&self) -> PathBuf {
        self.folder().join("benggala.toml")
    }

    pub(super) fn configure(&self, text: &str) {
        fs::write(self.file(), text).unwrap();
    }

    /// The program on the configuration.
    pub(super) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .args(args)
            .arg("--config")
            .arg(self.file())
            .env_remove("BENGGALA_CONFIG")
            .stdin(Stdio::null());
        command
    }

    /// Starts the daemon and waits until it says where its pages are.
    pub(super) async fn run(&self, config: &Config) -> Running {
        self.run_logging(config, "text").await
    }

    /// The same, with log lines of this format.
    pub(super) async fn run_logging(&self, config: &Config, format: &str) -> Running {
        self.configure(&config.to_toml());
        let environment = [("BENGGALA_LOG", "info")];
        self.run_with(&["--log", format], &environment).await
    }

    /// The same with what was configured before, these arguments and environment variables.
    pub(super) async fn run_with(&self, args: &[&str], environment: &[(&str, &str)]) -> Running {
        let mut command = self.command(&[&["run"], args].concat());
        command.envs(environment.iter().copied());
        self.run_as(command).await
    }

    /// The same as this command, which may have it run under another program.
    pub(super) async fn run_as(&self, mut command: Command) -> Running {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let lines = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&lines);
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                sink.lock().unwrap().push(line);
            }
        });
        let mut running = Running {
            child,
            lines,
            pages: Url::parse("http://127.0.0.1/").unwrap(),
        };
        let line = running.says("watching").await;
        let (_, address) = line.split_once("http://").unwrap();
        let (address, _) = address.split_once('/').unwrap();
        running.pages = Url::parse(&format!("http://{address}/")).unwrap();
        running
    }

    /// What a query that yields one number finds in the store, whoever has it.
    pub(super) fn count(&self, query: &str) -> usize {
        let file = self.folder().join("benggala.db");
        let db = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
        db.query_row(query, [], |row| row.get(0)).unwrap()
    }

    /// URLs under way.
    pub(super) fn leased(&self) -> usize {
        self.count("SELECT count(*) FROM urls WHERE state = 'leased'")
    }

    /// Articles that are in the store.
    pub(super) fn articles(&self) -> usize {
        self.count("SELECT count(*) FROM articles")
    }
}

/// A daemon; killed when dropped.
pub(super) struct Running {
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
    pub(super) pages: Url,
}

impl Running {
    /// Waits for a line of the log with these words.
    pub(super) async fn says(&self, words: &str) -> String {
        eventually(words, async || {
            let lines = self.lines.lock().unwrap();
            lines.iter().find(|line| line.contains(words)).cloned()
        })
        .await
    }

    /// All that it has said so far.
    pub(super) fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(super) fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args(["-s", name, &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(status.success(), "kill -s {name}");
    }

    pub(super) fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    pub(super) async fn ends(&mut self) -> ExitStatus {
        let child = &mut self.child;
        eventually("the end of the process", async || child.try_wait().unwrap()).await
    }
}

impl Drop for Running {
    #[expect(
        clippy::print_stderr,
        reason = "a failed test shows what the daemon said"
    )]
    fn drop(&mut self) {
        // It has most likely ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let lines = self.lines.lock().unwrap();
            eprintln!("the daemon said:\n{}", lines.join("\n"));
        }
    }
}
