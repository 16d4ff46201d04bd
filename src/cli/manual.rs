//! What comes with the program: scripts that complete a command line, and the manual.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use clap_mangen::Man;

use super::{
    failure::{Failure, Outcome},
    output::{out_of_bytes, tell},
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A folder that gets a page for each command, as `man` looks for them [default: one page, to
    /// standard output]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// What stands below the options of the program and of its page.
pub(super) const EXAMPLES: &str = "\
Examples:
  benggala demo                             see it work, without a network
  benggala check https://news.example/a     judge one page and show the words
  benggala add https://news.example >> benggala.toml
  benggala run                              watch what benggala.toml names
  benggala explain isolated-place           why a rule exists";

pub(super) fn completions(
    shell: clap_complete::Shell,
    mut command: clap::Command,
) -> Result<Outcome, Failure> {
    // Written at one go: the generator panics where a reader has had enough.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "benggala", &mut script);
    print(&script)
}

pub(super) fn manual(args: &Args, command: clap::Command) -> Result<Outcome, Failure> {
    let Some(folder) = &args.out else {
        let mut page = Vec::new();
        Man::new(command).render(&mut page)?;
        return print(&page);
    };
    let pages = write_pages(folder, command).map_err(|error| {
        Failure::message(format!("cannot write to {}: {error}", folder.display()))
    })?;
    tell(format!("{pages} pages in {}", folder.display()));
    Ok(Outcome::Clean)
}

/// Writes `benggala.1`, `benggala-check.1` and so on, and tells how many.
fn write_pages(folder: &Path, command: clap::Command) -> io::Result<usize> {
    fs::create_dir_all(folder)?;
    clap_mangen::generate_to(command.disable_help_subcommand(true), folder)?;
    let pages = fs::read_dir(folder)?.filter_map(Result::ok);
    Ok(pages
        .filter(|page| {
            page.path()
                .extension()
                .is_some_and(|section| section == "1")
        })
        .count())
}

fn print(bytes: &[u8]) -> Result<Outcome, Failure> {
    let mut out = out_of_bytes();
    out.write_all(bytes)?;
    out.flush()?;
    Ok(Outcome::Clean)
}
