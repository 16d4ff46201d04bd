//! What is seen in a terminal: a real one, as far as the program can tell.

use std::{
    fs::{self, File},
    io::Read as _,
    os::fd::OwnedFd,
    process::{Command, Stdio},
};

use rustix::{
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{Winsize, tcsetwinsize},
};

use super::{benggala, case};

/// A terminal, from the side of who looks at it.
struct Screen(OwnedFd);

impl Screen {
    fn of(columns: u16) -> Screen {
        let screen = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&screen).unwrap();
        unlockpt(&screen).unwrap();
        let size = Winsize {
            ws_row: 24,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&screen, size).unwrap();
        Screen(screen)
    }

    /// One of a program's streams.
    fn stream(&self) -> Stdio {
        let name = ptsname(&self.0, Vec::new()).unwrap();
        let terminal = File::options()
            .read(true)
            .write(true)
            .open(name.to_str().unwrap());
        terminal.unwrap().into()
    }

    /// All that the program writes there until it ends.
    fn shows(self, mut command: Command) -> String {
        let mut child = command
            .env("TERM", "xterm-256color")
            .env_remove("CLICOLOR")
            .spawn()
            .unwrap();
        // Its streams are open here too, and nothing ends while they are.
        drop(command);
        let mut screen = File::from(self.0);
        let (mut all, mut some) = (Vec::new(), [0; 4096]);
        // Linux tells the end of what the last one has written as an error.
        while let Ok(bytes @ 1..) = screen.read(&mut some) {
            all.extend_from_slice(&some[..bytes]);
        }
        child.wait().unwrap();
        String::from_utf8(all).unwrap()
    }
}

/// What is seen of a command in a terminal of so many columns.
fn shown(arguments: &[&str], columns: u16, no_color: Option<&str>) -> String {
    let screen = Screen::of(columns);
    let mut command = benggala(arguments);
    command
        .stdin(screen.stream())
        .stdout(screen.stream())
        .stderr(screen.stream())
        .env_remove("NO_COLOR")
        .envs(no_color.map(|value| ("NO_COLOR", value)));
    screen.shows(command)
}

/// Without what colours it.
fn plain(shown: &str) -> String {
    let mut out = String::new();
    let mut rest = shown;
    while let Some((before, escape)) = rest.split_once("\x1b[") {
        out.push_str(before);
        let end = escape.find(|c: char| c.is_ascii_alphabetic());
        rest = end.map_or("", |end| &escape[end + 1..]);
    }
    out + rest
}

#[test]
fn lines_end_before_the_edge_whatever_is_asked() {
    let text = case("unread-translation.txt");
    let commands: [&[&str]; 5] = [
        &["check", "--explain", &text],
        &["check", &text],
        &["rules"],
        &["--help"],
        &["check", "--help"],
    ];
    for arguments in commands {
        for columns in [60, 80, 100, 200] {
            let shown = plain(&shown(arguments, columns, None));
            assert!(shown.lines().count() > 5, "{arguments:?}: {shown}");
            let mut lines = shown.split(['\n', '\r']);
            let wide = lines.find(|line| line.chars().count() > usize::from(columns));
            assert_eq!(wide, None, "{arguments:?} at {columns}");
        }
    }
}

/// Whether anything selects how text looks, which is not all that terminals are told.
fn is_coloured(shown: &str) -> bool {
    let mut escapes = shown.split("\x1b[").skip(1);
    escapes.any(|escape| escape.find(|c: char| c.is_ascii_alphabetic()) == escape.find('m'))
}

#[test]
fn colours_are_for_those_who_want_them() {
    let text = case("unread-translation.txt");
    let arguments = ["check", text.as_str()];
    let coloured = shown(&arguments, 80, None);
    assert!(is_coloured(&coloured), "{coloured}");
    let unwanted = shown(&arguments, 80, Some("1"));
    assert!(!is_coloured(&unwanted), "{unwanted}");
    let piped = benggala(&arguments).output().unwrap();
    assert!(!piped.stdout.contains(&0x1b), "what is piped is text");
}

#[test]
fn long_work_says_how_far_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let [lines, written] = ["in", "out"].map(|name| folder.path().join(name));
    let text = fs::read_to_string(case("unread-translation.txt")).unwrap();
    let line = serde_json::json!({ "text": text });
    fs::write(&lines, format!("{line}\n").repeat(300)).unwrap();
    let screen = Screen::of(80);
    let mut command = benggala(&["batch", "--threads", "1"]);
    command
        .stdin(File::open(&lines).unwrap())
        .stdout(File::create(&written).unwrap())
        .stderr(screen.stream());
    let shown = plain(&screen.shows(command));
    let counts = shown.split(" documents, ").filter_map(|before| {
        let number = before.rsplit(|c: char| !c.is_ascii_digit()).next()?;
        number.parse::<u32>().ok()
    });
    let counts: Vec<u32> = counts.filter(|count| (1..300).contains(count)).collect();
    assert!(counts.len() > 1 && counts.is_sorted(), "{counts:?} {shown}");
    let written = fs::read_to_string(&written).unwrap();
    assert_eq!(
        written.lines().count(),
        300,
        "the count is not among the data"
    );
}
