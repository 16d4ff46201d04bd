//! What is said to the model.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::sheet::Sheet;
use crate::{
    lang::{FNV_SEED, fnv},
    model::{Adviser, Lang, OpinionKey},
};

/// The task, always in the same words.
const SYSTEM: &str = include_str!("../../config/opinion/prompt.txt");

/// Grows with every change in what is sent or believed that [`SYSTEM`] does not show.
const VERSION: u32 = 1;

/// What parts the text from what is said to the model: new for each call, so that no page knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark(pub u128);

/// The two messages of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Messages {
    /// The task.
    pub system: &'static str,
    /// The text.
    pub user: String,
}

/// Puts a sheet into words. There is no address, source or author in it.
pub fn messages(sheet: &Sheet<'_>, mark: Mark) -> Messages {
    let mark = format!("{:032x}", mark.0);
    let lang = sheet.lang.map_or("unknown", Lang::as_str);
    let mut user = format!("Language: {lang}\nMark: {mark}\n");
    if sheet.is_cut {
        user.push_str("The text is longer; this is its beginning.\n");
    }
    let _ = writeln!(user, "----- {mark} the text begins");
    for line in &sheet.lines {
        let text = line.folded.text.replace(&mark, "…");
        let _ = writeln!(user, "[{}] {text}", line.number);
    }
    let _ = write!(user, "----- {mark} the text has ended");
    Messages {
        system: SYSTEM,
        user,
    }
}

/// What tells one adviser, asked in one way, from all others: a part of the rules' hash.
pub fn fingerprint(adviser: &Adviser) -> u64 {
    let mut hash = fnv(FNV_SEED, SYSTEM.as_bytes());
    hash = fnv(hash, &VERSION.to_le_bytes());
    hash = fnv(hash, adviser.model.as_bytes());
    if let Some(revision) = &adviser.revision {
        hash = fnv(fnv(hash, b"\0"), revision.as_bytes());
    }
    hash
}

/// By what the adviser's opinion of this text is found again.
pub fn key(adviser: &Adviser, title: Option<&str>, body: &str, lang: Option<&Lang>) -> OpinionKey {
    let mut hash = Sha256::new();
    let version = VERSION.to_string();
    let lang = lang.map_or("", Lang::as_str);
    for part in [
        SYSTEM,
        &version,
        &adviser.model,
        adviser.revision.as_deref().unwrap_or_default(),
        lang,
        title.unwrap_or_default(),
        body,
    ] {
        hash.update(part.len().to_le_bytes());
        hash.update(part.as_bytes());
    }
    OpinionKey(hash.finalize().into())
}
