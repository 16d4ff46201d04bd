//! "Jane Doe X (formerly Twitter) said", "the vote Share Tweet Email was put off": labels of the
//! page pasted into a sentence.

use super::{About, Counts, Detector, Draft, Example, Family, Grade};
use crate::{
    lang::{FNV_SEED, Pack, StockFamily, Tail, WordKey, fnv, key},
    model::{Finding, Span},
};

/// See [`ABOUT`].
pub(super) struct PastedCredit;

/// What social networks are called; one of several words by its first.
const NETWORKS: [WordKey; 13] = keys_of([
    "x",
    "twitter",
    "facebook",
    "instagram",
    "tiktok",
    "youtube",
    "telegram",
    "whatsapp",
    "threads",
    "linkedin",
    "bluesky",
    "pinterest",
    "reddit",
]);
/// Agencies that sell pictures, as their credits begin.
const AGENCIES: [WordKey; 12] = keys_of([
    "afp",
    "reuters",
    "getty",
    "epa",
    "ap",
    "antara",
    "shutterstock",
    "istock",
    "alamy",
    "bernama",
    "dpa",
    "xinhua",
]);
/// Agencies that sell nothing else: no such word follows a name in a sentence.
const PICTURE_AGENCIES: [WordKey; 4] = keys_of(["getty", "shutterstock", "istock", "alamy"]);
/// Words of a credit behind the word for a picture, at most: "Photo: Getty Images Europe".
const CREDIT_WORDS: usize = 4;
/// Labels of buttons in a row that no sentence has.
const BUTTONS_MIN: usize = 3;
/// Lines of the page on end that no sentence has, some of them of several words.
const WIDGETS_MIN: usize = 2;
/// Words of a bracket that says what a link does, at most: "(Opens in new window)".
const BRACKET_MAX: usize = 6;

/// Words of a line of the page by itself, at least and at most.
const LINE_WORDS: std::ops::RangeInclusive<usize> = 2..=12;

const STRONG: Grade =
    Grade::strong(0.3, Counts::new(0, 0, 0)).when("the sentence is broken off for it");
const WEAK: Grade = Grade::weak(0.05, Counts::new(5, 0, 1))
    .when("a link to another article stands between two sentences of a paragraph");

const NETWORK: &str = "the label of a social network stands behind the name";
const CREDIT: &str = "the credit of a picture stands behind the name";
const FOLLOW: &str = "a call to follow the site stands amid the sentence";
const BUTTONS: &str = "labels of buttons stand amid the sentence";
const WIDGETS: &str = "lines of the page stand amid the sentence";
const LINE: &str = "a line of the page stands amid the sentence";
const LINK: &str = "a link to another article stands amid the paragraph";
const PLAYER: &str = "the clock of a player stands amid the text";

const ABOUT: About = About {
    rule: "pasted-credit",
    summary: "a picture's credit, the label of a network or of buttons, a line of the page pasted into a \
              sentence",
    why: "a machine that flattens a page turns the icon beside a name, the credit under a picture \
          and the row of buttons into words of the sentence",
    family: Family::Translation,
    grades: &[STRONG, WEAK],
    notes: &[
        NETWORK, CREDIT, FOLLOW, BUTTONS, WIDGETS, LINE, LINK, PLAYER,
    ],
    flags: &[
        Example {
            lang: "id",
            text: "Menurut peneliti itu, [[Jane Doe X (sebelumnya Twitter)]] mengatakan hal lain.",
        },
        Example {
            lang: "en",
            text: "The researcher [[Jane Doe Photo: Reuters]] said otherwise.",
        },
        Example {
            lang: "id",
            text: "Warga menunggu, [[Baca juga]]: Harga Beras Naik Lagi bantuan dari kecamatan.",
        },
    ],
    passes: &[
        Example {
            lang: "id",
            text: "Jane Doe menulis di X (sebelumnya Twitter) bahwa hal itu lain.",
        },
        Example {
            lang: "en",
            text: "A photo by Jane Doe of Reuters said otherwise, and she asked us to follow her.",
        },
    ],
};

