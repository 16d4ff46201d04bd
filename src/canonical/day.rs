//! Days that an address tells.

use url::Url;

/// Year, month and day; what is not told is 0.
pub type Day = (u32, u32, u32);

/// The day that the address of a list tells anywhere, as far as it does: `/2024-05.xml`,
/// `?yyyy=2024&mm=05`, `/sitemap-20240517.xml`.
pub fn day_in(address: &str) -> Option<Day> {
    let numbers: Vec<&str> = address
        .split(|c: char| !c.is_ascii_digit())
        .filter(|number| !number.is_empty())
        .collect();
    numbers.iter().enumerate().find_map(|(at, text)| {
        let following = |by: usize| numbers.get(at + by).copied().unwrap_or_default();
        match text.len() {
            4 => day(text, following(1), following(2)),
            6 => day(&text[..4], &text[4..], ""),
            8 => day(&text[..4], &text[4..6], &text[6..]),
            _ => None,
        }
    })
}

/// The month, and perhaps the day, that the folders of an article's address tell: `/2024/05/17/…`.
/// Its other numbers may mean anything.
pub fn day_of_folders(url: &Url) -> Option<Day> {
    let folders: Vec<&str> = url.path().split('/').collect();
    folders.windows(3).find_map(|folders| {
        let [year, month, after] = folders else {
            return None;
        };
        let is_day = matches!(after.len(), 1 | 2);
        day(year, month, if is_day { after } else { "" }).filter(|(_, month, _)| *month > 0)
    })
}

/// What of these is the number of a year, a month and a day.
fn day(year: &str, month: &str, day: &str) -> Option<Day> {
    let number = |text: &str, max: u32| text.parse().ok().filter(|n| (1..=max).contains(n));
    let year = Some(year).filter(|text| text.len() == 4)?.parse().ok();
    let year = year.filter(|year| (1990..2100).contains(year))?;
    let month = number(month, 12).unwrap_or(0);
    let day = number(day, 31).filter(|_| month > 0).unwrap_or(0);
    Some((year, month, day))
}
