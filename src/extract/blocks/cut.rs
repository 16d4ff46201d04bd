//! The tree cut once into text blocks and the containers they stand in. What follows, the choice
//! of the body above all, works on these two flat lists and never walks the tree again.

use std::ops::Range;

use ego_tree::{NodeId, NodeRef};
use html5ever::{LocalName, local_name};
use scraper::{Html, Node, node::Element};

use super::{
    families::{self, Families, FamilyCache},
    phrases,
};
use crate::{
    extract::html::{HiddenNames, attr},
    model::BlockKind,
};

/// A page as blocks and containers, both in document order.
#[derive(Debug, Default)]
pub(in crate::extract) struct Cut<'a> {
    /// The texts of all blocks, one after the other.
    pub(in crate::extract) text: String,
    /// Every block-level element, parents before children. The first is the root.
    pub(in crate::extract) containers: Vec<Container<'a>>,
    /// Runs of inline text.
    pub(in crate::extract) blocks: Vec<TextBlock>,
}

/// A block-level element.
#[derive(Debug)]
pub(in crate::extract) struct Container<'a> {
    /// Index of the enclosing container; the root's own index for the root.
    pub(in crate::extract) parent: usize,
    /// The element itself, for its name, classes and attributes.
    pub(in crate::extract) element: &'a Element,
    /// Which node of the tree it is.
    pub(in crate::extract) node: NodeId,
    /// The blocks inside it.
    pub(in crate::extract) blocks: Range<usize>,
    /// One past the last container inside it.
    pub(in crate::extract) end: usize,
    /// What its own name, role, classes and id say.
    pub(in crate::extract) families: Families,
    /// Whether it, or a box around it, is not shown to readers.
    pub(in crate::extract) is_unseen: bool,
    /// Answers of which readers choose one, and buttons, in it.
    pub(in crate::extract) choices: usize,
    pub(in crate::extract) buttons: usize,
}

/// A run of inline text between two block boundaries.
#[derive(Debug)]
pub(in crate::extract) struct TextBlock {
    /// Where in [`Cut::text`].
    pub(in crate::extract) span: Range<usize>,
    /// The innermost container.
    pub(in crate::extract) container: usize,
    /// By the nearest ancestor that says.
    pub(in crate::extract) kind: BlockKind,
    /// 1 to 6 in a heading element, else 0.
    pub(in crate::extract) heading: u8,
    /// Bytes inside links.
    pub(in crate::extract) link_bytes: usize,
    /// Links with text in it.
    pub(in crate::extract) links: usize,
    /// Bytes in bold or italics.
    pub(in crate::extract) emphasis_bytes: usize,
}

impl Container<'_> {
    /// Whether two boxes are made alike: the same element of the same class.
    pub(in crate::extract) fn is_like(&self, other: &Container<'_>) -> bool {
        self.element.name == other.element.name
            && self.element.attr("class") == other.element.attr("class")
    }
}

impl TextBlock {
    /// Bytes of text.
    pub(in crate::extract) fn len(&self) -> usize {
        self.span.len()
    }

    /// The share of its bytes that stand inside links.
    pub(in crate::extract) fn link_share(&self) -> f64 {
        self.link_bytes as f64 / self.len().max(1) as f64
    }
}

impl Cut<'_> {
    /// The text of a block.
    pub(in crate::extract) fn text_of(&self, block: &TextBlock) -> &str {
        &self.text[block.span.clone()]
    }

    /// A container and all that enclose it, innermost first.
    pub(in crate::extract) fn ancestors(
        &self,
        container: usize,
    ) -> impl Iterator<Item = usize> + '_ {
        let mut next = Some(container);
        std::iter::from_fn(move || {
            let here = next?;
            let parent = self.containers[here].parent;
            next = (parent != here).then_some(parent);
            Some(here)
        })
    }

    /// What a container and all that enclose it say together.
    pub(in crate::extract) fn families_above(&self, container: usize) -> Families {
        self.ancestors(container)
            .fold(Families::NONE, |found, above| {
                found.with(self.containers[above].families)
            })
    }

    /// Whether `inner` is `outer` or stands inside it.
    pub(in crate::extract) fn encloses(&self, outer: usize, inner: usize) -> bool {
        outer <= inner && inner < self.containers[outer].end
    }
}

/// How an element takes part in the flow of text.
enum Flow {
    /// Its contents are no text for readers.
    Skip,
    Inline,
    LineBreak,
    Block,
}

/// Whether a name is one of some that HTML knows: atoms are compared as numbers.
macro_rules! is_one_of {
    ($name:expr, $($known:tt)+) => { matches!($name, $(local_name!($known))|+) };
}

