//! What was typed. One file a subcommand, each a few lines over the library.
//!
//! Data goes to stdout, everything else to stderr. Exit codes: 0 done and clean, 1 something was
//! flagged (`check`), 2 could not do it.

mod add;
mod backfill;
mod batch;
mod check;
mod config;
mod consulting;
mod copy;
mod daemon;
mod demo;
mod doctor;
mod eval;
mod export;
mod failure;
mod forget;
mod given;
mod handles;
mod health;
mod init;
mod input;
mod labelled;
mod log;
mod manual;
mod named;
mod notify;
mod output;
mod parked;
mod progress;
mod rescore;
mod rules;
mod run;
mod settings;
mod signals;
mod site;
mod store;
mod threads;
mod train;

use std::{io, path::PathBuf, process::ExitCode};

use clap::{CommandFactory, Parser, Subcommand};

use self::{
    failure::{Failure, Outcome},
    output::tell_in_time,
};

/// Watches news sites and points at the very words that give unedited machine translation and
/// boilerplate away.
#[derive(Debug, Parser)]
#[command(
    name = "benggala",
    version = version(),
    max_term_width = 100,
    arg_required_else_help = true,
    after_help = manual::EXAMPLES
)]
struct Cli {
    /// Configuration file; of several (repeatable) the later ones overrule the earlier
    /// [default: ./benggala.toml if it is there, else the built-in defaults]
    #[arg(long, global = true, value_name = "FILE", env = "BENGGALA_CONFIG")]
    config: Vec<PathBuf>,
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
    /// Write a commented configuration to begin with
    Init(init::Args),
    /// See whether this machine and the sources are as the daemon needs them
    Doctor(doctor::Args),
    /// Check or show the configuration
    #[command(subcommand)]
    Config(config::Command),
    /// Judge the stored pages again with today's rules
    Rescore(rescore::Args),
    /// Read a source's past politely, beside the daemon's work
    Backfill(backfill::Args),
    /// Write out what was collected and concluded
    Export(export::Args),
    /// Ask the daemon of this configuration whether it can work: 0 yes, 1 no, 2 nobody answers
    Health(health::Args),
    /// Take out a source that is no longer configured, with all that was collected of it
    Forget(forget::Args),
    /// Check, copy or shrink the store, or take up again what was set aside
    #[command(subcommand)]
    Store(store::Command),
    /// Try those who are told
    #[command(subcommand)]
    Notify(notify::Command),
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
    /// Print the manual page, or write one for each command
    Man(manual::Args),
}

/// The version, and the commit of a release build.
fn version() -> String {
    let version = env!("CARGO_PKG_VERSION");
    match option_env!("BENGGALA_REVISION") {
        Some(revision) => format!("{version} ({revision})"),
        None => version.to_string(),
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
            tell_in_time(format!("benggala: {failure}"));
            ExitCode::from(2)
        }
    }
}

fn dispatch(cli: Cli) -> Result<Outcome, Failure> {
    let files = cli.config.as_slice();
    match cli.command {
        Command::Demo(args) => demo::demo(&args),
        Command::Run(args) => run::run(args, files),
        Command::Check(args) => check::check(&args, files),
        Command::Batch(args) => batch::batch(&args, files),
        Command::Add(args) => add::add(&args, files),
        Command::Rules => rules::rules(),
        Command::Explain(args) => rules::explain(&args),
        Command::Init(args) => init::init(&args),
        Command::Doctor(args) => doctor::doctor(&args, files),
        Command::Config(command) => config::config(&command, files),
        Command::Rescore(args) => rescore::rescore(&args, files),
        Command::Backfill(args) => backfill::backfill(&args, files),
        Command::Health(args) => health::health(&args, files),
        Command::Export(args) => export::export(&args, files),
        Command::Forget(args) => forget::forget(&args, files),
        Command::Store(command) => store::store(&command, files),
        Command::Notify(command) => notify::notify(&command, files),
        Command::Eval(command) => eval::eval(&command, files),
        Command::Train(command) => train::train(&command),
        Command::Completions { shell } => manual::completions(shell, Cli::command()),
        Command::Man(args) => manual::manual(&args, Cli::command()),
    }
}
