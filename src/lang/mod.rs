//! Which language a text is in, and what is known about each language.
//!
//! To add a language, write `config/languages/<code>.toml` (`en.toml` explains the keys) and, for
//! what a translation betrays itself by, `config/wordings/<code>.toml`; the build embeds every file of
//! these folders. `config/places.py` then rebuilds the table of places. A
//! file that holds nothing but `[dates]` and `[page]` helps to read pages of its language, whose texts
//! stay unjudged.

mod cases;
mod claim;
mod names;
mod pack;
mod page;
mod phrase;
mod places;
mod stock;
mod topic;
mod trap;
mod widget;
mod wordings;

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, LazyLock, OnceLock},
};

use foldhash::fast::RandomState;

pub use self::{
    cases::Cases,
    claim::{is_contradicted, shortest},
    names::{Kind, NameWord, Names},
    pack::{Language, NameSlot, Pack, ResidueFamily, StockFamily},
    page::{PageList, PageWords},
    phrase::{FNV_SEED, Hit, KeyMap, KeySet, Phrase, PhraseBook, Tail, WordKey, fnv, key, keys},
    places::{Country, Place, Places},
    stock::stock_family,
    topic::{TopicSet, TopicWord, Topics},
    trap::{Trap, Traps, WordList},
    widget::Widgets,
    wordings::Wordings,
};
use crate::{
    dates,
    model::{Lang, Problem},
    text,
};

/// File name without its ending, and text.
const PACKS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/packs.rs"));

/// The pack whose stock lines are looked for in every language: templates speak English.
const TEMPLATE_LANGUAGE: &str = "en";

/// The language packs. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Lexicon {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    packs: BTreeMap<Lang, Pack>,
    dates: dates::Words,
    page_words: PageWords,
    /// Read out of `places_table` when the first text of the language asks: most of a run's
    /// languages never do.
    places: BTreeMap<Lang, OnceLock<Places>>,
    places_table: &'static str,
    /// What can be no name, of each language that has such a table; read when first asked for.
    names: BTreeMap<Lang, OnceLock<Names>>,
    /// What betrays a translation, of each language that has such a file; read when first asked for.
    wordings: BTreeMap<Lang, OnceLock<Wordings>>,
    /// Function word -> the packs that list it.
    function_words: KeyMap<Vec<Lang>>,
    hash: u64,
}

impl Lexicon {
    /// The packs under `config/languages`, embedded in the binary. Read once in a process.
    pub fn built_in() -> Lexicon {
        static READ: LazyLock<Lexicon> =
            LazyLock::new(|| Lexicon::parse(PACKS, places::BUILT_IN).0);
        READ.clone()
    }

    /// The same, with what is wrong with them (nothing, in a release).
    pub fn built_in_checked() -> (Lexicon, Vec<Problem>) {
        let (lexicon, mut problems) = Lexicon::parse(PACKS, places::BUILT_IN);
        problems.extend(wordings::problems().into_iter().map(|what| Problem {
            what,
            ..Problem::default()
        }));
        (lexicon, problems)
    }

    /// Reads packs, given as language code and TOML text, and the table of places. What cannot be
    /// read is left out and told.
    pub fn parse(files: &[(&str, &str)], places_table: &'static str) -> (Lexicon, Vec<Problem>) {
        let mut inner = Inner {
            hash: fnv(
                fnv(FNV_SEED, places_table.as_bytes()),
                names::GIVEN_NAMES.as_bytes(),
            ),
            places_table,
            ..Inner::default()
        };
        for (code, table) in names::BUILT_IN {
            inner.hash = fnv(inner.hash, table.as_bytes());
            inner
                .names
                .extend(Lang::new(code).map(|lang| (lang, OnceLock::new())));
        }
        for (code, text) in wordings::BUILT_IN {
            inner.hash = fnv(inner.hash, text.as_bytes());
            inner
                .wordings
                .extend(Lang::new(code).map(|lang| (lang, OnceLock::new())));
        }
        let mut problems: Vec<Problem> = places::problems(places_table).collect();
        let mut tables = BTreeMap::new();
        let mut page_tables = Vec::new();
        for (code, text) in files {
            inner.hash = fnv(fnv(inner.hash, code.as_bytes()), text.as_bytes());
            let Some(lang) = Lang::new(code) else {
                problems.push(Problem {
                    what: format!("language pack {code}: its name is not a language code"),
                    ..Problem::default()
                });
                continue;
            };
            let Some(language) = Language::parse(&lang, text, &mut problems) else {
                continue;
            };
            page_tables.push(language.page);
            if let Some(table) = language.dates {
                tables.insert(lang.clone(), table);
            }
            let Some(pack) = language.pack else { continue };
            if !pack.place_words.is_empty() {
                inner.places.insert(lang.clone(), OnceLock::new());
            }
            for word in &pack.function_words {
                inner
                    .function_words
                    .entry(*word)
                    .or_default()
                    .push(lang.clone());
            }
            inner.packs.insert(lang, pack);
        }
        inner.dates = dates::Words::new(&tables, Lang::new(TEMPLATE_LANGUAGE));
        inner.page_words = PageWords::new(&page_tables);
        let inner = Arc::new(inner);
        (Lexicon { inner }, problems)
    }

