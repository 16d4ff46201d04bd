//! One language's file: TOML turned into look-up tables.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{
    cases::Cases,
    page::{Lists, without_mistakes},
    phrase::{KeyMap, KeySet, Phrase, PhraseBook, WordKey, key, keys},
    trap::{TrapEntry, Traps, WordList},
    widget::{WidgetEntry, Widgets},
};
use crate::{
    dates,
    model::{Lang, Problem},
};

/// What a stock line belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StockFamily {
    /// The comment form and its hints.
    CommentForm,
    /// A link to another article.
    ReadAlso,
    /// Share and follow buttons.
    Share,
    /// An invitation to subscribe.
    Newsletter,
    /// Jumps and menus of the page.
    Navigation,
    /// The consent dialogue.
    Cookie,
    /// The rights notice.
    Copyright,
    /// Labels of the article.
    Tags,
    /// What stands around an advertisement.
    Advertisement,
    /// The door of a paywall.
    Paywall,
    /// An invitation to install the app.
    App,
    /// Who made the picture, who edited the page, where it stood first.
    Credit,
}

/// What a machine says to the one who works it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResidueFamily {
    /// A language model speaking of itself or to its user.
    Assistant,
    /// The mark that a translation engine leaves.
    Engine,
    /// What assistants and engines say, and people too.
    Courtesy,
    /// No residue: what tells that a text is about machines, templates or program code, and may name
    /// what they leave behind.
    Topic,
}

/// What one language's file holds.
#[derive(Debug, Clone)]
pub struct Language {
    /// What its texts are judged with; without one, they are not judged.
    pub pack: Option<Pack>,
    /// What its dates are read with.
    pub dates: Option<dates::Table>,
    /// What is known by on its pages what stands around an article.
    pub(super) page: Lists,
}

/// A file that only helps to read pages: it holds such tables and no pack.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TablesFile {
    dates: Option<dates::Table>,
    #[serde(default)]
    page: Lists,
}

/// The keys of [`TablesFile`].
const TABLES: [&str; 2] = ["dates", "page"];

/// The whole file as written. `config/languages/en.toml` explains the keys.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PackFile {
    dates: Option<dates::Table>,
    #[serde(default)]
    page: Lists,
    name: String,
    identified_as: Option<String>,
    function_words: String,
    coordinators: Vec<String>,
    #[serde(default)]
    nouns_are_capital: bool,
    plural_ending: Option<String>,
    #[serde(default)]
    emphasis: Vec<String>,
    #[serde(default)]
    measures: String,
    #[serde(default)]
    comparatives: Vec<String>,
    #[serde(default)]
    auxiliaries: Vec<String>,
    #[serde(default)]
    chants: String,
    #[serde(default)]
    speech: String,
    #[serde(default)]
    placeholder: Vec<String>,
    #[serde(default)]
    blanks: String,
    #[serde(default)]
    acronyms: Vec<String>,
    #[serde(default)]
    leading: String,
    #[serde(default)]
    formerly: Vec<String>,
    #[serde(default)]
    home: BTreeSet<String>,
    #[serde(default)]
    cases: Vec<String>,
    #[serde(default)]
    traps: Vec<TrapEntry>,
    #[serde(default)]
    senses: Vec<TrapEntry>,
    #[serde(default)]
    indefinite: Vec<String>,
    #[serde(default)]
    joins_nouns: bool,
    #[serde(default)]
    locatives: Vec<String>,
    #[serde(default)]
    place_words: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    widgets: WidgetEntry,
    #[serde(default)]
    stock: BTreeMap<StockFamily, Vec<String>>,
    #[serde(default)]
    residue: BTreeMap<ResidueFamily, Vec<String>>,
    #[serde(default)]
    residue_words: BTreeMap<String, String>,
    #[serde(default)]
    names: BTreeMap<NameSlot, Vec<String>>,
}

/// A place in a sentence where a name must stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NameSlot {
    /// That of a country or a people: "president of".
    State,
    /// That of a firm: "shares in".
    Firm,
    /// That of a language: "translated into".
    Language,
    /// That of a town or a region: "the city of".
    Place,
    /// That of a place, mostly: "to", "from".
    Way,
}

