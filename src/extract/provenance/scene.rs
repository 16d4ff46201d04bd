//! The text in question, as text nodes of the tree: every trace is graded by how much of this
//! text it covers.

use std::{cell::OnceCell, collections::HashMap};

use ego_tree::{NodeId, NodeRef};
use scraper::{ElementRef, Html, Node};
use url::Url;

use super::input::TraceInput;
use crate::{
    extract::blocks::Families,
    lang,
    model::Lang,
    text::{Script, Text, script},
};

/// Where to look, and what is there.
pub(super) struct Scene<'s> {
    /// The page as text, scripts and all.
    pub(super) page: &'s str,
    /// Its tree.
    pub(super) tree: &'s Html,
    /// Where it was found.
    pub(super) url: &'s Url,
    /// The text nodes of running text, in order.
    texts: Vec<RunningText<'s>>,
    /// Columns of the text in question; `None` where no body was found.
    body_width: Option<usize>,
    /// Columns of all running text.
    page_width: usize,
    input: &'s TraceInput<'s>,
    lang: OnceCell<Option<Lang>>,
}

/// A text node.
struct RunningText<'s> {
    node: NodeRef<'s, Node>,
    /// Whether it is in question: in the body, or anywhere where no body was found.
    in_question: bool,
}

/// The text inside one marked element.
pub(super) struct MarkedText<'s> {
    /// The element.
    pub(super) element: ElementRef<'s>,
    /// Its text, as it stands in the page.
    pub(super) text: String,
    /// Whether that is text in question.
    pub(super) in_question: bool,
}

/// How much text is marked.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct MarkedExtent {
    /// Marked elements that end like a sentence.
    pub(super) passages: usize,
    /// Sentences in them: one element may hold a whole article.
    pub(super) sentences: usize,
    /// Columns of marked text.
    pub(super) width: usize,
}

/// Elements whose text is not running text. Translators leave code as it is.
const CONTROLS: [&str; 12] = [
    "button", "code", "head", "label", "math", "option", "pre", "select", "svg", "textarea",
    "title", "legend",
];

/// Boxes that are no article, where no body was found to say what is.
const TEMPLATE: Families = Families::NAVIGATION
    .with(Families::SIDE)
    .with(Families::RELATED)
    .with(Families::SHARE)
    .with(Families::CONSENT);

/// The text is the article's only if at least one column in this many is marked: one pasted
/// paragraph does not make a translated article.
const SHARE: usize = 4;

/// A sentence is longer than this many columns; labels and menu entries are not.
const SENTENCE_WIDTH: usize = 40;