    /// The pack that serves `lang`.
    pub fn pack(&self, lang: &Lang) -> Option<&Pack> {
        self.inner.packs.get(lang)
    }

    /// All packs, by language code.
    pub fn packs(&self) -> impl Iterator<Item = &Pack> {
        self.inner.packs.values()
    }

    /// The pack of the language that page templates are written in.
    pub fn template_pack(&self) -> Option<&Pack> {
        self.packs()
            .find(|pack| pack.lang.as_str() == TEMPLATE_LANGUAGE)
    }

    /// What all languages' files say of dates.
    pub fn dates(&self) -> &dates::Words {
        &self.inner.dates
    }

    /// What all languages' files say of the page around an article.
    pub fn page_words(&self) -> &PageWords {
        &self.inner.page_words
    }

    /// The places of `lang`.
    pub fn places(&self, lang: &Lang) -> Option<&Places> {
        let places = self.inner.places.get(lang)?;
        let pack = self.inner.packs.get(lang)?;
        Some(places.get_or_init(|| Places::parse(self.inner.places_table, pack)))
    }

    /// What can be no name in `lang`.
    pub fn names(&self, lang: &Lang) -> Option<&Names> {
        let names = self.inner.names.get(lang)?;
        Some(names.get_or_init(|| Names::built_in(lang.as_str())))
    }

    /// What betrays a translation into `lang`.
    pub fn wordings(&self, lang: &Lang) -> Option<&Wordings> {
        let wordings = self.inner.wordings.get(lang)?;
        Some(wordings.get_or_init(|| Wordings::built_in(lang.as_str())))
    }

    /// The languages in which `word` is one of the most frequent grammatical words.
    pub fn function_word_of(&self, word: WordKey) -> &[Lang] {
        self.inner
            .function_words
            .get(&word)
            .map_or(&[], Vec::as_slice)
    }

    /// Changes whenever a language's file or table does.
    pub fn hash(&self) -> u64 {
        self.inner.hash
    }
}

/// Bytes of a text that decide its language: about two hundred words.
const SAMPLE_BYTES: usize = 1_200;

/// Words of a text that decide its language.
const SAMPLE_WORDS: usize = 200;

/// Words without which function words decide nothing.
const WORDS_MIN: usize = 25;

/// The share of function words from which a language is settled without statistics, if no other
/// pack has more than half of it. Measured on news: the packs' own languages have a median of .28
/// to .42; of the others that were tried (Czech, Ukrainian, Croatian, Icelandic, Hausa) none has
/// more than .21.
const SURE_SHARE: f64 = 0.26;

/// The share of function words that confirms what the statistics are unsure of.
const LIKELY_SHARE: f64 = 0.15;

/// The share of function words that a text of a language has at least.
const POSSIBLE_SHARE: f64 = 0.1;

/// Identifies the language of running text; `None` when too short or too mixed to say, or when it
/// is no text.
///
/// Function words settle the clear cases of the packs' languages. Trigram statistics (whatlang)
/// decide the others and tell all further languages. Where several packs stand behind one answer
/// (Malay, which the statistics do not know, reads as Indonesian) function words decide again.
pub fn identify(text: &str, lexicon: &Lexicon) -> Option<Lang> {
    let sample = text::head(text, SAMPLE_BYTES);
    identify_words(sample, &keys(sample), lexicon)
}

/// The same for a text whose words have been looked up.
pub fn identify_words(text: &str, keys: &[WordKey], lexicon: &Lexicon) -> Option<Lang> {
    told(text, keys, lexicon).map(|told| told.lang)
}

/// What a text tells of its language.
struct Told {
    lang: Lang,
    /// By function words, which no other language has.
    is_settled: bool,
}

fn told(text: &str, keys: &[WordKey], lexicon: &Lexicon) -> Option<Told> {
    let sample = text::head(text, SAMPLE_BYTES);
    if !text::is_legible(sample) {
        return None;
    }
    let keys = &keys[..keys.len().min(SAMPLE_WORDS)];
    let votes = votes(keys, lexicon);
    let share =
        |lang: &Lang| votes.get(lang).copied().unwrap_or(0) as f64 / keys.len().max(1) as f64;
    if let Some(lang) = settled(&share, keys.len(), lexicon) {
        return Some(Told {
            lang,
            is_settled: true,
        });
    }
    let info = whatlang::detect(sample)?;
    let detected = Lang::new(iso_639_1(info.lang().code()))?;
    let lang = of_family(&detected, &share, lexicon);
    let confirmed = || {
        let most = lexicon
            .packs()
            .map(|pack| share(&pack.lang))
            .fold(0.0, f64::max);
        keys.len() >= WORDS_MIN && share(&lang) >= LIKELY_SHARE && share(&lang) >= most
    };
    (info.is_reliable() || confirmed()).then_some(Told {
        lang,
        is_settled: false,
    })
}

