//! Words of the page around an article, as the languages' files list them in `[page]`.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::OnceLock,
};

use aho_corasick::AhoCorasick;
use foldhash::fast::RandomState;
use serde::Deserialize;

/// What a list of words is for. `config/languages/en.toml` explains each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PageList {
    /// What opens a byline.
    Byline,
    /// What else stands before a name in a byline.
    BeforeName,
    /// What no author is called.
    Nobody,
    /// From which on a byline says what the person is.
    Roles,
    /// The last words of what a group of people signs with.
    Groups,
    /// Words in lower case inside names and lists of names.
    NameParticles,
    /// What opens the name of one who did something else than write.
    CreditedOtherwise,
    /// What ends the name of one who comments.
    CommentEnds,
    /// Parts of words for a publication, before a date.
    Published,
    /// Parts of words for a change, before a date.
    Updated,
    /// Lines that stand alone around an article and never in it.
    Furniture,
    /// What opens the credit of a picture.
    PictureCredits,
    /// Headings of what follows an article.
    Afterwards,
    /// Titles of pages that are not there.
    NotFound,
    /// What such pages propose instead.
    Instead,
    /// Whole titles of pages that stand in for others for a while.
    Notices,
    /// The word for an error, in titles that give its number.
    Error,
    /// Words of consent dialogues.
    Consent,
    /// Of which a consent dialogue has one.
    ConsentMust,
    /// Words of log-ins and registrations.
    LogIn,
    /// Of which a log-in has one.
    LogInMust,
    /// What opens the titles of log-ins.
    LogInTitles,
    /// Words by which notices speak of themselves and to their readers.
    AddressWords,
    /// Whole titles of a check that keeps the visitor waiting.
    Wait,
    /// What stands before the number of a page of several, behind a title.
    PageNumbers,
    /// The word for comments that heads them, beside their number.
    CommentHeadings,
    /// The word for one comment that is shown amid an article, anywhere in its heading.
    CommentPicks,
    /// What stands below each comment to answer it.
    CommentReplies,
    /// What opens the titles of lists of articles.
    ListingTitles,
    /// Parts of addresses under which sites list their articles.
    ListingPaths,
    /// Parts of the addresses of authors' pages.
    AuthorPaths,
    /// What opens a last line that tells who the author is.
    AuthorNotes,
    /// Parts of what asks readers for money, a subscription or to follow, for the site that speaks.
    Appeals,
    /// Parts of what such appeals speak of, and articles too.
    AppealWords,
    /// Parts of what says that a summary was made by a machine.
    MachineSummaries,
}

/// Lists whose words are looked for as they are written: German tells "Sie" from "sie".
const CASED: [PageList; 2] = [PageList::AddressWords, PageList::Wait];

/// The `[page]` table of one language, or of all.
pub(super) type Lists = BTreeMap<PageList, Vec<String>>;

/// Takes out of a table the words that would be found everywhere or nowhere, and tells them.
pub(super) fn without_mistakes(table: &mut Lists) -> Vec<String> {
    let mut mistakes = Vec::new();
    for (list, words) in table {
        let is_cased = CASED.contains(list);
        words.retain(|word| {
            let why = if word.trim_end_matches('…').trim().is_empty() {
                "says nothing"
            } else if !is_cased && word.chars().any(|c| !c.to_lowercase().eq([c])) {
                "is not in lower case"
            } else {
                return true;
            };
            mistakes.push(format!("page word \"{word}\" {why}"));
            false
        });
    }
    mistakes
}

/// The words of all languages together: a page often speaks another language than its article, and
/// its language is not known before its body is.
#[derive(Debug, Clone, Default)]
pub struct PageWords {
    /// Each in order, each word once.
    lists: Lists,
    /// The same to ask for whole lines.
    whole: BTreeMap<PageList, HashSet<String, RandomState>>,
    /// How long they are, in bytes: to ask for the beginnings and ends of lines.
    lengths: BTreeMap<PageList, BTreeSet<usize>>,
    /// The same to look for them in texts, made when the first one is looked through.
    within: BTreeMap<PageList, OnceLock<Option<AhoCorasick>>>,
}

