//! "Jane Doe X (formerly Twitter) said": a link's label pasted into the sentence.

use super::{About, Counts, Detector, Draft, Example, Family, Grade};
use crate::{lang::key, model::Finding};

/// See [`ABOUT`].
pub(super) struct PastedCredit;

const STRONG: Grade = Grade::strong(0.25, Counts::new(0, 0, 0));

const ABOUT: About = About {
    rule: "pasted-credit",
    summary: "the label of a social network pasted behind a person's name",
    why: "a machine that flattens a page turns the icon beside a name into words of the sentence",
    family: Family::Translation,
    grades: &[STRONG],
    flags: &[
        Example {
            lang: "id",
            text: "Menurut peneliti itu, [[Jane Doe X (sebelumnya Twitter)]] mengatakan hal lain.",
        },
        Example {
            lang: "en",
            text: "The researcher [[Jane Doe X (formerly Twitter)]] said otherwise.",
        },
    ],
    passes: &[
        Example {
            lang: "id",
            text: "Jane Doe menulis di X (sebelumnya Twitter) bahwa hal itu lain.",
        },
        Example {
            lang: "en",
            text: "A post by Jane Doe on X (formerly Twitter) said otherwise.",
        },
    ],
};

impl Detector for PastedCredit {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn detect(&self, draft: &Draft<'_>, found: &mut Vec<Finding>) {
        let Some(pack) = draft.pack else { return };
        let (x, twitter) = (key("x"), key("twitter"));
        for at in 2..draft.keys.len() {
            if draft.keys[at] != x || draft.text.gap_after(at).trim() != "(" {
                continue;
            }
            let after = &draft.keys[at + 1..];
            let label = pack
                .formerly
                .iter()
                .filter(|words| {
                    after.starts_with(words) && after.get(words.len()) == Some(&twitter)
                })
                .map(|words| at + 1 + words.len())
                .max();
            let Some(last) = label else { continue };
            let closes = draft.text.gap_after(last).starts_with(')');
            if closes && is_name(draft, at) && is_clause(draft, last) {
                let end = draft.text.words[last].end + 1;
                found.push(Finding {
                    rule: ABOUT.rule,
                    grade: STRONG.name,
                    span: draft.text.words[at - 2].start..end,
                    note: "the label of a social network stands behind the name".to_string(),
                    left_out: None,
                });
            }
        }
    }
}

/// Whether two capitalised words stand before the word at `at`, closely.
fn is_name(draft: &Draft<'_>, at: usize) -> bool {
    (at - 2..at).all(|word| draft.is_capital(word) && draft.text.gap_after(word) == " ")
}

/// Whether the sentence goes on in small letters, as after its subject.
fn is_clause(draft: &Draft<'_>, last: usize) -> bool {
    draft.text.gap_after(last).trim() == ")"
        && draft.text.word(last + 1).starts_with(char::is_lowercase)
}
