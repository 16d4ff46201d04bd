//! Plots as SVG, drawn from numbers alone: nothing from outside stands in them. What colour tells,
//! form tells too.

use std::fmt::Write as _;

use chrono::DateTime;

use crate::model::{SourceDay, Timestamp};

/// Days of a sparkline.
pub const SPARK_DAYS: i64 = 30;

/// Days of a history.
pub const HISTORY_DAYS: i64 = 120;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Articles by day: a bar for each, its flagged part below and darker.
pub fn sparkline(days: &[SourceDay], now: Timestamp) -> String {
    let (width, height) = (3 * SPARK_DAYS, 22_u64);
    let today = now.timestamp().div_euclid(DAY);
    let most = days.iter().map(total).max().unwrap_or(0).max(1);
    let (articles, flagged) = sums(days);
    let mut svg = format!(
        "<svg class=\"spark\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" aria-label=\"{articles} articles in {SPARK_DAYS} days, \
         {flagged} flagged, at most {most} a day\">"
    );
    // A line for each kind, not a bar for each day: a page of them stays small.
    let mut lines = [const { String::new() }; 3];
    for day in days.iter().filter(|day| today - day.day < SPARK_DAYS) {
        let x = 3 * (SPARK_DAYS - 1 - (today - day.day)) + 1;
        let mut y = height;
        for (line, articles) in lines
            .iter_mut()
            .zip([day.flagged, day.passed, day.abstained])
        {
            // Something is never nothing.
            let tall = (articles * height).div_ceil(most).min(y);
            if tall > 0 {
                let _ = write!(line, "M{x} {y}v-{tall}");
                y -= tall;
            }
        }
    }
    for (class, line) in ["flag", "pass", "abstain"].iter().zip(lines) {
        if !line.is_empty() {
            let _ = write!(svg, "<path class=\"{class}\" d=\"{line}\"/>");
        }
    }
    svg.push_str("</svg>");
    svg
}

/// The same, larger, with an axis and the day of a turn.
pub fn history(days: &[SourceDay], turned: Option<Timestamp>, now: Timestamp) -> String {
    const LEFT: f64 = 34.0;
    const HEIGHT: f64 = 140.0;
    const STEP: f64 = 6.0;
    let width = LEFT + STEP * HISTORY_DAYS as f64;
    let today = now.timestamp().div_euclid(DAY);
    let most = days.iter().map(total).max().unwrap_or(0).max(1);
    let (articles, flagged) = sums(days);
    let x_of = |day: i64| LEFT + STEP * (HISTORY_DAYS - 1 - (today - day)) as f64;
    let mut svg = format!(
        "<svg class=\"history\" viewBox=\"0 0 {width} 176\" role=\"img\" aria-label=\"{articles} \
         articles in {HISTORY_DAYS} days, {flagged} flagged, at most {most} a day\">\
         <text x=\"{}\" y=\"12\" text-anchor=\"end\">{most}</text>\
         <text x=\"{}\" y=\"{HEIGHT}\" text-anchor=\"end\">0</text>\
         <path class=\"axis\" d=\"M{LEFT} {HEIGHT}H{width}M{LEFT} 4H{width}\"/>",
        LEFT - 6.0,
        LEFT - 6.0
    );
    for day in days.iter().filter(|day| today - day.day < HISTORY_DAYS) {
        let scale = (HEIGHT - 4.0) / most as f64;
        bars(&mut svg, day, (x_of(day.day), STEP - 1.0), HEIGHT, scale);
    }
    for back in (0..HISTORY_DAYS).step_by(30) {
        let day = today - back;
        let at = DateTime::from_timestamp(day * DAY, 0).unwrap_or_default();
        let _ = write!(
            svg,
            "<text x=\"{}\" y=\"158\" text-anchor=\"end\">{}</text>",
            x_of(day) + STEP,
            at.format("%-d %b")
        );
    }
    if let Some(turned) = turned {
        let day = turned.timestamp().div_euclid(DAY);
        if today - day < HISTORY_DAYS {
            let x = x_of(day);
            let _ = write!(
                svg,
                "<path class=\"turn\" d=\"M{x} 0V{HEIGHT}\"/>\
                 <text x=\"{x}\" y=\"174\" text-anchor=\"middle\">turned</text>"
            );
        }
    }
    svg.push_str("</svg>");
    svg
}

/// The bar of one day, standing on `floor`: flagged at the bottom, then passed, then not judged.
fn bars(svg: &mut String, day: &SourceDay, (x, width): (f64, f64), floor: f64, scale: f64) {
    let mut y = floor;
    for (class, articles) in [
        ("flag", day.flagged),
        ("pass", day.passed),
        ("abstain", day.abstained),
    ] {
        if articles == 0 {
            continue;
        }
        let height = articles as f64 * scale;
        y -= height;
        let _ = write!(
            svg,
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" \
             height=\"{height:.1}\"/>"
        );
    }
}

fn total(day: &SourceDay) -> u64 {
    day.passed + day.flagged + day.abstained
}

fn sums(days: &[SourceDay]) -> (u64, u64) {
    let flagged = days.iter().map(|day| day.flagged).sum();
    (days.iter().map(total).sum(), flagged)
}