impl<'s> Scene<'s> {
    /// Finds the text nodes of the body and of all blocks that are no template.
    pub(super) fn new(input: &'s TraceInput<'s>) -> Scene<'s> {
        let cut = input.cut;
        let containers: HashMap<NodeId, usize> = (0..cut.containers.len())
            .map(|index| (cut.containers[index].node, index))
            .collect();
        let mut chosen = vec![input.body.is_empty(); cut.containers.len()];
        for &block in input.body {
            chosen[cut.blocks[block].container] = true;
        }
        let nodes = input.tree.tree.nodes();
        let texts: Vec<_> = nodes
            .filter(|node| node.value().is_text())
            .filter_map(|node| {
                let container = container_of(node, &containers)?;
                let in_question = chosen[container];
                let by_choice = in_question && !input.body.is_empty();
                (by_choice || !is_template(input, container))
                    .then_some(RunningText { node, in_question })
            })
            .collect();
        let width_of = |text: &RunningText<'_>| width(text.as_str());
        let body = texts.iter().filter(|text| text.in_question);
        Scene {
            page: input.page,
            tree: input.tree,
            url: input.url,
            body_width: (!input.body.is_empty()).then(|| body.map(width_of).sum()),
            page_width: texts.iter().map(width_of).sum(),
            texts,
            input,
            lang: OnceCell::new(),
        }
    }

    /// The text in question by the innermost element around it that is `marked`.
    pub(super) fn marked(&self, marked: impl Fn(ElementRef<'s>) -> bool) -> Vec<MarkedText<'s>> {
        group(self.texts.iter().filter(|text| text.in_question), marked)
    }

    /// The same for all running text of the page.
    pub(super) fn marked_anywhere(
        &self,
        marked: impl Fn(ElementRef<'s>) -> bool,
    ) -> Vec<MarkedText<'s>> {
        group(self.texts.iter(), marked)
    }

    /// Whether `width` columns are enough of the body to speak for it. Without a body there is
    /// nothing to compare with.
    pub(super) fn speaks_for_body(&self, width: usize) -> bool {
        self.body_width
            .is_none_or(|body| width.saturating_mul(SHARE) >= body)
    }

    /// Whether `width` columns are half of the body; of the page, where no body was found.
    pub(super) fn is_half_of_body(&self, width: usize) -> bool {
        let all = self.body_width.unwrap_or(self.page_width);
        width.saturating_mul(2) >= all
    }

    /// Whether `width` columns are most of what the page says.
    pub(super) fn speaks_for_page(&self, width: usize) -> bool {
        width.saturating_mul(2) >= self.page_width
    }

    /// The language that the text in question is in, where that can be told.
    pub(super) fn lang(&self) -> Option<&Lang> {
        self.lang
            .get_or_init(|| {
                let mut text = String::new();
                for part in self.texts.iter().filter(|text| text.in_question) {
                    text.push_str(part.as_str());
                    text.push(' ');
                }
                lang::identify(&text, self.input.lexicon)
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

impl MarkedExtent {
    /// Measures marked elements.
    pub(super) fn of<'m, 's: 'm>(
        found: impl IntoIterator<Item = &'m MarkedText<'s>>,
    ) -> MarkedExtent {
        let mut extent = MarkedExtent::default();
        for mark in found {
            extent.passages += usize::from(is_sentence(&mark.text));
            extent.sentences += sentences(&mark.text);
            extent.width += width(&mark.text);
        }
        extent
    }
}

/// Sentences of a text.
fn sentences(text: &str) -> usize {
    let spans = Text::new(text).sentences.into_iter();
    spans
        .filter(|span| is_sentence(&text[span.clone()]))
        .count()
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

/// Joins text nodes by the innermost element around each that is `marked`.
fn group<'t, 's: 't>(
    texts: impl Iterator<Item = &'t RunningText<'s>>,
    marked: impl Fn(ElementRef<'s>) -> bool,
) -> Vec<MarkedText<'s>> {
    let mut found: Vec<MarkedText<'s>> = Vec::new();
    let mut known: HashMap<NodeId, usize> = HashMap::new();
    for text in texts {
        let mut around = text.node.ancestors().filter_map(ElementRef::wrap);
        let Some(element) = around.find(|element| marked(*element)) else {
            continue;
        };
        let index = *known.entry(element.id()).or_insert_with(|| {
            found.push(MarkedText {
                element,
                text: String::new(),
                in_question: text.in_question,
            });
            found.len() - 1
        });
        found[index].text.push_str(text.as_str());
    }
    found
}

impl RunningText<'_> {
    fn as_str(&self) -> &str {
        self.node.value().as_text().map_or("", |text| &**text)
    }
}

/// The innermost container of a text node; none for what is no running text.
fn container_of(node: NodeRef<'_, Node>, containers: &HashMap<NodeId, usize>) -> Option<usize> {
    for around in node.ancestors() {
        let element = around.value().as_element()?;
        if CONTROLS.contains(&element.name()) && !is_search_pane(element) {
            return None;
        }
        if let Some(&index) = containers.get(&around.id()) {
            return Some(index);
        }
    }
    None
}

/// Google's search page shows translations in a `<pre>` that holds no code.
fn is_search_pane(element: &scraper::node::Element) -> bool {
    let mut classes = element.classes();
    element.name() == "pre" && classes.any(|class| class == "tw-data-text")
}

fn is_template(input: &TraceInput<'_>, container: usize) -> bool {
    let cut = input.cut;
    // Beside a body, comments tell whether the page as a whole was translated; without one, they
    // would speak for an article that is not there.
    let template = if input.body.is_empty() {
        TEMPLATE.with(Families::COMMENTS)
    } else {
        TEMPLATE
    };
    cut.ancestors(container)
        .any(|index| cut.containers[index].families.meets(template))
}