/// What is known about one language.
#[derive(Debug, Clone)]
pub struct Pack {
    /// Which.
    pub lang: Lang,
    /// In English.
    pub name: String,
    /// What the statistical identifier takes this language for; itself unless it does not know it.
    pub identified_as: Lang,
    /// The most frequent grammatical words.
    pub function_words: KeySet,
    /// Words that join two equals: "and", "or".
    pub coordinators: KeySet,
    /// Whether every noun is written with a capital.
    pub nouns_are_capital: bool,
    /// What words end with that are plurals and no surnames.
    pub plural_ending: Option<String>,
    /// Words that make a repetition emphatic: "more difficult and more difficult".
    pub emphasis: KeySet,
    /// Words for how much, how long and how often, and set phrases of one word: "miles and miles".
    pub measures: KeySet,
    /// What words end with that say more of something: "louder and louder".
    pub comparatives: Vec<String>,
    /// Words that open what is said of what stands before them: "hard work and hard work is …".
    pub auxiliaries: KeySet,
    /// Words of whoever sings or shouts the same again and again.
    pub chants: WordList,
    /// What follows words that are given to a person without quotation marks: "…, said the clerk".
    pub speech: WordList,
    /// Words that begin a gap left to fill: "[insert name]".
    pub placeholder: KeySet,
    /// What is to be filled in, as such gaps name it: "name", "date".
    pub blanks: KeySet,
    /// What English words that are acronyms as well mean: "WHO", "US", "IT".
    pub acronyms: KeySet,
    /// Words with which no sentence ends: "the", "and", "will".
    pub leading: KeySet,
    /// "formerly", as in "X (formerly Twitter)"; runs of words.
    pub formerly: Vec<Vec<WordKey>>,
    /// Codes of the territories whose places need no introduction in this language's press.
    pub home: BTreeSet<String>,
    /// How its names are declined.
    pub cases: Cases,
    /// Word-for-word renderings.
    pub traps: Traps,
    /// Words for another sense of the source's word; each has company that betrays it.
    pub senses: Traps,
    /// Words before the place where something happened: "in", "near".
    pub locatives: KeySet,
    /// Words that say that one of several is meant: "a".
    pub indefinite: KeySet,
    /// Whether it writes several nouns as one word: "Westbengalen".
    pub joins_nouns: bool,
    /// Words of place names that are also words by themselves, with the forms they take alone.
    pub place_words: KeyMap<KeySet>,
    /// Labels of pictures and buttons.
    pub widgets: Widgets,
    /// Lines that belong to the page and not to the article.
    pub stock: PhraseBook<StockFamily>,
    /// What engines and assistants leave behind.
    pub residue: PhraseBook<ResidueFamily>,
    /// What stands before a name.
    pub name_slots: PhraseBook<NameSlot>,
}

impl Language {
    /// Reads a language's file. What is wrong with a phrase costs that phrase; `None` when the file
    /// as a whole cannot be read.
    pub fn parse(lang: &Lang, text: &str, problems: &mut Vec<Problem>) -> Option<Language> {
        let language = if has_pack(text) {
            toml::from_str(text).map(|mut file: PackFile| Language {
                dates: file.dates.take(),
                page: std::mem::take(&mut file.page),
                pack: Some(Pack::new(lang.clone(), file, problems)),
            })
        } else {
            toml::from_str(text).map(|file: TablesFile| Language {
                dates: file.dates,
                page: file.page,
                pack: None,
            })
        };
        let mut tell = |what: String| {
            problems.push(Problem {
                what: format!("language pack {lang}: {what}"),
                ..Problem::default()
            });
        };
        let mut language = language.map_err(|error| tell(error.to_string())).ok()?;
        without_mistakes(&mut language.page)
            .into_iter()
            .for_each(tell);
        Some(language)
    }
}

