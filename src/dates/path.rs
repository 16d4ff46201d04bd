//! The day in the path of a URL.

use chrono::{Datelike, NaiveDate};

use super::day::YEARS;

/// Numbers of a path that are looked at.
const PATH_NUMBERS_MAX: usize = 32;

/// The day in a path such as `/2024/05/03/`, `/20240503_`, `/2024-05-03-` or `/3-5-2024`.
pub fn in_path(path: &str) -> Option<NaiveDate> {
    let path = path.split(';').next().unwrap_or_default();
    let runs = numbers(path);
    let in_three = runs.windows(3).find_map(|three| {
        let [(one, at), (two, between), (three, end)] = *three else {
            return None;
        };
        // What stands between them is one mark each.
        let is_joined = at + one.len() + 1 == between && between + two.len() + 1 == end;
        if !is_joined || two.len() > 2 {
            return None;
        }
        match (one.len(), three.len()) {
            (4, 1..=2) => of_numbers(one, two, three),
            (1..=2, 4) => of_numbers(three, two, one),
            _ => None,
        }
    });
    let in_one = || {
        let mut whole = runs
            .iter()
            .filter(|(run, _)| run.len() == 8 && run.starts_with("20"));
        whole.find_map(|(run, _)| of_numbers(&run[..4], &run[4..6], &run[6..]))
    };
    in_three
        .or_else(in_one)
        .filter(|day| YEARS.contains(&day.year()))
}

/// The numbers in a path, with their places.
fn numbers(path: &str) -> Vec<(&str, usize)> {
    let place = |run: &str| run.as_ptr() as usize - path.as_ptr() as usize;
    path.split(|c: char| !c.is_ascii_digit())
        .filter(|run| !run.is_empty())
        .map(|run| (run, place(run)))
        .take(PATH_NUMBERS_MAX)
        .collect()
}

fn of_numbers(year: &str, month: &str, day: &str) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}
