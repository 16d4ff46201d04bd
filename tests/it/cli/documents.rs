//! What the documents say of the program: every command and option they name is there, every file they
//! point at too, and what they show is what is printed.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use super::{out, run};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every document of the project, with its path.
fn documents() -> Vec<(PathBuf, String)> {
    let folders = [
        "",
        "docs",
        "config",
        "config/prometheus",
        "models",
        "models/translation",
    ];
    let entries = folders
        .iter()
        .flat_map(|folder| fs::read_dir(root().join(folder)).unwrap());
    let paths = entries.map(|entry| entry.unwrap().path());
    let documents: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            (path, text)
        })
        .collect();
    assert!(documents.len() >= 5, "{documents:?}");
    documents
}

/// The lines of fenced blocks, and what stands between backticks elsewhere.
fn commands(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (index, part) in text.split("```").enumerate() {
        if index % 2 == 1 {
            found.extend(
                part.lines()
                    .map(|line| line.trim_start_matches("$ ").to_string()),
            );
        } else {
            let spans = part.split('`').skip(1).step_by(2);
            found.extend(spans.map(|span| span.split_whitespace().collect::<Vec<_>>().join(" ")));
        }
    }
    found
}

/// The words of a command before its comment, without the backslashes that a table needs before a bar.
fn words(command: &str) -> Vec<String> {
    let command = command.split(" # ").next().unwrap_or_default();
    let words = command
        .split_whitespace()
        .map(|word| word.replace('\\', ""));
    words.collect()
}

/// The help of each command that was asked for.
#[derive(Default)]
struct Helps(HashMap<Vec<String>, Option<String>>);

impl Helps {
    /// `None` for what is no command.
    fn of(&mut self, path: &[String]) -> Option<String> {
        let help = self.0.entry(path.to_vec()).or_insert_with(|| {
            let args = path.iter().map(String::as_str).chain(["--help"]);
            let output = run(&args.collect::<Vec<_>>());
            output.status.success().then(|| out(&output))
        });
        help.clone()
    }

    /// What is wrong with `benggala` and these words behind it.
    fn wrong(&mut self, words: &[String]) -> Option<String> {
        let mut path: Vec<String> = Vec::new();
        for word in words {
            let name = word.split('|').next().unwrap_or_default();
            let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase());
            path.push(name.to_string());
            if !is_name || self.of(&path).is_none() {
                path.pop();
                break;
            }
            // `eval cases|extraction` names two.
            let mut others = word.split('|').skip(1);
            if let Some(other) = others.find(|other| {
                let sibling: Vec<_> = path[..path.len() - 1]
                    .iter()
                    .cloned()
                    .chain([other.to_string()])
                    .collect();
                self.of(&sibling).is_none()
            }) {
                return Some(format!("there is no command `{other}`"));
            }
        }
        let first = words.first()?;
        if path.is_empty() && first.bytes().all(|b| b.is_ascii_lowercase()) {
            return Some(format!("there is no command `{first}`"));
        }
        let help = self.of(&path)?;
        let options = words
            .iter()
            .filter_map(|word| word.trim_start_matches('[').strip_prefix("--"));
        options
            .map(|option| option.trim_end_matches([']', ',', ';', '.']))
            .map(|option| option.split('=').next().unwrap_or_default())
            .find(|option| !help.contains(&format!("--{option}")))
            .map(|option| format!("`{}` has no option `--{option}`", path.join(" ")))
    }
}

#[test]
fn every_command_and_option_that_a_document_names_is_there() {
    let (mut helps, mut wrong, mut tried) = (Helps::default(), Vec::new(), 0);
    for (path, text) in documents() {
        for command in commands(&text) {
            let words = words(&command);
            let Some(at) = words.iter().position(|word| word == "benggala") else {
                continue;
            };
            // Only variables may stand before it: `BENGGALA_LOG=debug benggala run`.
            if at + 1 == words.len() || words[..at].iter().any(|word| !word.contains('=')) {
                continue;
            }
            tried += 1;
            if let Some(why) = helps.wrong(&words[at + 1..]) {
                wrong.push(format!("{}: {command}: {why}", path.display()));
            }
        }
    }
    assert!(tried > 30, "only {tried} commands found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_of_commands_names_all_of_them() {
    let help = out(&run(&["--help"]));
    let listed = help.split("Commands:").nth(1).unwrap();
    let listed = listed.split("\n\n").next().unwrap();
    let names = listed.lines().filter_map(|line| line.strip_prefix("  "));
    let names = names.filter(|line| !line.starts_with(' '));
    let names: Vec<_> = names
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(names.len() > 10, "{names:?}");
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let table = readme.split("## Commands").nth(1).unwrap();
    let table = table.split("\n## ").next().unwrap();
    let cells: Vec<_> = table
        .lines()
        .filter_map(|line| line.split('|').nth(1))
        .collect();
    let is_there = |name: &&str| {
        let begins = format!("`{name}");
        *name != "help" && !cells.iter().any(|cell| cell.contains(&begins))
    };
    let missing: Vec<_> = names.into_iter().filter(is_there).collect();
    assert!(missing.is_empty(), "not in README's table: {missing:?}");
}

#[test]
fn every_file_that_a_document_points_at_is_there() {
    let mut missing = Vec::new();
    for (path, text) in documents() {
        let folder = path.parent().unwrap();
        let links = text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next());
        let links = links.filter(|link| !link.contains("://") && !link.starts_with('#'));
        let links = links.map(|link| folder.join(link.split('#').next().unwrap_or_default()));
        let scripts = commands(&text).into_iter().filter_map(|command| {
            let words = words(&command);
            let runs = ["python3", "bash", "sh"].contains(&words.first()?.as_str());
            root().join(words.get(1).filter(|_| runs)?).into()
        });
        let gone = links.chain(scripts).filter(|file| !file.exists());
        missing.extend(gone.map(|file| format!("{}: {}", path.display(), file.display())));
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// A line `…` stands for any number of lines.
#[test]
fn what_the_readme_shows_of_check_is_what_it_prints() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let block = readme
        .split("```")
        .find(|block| block.starts_with("\n$ benggala"));
    let mut lines = block.unwrap().lines().skip(1);
    let command = lines.next().unwrap().strip_prefix("$ benggala ").unwrap();
    let args: Vec<_> = command.split_whitespace().collect();
    let output = super::benggala(&args).current_dir(root()).output().unwrap();
    let printed = out(&output);
    let mut printed = printed.lines();
    for line in lines.filter(|line| *line != "…" && !line.is_empty()) {
        assert!(
            printed.any(|printed| printed.trim_end() == line),
            "not printed, or not in this order:\n{line}\n{}",
            out(&output)
        );
    }
}
