//! What is wrong with a configuration, in the style of a compiler.

use std::{fmt, path::PathBuf};

/// Problems printed at most; the rest is counted. A file with more has one cause.
const SHOWN: usize = 100;

/// Where a configuration came from, for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A file.
    File(PathBuf),
    /// The built-in defaults.
    BuiltIn,
    /// A variable of the environment.
    Environment,
}

/// Everything that is wrong with one configuration, in the order of its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors {
    /// At least one.
    pub problems: Vec<ConfigProblem>,
}

/// One thing that is wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigProblem {
    /// What it is in.
    pub origin: Origin,
    /// `None` for what did not come from the text, such as the environment.
    pub position: Option<Position>,
    /// The offending key.
    pub key: String,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub hint: Option<String>,
}

/// A position in the text, both counted from 1; columns are characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The character in it.
    pub column: usize,
}

/// Where the lines of a text begin: a long file may have a problem in every one of them.
pub(super) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(super) fn of(text: &'t str) -> Lines<'t> {
        let after = text.match_indices('\n').map(|(newline, _)| newline + 1);
        Lines {
            text,
            starts: std::iter::once(0).chain(after).collect(),
        }
    }

    /// Of the byte at `offset`.
    pub(super) fn position(&self, offset: usize) -> Position {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts[line - 1];
        let before = self.text.get(start..offset);
        Position {
            line,
            column: 1 + before.unwrap_or(&self.text[start..]).chars().count(),
        }
    }
}

/// A problem while the text is being read: positions are still byte offsets.
#[derive(Debug, Clone)]
pub(super) struct Complaint {
    pub(super) offset: Option<usize>,
    pub(super) key: String,
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

impl ConfigErrors {
    /// What is wrong with one text.
    pub(super) fn new(origin: &Origin, text: &str, mut complaints: Vec<Complaint>) -> ConfigErrors {
        complaints.sort_by_key(|complaint| complaint.offset);
        let lines = Lines::of(text);
        let problem = |complaint| ConfigProblem::new(origin.clone(), &lines, complaint);
        ConfigErrors {
            problems: complaints.into_iter().map(problem).collect(),
        }
    }
}

impl ConfigProblem {
    /// A problem of the text from `origin`.
    pub(super) fn new(origin: Origin, lines: &Lines<'_>, complaint: Complaint) -> ConfigProblem {
        ConfigProblem {
            origin,
            position: complaint.offset.map(|offset| lines.position(offset)),
            key: complaint.key,
            message: complaint.message,
            hint: complaint.hint,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::File(path) => write!(f, "{}", path.display()),
            Origin::BuiltIn => f.write_str("built-in defaults"),
            Origin::Environment => f.write_str("environment"),
        }
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.problems.iter().take(SHOWN).enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{}:", problem.origin)?;
            if let Some(Position { line, column }) = problem.position {
                write!(f, "{line}:{column}:")?;
            }
            f.write_str(" ")?;
            f.write_str(&problem.message)?;
            if let Some(hint) = &problem.hint {
                write!(f, "\n  hint: {hint}")?;
            }
        }
        match self.problems.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "\n… and {more} more"),
        }
    }
}

impl std::error::Error for ConfigErrors {}
