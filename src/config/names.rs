//! Names for sources and channels that were given none.

use std::collections::{HashMap, HashSet};

use url::Url;

/// Hands out names that nobody else has.
#[derive(Default)]
pub(super) struct Names {
    taken: HashSet<String>,
    /// The number that the next one on a host gets.
    next: HashMap<String, usize>,
}

impl Names {
    pub(super) fn take(&mut self, name: &str) {
        self.taken.insert(name.to_string());
    }

    /// The host of `url`, or the host with `-2`, `-3` … where that is taken.
    pub(super) fn free(&mut self, url: &Url) -> String {
        let host = url.host_str().unwrap_or_default();
        let next = self.next.entry(host.to_string()).or_insert(1);
        loop {
            let name = match *next {
                1 => host.to_string(),
                number => format!("{host}-{number}"),
            };
            *next += 1;
            if self.taken.insert(name.clone()) {
                return name;
            }
        }
    }
}