/// The keys of words in small ASCII letters.
const fn keys_of<const N: usize>(words: [&str; N]) -> [WordKey; N] {
    let mut keys = [0; N];
    let mut at = 0;
    while at < N {
        keys[at] = fnv(FNV_SEED, words[at].as_bytes());
        at += 1;
    }
    keys
}

/// What was pasted.
#[derive(Clone, Copy)]
enum Label {
    Network,
    Credit,
    Follow,
    Buttons,
    Widgets,
    Line,
    Link,
    Player,
}

impl Label {
    fn note(self) -> &'static str {
        match self {
            Label::Network => NETWORK,
            Label::Credit => CREDIT,
            Label::Follow => FOLLOW,
            Label::Buttons => BUTTONS,
            Label::Widgets => WIDGETS,
            Label::Line => LINE,
            Label::Link => LINK,
            Label::Player => PLAYER,
        }
    }

    fn grade(self) -> Grade {
        match self {
            Label::Link => WEAK,
            _ => STRONG,
        }
    }
}

impl Detector for PastedCredit {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn detect(&self, draft: &Draft<'_>, found: &mut Vec<Finding>) {
        let Some(pack) = draft.pack else { return };
        let words = Words::new(draft, pack);
        let (mut end, mut was_capital) = (0, false);
        for at in 0..draft.keys.len() {
            let is_capital = draft.is_capital(at);
            // Labels are capital, or stand behind a name; the clock of a player begins with 0.
            let may_begin = is_capital
                || was_capital
                || words.may_follow(at)
                || draft.text.word(at).starts_with('0');
            was_capital = is_capital;
            if at < end || !may_begin {
                continue;
            }
            let former = || Some((Label::Network, at - 2, words.former_name(at)?));
            let account = || Some((Label::Network, at - 2, words.account(at)?));
            let credit = || Some((Label::Credit, at - 2, words.credit(at)?));
            let follow = || Some((Label::Follow, at, words.follow(at)?));
            let buttons = || Some((Label::Buttons, at, words.buttons(at)?));
            let widgets = || Some((Label::Widgets, at, words.widgets(at)?));
            let player = || Some((Label::Player, at, words.player(at)?));
            let line = || words.line(at, end).map(|(label, last)| (label, at, last));
            let named = at >= 2 && words.is_name(at);
            let behind_name = || former().or_else(account).or_else(credit);
            let label = named.then(behind_name).flatten();
            let amid = label.or_else(follow).or_else(buttons).or_else(widgets);
            let Some((label, from, last)) = amid.or_else(player).or_else(line) else {
                continue;
            };
            end = last + 1;
            found.push(Finding {
                rule: ABOUT.rule,
                grade: label.grade().name,
                span: words.span(from, last),
                note: label.note().to_string(),
                left_out: None,
            });
        }
    }
}

/// A text's words, as labels are made of them. All positions are of words; a label is found by its
/// first word, and what finds it returns its last.
struct Words<'d, 'a> {
    draft: &'d Draft<'a>,
    pack: &'a Pack,
}

impl<'d, 'a> Words<'d, 'a> {
    fn new(draft: &'d Draft<'a>, pack: &'a Pack) -> Words<'d, 'a> {
        Words { draft, pack }
    }

    fn is(&self, at: usize, listed: &[WordKey]) -> bool {
        let word = self.draft.keys.get(at);
        word.is_some_and(|word| listed.contains(word))
    }

