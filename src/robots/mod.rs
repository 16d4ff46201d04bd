//! What a robots.txt says (RFC 9309): the bytes of the file come in; whether a URL may be asked
//! for, how slowly, and which sitemaps are named go out.

mod lines;
mod pattern;

use std::{cmp::Reverse, time::Duration};

use url::{Position, Url};

use crate::model::RobotsRules;
use lines::{Key, lines};
use pattern::{Pattern, Target};

pub use lines::{BYTES_MAX, LINE_MAX};

/// The name by which a robots.txt addresses us (RFC 9309, 2.2.1).
pub const PRODUCT_TOKEN: &str = "benggala";

/// The longest Crawl-delay that is obeyed to the letter: a site that asks for more would never
/// be seen at all, and is asked this rarely.
pub const CRAWL_DELAY_MAX: Duration = Duration::from_secs(120);

/// The rules of one origin that concern us. By default there are none: all is allowed.
#[derive(Debug, Default)]
pub struct Rules {
    /// The longest pattern first, and of two as long the one that allows: the first that matches
    /// decides (RFC 9309, 2.2.2).
    rules: Vec<Rule>,
    delay: Option<Duration>,
}

#[derive(Debug, PartialEq)]
struct Rule {
    pattern: Pattern,
    allows: bool,
}

impl Rules {
    /// Reads a file leniently; what is no rule is skipped. An HTML page in its place has no rules.
    pub fn read(rules: &RobotsRules) -> Rules {
        match rules {
            RobotsRules::Text(text) => Rules::of_text(text),
            RobotsRules::Unavailable => Rules::default(),
            RobotsRules::Unreachable => Rules::of_group(Group::closed()),
        }
    }

    /// Whether `url`, of the origin that these rules bind, may be asked for. `/robots.txt` always
    /// may (RFC 9309, 2.2.2).
    pub fn allows(&self, url: &Url) -> bool {
        if self.rules.is_empty() || url.path() == "/robots.txt" {
            return true;
        }
        let target = Target::new(&url[Position::BeforePath..Position::AfterQuery]);
        self.rules
            .iter()
            .find(|rule| rule.pattern.matches(&target))
            .is_none_or(|rule| rule.allows)
    }

    /// The Crawl-delay, within 0..=[`CRAWL_DELAY_MAX`].
    pub fn delay(&self) -> Option<Duration> {
        self.delay
    }

    /// Roughly the memory that it takes.
    pub fn bytes(&self) -> usize {
        self.rules
            .iter()
            .map(|rule| size_of::<Rule>() + rule.pattern.octets())
            .sum()
    }

    fn of_text(text: &[u8]) -> Rules {
        let text = lines::plain(text);
        if text.trim_ascii_start().starts_with(b"<") {
            return Rules::default();
        }
        let mut reader = Reader::default();
        for (key, value) in lines(&text) {
            reader.take(key, value);
        }
        Rules::of_group(reader.finish())
    }

    fn of_group(group: Group) -> Rules {
        let Group {
            mut rules, delay, ..
        } = group;
        rules.sort_by_key(|rule| (Reverse(rule.pattern.octets()), !rule.allows));
        rules.dedup();
        rules.shrink_to_fit();
        Rules { rules, delay }
    }
}

/// The sitemaps that a robots.txt names, as they stand there. Such lines belong to no group
/// (RFC 9309, 2.2.4).
pub fn sitemaps(text: &[u8]) -> Vec<String> {
    lines(&lines::plain(text))
        .filter(|(key, value)| *key == Key::Sitemap && !value.is_empty())
        .map(|(_, value)| String::from_utf8_lossy(value).into_owned())
        .collect()
}

/// What is said to one name. Several groups with that name are one (RFC 9309, 2.2.1).
#[derive(Debug, Default)]
struct Group {
    named: bool,
    /// Whether the lines that are being read belong to it.
    open: bool,
    rules: Vec<Rule>,
    delay: Option<Duration>,
}

impl Group {
    /// The group that forbids all.
    fn closed() -> Group {
        Group {
            rules: vec![Rule {
                pattern: Pattern::new(b"/"),
                allows: false,
            }],
            ..Group::default()
        }
    }
}

/// Sorts lines into the groups that may concern us.
#[derive(Debug, Default)]
struct Reader {
    ours: Group,
    everyones: Group,
    /// A Crawl-delay above all groups is meant for all of them.
    delay_of_all: Option<Duration>,
    in_a_group: bool,
    /// The next user-agent line begins a new group. Only rules end the list of names: other lines
    /// must not (RFC 9309, 2.2.4).
    names_ended: bool,
}

impl Reader {
    fn take(&mut self, key: Key, value: &[u8]) {
        match key {
            Key::UserAgent => self.name(value),
            Key::Allow => self.rule(value, true),
            Key::Disallow => self.rule(value, false),
            Key::CrawlDelay => self.delay(value),
            Key::Sitemap => {}
        }
    }

    fn name(&mut self, value: &[u8]) {
        if self.names_ended {
            self.ours.open = false;
            self.everyones.open = false;
            self.names_ended = false;
        }
        self.in_a_group = true;
        let group = if is_everyone(value) {
            &mut self.everyones
        } else if token(value).eq_ignore_ascii_case(PRODUCT_TOKEN.as_bytes()) {
            &mut self.ours
        } else {
            return;
        };
        group.named = true;
        group.open = true;
    }

    fn rule(&mut self, value: &[u8], allows: bool) {
        self.names_ended = true;
        if value.is_empty() {
            return;
        }
        for group in self.open() {
            let pattern = Pattern::new(value);
            group.rules.push(Rule { pattern, allows });
        }
    }

    fn delay(&mut self, value: &[u8]) {
        let Some(delay) = seconds(value) else {
            return;
        };
        if !self.in_a_group {
            self.delay_of_all = Some(delay);
        }
        for group in self.open() {
            group.delay.get_or_insert(delay);
        }
    }

    fn open(&mut self) -> impl Iterator<Item = &mut Group> {
        [&mut self.ours, &mut self.everyones]
            .into_iter()
            .filter(|group| group.open)
    }

    /// Who is named has no part in what is said to everyone.
    fn finish(self) -> Group {
        let group = if self.ours.named {
            self.ours
        } else {
            self.everyones
        };
        Group {
            delay: group.delay.or(self.delay_of_all),
            ..group
        }
    }
}

/// `*`, also with more behind a space, as Google's parser has it.
fn is_everyone(value: &[u8]) -> bool {
    value
        .strip_prefix(b"*")
        .is_some_and(|rest| rest.first().is_none_or(u8::is_ascii_whitespace))
}

/// `Benggala/1.0 (news)` means us as well: a product token ends at the first byte that is no
/// letter, `-` or `_`.
fn token(value: &[u8]) -> &[u8] {
    let end = value
        .iter()
        .position(|byte| !(byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_')));
    &value[..end.unwrap_or(value.len())]
}

/// A number of seconds, within 0..=[`CRAWL_DELAY_MAX`]. `None` for what is no such number.
fn seconds(value: &[u8]) -> Option<Duration> {
    let seconds: f64 = str::from_utf8(value).ok()?.trim().parse().ok()?;
    if seconds.is_nan() || seconds < 0.0 {
        return None;
    }
    let seconds = seconds.min(CRAWL_DELAY_MAX.as_secs_f64());
    Some(Duration::from_secs_f64(seconds))
}
