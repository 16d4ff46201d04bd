//! What stands out at a terminal, and how.

use anstyle::AnsiColor;

use super::wording;
use crate::model::{Scores, Verdict};

/// Whether the terminal understands colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Letters only.
    Plain,
    /// With ANSI escapes.
    Colour,
}

impl Style {
    fn paint(self, text: &str, style: anstyle::Style) -> String {
        match self {
            Style::Plain => text.to_string(),
            Style::Colour => format!("{style}{text}{style:#}"),
        }
    }

    pub(super) fn strong(self, text: &str) -> String {
        self.paint(text, anstyle::Style::new().bold())
    }

    pub(super) fn faint(self, text: &str) -> String {
        self.paint(text, anstyle::Style::new().dimmed())
    }

    pub(super) fn calm(self, text: &str) -> String {
        self.paint(text, AnsiColor::Green.on_default())
    }

    pub(super) fn alarm(self, text: &str) -> String {
        self.paint(text, AnsiColor::Red.on_default().bold())
    }

    pub(super) fn verdict(self, verdict: Verdict, scores: Scores) -> String {
        let colour = match verdict {
            Verdict::Flag => AnsiColor::Red,
            Verdict::Pass => AnsiColor::Green,
            Verdict::Abstain(_) => AnsiColor::Yellow,
        };
        self.paint(
            wording::verdict(verdict, scores),
            colour.on_default().bold(),
        )
    }
}
