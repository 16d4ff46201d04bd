//! The program as it is typed: exit codes, streams and messages.

mod add;
mod batch;
mod check;
mod completions;
mod config;
mod doctor;
mod documents;
mod eval;
mod export;
mod forget;
mod given;
mod labelled;
mod opinion;
mod postgres;
mod rescore;
mod rules;
mod run;
mod store;
mod terminal;
mod train;

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
    sync::Arc,
};

use benggala::{
    model::StoreUrl,
    store::{Observer, Store},
};
use serde_json::Value;
use tempfile::TempDir;

fn benggala(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_benggala"));
    command
        .args(args)
        .env_remove("BENGGALA_CONFIG")
        .env_remove("BENGGALA_LOG")
        .stdin(Stdio::null());
    command
}

fn run(args: &[&str]) -> Output {
    benggala(args).output().unwrap()
}

fn run_with_input(args: &[&str], input: &[u8]) -> Output {
    let mut child = benggala(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    output
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn file(folder: &TempDir, name: &str, text: impl AsRef<[u8]>) -> String {
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_string()
}

fn case(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cli")
        .join(name);
    path.to_str().unwrap().to_string()
}

fn json_lines(output: &Output) -> Vec<Value> {
    out(output)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// An empty store, and the configuration that names it.
async fn store_in(folder: &TempDir) -> (Arc<dyn Store>, String) {
    let path = folder.path().join("benggala.db");
    let text = format!("[store]\nurl = \"sqlite:{}\"\n", path.display());
    let config = file(folder, "benggala.toml", text);
    let url = StoreUrl::Sqlite(path);
    let store = benggala::store::open(&url, Observer::default())
        .await
        .unwrap();
    (store, config)
}
