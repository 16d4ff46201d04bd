//! Labelled texts, to learn style from and to measure on.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::{
    model::Lang,
    style::{Label, LabelledText, Reading},
};

/// Parts of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Split {
    /// Texts to learn from.
    Train,
    /// Texts of other source documents.
    Valid,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum LabelName {
    Native,
    HumanTranslation,
    Mt,
}

/// A labelled text: one line of a file.
#[derive(Debug, Deserialize)]
pub struct Record {
    lang: String,
    label: LabelName,
    /// The engine, for machine translations.
    #[serde(default)]
    pub system: Option<String>,
    /// The collection it comes from.
    #[serde(default)]
    pub source: Option<String>,
    #[serde(default)]
    domain: Option<String>,
    /// When it was published.
    #[serde(default)]
    pub(super) year: Option<i32>,
    /// The repository of texts that were added later.
    #[serde(default, rename = "origin")]
    repository: Option<String>,
    /// Shared by all versions of one source document.
    pub doc: String,
    /// The text.
    pub text: String,
    split: Split,
}

impl Record {
    /// Who wrote it.
    pub fn label(&self) -> Label {
        match self.label {
            LabelName::Native => Label::Native,
            LabelName::HumanTranslation => Label::Human,
            LabelName::Mt => Label::Machine,
        }
    }

    /// Whether it is news, which all labels must be to be compared: else the domain gives the
    /// label away.
    pub fn is_news(&self) -> bool {
        self.domain.as_deref().is_none_or(|domain| domain == "news")
    }

    /// The engine of a machine translation of news.
    pub(super) fn engine(&self) -> Option<&str> {
        let of_machine = self.label() == Label::Machine && self.is_news();
        self.system.as_deref().filter(|_| of_machine)
    }

    /// The language that it was translated from, where its collection says so (`wmt22:uk-cs`).
    pub(super) fn origin(&self) -> Option<&str> {
        let (_, pair) = self.source.as_deref()?.rsplit_once(':')?;
        let (from, to) = pair.split_once('-')?;
        (to == self.lang).then_some(from)
    }

    fn is_of(&self, repositories: &[&str]) -> bool {
        let own = self.repository.as_deref();
        own.is_some_and(|own| repositories.contains(&own))
    }

    /// Whether it is in that part of the set; any is where none is named.
    pub fn is_in(&self, split: Option<Split>) -> bool {
        split.is_none_or(|split| split == self.split)
    }

    /// What it teaches. Translations of other things than news would teach their domain. Natives of
    /// every kind are welcome: the more of them are known, the fewer are taken for translations.
    /// Human translations of [`UNPAIRED`] would teach the years that machines translated less of.
    pub fn example(&self) -> Option<LabelledText<'_>> {
        let teaches = match self.label() {
            Label::Native => true,
            Label::Human => self.is_news() && !self.is_of(UNPAIRED),
            Label::Machine => self.is_news(),
        };
        teaches.then(|| LabelledText {
            doc: &self.doc,
            label: self.label(),
            engine: self.system.as_deref(),
            collection: self.source.as_deref(),
            text: &self.text,
        })
    }
}

/// Repositories of references beside which no machine translation stands. English, French and
/// Chinese lost some hundredths of the area under the curve by them, on years left out.
const UNPAIRED: &[&str] = &["newstest", "wmt19-AR"];

/// A text whose language has no name.
#[derive(Debug, thiserror::Error)]
#[error("document {doc}: `{lang}` is no language")]
pub struct NoLanguage {
    doc: String,
    lang: String,
}

/// Texts by language, each in its order.
pub fn by_language(records: Vec<Record>) -> Result<BTreeMap<Lang, Vec<Record>>, NoLanguage> {
    let mut set: BTreeMap<Lang, Vec<Record>> = BTreeMap::new();
    for record in records {
        let lang = Lang::new(&record.lang).ok_or_else(|| NoLanguage {
            doc: record.doc.clone(),
            lang: record.lang.clone(),
        })?;
        set.entry(lang).or_default().push(record);
    }
    Ok(set)
}

/// A text with what a model makes of it.
pub type Read<'r> = (&'r Record, Reading);

/// A text with log-odds of its style: its own, or those that count for its source.
pub(super) type Scored<'r> = (&'r Record, f32);

/// Texts with one of the log-odds that a model makes of them.
pub(super) fn scored<'r>(read: &[Read<'r>], odds: fn(&Reading) -> f32) -> Vec<Scored<'r>> {
    let texts = read.iter();
    texts.map(|(record, own)| (*record, odds(own))).collect()
}

/// The texts that have a label.
pub(super) fn labelled<'s, 'r>(
    scored: &'s [Scored<'r>],
    label: Label,
) -> impl Iterator<Item = Scored<'r>> + use<'s, 'r> {
    let texts = scored.iter().copied();
    texts.filter(move |(record, _)| record.label() == label)
}

/// The source documents that people and machines both translated.
pub(super) fn translated_by_both<'r>(scored: &[Scored<'r>]) -> BTreeSet<&'r str> {
    let docs = |label| -> BTreeSet<&'r str> {
        let texts = labelled(scored, label);
        texts.map(|(record, _)| record.doc.as_str()).collect()
    };
    let (people, machines) = (docs(Label::Human), docs(Label::Machine));
    people.intersection(&machines).copied().collect()
}
