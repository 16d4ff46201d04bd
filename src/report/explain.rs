//! How a verdict came about, as a table: each piece of evidence, what it weighs, and how it all
//! adds up.

use std::fmt::Write as _;

use annotate_snippets::normalize_untrusted_str;

use super::{
    legend::RuleView,
    manner::Manner,
    wording,
    wrapped::{hung, width},
};
use crate::model::{Evidence, EvidenceKind, Hint, Scores, Verdict};

/// Width of the first column, where there is room.
const NAME_COLUMNS: usize = 40;
const NAME_COLUMNS_MIN: usize = 20;

/// What stands beside the first column: margin, nats, ratio and the last words of the sum.
const OTHER_COLUMNS: usize = 39;

/// Width of the whole table, rules included.
const COLUMNS: usize = 74;

/// Columns of a bar for one nat.
const BAR_PER_NAT: f64 = 2.5;

/// What a verdict was reckoned from.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation<'a> {
    /// The log-odds of a machine translation before anything was read, in nats.
    pub prior: f64,
    /// What was weighed.
    pub evidence: &'a [Evidence],
    /// What in the page hints at translation.
    pub hints: &'a [Hint],
    /// Findings that are lines of the page.
    pub lines: usize,
    /// The scores.
    pub scores: Scores,
    /// The conclusion.
    pub verdict: Verdict,
    /// The overall score from which an article is flagged.
    pub flag_at: f32,
    /// The share of boilerplate from which an article is flagged.
    pub boilerplate_at: f32,
}

/// One row of the sum.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// What it is.
    pub name: String,
    /// What it weighs.
    pub nats: f64,
    /// The same as a ratio: `× 24` or `÷ 3.1`.
    pub ratio: String,
    /// How often it is seen elsewhere, or what it was.
    pub note: Option<String>,
}

/// What was believed before reading, and each piece of evidence. `legend` tells how often rules fire.
pub fn lines(explanation: &Explanation<'_>, legend: &[RuleView<'_>]) -> Vec<Line> {
    let line = |name: String, nats: f64, note: Option<String>| Line {
        name,
        nats,
        ratio: ratio(nats),
        note,
    };
    let prior = format!(
        "before reading: {:.0} in 100 are",
        share(explanation.prior) * 100.0
    );
    let mut lines = vec![line(prior, explanation.prior, None)];
    lines.extend(explanation.evidence.iter().map(|evidence| {
        let seen = || seen(evidence, explanation.hints);
        line(
            name(evidence, explanation.scores),
            f64::from(evidence.log_ratio),
            rates(evidence, legend).or_else(seen),
        )
    }));
    lines
}

impl Explanation<'_> {
    /// Prior and evidence together, in nats.
    pub fn total(&self) -> f64 {
        let weights = self.evidence.iter().map(|e| f64::from(e.log_ratio));
        self.prior + weights.sum::<f64>()
    }

    pub(super) fn is_by_share(&self) -> bool {
        self.verdict == Verdict::Flag && self.scores.boilerplate >= self.boilerplate_at
    }

    /// How the overall score stands to the threshold; empty where nothing was judged.
    pub fn sign(&self) -> &'static str {
        match self.verdict {
            Verdict::Flag => "≥",
            Verdict::Pass => "<",
            Verdict::Abstain(_) => "",
        }
    }

    /// `3 lines`
    pub fn counted_lines(&self) -> String {
        wording::counted(self.lines as u64, "line")
    }
}

/// The table under a document.
pub fn table(explanation: &Explanation<'_>, manner: &Manner<'_>) -> String {
    let style = manner.style;
    let names = name_columns(manner);
    let mut out = format!(
        "\n  {}\n  {:names$} {:>7}  {:>8}\n",
        style.strong("How it adds up"),
        "is it unedited machine translation?",
        "nats",
        "ratio",
    );
    for line in lines(explanation, manner.legend) {
        row(&mut out, &line, manner);
        if let Some(note) = &line.note {
            let note = hung("    ", note, manner.columns);
            let _ = writeln!(out, "{}", style.faint(&note));
        }
    }
    if explanation.evidence.is_empty() {
        let _ = writeln!(
            out,
            "  {}",
            style.faint("no score of the style, no finding, no trace in the page")
        );
    }
    sum(&mut out, explanation, manner);
    out
}

/// What the terminal leaves to the first column.
fn name_columns(manner: &Manner<'_>) -> usize {
    let left = manner.columns.saturating_sub(OTHER_COLUMNS);
    left.clamp(NAME_COLUMNS_MIN, NAME_COLUMNS)
}

