//! `benggala init`: a configuration to begin with.

use std::{
    fs::OpenOptions,
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::config::ANNOTATED;

use super::{
    failure::{Failure, Outcome},
    output::tell,
    settings::CONFIG_FILE,
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where it goes
    #[arg(value_name = "FILE", default_value = CONFIG_FILE)]
    file: PathBuf,
}

pub(super) fn init(args: &Args) -> Result<Outcome, Failure> {
    let path = args.file.display();
    if args.file.is_dir() {
        return Err(Failure::message(format!(
            "{path} is a folder; name a file in it, as {}",
            args.file.join(CONFIG_FILE).display()
        )));
    }
    // What is there is somebody's work.
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&args.file)
        .map_err(|error| {
            let next = match error.kind() {
                io::ErrorKind::AlreadyExists => "; name another file, or remove it first",
                io::ErrorKind::NotFound => "; make its folder first",
                io::ErrorKind::PermissionDenied => "; name a file where you may write",
                _ => "",
            };
            Failure::message(format!("cannot write {path}: {error}{next}"))
        })?;
    file.write_all(ANNOTATED.as_bytes())?;
    // One of another name is not found by itself.
    let config = match args.file == Path::new(CONFIG_FILE) {
        true => String::new(),
        false => format!(" --config {path}"),
    };
    tell(format!(
        "{path}: every key with its default. Next: set `contact`, and\n\
         \n  benggala add https://news.example >> {path}   # a source of your own\
         \n  benggala doctor{config}\
         \n  benggala run{config}"
    ));
    Ok(Outcome::Clean)
}
