//! White space between tags. Most of it is indentation, and each run of it would be a node of
//! the tree; it matters only where it parts two words of one block.

use super::tag::Tag;

/// Elements that always begin a block, wherever they stand: white space before their start tag
/// is never between two words.
const BLOCKS: [&str; 19] = [
    "div", "p", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article",
    "aside", "nav", "header", "footer", "figure", "main",
];

/// Of these, the ones that end at their own end tag and nowhere else in a well-formed page.
const NESTING: [&str; 11] = [
    "div", "ul", "ol", "section", "article", "aside", "nav", "header", "footer", "figure", "main",
];

/// Elements from which on white space stays as it is: their ends may be missing or implied.
const VERBATIM: [&str; 5] = ["pre", "listing", "plaintext", "textarea", "xmp"];

/// What is known where the scan stands.
#[derive(Debug, Default)]
pub(super) struct Space {
    /// White space was left out that may yet matter.
    owed: bool,
    /// Text of the block that is open was kept.
    in_text: bool,
    /// See [`VERBATIM`].
    verbatim: bool,
    /// [`NESTING`] elements that are open.
    open: Vec<&'static str>,
    /// An end tag matched no start tag, or a table was begun: the ends of blocks say nothing any
    /// more.
    astray: bool,
}

impl Space {
    /// Keeps the text between two tags, or owes it where it is only white space.
    pub(super) fn text(&mut self, gap: &str, out: &mut String) {
        if self.verbatim {
            out.push_str(gap);
        } else if is_blank(gap) {
            self.owed |= !gap.is_empty();
        } else {
            self.pay(out);
            self.in_text = true;
            out.push_str(gap);
        }
    }

    pub(super) fn before_start_tag(&mut self, tag: &Tag<'_>, out: &mut String) {
        if tag.is_one_of(&BLOCKS).is_some() {
            self.in_text = false;
            if let Some(name) = tag.is_one_of(&NESTING)
                && !self.astray
            {
                self.open.push(name);
            }
        }
        self.pay(out);
        self.verbatim |= tag.is_one_of(&VERBATIM).is_some();
        self.astray |= tag.is_one_of(&["table"]).is_some();
    }

    pub(super) fn before_end_tag(&mut self, tag: &Tag<'_>, out: &mut String) {
        self.pay(out);
        if self.astray {
            return;
        }
        if let Some(name) = tag.is_one_of(&NESTING) {
            self.astray = self.open.pop() != Some(name);
        } else if tag.is_one_of(&["p"]).is_none() {
            return;
        }
        self.in_text &= self.astray;
    }

    fn pay(&mut self, out: &mut String) {
        if self.owed && self.in_text {
            out.push(' ');
        }
        self.owed = false;
    }
}

/// Nothing but what HTML calls white space.
pub(super) fn is_blank(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_whitespace())
}
