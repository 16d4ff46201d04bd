//! `completions`, `man`, and whoever reads them.

use std::{collections::BTreeSet, fs, io::pipe};

use tempfile::TempDir;

use super::{benggala, err, out, run};

#[test]
fn every_shell_gets_a_script_that_knows_the_commands() {
    for (shell, begins) in [
        ("bash", "_benggala()"),
        ("elvish", "\nuse builtin;"),
        ("fish", "# Print an optspec for argparse"),
        (
            "powershell",
            "\nusing namespace System.Management.Automation",
        ),
        ("zsh", "#compdef benggala"),
    ] {
        let output = run(&["completions", shell]);
        assert_eq!(output.status.code(), Some(0), "{shell}");
        let script = out(&output);
        assert!(script.starts_with(begins), "{shell}: {script:.80}");
        for command in ["rescore", "completions", "--allow-private"] {
            let name = command.trim_start_matches('-');
            assert!(script.contains(name), "{shell} does not know {command}");
        }
    }
    assert_eq!(run(&["completions", "tcsh"]).status.code(), Some(2));
}

#[test]
fn every_command_has_a_page_in_the_manual() {
    let page = out(&run(&["man"]));
    assert!(
        page.contains(".TH benggala 1") && page.contains("benggala demo"),
        "{page:.200}"
    );
    let folder = TempDir::new().unwrap();
    let output = run(&["man", "--out", folder.path().to_str().unwrap()]);
    let pages: BTreeSet<String> = fs::read_dir(folder.path())
        .unwrap()
        .map(|page| page.unwrap().file_name().into_string().unwrap())
        .collect();
    for name in [
        "benggala",
        "benggala-check",
        "benggala-store-backup",
        "benggala-man",
    ] {
        assert!(pages.contains(&format!("{name}.1")), "{name}: {pages:?}");
    }
    assert!(
        err(&output).contains(&format!("{} pages", pages.len())),
        "{}",
        err(&output)
    );
    let refused = run(&["man", "--out", "/dev/null/pages"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        err(&refused).contains("cannot write to /dev/null/pages"),
        "{}",
        err(&refused)
    );
}

#[test]
fn a_reader_that_has_had_enough_is_no_failure() {
    for args in [&["rules"][..], &["completions", "bash"], &["man"]] {
        let (reader, writer) = pipe().unwrap();
        drop(reader);
        let output = benggala(args).stdout(writer).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        assert!(output.stderr.is_empty(), "{args:?}: {output:?}");
    }
}
