//! What a robots.txt says (RFC 9309).

use std::time::Duration;

use texting_robots::Robot;
use url::{Position, Url};

use super::client::ROBOTS_MAX;
use crate::model::RobotsRules;

/// The name by which a robots.txt addresses us (RFC 9309, 2.2.1).
pub const PRODUCT_TOKEN: &str = "benggala";

/// The longest Crawl-delay that is obeyed to the letter: a site that asks for more would never
/// be seen at all, and is asked this rarely.
pub const CRAWL_DELAY_MAX: Duration = Duration::from_secs(120);

/// Rules with `$` become regular expressions. A file with more of them is not a set of rules but
/// an attack; what cannot be read allows nothing.
const ANCHORED_RULES_MAX: usize = 2_000;

/// Rough memory of one such rule.
const ANCHORED_RULE_BYTES: usize = 16 << 10;

/// The rules of one origin that concern us.
#[derive(Debug)]
pub struct Rules {
    access: Access,
    delay: Option<Duration>,
    bytes: usize,
}

#[derive(Debug)]
enum Access {
    All,
    Nothing,
    Some(Box<Robot>),
}

impl Rules {
    /// Reads a robots.txt leniently: byte order mark, NULs and bare CRs are forgiven, and an HTML
    /// page in its place has no rules.
    pub fn read(rules: &RobotsRules) -> Rules {
        let text = match rules {
            RobotsRules::Text(text) => normalised(text),
            RobotsRules::Unavailable => return Rules::plain(Access::All),
            RobotsRules::Unreachable => return Rules::plain(Access::Nothing),
        };
        if text.trim_ascii_start().starts_with(b"<") {
            return Rules::plain(Access::All);
        }
        let anchored = memchr::memchr_iter(b'$', &text).count();
        if anchored > ANCHORED_RULES_MAX {
            return Rules::plain(Access::Nothing);
        }
        let Ok(robot) = Robot::new(PRODUCT_TOKEN, &text) else {
            return Rules::plain(Access::Nothing);
        };
        Rules {
            delay: robot.delay.and_then(clamped),
            access: Access::Some(Box::new(robot)),
            bytes: text.len() + anchored * ANCHORED_RULE_BYTES,
        }
    }

    /// Whether `url`, of the origin that these rules bind, may be asked for.
    pub fn allows(&self, url: &Url) -> bool {
        match &self.access {
            Access::All => true,
            Access::Nothing => false,
            Access::Some(robot) => robot.allowed(&url[Position::BeforePath..Position::AfterQuery]),
        }
    }

    /// The Crawl-delay, within 0..=120 s.
    pub fn delay(&self) -> Option<Duration> {
        self.delay
    }

    /// Roughly the memory that it takes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    fn plain(access: Access) -> Rules {
        Rules {
            access,
            delay: None,
            bytes: 0,
        }
    }
}

/// `None` for what is no number.
fn clamped(seconds: f32) -> Option<Duration> {
    if seconds.is_nan() {
        return None;
    }
    let most = CRAWL_DELAY_MAX.as_secs_f32();
    Some(Duration::from_secs_f32(seconds.clamp(0.0, most)))
}

/// Lines end in LF, a line that the size limit cut in two is gone, and every way to address us is
/// the plain one.
fn normalised(text: &[u8]) -> Vec<u8> {
    let limit = usize::try_from(ROBOTS_MAX).unwrap_or(usize::MAX);
    let text = if text.len() >= limit {
        let whole_lines = memchr::memrchr2(b'\n', b'\r', &text[..limit]).unwrap_or(0);
        &text[..whole_lines]
    } else {
        text
    };
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut lines = Vec::with_capacity(text.len());
    for line in text.split(|&b| matches!(b, b'\n' | b'\r' | 0)) {
        if addresses_us(line) {
            lines.extend_from_slice(b"User-agent: ");
            lines.extend_from_slice(PRODUCT_TOKEN.as_bytes());
        } else {
            lines.extend_from_slice(line);
        }
        lines.push(b'\n');
    }
    lines
}

/// `User-agent: Benggala/1.0 (news)` means us as well: the product token ends at the first byte
/// that is no letter, `-` or `_`.
fn addresses_us(line: &[u8]) -> bool {
    let mut parts = line.splitn(2, |&b| b == b':');
    let (Some(key), Some(value)) = (parts.next(), parts.next()) else {
        return false;
    };
    let value = value.trim_ascii();
    let token = value
        .iter()
        .position(|b| !(b.is_ascii_alphabetic() || matches!(b, b'-' | b'_')))
        .map_or(value, |end| &value[..end]);
    key.trim_ascii().eq_ignore_ascii_case(b"user-agent")
        && token.eq_ignore_ascii_case(PRODUCT_TOKEN.as_bytes())
}