fn flow(name: &LocalName) -> Flow {
    let is_skipped = is_one_of!(
        *name,
        "script" "style" "noscript" "template" "iframe" "object" "embed" "svg" "math" "video"
        "audio" "canvas" "map" "select" "option" "button" "textarea" "input" "datalist" "head"
        "title" "meta" "link" "rt" "rp" "progress" "meter" "noembed" "noframes"
    );
    let is_inline = is_one_of!(
        *name,
        "a" "abbr" "acronym" "b" "bdi" "bdo" "big" "cite" "code" "data" "del" "dfn" "em" "font" "i"
        "img" "ins" "kbd" "label" "mark" "nobr" "picture" "q" "ruby" "rb" "s" "samp" "small"
        "source" "span" "strike" "strong" "sub" "sup" "time" "tt" "u" "var" "wbr" "output" "slot"
    );
    if is_skipped {
        Flow::Skip
    } else if is_inline {
        Flow::Inline
    } else if *name == local_name!("br") {
        Flow::LineBreak
    } else {
        Flow::Block
    }
}

/// Cuts a page; `hidden` is what its style sheets hide.
pub(in crate::extract) fn cut<'a>(page: &'a Html, hidden: &'a HiddenNames) -> Cut<'a> {
    let mut cutter = Cutter::new(hidden);
    let root = page.tree.root();
    let mut node = root;
    loop {
        if cutter.open(node) {
            if let Some(child) = node.first_child() {
                node = child;
                continue;
            }
            cutter.close(node);
        }
        loop {
            if node == root {
                cutter.flush();
                return cutter.cut;
            }
            if let Some(sibling) = node.next_sibling() {
                node = sibling;
                break;
            }
            let Some(parent) = node.parent() else {
                return cutter.cut;
            };
            node = parent;
            cutter.close(node);
        }
    }
}

/// Cells of a row up to this much text are joined to one block; a longer row is layout.
const ROW_BYTES_MAX: usize = 600;

struct Cutter<'a> {
    cut: Cut<'a>,
    known: FamilyCache<'a>,
    hidden: &'a HiddenNames,
    /// Open containers.
    open: Vec<usize>,
    /// Open links, elements in bold or italics, preformatted elements.
    links: usize,
    emphasis: usize,
    pre: usize,
    /// The row whose cells are being joined.
    row: Option<NodeId>,
    /// The block being filled: where it starts and what was counted in it.
    start: usize,
    pending_space: bool,
    breaks: usize,
    link_bytes: usize,
    links_closed: usize,
    emphasis_bytes: usize,
}

