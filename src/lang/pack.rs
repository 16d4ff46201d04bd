//! One language's file: TOML turned into look-up tables.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::{Spanned, de::DeTable};

use super::{
    cases::Cases,
    page::{Lists, without_mistakes},
    phrase::{KeyMap, KeySet, Phrase, PhraseBook, WordKey, key, keys},
    trap::WordList,
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

impl StockFamily {
    /// Whether it asks readers to do something.
    pub(super) fn asks(self) -> bool {
        matches!(
            self,
            StockFamily::CommentForm
                | StockFamily::Share
                | StockFamily::Newsletter
                | StockFamily::Paywall
                | StockFamily::App
        )
    }
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
    dollars: String,
    #[serde(default)]
    leading: String,
    #[serde(default)]
    formerly: Vec<String>,
    #[serde(default)]
    home: BTreeSet<String>,
    #[serde(default)]
    cases: Vec<String>,
    #[serde(default)]
    indefinite: Vec<String>,
    #[serde(default)]
    genitives: Vec<String>,
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
    /// That of a person: "Mrs".
    Person,
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
    /// Words for the dollar: "180 dollars US".
    pub dollars: WordList,
    /// Words with which no sentence ends: "the", "and", "will".
    pub leading: KeySet,
    /// "formerly", as in "X (formerly Twitter)"; runs of words.
    pub formerly: Vec<Vec<WordKey>>,
    /// Codes of the territories whose places need no introduction in this language's press.
    pub home: BTreeSet<String>,
    /// How its names are declined.
    pub cases: Cases,
    /// Words before the place where something happened: "in", "near".
    pub locatives: KeySet,
    /// Words that say that one of several is meant: "a".
    pub indefinite: KeySet,
    /// Words between a thing and what it belongs to: "the kitchen of Turkey".
    pub genitives: KeySet,
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
        let mut tell = |what: String| {
            problems.push(Problem {
                what: format!("language pack {lang}: {what}"),
                ..Problem::default()
            });
        };
        let read = read(text).map_err(|mut error| {
            error.set_input(Some(text));
            tell(error.to_string());
        });
        let (file, tables) = read.ok()?;
        let mut page = tables.page;
        without_mistakes(&mut page).into_iter().for_each(&mut tell);
        Some(Language {
            pack: file.map(|file| Pack::new(lang.clone(), *file, &mut tell)),
            dates: tables.dates,
            page,
        })
    }
}

/// The tables that any file may hold, and what else a file with more than [`TABLES`] says.
fn read(text: &str) -> Result<(Option<Box<PackFile>>, TablesFile), toml::de::Error> {
    let table = DeTable::parse(text)?;
    let has_pack = |key: &Spanned<_>| !TABLES.contains(&AsRef::<str>::as_ref(key.get_ref()));
    let is_pack = table.get_ref().keys().any(has_pack);
    let file = toml::Deserializer::from(table);
    if !is_pack {
        return Ok((None, TablesFile::deserialize(file)?));
    }
    let mut file = Box::new(PackFile::deserialize(file)?);
    let tables = TablesFile {
        dates: file.dates.take(),
        page: std::mem::take(&mut file.page),
    };
    Ok((Some(file), tables))
}

impl Pack {
    fn new(lang: Lang, file: PackFile, tell: &mut dyn FnMut(String)) -> Pack {
        let residue = spelt_out(file.residue, &file.residue_words, tell);
        let place_words = file.place_words.iter();
        Pack {
            name: file.name,
            identified_as: identified_as(&lang, file.identified_as.as_deref(), tell),
            function_words: words(&file.function_words),
            coordinators: each(&file.coordinators),
            nouns_are_capital: file.nouns_are_capital,
            plural_ending: file.plural_ending,
            emphasis: each(&file.emphasis),
            measures: words(&file.measures),
            comparatives: file.comparatives,
            auxiliaries: each(&file.auxiliaries),
            chants: WordList::parse(&file.chants),
            speech: WordList::parse(&file.speech),
            widgets: Widgets::new(&file.widgets),
            placeholder: each(&file.placeholder),
            blanks: words(&file.blanks),
            acronyms: each(&file.acronyms),
            dollars: WordList::parse(&file.dollars),
            leading: words(&file.leading),
            formerly: file.formerly.iter().map(|words| keys(words)).collect(),
            home: file.home,
            cases: Cases::parse(&file.cases),
            indefinite: each(&file.indefinite),
            genitives: each(&file.genitives),
            joins_nouns: file.joins_nouns,
            locatives: each(&file.locatives),
            place_words: place_words
                .map(|(word, alone)| (key(word), each(alone)))
                .collect(),
            stock: book(&file.stock, tell),
            residue: book(&residue, tell),
            name_slots: book(&file.names, tell),
            lang,
        }
    }
}

/// The words of a text.
fn words(text: &str) -> KeySet {
    keys(text).into_iter().collect()
}

/// Words, one by one.
fn each(words: &[String]) -> KeySet {
    words.iter().map(|word| key(word)).collect()
}

/// What statistics take a language for: what its file names, else itself.
fn identified_as(lang: &Lang, named: Option<&str>, tell: &mut dyn FnMut(String)) -> Lang {
    let Some(named) = named else {
        return lang.clone();
    };
    Lang::new(named).unwrap_or_else(|| {
        tell("identified_as is not a language tag".to_string());
        lang.clone()
    })
}

/// The patterns with the alternatives of each `<word>` in its place.
fn spelt_out(
    mut patterns: BTreeMap<ResidueFamily, Vec<String>>,
    words: &BTreeMap<String, String>,
    tell: &mut dyn FnMut(String),
) -> BTreeMap<ResidueFamily, Vec<String>> {
    for pattern in patterns.values_mut().flatten() {
        for (name, alternatives) in words {
            *pattern = pattern.replace(&format!("<{name}>"), alternatives);
        }
        if pattern.contains('<') {
            tell(format!("\"{pattern}\" uses an unknown word list"));
        }
    }
    patterns
}

fn book<T: Copy>(
    families: &BTreeMap<T, Vec<String>>,
    tell: &mut dyn FnMut(String),
) -> PhraseBook<T> {
    let mut book = PhraseBook::default();
    for (family, patterns) in families {
        for pattern in patterns {
            match Phrase::parse(pattern) {
                Ok(phrase) => book.add(phrase, *family),
                Err(why) => tell(format!("phrase \"{pattern}\": {why}")),
            }
        }
    }
    book
}