fn sum(out: &mut String, explanation: &Explanation<'_>, manner: &Manner<'_>) {
    let (style, names) = (manner.style, name_columns(manner));
    let total = explanation.total();
    let line = "─".repeat(COLUMNS.min(manner.columns.saturating_sub(2)));
    let _ = writeln!(out, "  {}", style.faint(&line));
    let _ = writeln!(
        out,
        "  {:names$} {total:>+7.2}  {:>8}  probability {:.3}",
        "together",
        ratio(total),
        explanation.scores.machine_translation,
    );
    let lines = explanation.counted_lines();
    let _ = writeln!(
        out,
        "  {:names$} {:>7}  {:>8}  score {:.3}",
        "is it residue of the page?",
        format!("{:.0} %", explanation.scores.boilerplate * 100.0),
        lines,
        explanation.scores.residue,
    );
    let overall = explanation.scores.overall;
    let sign = explanation.sign();
    let place = match explanation.is_by_share() {
        true => "by its share of boilerplate",
        false => wording::verdict(explanation.verdict, explanation.scores),
    };
    let conclusion = match explanation.verdict {
        Verdict::Abstain(reason) => format!(
            "{:names$} not judged: {}",
            style.strong(&format!("overall {overall:.3}, the worse of both")),
            reason.as_str()
        ),
        Verdict::Flag | Verdict::Pass => format!(
            "{} {sign} {:.2}, the threshold: {place}",
            style.strong(&format!("overall {overall:.3}, the worse of both,")),
            explanation.flag_at
        ),
    };
    let _ = writeln!(out, "{}", hung("  ", &conclusion, manner.columns));
}

fn row(out: &mut String, line: &Line, manner: &Manner<'_>) {
    let Line {
        name, nats, ratio, ..
    } = line;
    let names = name_columns(manner);
    let before = format!("  {name:names$} {nats:>+7.2}  {ratio:>8}  ");
    let room = manner.columns.saturating_sub(width(&before));
    let bar = (nats.abs() * BAR_PER_NAT).round() as usize;
    let bar = "█".repeat(bar.min(room));
    let bar = match *nats >= 0.0 {
        true => manner.style.alarm(&bar),
        false => manner.style.calm(&bar),
    };
    let _ = writeln!(out, "{}", format!("{before}{bar}").trim_end());
}

/// `× 24` or `÷ 3.1`: how much likelier the evidence is on one side.
fn ratio(nats: f64) -> String {
    let (sign, times) = match nats >= 0.0 {
        true => ('×', nats.exp()),
        false => ('÷', (-nats).exp()),
    };
    match times {
        10.0.. => format!("{sign} {times:.0}"),
        _ => format!("{sign} {times:.1}"),
    }
}

fn share(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

pub(super) fn name(evidence: &Evidence, scores: Scores) -> String {
    let name = normalize_untrusted_str(&evidence.name);
    let times = match evidence.times {
        1 => String::new(),
        times => format!(", {times} times"),
    };
    match evidence.kind {
        EvidenceKind::Page => format!("the page says so: {name}{times}"),
        EvidenceKind::Hint => format!("the page hints at it: {name}"),
        EvidenceKind::Words => match evidence.grade.as_str() {
            "" | "strong" => format!("{name}{times}"),
            grade => format!("{name}, {}{times}", normalize_untrusted_str(grade)),
        },
        EvidenceKind::Style => match scores.style {
            Some(score) => format!("the style, {score:.3} by its model"),
            None => "the style".to_string(),
        },
        EvidenceKind::Opinion if evidence.times == 0 => {
            format!("a second opinion, {name}: nothing")
        }
        EvidenceKind::Opinion => format!("a second opinion, {name}{times}"),
    }
}

/// What a hint was.
fn seen(evidence: &Evidence, hints: &[Hint]) -> Option<String> {
    let hint = hints.iter().find(|hint| hint.rule == evidence.name)?;
    Some(normalize_untrusted_str(&hint.note))
}

fn rates(evidence: &Evidence, legend: &[RuleView<'_>]) -> Option<String> {
    let rule = legend.iter().find(|rule| rule.rule == evidence.name)?;
    let grade = rule.grades.iter().find(|g| g.name == evidence.grade)?;
    let (fires, of) = (grade.fires, rule.searched);
    Some(match fires.native + fires.human + fires.machine {
        0 => "fired in no measured text: weighed by judgement".to_string(),
        _ => format!(
            "fires in {} native, {} human-, {} machine-translated texts of {}, {}, {}",
            fires.native, fires.human, fires.machine, of.native, of.human, of.machine
        ),
    })
}
