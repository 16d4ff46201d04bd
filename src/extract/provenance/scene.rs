//! The text in question, as text nodes of the tree: every trace is graded by how much of this
//! text it covers.

use std::{cell::OnceCell, collections::HashMap};

use ego_tree::{NodeId, NodeRef};
use scraper::{ElementRef, Html, Node};
use url::Url;

use super::{super::families::Families, Source};
use crate::{
    lang,
    model::Lang,
    text::{Script, script},
};

/// Where to look, and what is there.
pub(super) struct Scene<'s> {
    /// The page as text, scripts and all.
    pub(super) page: &'s str,
    /// Its tree.
    pub(super) tree: &'s Html,
    /// Where it was found.
    pub(super) url: &'s Url,
    /// The text nodes in question, in order.
    texts: Vec<NodeRef<'s, Node>>,
    /// Their columns together; `None` where no body was found.
    body_width: Option<usize>,
    source: &'s Source<'s>,
    lang: OnceCell<Option<Lang>>,
}

/// The text in question inside one marked element.
pub(super) struct Marked<'s> {
    /// The element.
    pub(super) element: ElementRef<'s>,
    /// Its text, as it stands in the page.
    pub(super) text: String,
}

/// How much text is marked.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Extent {
    /// Marked elements that hold a sentence.
    pub(super) sentences: usize,
    /// Columns of marked text.
    pub(super) width: usize,
}

/// Elements inside a block whose text is not running text.
const CONTROLS: [&str; 10] = [
    "button", "head", "label", "math", "option", "select", "svg", "textarea", "title", "legend",
];

/// Boxes that are no article, where no body was found to say what is.
const TEMPLATE: Families = Families::NAVIGATION
    .with(Families::SIDE)
    .with(Families::RELATED)
    .with(Families::SHARE)
    .with(Families::COMMENTS)
    .with(Families::CONSENT);

/// The text is the article's only if at least one column in this many is marked: one pasted
/// paragraph does not make a translated article.
const SHARE: usize = 4;

/// A sentence is longer than this many columns; labels and menu entries are not.
const SENTENCE_WIDTH: usize = 40;

impl<'s> Scene<'s> {
    /// Finds the text nodes of the body, or of all blocks that are no template.
    pub(super) fn new(source: &'s Source<'s>) -> Scene<'s> {
        let cut = source.cut;
        let containers: HashMap<NodeId, usize> = (0..cut.containers.len())
            .map(|index| (cut.containers[index].node, index))
            .collect();
        let mut wanted = vec![false; cut.containers.len()];
        for &block in source.body {
            wanted[cut.blocks[block].container] = true;
        }
        if source.body.is_empty() {
            for (index, wanted) in wanted.iter_mut().enumerate() {
                *wanted = !is_template(source, index);
            }
        }
        let texts: Vec<_> = source
            .tree
            .tree
            .nodes()
            .filter(|node| node.value().is_text())
            .filter(|&node| container_of(node, &containers).is_some_and(|index| wanted[index]))
            .collect();
        let width = texts.iter().map(|text| width(text_of(*text))).sum();
        Scene {
            page: source.page,
            tree: source.tree,
            url: source.url,
            texts,
            body_width: (!source.body.is_empty()).then_some(width),
            source,
            lang: OnceCell::new(),
        }
    }

    /// The text in question by the innermost element around it that is `marked`.
    pub(super) fn marked(&self, marked: impl Fn(ElementRef<'s>) -> bool) -> Vec<Marked<'s>> {
        let mut found: Vec<Marked<'s>> = Vec::new();
        let mut known: HashMap<NodeId, usize> = HashMap::new();
        for text in &self.texts {
            let around = text.ancestors().filter_map(ElementRef::wrap);
            let Some(element) = around.into_iter().find(|element| marked(*element)) else {
                continue;
            };
            let index = *known.entry(element.id()).or_insert_with(|| {
                found.push(Marked {
                    element,
                    text: String::new(),
                });
                found.len() - 1
            });
            found[index].text.push_str(text_of(*text));
        }
        found
    }

    /// Whether `width` columns are enough of the body to speak for it. Without a body there is
    /// nothing to compare with.
    pub(super) fn speaks_for_body(&self, width: usize) -> bool {
        self.body_width
            .is_none_or(|body| width.saturating_mul(SHARE) >= body)
    }

    /// The language that the text in question is in, where that can be told.
    pub(super) fn lang(&self) -> Option<&Lang> {
        self.lang
            .get_or_init(|| {
                let mut text = String::new();
                for node in &self.texts {
                    text.push_str(text_of(*node));
                    text.push(' ');
                }
                lang::identify(&text, self.source.lexicon)
            })
            .as_ref()
    }

    /// Whether the text can be a translation from `from` to `to`: not the same language, and not
    /// one that the text visibly is not in.
    pub(super) fn agrees(&self, from: &Lang, to: &Lang) -> bool {
        from != to && self.lang().is_none_or(|found| found == to)
    }

    /// The language that the page declares for itself.
    pub(super) fn declared(&self) -> Option<Lang> {
        Lang::new(self.tree.root_element().attr("lang")?)
    }

    /// Elements of the head or the body by name.
    pub(super) fn elements<'n>(
        &self,
        name: &'n str,
    ) -> impl Iterator<Item = ElementRef<'s>> + use<'s, 'n> {
        let elements = self.tree.tree.nodes().filter_map(ElementRef::wrap);
        elements.filter(move |element| element.value().name() == name)
    }
}

impl Extent {
    /// Measures marked elements.
    pub(super) fn of(found: &[Marked<'_>]) -> Extent {
        Extent {
            sentences: found.iter().filter(|m| is_sentence(&m.text)).count(),
            width: found.iter().map(|m| width(&m.text)).sum(),
        }
    }
}

/// Whether a text is as long as a sentence and ends like one.
fn is_sentence(text: &str) -> bool {
    let closers =
        |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ')' | '”' | '’' | '»' | '」');
    let bare = text.trim_end_matches(closers);
    let ends = ['.', '!', '?', '…', '。', '！', '？', '।', '؟'];
    bare.ends_with(ends) && width(text) > SENTENCE_WIDTH
}

/// Columns of a text: Chinese, Japanese and Korean characters say twice as much as a letter.
/// White space between words counts, that between tags hardly.
fn width(text: &str) -> usize {
    let trimmed = text.trim();
    if trimmed.is_ascii() {
        return trimmed.len();
    }
    let columns = |c| match script(c) {
        Some(Script::Han | Script::Hangul) => 2,
        _ => 1,
    };
    trimmed.chars().map(columns).sum()
}

fn text_of(node: NodeRef<'_, Node>) -> &str {
    node.value().as_text().map_or("", |text| &**text)
}

/// The innermost container of a text node; none for controls.
fn container_of(node: NodeRef<'_, Node>, containers: &HashMap<NodeId, usize>) -> Option<usize> {
    for around in node.ancestors() {
        if let Some(&index) = containers.get(&around.id()) {
            return Some(index);
        }
        let name = around.value().as_element()?.name();
        if CONTROLS.contains(&name) {
            return None;
        }
    }
    None
}

fn is_template(source: &Source<'_>, container: usize) -> bool {
    let cut = source.cut;
    cut.ancestors(container)
        .any(|index| cut.containers[index].families.meets(TEMPLATE))
}
