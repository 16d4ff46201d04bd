//! A PostgreSQL server of our own, for as long as the tests run.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use benggala::store::{self, Observer};
use tempfile::TempDir;

use super::{Place, namespace::Namespace};

/// Where Debian's packages put the programs of each version.
const VERSIONS: &str = "/usr/lib/postgresql";
/// The owner of every database.
const USER: &str = "benggala";
/// A database with the tables of a store and nothing in them.
const MODEL: &str = "model";
/// Whom the server runs as where the tests run as root, which it refuses: Debian's `nobody`.
const NOBODY: u32 = 65_534;
/// How long the server may take to start or to stop.
const PATIENCE: Duration = Duration::from_secs(60);

/// What makes a server quick that need not survive anything.
const CARELESS: [&str; 4] = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=300",
];

/// Makes a cluster, says so and runs its server until the pipe to the tests closes, however they end, and then
/// takes all of it away. Meanwhile a word a line stops or starts the server.
const GUARD: &str = r#"
    trap '' INT TERM
    bin="$1"; folder="$2"; primary="$3"; shift 3
    if [ -n "$primary" ]; then
        "$bin/pg_basebackup" --host="$primary" --username=benggala --write-recovery-conf \
            --checkpoint=fast --no-sync --pgdata="$folder/data"
    else
        "$bin/initdb" --no-sync --auth=trust --username=benggala --encoding=UTF8 \
            --locale=C.UTF-8 --pgdata="$folder/data"
    fi >"$folder/made.log" 2>&1 || exit 1
    echo made
    chmod 700 "$folder/data"
    serve() {
        "$bin/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= "$@" \
            </dev/null >>"$folder/server.log" 2>&1 &
        server=$!
    }
    stop() {
        kill -$1 $server 2>/dev/null; wait $server
    }
    serve "$@"
    while read -r order; do
        case "$order" in
            start) serve "$@" ;;
            *) stop "$order" ;;
        esac
    done
    stop QUIT
    rm -rf "$folder"
"#;

/// How a server is told to end.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stop {
    /// Everybody is cut off, and what is there is written down.
    Fast,
    /// At once, as in a crash.
    Immediate,
}

/// The server that all tests of this process share; `None` where PostgreSQL is not installed.
static SHARED: LazyLock<Option<Arc<Server>>> =
    LazyLock::new(|| Server::of_its_own().inspect(|server| make_model(server)));

/// Databases made so far.
static MADE: AtomicU64 = AtomicU64::new(0);

/// The programs of the newest version that is installed; says loudly if there is none. Where a change is
/// checked before it lands, there must be.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
pub(crate) fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir(VERSIONS).into_iter().flatten().flatten();
    let newest = versions
        .map(|version| version.path().join("bin"))
        .filter(|bin| bin.join("initdb").exists())
        .max_by_key(|bin| version_of(bin));
    if newest.is_none() {
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "PostgreSQL must be installed where CI=true"
        );
        eprintln!("!!! SKIPPED: PostgreSQL is not installed (Debian: postgresql)");
    }
    newest
}

fn version_of(bin: &Path) -> Option<u32> {
    let name = bin.parent()?.file_name()?.to_str()?;
    name.parse().ok()
}

/// A server with its folder, which also holds its socket. Both go with it.
#[derive(Debug)]
pub(crate) struct Server {
    bin: PathBuf,
    folder: PathBuf,
    guard: Child,
}

impl Server {
    /// One with an empty cluster; `None` where PostgreSQL is not installed.
    pub(crate) fn of_its_own() -> Option<Arc<Server>> {
        let bin = programs()?;
        Some(Arc::new(Server::start(&bin, &[], None, &CARELESS)))
    }

    /// The same within that network, where its socket is a way to it that no cut of the cable closes.
    pub(crate) fn within(network: &Namespace) -> Option<Arc<Server>> {
        let bin = programs()?;
        let reached = network.settings();
        let settings = CARELESS
            .into_iter()
            .chain(reached.iter().map(String::as_str));
        let settings: Vec<&str> = settings.collect();
        let prefix = network.prefix();
        Some(Arc::new(Server::start(&bin, &prefix, None, &settings)))
    }

    /// One that follows this one, until it is told to take its place.
    pub(crate) fn standby(&self) -> Arc<Server> {
        let standby = Server::start(&self.bin, &[], Some(&self.folder), &CARELESS);
        Arc::new(standby)
    }

    /// Makes a cluster, empty or with what another server has, and starts a server on it with these
    /// settings, by what stands before its command; waits until it answers.
    fn start(bin: &Path, prefix: &[&str], primary: Option<&Path>, settings: &[&str]) -> Server {
        let folder = tempfile::tempdir().unwrap().keep();
        let mut words = prefix.to_vec();
        if rustix::process::geteuid().is_root() {
            chown(&folder, Some(NOBODY), Some(NOBODY)).unwrap();
            // The groups of root go with it.
            words.extend(["setpriv", "--reuid", "65534", "--regid", "65534"]);
            words.push("--clear-groups");
        }
        words.extend(["sh", "-c", GUARD, "sh"]);
        let mut guard = Command::new(words[0]);
        guard.args(&words[1..]).arg(bin).arg(&folder);
        guard.arg(primary.unwrap_or(Path::new("")));
        for setting in settings {
            guard.args(["-c", setting]);
        }
        let mut guard = guard
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // What interrupts the tests is not for it.
            .process_group(0)
            .spawn()
            .unwrap();
        let mut made = String::new();
        let said = BufReader::new(guard.stdout.take().unwrap()).read_line(&mut made);
        assert!(
            said.is_ok() && made == "made\n",
            "no cluster is made; see {}",
            folder.display()
        );
        let server = Server {
            bin: bin.to_path_buf(),
            folder,
            guard,
        };
        server.wait_until_it_answers();
        server
    }

