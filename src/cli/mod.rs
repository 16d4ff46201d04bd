//! What was typed. One file a subcommand, each a few lines over the library.
//!
//! Data goes to stdout, everything else to stderr. Exit codes: 0 done and clean, 1 something was
//! flagged (`check`), 2 could not do it.

mod add;
mod batch;
mod check;
mod config;
mod demo;
mod eval;
mod eval_residue;
mod eval_rules;
mod eval_sources;
mod eval_translation;
mod export;
mod floors;
mod input;
mod rescore;
mod rules;
mod run;
mod train;
mod train_extraction;
mod train_translation;
mod translation_floors;
mod translation_set;

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{CommandFactory, Parser, Subcommand};
use ipnet::IpNet;

use crate::config::{self as configuration, Config, ConfigErrors, Origin, Secret};

/// Where the configuration is looked for when none is named.
const CONFIG_FILE: &str = "benggala.toml";

/// Watches news sites and points at the very words that give unedited machine translation and
/// boilerplate away.
#[derive(Debug, Parser)]
#[command(
    name = "benggala",
    version,
    max_term_width = 100,
    arg_required_else_help = true
)]
struct Cli {
    /// Configuration file [default: ./benggala.toml if it is there, else the built-in defaults]
    #[arg(long, global = true, value_name = "FILE", env = "BENGGALA_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Watch a small newsroom of our own on loopback: no network, no configuration
    Demo(demo::Args),
    /// Watch the configured sources, or the given sites with the defaults
    Run(run::Args),
    /// Judge pages, files or folders once and point at the words
    Check(check::Args),
    /// JSON Lines in, JSON Lines out, in order
    Batch(batch::Args),
    /// Find the feed or sitemap of a site and print the TOML to paste
    Add(add::Args),
    /// List what is looked for
    Rules,
    /// Say why a rule exists, with an example and the nearest innocent text
    Explain(rules::ExplainArgs),
    /// Check or show the configuration
    #[command(subcommand)]
    Config(config::Command),
    /// Judge the stored pages again with today's rules
    Rescore(rescore::Args),
    /// Write out what was collected and concluded
    Export(export::Args),
    /// Measure what is built in on labelled data
    #[command(subcommand)]
    Eval(eval::Command),
    /// Make what is built in anew from labelled data
    #[command(subcommand)]
    Train(train::Command),
    /// Print a completion script
    Completions {
        /// The shell to complete in
        shell: clap_complete::Shell,
    },
}

/// Private or loopback targets that may be fetched all the same.
#[derive(Debug, clap::Args)]
struct AllowPrivate {
    /// Private or loopback network that may be fetched, as 127.0.0.0/8 (repeatable)
    #[arg(long, value_name = "CIDR", value_parser = parse_network)]
    allow_private: Vec<IpNet>,
}

fn parse_network(text: &str) -> Result<IpNet, String> {
    configuration::network(text)
        .ok_or_else(|| "not a network; write for example 127.0.0.0/8".to_string())
}

/// Why a command could not do it: one message, ready to print.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// A sentence that says what to do next.
    #[error("{0}")]
    Message(String),
    /// All that is wrong with a configuration.
    #[error("{0}")]
    Config(#[from] ConfigErrors),
    /// Output could not be written.
    #[error("cannot write the output: {0}")]
    Output(#[from] io::Error),
    /// The store.
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
    /// The daemon.
    #[error(transparent)]
    Daemon(#[from] crate::daemon::DaemonError),
    /// The HTTP client.
    #[error(transparent)]
    Fetch(#[from] crate::fetch::FetchSetupError),
    /// The service.
    #[error(transparent)]
    Start(#[from] crate::daemon::service::StartError),
    /// The metrics.
    #[error("cannot set up the metrics: {0}")]
    Metrics(#[from] prometheus::Error),
}

impl Failure {
    fn message(text: impl Into<String>) -> Failure {
        Failure::Message(text.into())
    }
}

/// How a command that could do it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Clean,
    Flagged,
    Incomplete,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> ExitCode {
        match outcome {
            Outcome::Clean => ExitCode::SUCCESS,
            Outcome::Flagged => ExitCode::from(1),
            Outcome::Incomplete => ExitCode::from(2),
        }
    }
}

/// Reads the command line, does what it says and tells the exit code.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match dispatch(cli) {
        Ok(outcome) => outcome.into(),
        // Whoever read our output has had enough: that is no failure.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(failure) => {
            // There is nowhere left to report that stderr is closed.
            let _ = writeln!(anstream::stderr(), "benggala: {failure}");
            ExitCode::from(2)
        }
    }
}

fn dispatch(cli: Cli) -> Result<Outcome, Failure> {
    let file = cli.config.as_deref();
    match cli.command {
        Command::Demo(args) => demo::demo(&args),
        Command::Run(args) => run::run(args, file),
        Command::Check(args) => check::check(&args, file),
        Command::Batch(args) => batch::batch(&args, file),
        Command::Add(args) => add::add(&args, file),
        Command::Rules => rules::rules(),
        Command::Explain(args) => rules::explain(&args),
        Command::Config(command) => config::config(&command, file),
        Command::Rescore(args) => rescore::rescore(&args, file),
        Command::Export(args) => export::export(&args, file),
        Command::Eval(command) => eval::eval(&command, file),
        Command::Train(command) => train::train(&command),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "benggala", &mut io::stdout());
            Ok(Outcome::Clean)
        }
    }
}

/// The configuration named on the command line, else the one in this folder, else the defaults.
fn load_config(file: Option<&Path>) -> Result<(Config, Origin), Failure> {
    let path = match file {
        Some(path) => path.to_path_buf(),
        None if Path::new(CONFIG_FILE).exists() => PathBuf::from(CONFIG_FILE),
        None => return Ok((Config::default(), Origin::BuiltIn)),
    };
    let text = std::fs::read_to_string(&path).map_err(|error| {
        Failure::message(format!(
            "cannot read the configuration {}: {error}",
            path.display()
        ))
    })?;
    let origin = Origin::File(path);
    let config = Config::parse(&text, &origin, &secret)?;
    Ok((config, origin))
}

/// A runtime for the commands that touch the network or the store.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::message(format!("cannot start the runtime: {error}")))
}

fn out() -> anstream::AutoStream<io::Stdout> {
    anstream::stdout()
}

/// For what is no text: bytes leave as they are, while [`out`] takes escape sequences away.
fn out_of_bytes() -> io::BufWriter<io::Stdout> {
    io::BufWriter::new(io::stdout())
}

/// A line for the person at the terminal.
fn tell(text: impl AsRef<str>) {
    // Without a stderr there is nobody to tell.
    let _ = writeln!(anstream::stderr(), "{}", text.as_ref());
}

/// Looks up a secret that the configuration keeps outside of its text.
fn secret(secret: Secret<'_>) -> Result<Option<String>, String> {
    match secret {
        Secret::Env(name) => match std::env::var(name) {
            Ok(value) => Ok(Some(value)),
            Err(std::env::VarError::NotPresent) => Ok(None),
            Err(error) => Err(error.to_string()),
        },
        Secret::File(path) => match std::fs::read_to_string(path) {
            Ok(text) => Ok(Some(text.trim_end().to_string())),
            Err(error) => Err(error.to_string()),
        },
    }
}
