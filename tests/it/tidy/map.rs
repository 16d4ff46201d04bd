//! The rooms as `lib.rs` and the README list them.

use super::rooms::{LEVELS, is_pure};

/// A room in a list: its name, and whether the list calls it pure.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Room {
    name: String,
    pure: bool,
}

/// Where either list differs from the levels, in its order, its rooms or what it calls pure.
pub(super) fn differences(lib: &str, readme: &str) -> Vec<String> {
    let wanted: Vec<Room> = LEVELS
        .iter()
        .flat_map(|rooms| rooms.iter())
        .map(|room| Room {
            name: (*room).to_string(),
            pure: is_pure(room),
        })
        .collect();
    [
        ("src/lib.rs", in_lib(lib)),
        ("README.md", in_readme(readme)),
    ]
    .into_iter()
    .filter_map(|(file, listed)| {
        let at =
            (0..wanted.len().max(listed.len())).find(|at| wanted.get(*at) != listed.get(*at))?;
        let (wanted, listed) = (wanted.get(at), listed.get(at));
        Some(format!("{file} lists {listed:?} where {wanted:?} belongs"))
    })
    .collect()
}

/// `pub mod extract; // pure  what it does`
fn in_lib(text: &str) -> Vec<Room> {
    text.lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.split_once(';'))
        .map(|(name, comment)| Room {
            name: name.to_string(),
            pure: comment.trim_start_matches([' ', '/']).starts_with("pure "),
        })
        .collect()
}

/// `extract/  what it does   pure`, in the first block of code after "## Architecture"; an indented
/// line goes on with the one before.
fn in_readme(text: &str) -> Vec<Room> {
    let section = text.split("## Architecture").nth(1).unwrap_or_default();
    let map = section.split("```").nth(1).unwrap_or_default();
    let mut rooms: Vec<Room> = Vec::new();
    for line in map.lines().filter(|line| !line.is_empty()) {
        let pure = line.ends_with(" pure");
        if line.starts_with(' ') {
            if let Some(room) = rooms.last_mut() {
                room.pure |= pure;
            }
            continue;
        }
        let name = line.split_whitespace().next().unwrap_or_default();
        let name = name.trim_end_matches('/').trim_end_matches(".rs");
        rooms.push(Room {
            name: name.to_string(),
            pure,
        });
    }
    rooms
}
