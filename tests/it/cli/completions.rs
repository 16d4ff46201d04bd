//! `completions`, and whoever reads them.

use std::io::pipe;

use super::{benggala, out, run};

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
fn a_reader_that_has_had_enough_is_no_failure() {
    for args in [&["rules"][..], &["completions", "bash"]] {
        let (reader, writer) = pipe().unwrap();
        drop(reader);
        let output = benggala(args).stdout(writer).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        assert!(output.stderr.is_empty(), "{args:?}: {output:?}");
    }
}