    fn order(&self, order: &str) {
        let mut pipe = self.guard.stdin.as_ref().unwrap();
        writeln!(pipe, "{order}").unwrap();
    }

    /// Ends the server; whoever asks it next is turned away.
    pub(crate) fn stop(&self, how: Stop) {
        self.order(match how {
            Stop::Fast => "INT",
            Stop::Immediate => "QUIT",
        });
        let begun = Instant::now();
        while self.folder.join("data/postmaster.pid").exists() && self.is_answering() {
            assert!(begun.elapsed() < PATIENCE, "the server does not stop");
        }
    }

    /// Starts it again.
    pub(crate) fn resume(&self) {
        self.order("start");
        self.wait_until_it_answers();
    }

    fn is_answering(&self) -> bool {
        self.ask("postgres", "SELECT 1").is_ok()
    }

    fn wait_until_it_answers(&self) {
        let begun = Instant::now();
        while !self.is_answering() {
            assert!(
                begun.elapsed() < PATIENCE,
                "the server does not start; see {}",
                self.folder.display()
            );
            std::thread::yield_now();
        }
    }

    /// What `psql` prints, or what it complains of.
    pub(crate) fn ask(&self, database: &str, sql: &str) -> Result<String, String> {
        let asked = Command::new(self.bin.join("psql"))
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", USER])
            .arg("-h")
            .arg(&self.folder)
            .args(["-d", database, "-c", sql])
            .stdin(Stdio::null())
            .output()
            .unwrap();
        match asked.status.success() {
            true => Ok(String::from_utf8(asked.stdout).unwrap().trim().to_string()),
            false => Err(String::from_utf8_lossy(&asked.stderr).into_owned()),
        }
    }

    /// A new and empty database: its name.
    pub(crate) fn database(&self) -> String {
        let name = format!("db_{}", MADE.fetch_add(1, Ordering::Relaxed));
        self.ask("postgres", &format!("CREATE DATABASE {name}"))
            .unwrap();
        name
    }

    /// Its address.
    pub(crate) fn address(&self, database: &str) -> String {
        address(&[&self.folder], database)
    }

    /// Where its socket is.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A new and empty place for a store.
    pub(crate) fn place(self: &Arc<Self>) -> Place {
        self.place_in(self.database())
    }

    /// The same with a database that is a copy of [`MODEL`], whose tables need not be made.
    fn copied_place(self: &Arc<Self>) -> Place {
        let name = format!("db_{}", MADE.fetch_add(1, Ordering::Relaxed));
        let copy = format!("CREATE DATABASE {name} TEMPLATE {MODEL}");
        self.ask("postgres", &copy).unwrap();
        self.place_in(name)
    }

    fn place_in(self: &Arc<Self>, name: String) -> Place {
        let url = self.address(&name).parse().unwrap();
        Place {
            url,
            folder: TempDir::new().unwrap(),
            database: Some(Database {
                server: Arc::clone(self),
                name,
            }),
        }
    }
}

/// The address of a database of whichever server has its socket in one of these folders.
pub(crate) fn address(sockets: &[&Path], database: &str) -> String {
    let sockets = sockets.iter();
    let sockets: Vec<String> = sockets
        .map(|socket| socket.display().to_string().replace('/', "%2F"))
        .collect();
    format!("postgres://{USER}@{}/{database}", sockets.join(","))
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}

/// A database of a server, dropped with its test.
#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) server: Arc<Server>,
    pub(crate) name: String,
}

impl Database {
    /// How an operator names it.
    pub(crate) fn address(&self) -> String {
        self.server.address(&self.name)
    }

    /// What `psql` prints about it.
    pub(crate) fn ask(&self, sql: &str) -> String {
        self.server.ask(&self.name, sql).unwrap()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let drop = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        let _ = self.server.ask("postgres", &drop);
    }
}

/// Makes the database of an empty store, which places are copied from; to make its tables in each of some
/// hundred took longer than most of the tests.
fn make_model(server: &Server) {
    let create = format!("CREATE DATABASE {MODEL}");
    server.ask("postgres", &create).unwrap();
    let url = server.address(MODEL).parse().unwrap();
    // Whoever asks for a place may be in a runtime of its own.
    let opened = std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async { store::open(&url, Observer::default()).await.map(drop) })
    });
    opened.join().unwrap().unwrap();
}

/// The same without its tables, as before the first start.
pub(crate) fn bare_place() -> Option<Place> {
    Some(SHARED.as_ref()?.place())
}

/// The database of an empty store on the shared server; `None` where PostgreSQL is not installed.
pub(crate) fn place() -> Option<Place> {
    Some(SHARED.as_ref()?.copied_place())
}