impl<'a> Cutter<'a> {
    fn new(hidden: &'a HiddenNames) -> Cutter<'a> {
        Cutter {
            cut: Cut::default(),
            known: FamilyCache::new(hidden),
            hidden,
            open: Vec::new(),
            links: 0,
            emphasis: 0,
            pre: 0,
            row: None,
            start: 0,
            pending_space: false,
            breaks: 0,
            link_bytes: 0,
            links_closed: 0,
            emphasis_bytes: 0,
        }
    }

    /// Enters a node; says whether its children are to be read.
    fn open(&mut self, node: NodeRef<'a, Node>) -> bool {
        let element = match node.value() {
            Node::Element(element) => element,
            Node::Text(text) => {
                self.text(text);
                return false;
            }
            Node::Document => return true,
            _ => return false,
        };
        let name = &element.name.local;
        match flow(name) {
            Flow::Skip => {
                self.count_control(element);
                return false;
            }
            Flow::LineBreak => self.line_break(),
            Flow::Inline if families::is_unseen(element, &mut self.known) => return false,
            Flow::Inline => self.open_inline(element),
            Flow::Block if self.row.is_some() => self.separate(name),
            Flow::Block if self.in_paragraph() && name.contains('-') => {}
            Flow::Block => self.open_block(node, element),
        }
        true
    }

    fn open_inline(&mut self, element: &Element) {
        if is_link(element) {
            self.links += 1;
            self.count_control(element);
        } else if is_emphasis(element) {
            self.emphasis += 1;
        }
    }

    /// Counts what readers press, in the box that it stands in.
    fn count_control(&mut self, element: &Element) {
        let Some(&index) = self.open.last() else {
            return;
        };
        let here = &mut self.cut.containers[index];
        match element.name.local {
            local_name!("input") if attr(element, &local_name!("type")) == Some("radio") => {
                here.choices += 1;
            }
            local_name!("button") => here.buttons += 1,
            local_name!("a") => {
                let class = attr(element, &local_name!("class")).unwrap_or_default();
                let is_button = BUTTONS.iter().any(|word| class.contains(word));
                let rel = attr(element, &local_name!("rel")).unwrap_or_default();
                // What is paid for is there to be pressed.
                let is_sold = rel.split_ascii_whitespace().any(|word| word == "sponsored");
                here.buttons += usize::from(is_button || is_sold);
            }
            _ => {}
        }
    }

    fn open_block(&mut self, node: NodeRef<'a, Node>, element: &'a Element) {
        self.flush();
        let index = self.cut.containers.len();
        let parent = self.open.last().copied();
        let is_within = parent.is_some_and(|parent| self.cut.containers[parent].is_unseen);
        self.cut.containers.push(Container {
            parent: parent.unwrap_or(index),
            is_unseen: is_within
                || (families::is_hidden_box(element, self.hidden) && !can_be_opened(node, element)),
            element,
            node: node.id(),
            blocks: self.cut.blocks.len()..self.cut.blocks.len(),
            end: index + 1,
            choices: 0,
            buttons: 0,
            families: families::of(element, &mut self.known),
        });
        self.open.push(index);
        match element.name.local {
            local_name!("pre") => self.pre += 1,
            local_name!("tr") if is_data_row(node) => self.row = Some(node.id()),
            _ => {}
        }
    }

    /// Leaves an element whose children were read.
    fn close(&mut self, node: NodeRef<'a, Node>) {
        let Some(element) = node.value().as_element() else {
            return;
        };
        if is_link(element) {
            self.links -= 1;
            self.links_closed += 1;
        } else if is_emphasis(element) {
            self.emphasis -= 1;
        }
        let Some(&index) = self.open.last() else {
            return;
        };
        if self.cut.containers[index].node != node.id() {
            return;
        }
        self.flush();
        self.open.pop();
        self.cut.containers[index].blocks.end = self.cut.blocks.len();
        self.cut.containers[index].end = self.cut.containers.len();
        self.tell_parent(index);
        if element.name.local == local_name!("pre") {
            self.pre -= 1;
        }
        if self.row == Some(node.id()) {
            self.row = None;
        }
    }

    /// What is counted in a box stands in the one around it too.
    fn tell_parent(&mut self, index: usize) {
        let closed = &self.cut.containers[index];
        let (parent, choices, buttons) = (closed.parent, closed.choices, closed.buttons);
        if parent != index {
            let parent = &mut self.cut.containers[parent];
            parent.choices += choices;
            parent.buttons += buttons;
        }
    }

    fn in_paragraph(&self) -> bool {
        self.open.last().is_some_and(|&index| {
            let name = &self.cut.containers[index].element.name.local;
            is_one_of!(*name, "p" "li" "h1" "h2" "h3" "h4" "h5" "h6" "dd" "figcaption")
        })
    }

    /// Inside a row, cells are set apart and other blocks are only white space.
    fn separate(&mut self, name: &LocalName) {
        let filled = self.cut.text.len() > self.start;
        if filled && is_one_of!(*name, "td" "th") && !self.cut.text.ends_with(" |") {
            self.cut.text.push_str(" |");
        }
        self.pending_space = true;
    }

    /// One break is white space, two end the paragraph.
    fn line_break(&mut self) {
        if self.pre > 0 {
            self.cut.text.push('\n');
            return;
        }
        self.breaks += 1;
        self.pending_space = true;
        if self.breaks >= 2 && self.row.is_none() {
            self.flush();
        }
    }

    /// Adds text with its white space collapsed, without soft hyphens and byte order marks.
    fn text(&mut self, text: &str) {
        let before = self.cut.text.len();
        if self.pre > 0 {
            self.cut.text.push_str(text);
        } else {
            for word in text.split_inclusive(char::is_whitespace) {
                self.word(word);
            }
        }
        let added = self.cut.text.len() - before;
        if self.links > 0 {
            self.link_bytes += added;
        }
        if self.emphasis > 0 {
            self.emphasis_bytes += added;
        }
    }

    /// A run of non-spaces and the one space after it, if any.
    fn word(&mut self, word: &str) {
        let bare = word.trim_end_matches(char::is_whitespace);
        if !bare.is_empty() {
            if self.pending_space && self.cut.text.len() > self.start {
                self.cut.text.push(' ');
            }
            self.pending_space = false;
            self.breaks = 0;
            if bare.is_ascii() {
                self.cut.text.push_str(bare);
            } else {
                self.cut
                    .text
                    .extend(bare.chars().filter(|c| !is_ignorable(*c)));
            }
        }
        self.pending_space |= bare.len() < word.len();
    }

    /// Ends the block being filled.
    fn flush(&mut self) {
        let raw = &self.cut.text[self.start..];
        let trimmed = raw.trim_matches(is_edge);
        let from = self.start + (raw.len() - raw.trim_start_matches(is_edge).len());
        let span = from..from + trimmed.len();
        let readable = trimmed.chars().any(char::is_alphanumeric);
        if readable && let Some(&container) = self.open.last() {
            let (kind, heading) = match self.kind() {
                (BlockKind::Paragraph, _) if self.is_bold_heading(&span) => (BlockKind::Heading, 0),
                (BlockKind::Heading, 2..) if self.is_set_as_heading(&span) => {
                    (BlockKind::Paragraph, 0)
                }
                known => known,
            };
            self.cut.text.truncate(span.end);
            let span = self.with_initial(span);
            self.cut.blocks.push(TextBlock {
                link_bytes: self.link_bytes.min(span.len()),
                links: self.links_closed,
                emphasis_bytes: self.emphasis_bytes.min(span.len()),
                span,
                container,
                kind,
                heading,
            });
        } else {
            self.cut.text.truncate(self.start);
        }
        self.start = self.cut.text.len();
        self.pending_space = false;
        self.breaks = 0;
        self.link_bytes = 0;
        self.links_closed = 0;
        self.emphasis_bytes = 0;
    }

    /// A short line all in bold, which ends in no full stop, is how many editors write a heading.
    fn is_bold_heading(&self, span: &Range<usize>) -> bool {
        span.len() <= BOLD_HEADING_BYTES_MAX
            && self.link_bytes == 0
            && self.emphasis_bytes + 2 >= span.len()
            && !phrases::ends_sentence(&self.cut.text[span.clone()])
    }

    /// A whole paragraph is no heading, whatever element it is set in.
    fn is_set_as_heading(&self, span: &Range<usize>) -> bool {
        span.len() >= HEADING_BYTES_MAX && phrases::ends_sentence(&self.cut.text[span.clone()])
    }

    /// The letter that stands large in a box of its own before a paragraph belongs to its first word.
    fn with_initial(&mut self, span: Range<usize>) -> Range<usize> {
        let text = &self.cut.text[span.clone()];
        let is_initial = |block: &TextBlock| {
            let mut letters = self.cut.text_of(block).chars();
            block.span.end == span.start
                && letters.next().is_some_and(char::is_uppercase)
                && letters.next().is_none()
        };
        let goes_on = text.starts_with(char::is_lowercase) && text.len() >= INITIAL_BYTES_MIN;
        if !goes_on || !self.cut.blocks.last().is_some_and(is_initial) {
            return span;
        }
        let Some(initial) = self.cut.blocks.pop() else {
            return span;
        };
        let left = self.cut.blocks.len();
        let closed = self.cut.containers.iter_mut().rev();
        for container in closed.take(INITIAL_LEVELS) {
            container.blocks.start = container.blocks.start.min(left);
            container.blocks.end = container.blocks.end.min(left);
        }
        initial.span.start..span.end
    }

    /// The nearest ancestor that gives a block its role.
    fn kind(&self) -> (BlockKind, u8) {
        let boxes = self.open.iter().rev().take(KIND_LEVELS);
        for element in boxes.map(|&index| self.cut.containers[index].element) {
            let kind = match element.name.local {
                local_name!("li") | local_name!("dt") | local_name!("dd") => BlockKind::ListItem,
                local_name!("blockquote") => BlockKind::Quote,
                local_name!("tr") if self.row.is_some() => BlockKind::Row,
                local_name!("pre") => BlockKind::Preformatted,
                ref name => match heading_level(element) {
                    Some(level) => return (BlockKind::Heading, level),
                    None if ends_roles(name) => break,
                    None => continue,
                },
            };
            return (kind, 0);
        }
        (BlockKind::Paragraph, 0)
    }
}

/// 1 for `h1` to 6 for `h6`, and what a heading by its role says that it is: 2 where it says nothing
/// (WAI-ARIA 1.2, `heading`).
fn heading_level(element: &Element) -> Option<u8> {
    let name = &element.name.local;
    if is_one_of!(*name, "h1" "h2" "h3" "h4" "h5" "h6") {
        return Some(name.as_bytes()[1] - b'0');
    }
    let is_heading = attr(element, &local_name!("role")) == Some("heading");
    let level = || {
        element
            .attr("aria-level")
            .and_then(|level| level.parse().ok())
    };
    is_heading.then(|| level().filter(|level| (1..=6).contains(level)).unwrap_or(2))
}

/// Boxes whose own role is not that of what stands in them.
fn ends_roles(name: &LocalName) -> bool {
    is_one_of!(*name, "article" "main" "body" "section" "table" "tr")
}

/// Whether readers can open a hidden box: a button stands right before it, or it is called as the
/// panels of accordions and tabs are. A translation in a tab of its own is another text.
fn can_be_opened(node: NodeRef<'_, Node>, element: &Element) -> bool {
    if is_translation(node, element) {
        return false;
    }
    let names = element
        .attrs()
        .filter(|(name, _)| matches!(*name, "class" | "id" | "role"));
    let mut names = names.map(|(_, value)| value.to_ascii_lowercase());
    let is_panel = names.any(|name| PANELS.iter().any(|panel| name.contains(panel)));
    let is_box = |node: &NodeRef<'_, Node>| {
        let element = node.value().as_element();
        element.is_some_and(|element| !is_one_of!(element.name.local, "style" "script"))
    };
    let is_button = |node: NodeRef<'_, Node>| {
        node.value().as_element().is_some_and(|element| {
            is_one_of!(element.name.local, "button" "summary")
                || matches!(attr(element, &local_name!("role")), Some("button" | "tab"))
        })
    };
    // A script finds a panel by its id, or by what stands before it; paragraphs are no buttons.
    let is_paragraph = |node: NodeRef<'_, Node>| {
        let element = node.value().as_element();
        element.is_some_and(|element| element.name.local == local_name!("p"))
    };
    let before = node.prev_siblings().find(is_box);
    let has_opener =
        attr(element, &local_name!("id")).is_some() || !before.is_some_and(is_paragraph);
    (is_panel && has_opener)
        || before.is_some_and(|box_| box_.descendants().take(OPENER_NODES).any(is_button))
}

