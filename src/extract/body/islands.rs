//! Small boxes amid the paragraphs of an article that are none of it: a way to another story, what can be
//! pressed, a player, what a poll has come to, an advertisement that says that it is one. They are known by
//! where they stand and what they are made of, in any language.

use html5ever::local_name;

use super::{
    calls::QUESTION_MARKS,
    ground::{ARTICLE_BYTES_MIN, Blocks, Ground, LINKED_SHARE},
    mass::mass_of,
};
use crate::{
    extract::blocks::{Container, Families, TextBlock, phrases},
    lang::PageList,
    model::BlockKind,
};

/// Islands of an article.
const ISLANDS_MAX: usize = 8;
/// Blocks of an island, and its bytes.
const BLOCKS: std::ops::RangeInclusive<usize> = 1..=14;
const BYTES_MAX: usize = 600;
/// Running text of the article on either side of one, in bytes.
const SIDE_BYTES_MIN: usize = 100;

/// Blocks before and behind one, of which one is the article's: another island may stand between.
const BESIDE: usize = 2;

/// Of a way to another story: bytes of a linked headline, blocks, and the text that is told of the story.
const HEADLINE_BYTES_MIN: usize = 15;
const TEASER_BLOCKS_MAX: usize = 5;
const TOLD_BLOCKS_MAX: usize = 2;
const TOLD_BYTES_MAX: usize = 240;
/// From this share of it linked on, a line with a label leads elsewhere; bytes of the label.
const POINTER_SHARE: f64 = 0.55;
const LABEL_BYTES: std::ops::RangeInclusive<usize> = 4..=40;
/// Bytes of a headline that a paragraph leads to.
const OTHER_STORY_BYTES_MIN: usize = 25;

/// Bytes of a line that ends in a link to press, and of that link.
const PROMPT_BYTES_MAX: usize = 120;
const PRESSED_LINK_BYTES_MAX: usize = 24;

/// Blocks of a box with a form, and the boxes in it among which that is looked for.
const FORM_BLOCKS_MAX: usize = 6;
const FORM_BOXES_MAX: usize = 24;

/// Running text beside what can be pressed, in bytes.
const PRESSED_BYTES_MAX: usize = 250;

/// Blocks of a player, the most bytes of a figure in it, and how many of its blocks are such, in percent.
const PLAYER_BLOCKS_MIN: usize = 3;
const FIGURE_BYTES_MAX: usize = 8;
const FIGURES_PERCENT_MIN: usize = 50;

/// Times of a player: where it is and how long it takes.
const CLOCKS_MIN: usize = 2;

/// Answers of a poll, and the bytes of one.
const ANSWERS_MIN: usize = 3;
const ANSWER_BYTES_MAX: usize = 60;

/// What parts the label of an advertisement from what else its line says.
const PARTING: [char; 5] = ['-', '–', '—', ':', '|'];

impl Ground<'_, '_> {
    /// The outermost of them; none where there are so many that the article is a list of them.
    pub(super) fn islands(&self) -> Vec<Blocks> {
        let mut islands = self.outermost(|index| self.is_island(index));
        if islands.len() > ISLANDS_MAX {
            islands.clear();
        }
        islands
    }

    fn is_island(&self, index: usize) -> bool {
        let here = &self.cut.containers[index];
        let blocks = &self.cut.blocks[here.blocks.clone()];
        let bytes = || blocks.iter().map(TextBlock::len).sum::<usize>();
        if !BLOCKS.contains(&blocks.len()) || bytes() > BYTES_MAX || holds_article(here) {
            return false;
        }
        let is_such = match &*here.element.name.local {
            "p" => self.is_pointer(blocks) && self.is_labelled_link(&blocks[0]),
            "div" | "section" | "aside" => {
                self.is_teaser(blocks)
                    || self.is_pointer(blocks)
                    || self.is_prompt(blocks)
                    || self.is_pressed(here)
                    || self.is_form(index)
                    || is_player(blocks.iter().map(|block| self.cut.text_of(block)))
                    || self.is_labelled(&blocks[0])
            }
            _ => false,
        };
        (is_such && self.is_amid(index)) || self.is_clocked(here) || self.is_tally(here)
    }

