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

impl Position {
    /// Of the byte at `offset`.
    pub(super) fn at(text: &str, offset: usize) -> Position {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Position {
            line: 1 + before.matches('\n').count(),
            column: 1 + before[line_start..].chars().count(),
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
        let problem = |complaint| ConfigProblem::new(origin.clone(), text, complaint);
        ConfigErrors {
            problems: complaints.into_iter().map(problem).collect(),
        }
    }
}

impl ConfigProblem {
    /// A problem of the text from `origin`.
    pub(super) fn new(origin: Origin, text: &str, complaint: Complaint) -> ConfigProblem {
        ConfigProblem {
            origin,
            position: complaint.offset.map(|offset| Position::at(text, offset)),
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