/// Whether words may be of the language of a pack: it has some of its function words, or there are
/// too few words to tell. Of texts of 80 words in a pack's language, 1 in 1,000 has a smaller share;
/// of random letters, none has so large a one.
pub fn may_be_of(pack: &Pack, keys: &[WordKey]) -> bool {
    let own = keys.iter().filter(|key| pack.function_words.contains(key));
    keys.len() < WORDS_MIN || own.count() as f64 >= POSSIBLE_SHARE * keys.len() as f64
}

/// How many of the words are function words of each pack.
fn votes<'a>(keys: &[WordKey], lexicon: &'a Lexicon) -> HashMap<&'a Lang, usize, RandomState> {
    let mut votes = HashMap::default();
    for lang in keys
        .iter()
        .filter_map(|key| lexicon.inner.function_words.get(key))
        .flatten()
    {
        *votes.entry(lang).or_insert(0) += 1;
    }
    votes
}

/// The language that function words alone settle.
fn settled(share: &dyn Fn(&Lang) -> f64, words: usize, lexicon: &Lexicon) -> Option<Lang> {
    let best = lexicon
        .packs()
        .max_by(|a, b| share(&a.lang).total_cmp(&share(&b.lang)))?;
    let rival = lexicon
        .packs()
        .filter(|pack| pack.identified_as != best.identified_as)
        .map(|pack| share(&pack.lang))
        .fold(0.0, f64::max);
    let most = share(&best.lang);
    (words >= WORDS_MIN && most >= SURE_SHARE && rival <= most / 2.0)
        .then(|| of_family(&best.identified_as, share, lexicon))
}

/// Of the packs that the statistics take for `detected`, the one with most function words; in
/// doubt the language that they name.
fn of_family(detected: &Lang, share: &dyn Fn(&Lang) -> f64, lexicon: &Lexicon) -> Lang {
    lexicon
        .packs()
        .filter(|pack| pack.identified_as == *detected && share(&pack.lang) > share(detected))
        .max_by(|a, b| share(&a.lang).total_cmp(&share(&b.lang)))
        .map_or_else(|| detected.clone(), |pack| pack.lang.clone())
}

/// ISO 639-3 and ISO 639-1, for the languages that whatlang knows.
const ISO_639: [(&str, &str); 70] = [
    ("afr", "af"),
    ("aka", "ak"),
    ("amh", "am"),
    ("ara", "ar"),
    ("aze", "az"),
    ("bel", "be"),
    ("ben", "bn"),
    ("bul", "bg"),
    ("cat", "ca"),
    ("ces", "cs"),
    ("cmn", "zh"),
    ("cym", "cy"),
    ("dan", "da"),
    ("deu", "de"),
    ("ell", "el"),
    ("eng", "en"),
    ("epo", "eo"),
    ("est", "et"),
    ("fin", "fi"),
    ("fra", "fr"),
    ("guj", "gu"),
    ("heb", "he"),
    ("hin", "hi"),
    ("hrv", "hr"),
    ("hun", "hu"),
    ("hye", "hy"),
    ("ind", "id"),
    ("ita", "it"),
    ("jav", "jv"),
    ("jpn", "ja"),
    ("kan", "kn"),
    ("kat", "ka"),
    ("khm", "km"),
    ("kor", "ko"),
    ("lat", "la"),
    ("lav", "lv"),
    ("lit", "lt"),
    ("mal", "ml"),
    ("mar", "mr"),
    ("mkd", "mk"),
    ("mya", "my"),
    ("nep", "ne"),
    ("nld", "nl"),
    ("nob", "nb"),
    ("ori", "or"),
    ("pan", "pa"),
    ("pes", "fa"),
    ("pol", "pl"),
    ("por", "pt"),
    ("ron", "ro"),
    ("rus", "ru"),
    ("sin", "si"),
    ("slk", "sk"),
    ("slv", "sl"),
    ("sna", "sn"),
    ("spa", "es"),
    ("srp", "sr"),
    ("swe", "sv"),
    ("tam", "ta"),
    ("tel", "te"),
    ("tgl", "tl"),
    ("tha", "th"),
    ("tuk", "tk"),
    ("tur", "tr"),
    ("ukr", "uk"),
    ("urd", "ur"),
    ("uzb", "uz"),
    ("vie", "vi"),
    ("yid", "yi"),
    ("zul", "zu"),
];

/// ISO 639-1 for the codes that whatlang gives in ISO 639-3; what has no short code stays.
fn iso_639_1(code: &str) -> &str {
    ISO_639
        .binary_search_by_key(&code, |row| row.0)
        .map_or(code, |at| ISO_639[at].1)
}