/// Whether a box says that it is in another language than the page.
fn is_translation(node: NodeRef<'_, Node>, element: &Element) -> bool {
    let language = |element: &Element| {
        let tag = attr(element, &local_name!("lang"))?;
        let first = tag.split(['-', '_']).next().unwrap_or_default();
        (!first.is_empty()).then(|| first.to_ascii_lowercase())
    };
    let Some(own) = language(element) else {
        return false;
    };
    let mut above = node
        .ancestors()
        .filter_map(|node| node.value().as_element());
    above.find_map(language).is_some_and(|around| around != own)
}

/// Parts of the names of boxes that open.
const PANELS: [&str; 6] = [
    "accordion",
    "collaps",
    "expand",
    "faq",
    "tabpanel",
    "toggle",
];
/// Nodes before a box among which its button is looked for.
const OPENER_NODES: usize = 24;

/// Parts of the classes of links that look like buttons.
const BUTTONS: [&str; 4] = ["btn", "button", "Button", "cta"];

fn is_link(element: &Element) -> bool {
    element.name.local == local_name!("a") && attr(element, &local_name!("href")).is_some()
}

fn is_emphasis(element: &Element) -> bool {
    is_one_of!(element.name.local, "b" "strong" "em" "i")
}

/// Longest line that is taken for a heading because it is bold, in bytes.
const BOLD_HEADING_BYTES_MAX: usize = 120;

