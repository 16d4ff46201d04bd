//! Words of addresses that tell what kind of page is there, out of `config/link_words.tsv`.

use std::{collections::HashMap, sync::LazyLock};

const TABLE: &str = include_str!("../../config/link_words.tsv");

/// What a path segment says of the page below it. The table explains the names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WordMeaning {
    Article,
    Section,
    Media,
    List,
    Machine,
    Comments,
}

static WORDS: LazyLock<HashMap<&'static str, WordMeaning>> =
    LazyLock::new(|| TABLE.lines().filter_map(row).collect());

/// What a whole word, in lower case, says; `None` for most.
pub(super) fn meaning(word: &str) -> Option<WordMeaning> {
    WORDS.get(word).copied()
}

fn row(line: &'static str) -> Option<(&'static str, WordMeaning)> {
    let (word, meaning) = line.split_once('\t')?;
    let meaning = match meaning {
        "article" => WordMeaning::Article,
        "section" => WordMeaning::Section,
        "media" => WordMeaning::Media,
        "list" => WordMeaning::List,
        "machine" => WordMeaning::Machine,
        "comments" => WordMeaning::Comments,
        _ => return None,
    };
    Some((word, meaning))
}