impl PageWords {
    /// Joins the tables of all languages; what several of them list is kept once.
    pub(super) fn new<'l>(tables: impl IntoIterator<Item = &'l Lists>) -> PageWords {
        let mut joined: BTreeMap<PageList, BTreeSet<String>> = BTreeMap::new();
        for (list, words) in tables.into_iter().flatten() {
            // `more from …` must go on: the space is part of it.
            let words = words
                .iter()
                .map(|word| word.trim_end_matches('…').to_string());
            joined.entry(*list).or_default().extend(words);
        }
        let whole = joined
            .iter()
            .map(|(list, words)| (*list, words.iter().cloned().collect()));
        let lengths = joined
            .iter()
            .map(|(list, words)| (*list, words.iter().map(String::len).collect()));
        PageWords {
            within: joined.keys().map(|list| (*list, OnceLock::new())).collect(),
            whole: whole.collect(),
            lengths: lengths.collect(),
            lists: joined
                .into_iter()
                .map(|(list, words)| (list, words.into_iter().collect()))
                .collect(),
        }
    }

    /// The words of a list, in lower case but for [`CASED`].
    pub fn of(&self, list: PageList) -> &[String] {
        self.lists.get(&list).map_or(&[], Vec::as_slice)
    }

    /// Whether `text` is one of them.
    pub fn is(&self, list: PageList, text: &str) -> bool {
        let words = self.whole.get(&list);
        words.is_some_and(|words| words.contains(text))
    }

    /// Whether `text` begins with one of them.
    pub fn opens(&self, list: PageList, text: &str) -> bool {
        self.beginnings(list, text).next().is_some()
    }

    /// The beginnings of `text` that are among them.
    pub fn beginnings<'t>(&self, list: PageList, text: &'t str) -> impl Iterator<Item = &'t str> {
        let beginnings = self.lengths_of(list).map(|length| text.get(..length));
        self.listed(list, beginnings)
    }

    fn lengths_of(&self, list: PageList) -> impl Iterator<Item = usize> {
        self.lengths.get(&list).into_iter().flatten().copied()
    }

    fn listed<'t>(
        &self,
        list: PageList,
        parts: impl Iterator<Item = Option<&'t str>>,
    ) -> impl Iterator<Item = &'t str> {
        let words = self.whole.get(&list);
        let is_listed = move |part: &&str| words.is_some_and(|words| words.contains(*part));
        parts.flatten().filter(is_listed)
    }

    /// The words of a list that begin with a letter: nearly every line of a page is asked about, and
    /// sixty languages have words.
    fn beginning_with(&self, list: PageList, first: char) -> &[String] {
        let words = self.of(list);
        let from = words.partition_point(|word| word.chars().next() < Some(first));
        let words = &words[from..];
        let end = words.partition_point(|word| word.starts_with(first));
        &words[..end]
    }

    /// Whether `text` ends with one of them.
    pub fn ends(&self, list: PageList, text: &str) -> bool {
        let ends = self
            .lengths_of(list)
            .map(|length| text.get(text.len().checked_sub(length)?..));
        self.listed(list, ends).next().is_some()
    }

    /// Where words of a list stand in `text`, also as parts of words: word, start and end.
    fn found_in(&self, list: PageList, text: &str) -> impl Iterator<Item = (usize, usize, usize)> {
        let within = self.within.get(&list).and_then(|within| {
            let words = within.get_or_init(|| AhoCorasick::new(self.of(list)).ok());
            words.as_ref()
        });
        let found = within.map(|words| words.find_overlapping_iter(text));
        let found = found.into_iter().flatten();
        found.map(|one| (one.pattern().as_usize(), one.start(), one.end()))
    }

    /// How many of them stand in `text`, also as parts of words.
    pub fn count_in(&self, list: PageList, text: &str) -> usize {
        let mut words: Vec<usize> = self.found_in(list, text).map(|(word, ..)| word).collect();
        words.sort_unstable();
        words.dedup();
        words.len()
    }

    /// How many of them begin a word of `text`, without those that stand in a longer one.
    pub fn count_apart_in(&self, list: PageList, text: &str) -> usize {
        let begins = |(_, start, _): &(usize, usize, usize)| begins_word(text, *start);
        let found: Vec<_> = self.found_in(list, text).filter(begins).collect();
        let is_inner = |&(word, start, end): &(usize, usize, usize)| {
            let mut others = found.iter();
            others.any(|&(other, from, to)| other != word && from <= start && end <= to)
        };
        let apart = found.iter().filter(|one| !is_inner(one));
        apart.map(|(word, ..)| word).collect::<BTreeSet<_>>().len()
    }

    /// Whether one of them does.
    pub fn stands_in(&self, list: PageList, text: &str) -> bool {
        self.found_in(list, text).next().is_some()
    }

    /// Bytes of `text` that one of them opens, with the colon and the spaces behind it; something
    /// must follow. 0 where none does. `text` may be in any case.
    pub fn opening(&self, list: PageList, text: &str) -> usize {
        let Some(first) = text.chars().next() else {
            return 0;
        };
        let mut lower = first.to_lowercase();
        let small = lower.next().filter(|small| *small != first);
        let firsts = [first]
            .into_iter()
            .chain(small.filter(|_| lower.next().is_none()));
        let words = firsts.flat_map(|first| self.beginning_with(list, first));
        words
            .filter_map(|word| opened(word, text))
            .max()
            .unwrap_or(0)
    }
}

/// Whether a word begins at that place, or one of the scripts without spaces stands there.
fn begins_word(text: &str, at: usize) -> bool {
    let before = text[..at].chars().next_back();
    text[at..].starts_with(|c| matches!(c, '\u{2e80}'..='\u{9fff}'))
        || !before.is_some_and(char::is_alphanumeric)
}

/// Where what `word` opens in `text` begins, if it is there and goes on.
fn opened(word: &str, text: &str) -> Option<usize> {
    let mut rest = text.chars();
    for letter in word.chars() {
        let other = rest.next()?;
        let is_colon = letter == ':' && other == '：';
        if !is_colon && other != letter && !other.to_lowercase().eq([letter]) {
            return None;
        }
    }
    let rest = rest.as_str();
    let follows = rest.trim_start_matches([' ', ':', '：', '\u{a0}']);
    let is_apart = follows.len() < rest.len() || word.ends_with(':');
    (is_apart && !follows.is_empty()).then(|| text.len() - follows.len())
}