/// No heading is longer, in bytes, and ends as a sentence does.
const HEADING_BYTES_MAX: usize = 120;

/// A paragraph behind its initial letter is longer, in bytes; the letter stands in so many boxes.
const INITIAL_BYTES_MIN: usize = 40;
const INITIAL_LEVELS: usize = 6;

/// How far up a role is looked for: a whole page inside a list item is no list item.
const KIND_LEVELS: usize = 4;

/// Soft hyphens, places where a word may be parted and byte order marks are for typesetters and
/// decoders.
fn is_ignorable(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}' | '\u{FEFF}' | '\u{2060}')
}

/// What is no text at the edge of a block.
fn is_edge(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '|')
}

/// A row of a table of data: two or more cells with text, short, without nested structure.
fn is_data_row(row: NodeRef<'_, Node>) -> bool {
    let (mut cells, mut bytes) = (0, 0);
    for node in row.descendants() {
        match node.value() {
            Node::Element(element) => {
                let name = &element.name.local;
                cells += usize::from(is_one_of!(*name, "td" "th"));
                if is_one_of!(*name, "table" "ul" "ol" "blockquote" "h1" "h2" "article" "form") {
                    return false;
                }
            }
            Node::Text(text) => bytes += text.trim().len(),
            _ => {}
        }
        if bytes > ROW_BYTES_MAX {
            return false;
        }
    }
    cells >= 2 && bytes > 0
}