    /// Whether it is a player wherever it stands: two times and hardly a text.
    fn is_clocked(&self, here: &Container<'_>) -> bool {
        let blocks = &self.cut.blocks[here.blocks.clone()];
        let times = blocks.iter().map(|block| clocks(self.cut.text_of(block)));
        times.sum::<usize>() >= CLOCKS_MIN && self.mass_in(&here.blocks) <= PRESSED_BYTES_MAX
    }

    /// Whether paragraphs of the article stand before and behind it in the same box.
    fn is_amid(&self, index: usize) -> bool {
        let here = &self.cut.containers[index];
        let around = self.blocks_of(here.parent);
        let (before, after) = (around.start..here.blocks.start, here.blocks.end..around.end);
        let is_heading = |at: usize| {
            let block = &self.cut.blocks[at];
            block.heading > 0 && block.link_share() <= LINKED_SHARE
        };
        let goes_on = |at: usize| self.is_running(at, index) || is_heading(at);
        [&before, &after]
            .iter()
            .all(|side| self.mass_in(side) >= SIDE_BYTES_MIN)
            && self.mass_in(&before) + self.mass_in(&after) >= ARTICLE_BYTES_MIN
            && before
                .rev()
                .take(BESIDE)
                .any(|at| self.is_running(at, index))
            && after.take(BESIDE).any(goes_on)
    }

    /// Whether the block `at` beside a box is one of running text, and not of a box that is made alike.
    fn is_running(&self, at: usize, index: usize) -> bool {
        let block = &self.cut.blocks[at];
        let parent = self.cut.containers[index].parent;
        let mut above = self.cut.ancestors(block.container);
        let unit = above.find(|above| self.cut.containers[*above].parent == parent);
        let is_alike = |unit: usize| {
            let (one, other) = (&self.cut.containers[unit], &self.cut.containers[index]);
            unit != parent && !is_paragraph(one) && one.is_like(other)
        };
        mass_of(block) > 0 && !unit.is_some_and(is_alike)
    }

    /// Whether a headline that leads elsewhere stands over a line or two of its story.
    fn is_teaser(&self, blocks: &[TextBlock]) -> bool {
        let is_linked = |block: &TextBlock| block.link_share() > LINKED_SHARE;
        let Some(first) = blocks
            .iter()
            .position(|block| block.len() >= HEADLINE_BYTES_MIN)
        else {
            return false;
        };
        let told = || blocks[first..].iter().filter(|block| !is_linked(block));
        is_linked(&blocks[first])
            && blocks.len() <= TEASER_BLOCKS_MAX
            && told().count() <= TOLD_BLOCKS_MAX
            && told().map(TextBlock::len).sum::<usize>() <= TOLD_BYTES_MAX
    }

    /// Whether a label and a link are all: "Lire aussi", and the other headline.
    fn is_pointer(&self, blocks: &[TextBlock]) -> bool {
        let bytes: usize = blocks.iter().map(TextBlock::len).sum();
        let linked: usize = blocks.iter().map(|block| block.link_bytes).sum();
        let links: usize = blocks.iter().map(|block| block.links).sum();
        let Some(last) = blocks.last() else {
            return false;
        };
        links == 1
            && linked >= HEADLINE_BYTES_MIN
            && linked as f64 >= POINTER_SHARE * bytes as f64
            && LABEL_BYTES.contains(&(bytes - linked))
            && last.link_bytes > 0
            && !phrases::ends_sentence(self.cut.text_of(last))
    }

    /// Whether a line is a label with a colon or a dash, or a sign, and then the link.
    fn is_labelled_link(&self, line: &TextBlock) -> bool {
        let text = self.cut.text_of(line);
        let Some(label) = text.get(..text.len() - line.link_bytes.min(text.len())) else {
            return false;
        };
        let label = label.trim_end();
        (label.ends_with(PARTING) || !label.contains(char::is_alphanumeric))
            && line.link_bytes >= OTHER_STORY_BYTES_MIN
    }

