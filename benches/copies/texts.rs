//! Articles made up from a vocabulary, and copies of articles made by editing.

use std::collections::HashMap;

/// Words of the invented language; how often each comes follows Zipf's law.
const VOCABULARY: usize = 30_000;
/// Phrases that writers share, three to six words long.
const PHRASES: usize = 2_000;
/// One place in so many begins a phrase.
const PHRASE_EVERY: u64 = 12;

/// SplitMix64 (Steele, Lea and Flood 2014).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    /// In 0..1.
    pub(crate) fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A rank below `end`, the first ones most often (Zipf's law, by inversion).
    pub(crate) fn rank(&mut self, end: usize) -> usize {
        ((end as f64).powf(self.share()) - 1.0) as usize
    }
}

/// Where the words of articles come from.
pub(crate) enum Language {
    /// Words by frequency, and phrases.
    Invented(Vec<String>, Vec<String>),
    /// The words that were seen after each word of given texts: made-up articles then share pairs
    /// of words as real ones do.
    Learned(Vec<String>, HashMap<String, Vec<String>>),
}

impl Language {
    pub(crate) fn invented(random: &mut Random) -> Language {
        const SYLLABLES: [&str; 20] = [
            "ka", "ri", "ton", "mel", "su", "da", "per", "lin", "go", "ba", "ne", "tir", "mo",
            "sa", "kel", "wu", "ran", "ji", "pos", "le",
        ];
        let words: Vec<String> = (0..VOCABULARY)
            .map(|rank| {
                // The most frequent words are the shortest.
                let syllables = 1 + usize::from(rank > 30) + random.below(2 + rank / 3_000);
                let mut word = String::new();
                for _ in 0..syllables {
                    word.push_str(SYLLABLES[random.below(SYLLABLES.len())]);
                }
                word
            })
            .collect();
        let phrase = |random: &mut Random| {
            let length = 3 + random.below(4);
            let words: Vec<_> = (0..length)
                .map(|_| words[random.rank(VOCABULARY)].as_str())
                .collect();
            words.join(" ")
        };
        let phrases = (0..PHRASES).map(|_| phrase(random)).collect();
        Language::Invented(words, phrases)
    }

    pub(crate) fn learned(texts: &[String]) -> Language {
        let mut words = Vec::new();
        let mut after: HashMap<String, Vec<String>> = HashMap::new();
        for text in texts {
            let of_text: Vec<&str> = text.split_whitespace().collect();
            for pair in of_text.windows(2) {
                let next = after.entry(pair[0].to_string()).or_default();
                next.push(pair[1].to_string());
            }
            words.extend(of_text.into_iter().map(str::to_string));
        }
        Language::Learned(words, after)
    }

    pub(crate) fn word(&self, random: &mut Random) -> &str {
        match self {
            Language::Invented(words, _) => &words[random.rank(words.len())],
            Language::Learned(words, _) => &words[random.below(words.len())],
        }
    }

    fn push_next(&self, random: &mut Random, text: &mut Vec<String>) {
        match self {
            Language::Invented(_, phrases) if random.next().is_multiple_of(PHRASE_EVERY) => {
                let phrase = &phrases[random.rank(phrases.len())];
                text.extend(phrase.split(' ').map(str::to_string));
            }
            Language::Invented(..) => text.push(self.word(random).to_string()),
            Language::Learned(_, after) => {
                let next = text.last().and_then(|last| after.get(last));
                let next = match next {
                    Some(next) => next[random.below(next.len())].clone(),
                    None => self.word(random).to_string(),
                };
                text.push(next);
            }
        }
    }

    /// An article of 120 to 900 words in paragraphs of 25 to 70.
    pub(crate) fn article(&self, random: &mut Random) -> String {
        let length = 120 + random.below(40).pow(2) / 2;
        let mut paragraphs = Vec::new();
        let mut words = 0;
        while words < length {
            let mut paragraph = vec![self.word(random).to_string()];
            let end = 25 + random.below(45);
            while paragraph.len() < end {
                self.push_next(random, &mut paragraph);
            }
            words += paragraph.len();
            paragraphs.push(paragraph.join(" "));
        }
        paragraphs.join("\n\n")
    }
}

/// What is done to a text that is copied.
#[derive(Clone, Copy)]
pub(crate) struct Edit {
    /// The share of words that are replaced (seven of ten), left out or followed by a new one.
    pub(crate) words: f64,
    /// The share of paragraphs left out.
    pub(crate) dropped: f64,
    /// Paragraphs change places.
    pub(crate) reordered: bool,
    /// Foreign words before and after the text, as many each.
    pub(crate) around: usize,
}

impl Edit {
    pub(crate) fn apply(self, text: &str, language: &Language, random: &mut Random) -> String {
        let mut paragraphs: Vec<&str> = text.split("\n\n").collect();
        if paragraphs.len() > 2 {
            let first = paragraphs[0];
            paragraphs.retain(|_| random.share() >= self.dropped);
            if paragraphs.is_empty() {
                paragraphs.push(first);
            }
        }
        if self.reordered {
            for at in (1..paragraphs.len()).rev() {
                paragraphs.swap(at, random.below(at + 1));
            }
        }
        let mut edited: Vec<String> = Vec::new();
        let foreign = |random: &mut Random| {
            let words: Vec<_> = (0..self.around).map(|_| language.word(random)).collect();
            words.join(" ")
        };
        edited.push(foreign(random));
        for paragraph in paragraphs {
            edited.push(self.paragraph(paragraph, language, random));
        }
        edited.push(foreign(random));
        edited.join("\n\n")
    }

    fn paragraph(self, text: &str, language: &Language, random: &mut Random) -> String {
        let mut words = Vec::new();
        for word in text.split_whitespace() {
            if random.share() >= self.words {
                words.push(word);
                continue;
            }
            match random.below(20) {
                0..14 => words.push(language.word(random)),
                14..17 => {}
                _ => words.extend([word, language.word(random)]),
            }
        }
        words.join(" ")
    }
}