    fn gap(&self, at: usize) -> &'a str {
        self.draft.text.gap_after(at)
    }

    /// Whether two capitalised words stand before the word at `at`, closely, and the second is no
    /// label by itself.
    fn is_name(&self, at: usize) -> bool {
        let close = self.gap(at - 2) == " " && matches!(self.gap(at - 1), " " | " (" | "/" | " / ");
        close && (at - 2..at).all(|word| self.draft.is_capital(word) && !self.is(word, &NETWORKS))
    }

    /// Whether the sentence goes on behind the word at `last` in small letters, as after its subject;
    /// a bracket may close before.
    fn goes_on(&self, last: usize) -> bool {
        let next = self.draft.text.word(last + 1);
        matches!(self.gap(last), " " | ") ") && next.starts_with(char::is_lowercase)
    }

    /// "X (formerly Twitter)"
    fn former_name(&self, at: usize) -> Option<usize> {
        let keys = &self.draft.keys;
        if keys[at] != key("x") || self.gap(at).trim() != "(" {
            return None;
        }
        let after = &keys[at + 1..];
        let twitter = key("twitter");
        let names = self.pack.formerly.iter();
        let last = names
            .filter(|words| after.starts_with(words) && after.get(words.len()) == Some(&twitter))
            .map(|words| at + 1 + words.len())
            .max()?;
        (self.gap(last).trim() == ")" && self.goes_on(last)).then_some(last)
    }

    /// "Instagram @jane", "Instagram/@jane"
    fn account(&self, at: usize) -> Option<usize> {
        let handle = matches!(self.gap(at), " @" | "/@" | " (@" | ": @" | " / @");
        let network = self.is(at, &NETWORKS) && self.draft.is_capital(at);
        (network && handle && self.goes_on(at + 1)).then_some(at + 1)
    }

    /// "Photo: Reuters", "Getty Images", "/AFP"
    fn credit(&self, at: usize) -> Option<usize> {
        let draft = self.draft;
        let picture = self.pack.widgets.picture.contains(&draft.keys[at]) && draft.is_capital(at);
        let parted = matches!(self.gap(at), ": " | ":" | "/" | " / ");
        let first = match picture && parted {
            true => at + 1,
            false => at,
        };
        let before = self.gap(at - 1);
        let agency = before.contains('/') && self.is(first, &AGENCIES);
        // In a bracket, whoever works for the agency may speak.
        let of_pictures = !before.contains('(') && self.is(at, &PICTURE_AGENCIES);
        let sure = (picture && parted) || of_pictures || agency;
        if !sure || !draft.is_capital(first) {
            return None;
        }
        let rest = (first..first + CREDIT_WORDS)
            .take_while(|word| draft.is_capital(*word + 1) && matches!(self.gap(*word), " " | "/"));
        let last = first + rest.count();
        self.goes_on(last).then_some(last)
    }

    /// Whether a word of the same sentence stands right before the one at `at`.
    fn is_amid(&self, at: usize) -> bool {
        at > 0 && self.gap(at - 1) == " " && !self.draft.is_quoted(self.draft.text.words[at].start)
    }

    /// Whether a call to follow may begin there.
    fn may_follow(&self, at: usize) -> bool {
        let mut calls = self.pack.widgets.follow.iter();
        calls.any(|call| call.first() == Some(&self.draft.keys[at]))
    }

    /// "follow us on Facebook"
    fn follow(&self, at: usize) -> Option<usize> {
        let draft = self.draft;
        let calls = self.pack.widgets.follow.iter();
        let words = calls
            .filter(|call| draft.keys[at..].starts_with(call))
            .map(Vec::len)
            .max()?;
        let mut last = at + words;
        if !self.is(last, &NETWORKS) || !self.is_amid(at) {
            return None;
        }
        while matches!(self.gap(last), " " | ", " | " @") && self.is(last + 1, &NETWORKS) {
            last += 1;
        }
        let grammar = |word: usize| {
            let keys = &draft.keys;
            keys.get(word)
                .is_none_or(|key| self.pack.function_words.contains(key))
        };
        // "The clerk follow us on Facebook said", but not "we ask you to follow us on Facebook for news"
        // nor a call that stands behind a headline.
        let amid = !grammar(at - 1) && self.goes_on(last) && !grammar(last + 1);
        amid.then_some(last)
    }

    /// "Share Tweet Email"
    fn buttons(&self, at: usize) -> Option<usize> {
        let draft = self.draft;
        let is_label = |word: usize| {
            let share = draft
                .packs()
                .any(|pack| pack.widgets.share.contains(&draft.keys[word]));
            share || self.is(word, &NETWORKS)
        };
        let is_button = |word: usize| draft.is_capital(word) && is_label(word);
        // What is looked up for every word comes first; whether it is quoted takes its paragraph.
        if !is_button(at) || !self.is_amid(at) {
            return None;
        }
        let mut last = at;
        while self.gap(last) == " " && last + 1 < draft.keys.len() && is_button(last + 1) {
            last += 1;
        }
        let row = last + 1 - at >= BUTTONS_MIN;
        let share = (at..=last).any(|word| !self.is(word, &NETWORKS));
        (row && share && self.goes_on(last)).then_some(last)
    }

    /// "Read more Share on Facebook (Opens in new window)"
    fn widgets(&self, at: usize) -> Option<usize> {
        let mut last = self.widget(at)?;
        let mut times = 1;
        while matches!(self.gap(last), " " | ") ") {
            let Some(next) = self.widget(last + 1) else {
                break;
            };
            (last, times) = (next, times + 1);
        }
        // Two words may be a name.
        let long = times >= WIDGETS_MIN && last + 1 - at > WIDGETS_MIN;
        (long && self.goes_on(last) && self.is_amid(at)).then_some(last)
    }

    /// "0:00 / 1:42"
    fn player(&self, at: usize) -> Option<usize> {
        let is_zero = |word: &str| matches!(word, "0" | "00");
        let digits = |word: &str| word.len() <= 2 && word.bytes().all(|b| b.is_ascii_digit());
        let word = |step: usize| self.draft.text.word(at + step);
        let clock = is_zero(word(0)) && self.gap(at) == ":" && is_zero(word(1));
        let parted = clock && self.gap(at + 1).trim() == "/" && self.gap(at + 2) == ":";
        (parted && digits(word(2)) && digits(word(3))).then_some(at + 3)
    }

    /// "Read also: …", "Sign up for our letters": one line by itself. A capital amid the sentence tells
    /// that it was none of it; between two sentences a writer may refer to another article. `behind` is the
    /// word after the last finding.
    fn line(&self, at: usize, behind: usize) -> Option<(Label, usize)> {
        let draft = self.draft;
        let opens = draft
            .packs()
            .any(|pack| pack.stock.begins_with(draft.keys[at]));
        // "I" is never small.
        let is_label = opens && draft.is_capital(at) && draft.text.word(at) != "I";
        let before = at.checked_sub(1).filter(|_| is_label)?;
        let gap = self.gap(before);
        let behind_stop = matches!(gap, ". " | "! " | "? " | "… ");
        let amid =
            matches!(gap, " " | ", ") && draft.text.word(before).starts_with(char::is_lowercase);
        if !(amid || behind_stop) || draft.is_quoted(draft.text.words[at].start) {
            return None;
        }
        let label = if amid { Label::Line } else { Label::Link };
        // Behind a headline, whose break was lost, no sentence is broken off.
        let grammar = self.pack.function_words.contains(&draft.keys[before]);
        let broken = amid && (gap == ", " || grammar || (behind == at && behind > 0));
        let end = LINE_WORDS
            .map(|len| at + len)
            .take_while(|end| *end < draft.keys.len())
            .find(|end| self.is_line(at, *end, broken))?;
        Some((label, end - 1))
    }

    /// Whether the words `at..end` are a line of the page, and the first thing that ends there.
    fn is_line(&self, at: usize, end: usize, broken: bool) -> bool {
        let draft = self.draft;
        let next = draft.keys[end];
        let another = |pack: &Pack| {
            self.gap(end - 1) == " " && draft.is_capital(end) && pack.stock.begins_with(next)
        };
        // A title has a capital on each word, and where every noun has one a capital tells nothing.
        let is_small = |word: usize| draft.text.word(word).starts_with(char::is_lowercase);
        let shouted = (at..end).all(|word| !draft.text.word(word).contains(char::is_lowercase));
        let plain =
            (shouted && is_small(end)) || (is_small(at + 1) && !self.pack.nouns_are_capital);
        draft.packs().any(|pack| {
            let accept = |tail, stop: usize| {
                stop == end
                    && match tail {
                        Tail::Colon => draft.has_colon_before(end),
                        Tail::Anything => broken && plain,
                        Tail::Nothing => {
                            broken && plain && (self.goes_on(end - 1) || another(pack))
                        }
                    }
            };
            let mut hits = pack.stock.at(&draft.keys[..end], at, &accept);
            let amid = draft
                .text
                .gap_before(at)
                .trim_matches([' ', ','])
                .is_empty();
            hits.any(|hit| match hit.family {
                StockFamily::Credit => false,
                family => amid || family == StockFamily::ReadAlso,
            })
        })
    }

    /// One line of the page that begins with the word at `at`, with the network that it names and the
    /// bracket behind it.
    fn widget(&self, at: usize) -> Option<usize> {
        let draft = self.draft;
        if !draft.is_capital(at) {
            return None;
        }
        let stock = self.stock(at);
        let label = stock.or_else(|| self.is_share(at).then(|| self.with_object(at)));
        let last = label.or_else(|| self.is(at, &NETWORKS).then_some(at))?;
        let network = last + 2;
        let on = self.gap(last) == " " && self.gap(last + 1) == " ";
        let grammar = draft.keys.get(last + 1);
        let on = on && grammar.is_some_and(|key| self.pack.function_words.contains(key));
        let last = match on && self.is(network, &NETWORKS) {
            true => network,
            false => last,
        };
        let closes = |word: &usize| self.gap(*word).starts_with(')');
        let mut bracket = (last + 1..=last + BRACKET_MAX).take(draft.keys.len());
        Some(match self.gap(last) == " (" {
            true => bracket.find(closes).unwrap_or(last),
            false => last,
        })
    }

    fn is_share(&self, at: usize) -> bool {
        let key = self.draft.keys.get(at);
        key.is_some_and(|key| {
            let mut packs = self.draft.packs();
            packs.any(|pack| pack.widgets.share.contains(key))
        })
    }

    /// The last word of a stock phrase all of whose words are of labels or grammar.
    fn stock(&self, at: usize) -> Option<usize> {
        let draft = self.draft;
        let of_label = |word: usize| {
            let grammar = draft.packs().any(|pack| {
                let key = draft.keys.get(word);
                key.is_some_and(|key| pack.function_words.contains(key))
            });
            grammar || draft.is_capital(word) || self.is_share(word)
        };
        let accept = |_, end| (at..end).all(of_label);
        let hits = draft
            .packs()
            .flat_map(|pack| pack.stock.at(&draft.keys, at, &accept).map(|hit| hit.end));
        hits.max()?.checked_sub(1)
    }

    /// The word at `at`, or the one behind it that names what the button acts on: "Copy Link".
    fn with_object(&self, at: usize) -> usize {
        let next = at + 1;
        let object = self.gap(at) == " " && self.draft.is_capital(next);
        let label = self.is_share(next) || self.is(next, &NETWORKS) || self.stock(next).is_some();
        match object && !label {
            true => next,
            false => at,
        }
    }

    /// From the word at `from` to the one at `last`, with the bracket that closes behind it.
    fn span(&self, from: usize, last: usize) -> Span {
        let span = self.draft.span(from, last + 1);
        let opened = self.draft.text.raw[span.clone()].contains('(');
        let closes = opened && self.gap(last).starts_with(')');
        span.start..span.end + usize::from(closes)
    }
}