/// Whether a file has more than [`TABLES`]. One that is no TOML is read as a pack, which says why.
fn has_pack(text: &str) -> bool {
    let table: Result<toml::Table, _> = toml::from_str(text);
    table.map_or(true, |table| {
        table.keys().any(|key| !TABLES.contains(&key.as_str()))
    })
}

impl Pack {
    fn new(lang: Lang, mut file: PackFile, problems: &mut Vec<Problem>) -> Pack {
        for pattern in file.residue.values_mut().flatten() {
            *pattern = spelt_out(pattern, &file.residue_words);
            if pattern.contains('<') {
                problems.push(Problem {
                    what: format!("language pack {lang}: \"{pattern}\" uses an unknown word list"),
                    ..Problem::default()
                });
            }
        }
        let named = file.identified_as.as_deref().map(Lang::new);
        let identified_as = match named {
            None => lang.clone(),
            Some(Some(other)) => other,
            Some(None) => {
                problems.push(Problem {
                    what: format!("language pack {lang}: identified_as is not a language tag"),
                    ..Problem::default()
                });
                lang.clone()
            }
        };
        let stock = book(&lang, &file.stock, problems);
        let residue = book(&lang, &file.residue, problems);
        let name_slots = book(&lang, &file.names, problems);
        let traps = Traps::read(file.traps, |why| {
            problems.push(Problem {
                what: format!("language pack {lang}: trap {why}"),
                ..Problem::default()
            });
        });
        let senses = Traps::read(file.senses, |why| {
            problems.push(Problem {
                what: format!("language pack {lang}: sense {why}"),
                ..Problem::default()
            });
        });
        Pack {
            name: file.name,
            identified_as,
            function_words: keys(&file.function_words).into_iter().collect(),
            coordinators: file.coordinators.iter().map(|word| key(word)).collect(),
            nouns_are_capital: file.nouns_are_capital,
            plural_ending: file.plural_ending.clone(),
            emphasis: file.emphasis.iter().map(|word| key(word)).collect(),
            measures: keys(&file.measures).into_iter().collect(),
            comparatives: file.comparatives,
            auxiliaries: file.auxiliaries.iter().map(|word| key(word)).collect(),
            chants: WordList::parse(&file.chants),
            speech: WordList::parse(&file.speech),
            widgets: Widgets::new(&file.widgets),
            placeholder: file.placeholder.iter().map(|word| key(word)).collect(),
            blanks: keys(&file.blanks).into_iter().collect(),
            acronyms: file.acronyms.iter().map(|word| key(word)).collect(),
            leading: keys(&file.leading).into_iter().collect(),
            formerly: file.formerly.iter().map(|words| keys(words)).collect(),
            home: file.home,
            cases: Cases::parse(&file.cases),
            traps,
            senses,
            indefinite: file.indefinite.iter().map(|word| key(word)).collect(),
            joins_nouns: file.joins_nouns,
            locatives: file.locatives.iter().map(|word| key(word)).collect(),
            place_words: file
                .place_words
                .iter()
                .map(|(word, alone)| (key(word), alone.iter().map(|form| key(form)).collect()))
                .collect(),
            stock,
            residue,
            name_slots,
            lang,
        }
    }
}

/// A pattern with the alternatives of each `<word>` in its place.
fn spelt_out(pattern: &str, words: &BTreeMap<String, String>) -> String {
    words
        .iter()
        .fold(pattern.to_string(), |pattern, (name, alternatives)| {
            pattern.replace(&format!("<{name}>"), alternatives)
        })
}

fn book<T: Copy>(
    lang: &Lang,
    families: &BTreeMap<T, Vec<String>>,
    problems: &mut Vec<Problem>,
) -> PhraseBook<T> {
    let mut book = PhraseBook::default();
    for (family, patterns) in families {
        for pattern in patterns {
            match Phrase::parse(pattern) {
                Ok(phrase) => book.add(phrase, *family),
                Err(why) => problems.push(Problem {
                    what: format!("language pack {lang}: phrase \"{pattern}\": {why}"),
                    ..Problem::default()
                }),
            }
        }
    }
    book
}