    /// Whether one line says what the short link at its end is for: "Read on in the app. Open".
    fn is_prompt(&self, blocks: &[TextBlock]) -> bool {
        let [line] = blocks else { return false };
        let text = self.cut.text_of(line);
        line.links == 1
            && line.kind == BlockKind::Paragraph
            && line.len() <= PROMPT_BYTES_MAX
            && (1..=PRESSED_LINK_BYTES_MAX).contains(&line.link_bytes)
            && !phrases::ends_sentence(text)
    }

    /// Whether a small box holds a form, whatever else it says.
    fn is_form(&self, index: usize) -> bool {
        let here = &self.cut.containers[index];
        let within = self.cut.containers[index..here.end].iter();
        let mut within = within.take(FORM_BOXES_MAX);
        let is_form = |inner: &Container<'_>| inner.element.name.local == local_name!("form");
        here.blocks.len() <= FORM_BLOCKS_MAX && within.any(is_form)
    }

    /// Whether something in it can be pressed and little of it is read. Parts of an article may open so, and
    /// code be copied.
    fn is_pressed(&self, here: &Container<'_>) -> bool {
        let blocks = &self.cut.blocks[here.blocks.clone()];
        let is_text =
            |block: &TextBlock| block.heading == 0 && block.kind != BlockKind::Preformatted;
        (here.buttons > 0 || here.choices > 0)
            && self.mass_in(&here.blocks) <= PRESSED_BYTES_MAX
            && blocks.iter().all(is_text)
    }

    /// Whether it is what a poll has come to: a question, and answers with their shares or counts.
    fn is_tally(&self, here: &Container<'_>) -> bool {
        let blocks = &self.cut.blocks[here.blocks.clone()];
        let asks = |block: &TextBlock| {
            let text = self.cut.text_of(block);
            block.kind != BlockKind::ListItem && text.ends_with(QUESTION_MARKS)
        };
        let is_answer = |block: &&TextBlock| {
            let text = self
                .cut
                .text_of(block)
                .trim_end_matches(['%', '٪', '票', ' ']);
            block.len() <= ANSWER_BYTES_MAX && text.ends_with(char::is_numeric)
        };
        let answers = blocks.iter().filter(is_answer).count();
        answers >= ANSWERS_MIN
            && answers * 2 >= blocks.len()
            && blocks.iter().any(asks)
            && self.mass.last().copied().unwrap_or_default() >= ARTICLE_BYTES_MIN
    }

    /// Whether it says that it is an advertisement.
    fn is_labelled(&self, first: &TextBlock) -> bool {
        let lower = self.cut.text_of(first).to_lowercase();
        let label = lower.split(PARTING).next().unwrap_or_default().trim();
        first.heading == 0 && self.words.is(PageList::Furniture, label)
    }
}

/// Whether a box says that it holds part of an article, or is one that sets off its own text.
fn holds_article(here: &Container<'_>) -> bool {
    let name = &here.element.name.local;
    let is_set_off = *name == local_name!("figure")
        || *name == local_name!("table")
        || *name == local_name!("blockquote")
        || *name == local_name!("details");
    is_set_off || here.families.meets(Families::BODY.with(Families::LEAD))
}

fn is_paragraph(here: &Container<'_>) -> bool {
    here.element.name.local == local_name!("p")
}

/// Whether half of some lines are figures: how long it takes, how fast it speaks.
fn is_player<'t>(lines: impl Iterator<Item = &'t str>) -> bool {
    let (mut all, mut figures) = (0, 0);
    for line in lines {
        let has_digit = line.bytes().any(|byte| byte.is_ascii_digit());
        all += 1;
        figures += usize::from(line.len() <= FIGURE_BYTES_MAX && has_digit);
    }
    all >= PLAYER_BLOCKS_MIN && figures * 100 >= all * FIGURES_PERCENT_MIN
}

/// Times in a line of nothing else: `00:00`, `0:12 / 1:02:45`.
fn clocks(line: &str) -> usize {
    let is_number =
        |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let is_clock = |word: &str| word.contains(':') && word.split(':').all(is_number);
    let words = || line.split([' ', '/']).filter(|word| !word.is_empty());
    match words().all(is_clock) {
        true => words().count(),
        false => 0,
    }
}
