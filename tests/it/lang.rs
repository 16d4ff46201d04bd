//! Identification, packs, phrases and the table of places.

use benggala::{
    lang::{Lexicon, Phrase, PhraseBook, Wordings, identify, is_contradicted, key, keys, shortest},
    model::Lang,
};

/// The packs that must not shrink. A new one may begin with its grammatical words alone.
const GROWN: [&str; 8] = ["de", "en", "es", "fr", "id", "ms", "pt", "ru"];

#[test]
fn the_built_in_packs_have_no_problem() {
    let (lexicon, problems) = Lexicon::built_in_checked();
    assert!(problems.is_empty(), "{problems:#?}");
    let langs: Vec<_> = lexicon.packs().map(|pack| pack.lang.as_str()).collect();
    for lang in GROWN {
        assert!(langs.contains(&lang), "{lang}");
    }
    for pack in lexicon.packs() {
        assert!(pack.function_words.len() >= 60, "{}", pack.name);
        assert!(!pack.coordinators.is_empty(), "{}", pack.name);
    }
}

#[test]
fn a_pack_with_mistakes_loses_them_and_says_so() {
    let pack = |stock: &str| {
        format!(
            "name = \"Test\"\nfunction_words = \"a b\"\ncoordinators = [\"and\"]\n[stock]\n{stock}"
        )
    };
    let cases = [
        ("share = [\"* first\"]", "needs a word"),
        ("share = [\"share (|) this\"]", "no words in it"),
        ("share = [\"\"]", "needs a word"),
        ("shares = [\"share\"]", "unknown variant"),
    ];
    for (stock, expected) in cases {
        let (_, problems) = Lexicon::parse(&[("xx", &pack(stock))], "");
        assert_eq!(problems.len(), 1, "{stock}");
        assert!(problems[0].what.contains(expected), "{}", problems[0].what);
        assert!(problems[0].what.contains("xx"), "{}", problems[0].what);
    }
    let (lexicon, _) = Lexicon::parse(
        &[("xx", &pack("share = [\"* first\", \"share this\"]"))],
        "",
    );
    let xx = Lang::new("xx").expect("a tag");
    assert!(lexicon.pack(&xx).is_some(), "the rest of the pack is used");
}

/// A table helps to read pages; texts of its language stay as unknown as they were.
#[test]
fn a_file_of_tables_makes_no_pack() {
    let months = "[dates]\nmonths = [\"a\", \"b\", \"c\", \"d\", \"e\", \"f\", \"g\", \"h\", \"i\", \"j\", \"k\", \"l\"]\n";
    let (lexicon, problems) = Lexicon::parse(&[("xx", months)], "");
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(lexicon.packs().count(), 0);
    let half = format!("coordinators = [\"and\"]\n{months}");
    let (lexicon, problems) = Lexicon::parse(&[("xx", &half)], "");
    assert!(problems[0].what.contains("missing field"), "{problems:?}");
    assert_eq!(lexicon.packs().count(), 0);
    let packs = Lexicon::built_in();
    let packs: Vec<&str> = packs.packs().map(|pack| pack.lang.as_str()).collect();
    assert_eq!(
        packs,
        [
            "ar", "cs", "da", "de", "en", "es", "fr", "hi", "id", "it", "ja", "ko", "ms", "nb",
            "nl", "pl", "pt", "ru", "sv", "tr", "uk", "vi", "zh"
        ]
    );
}

#[test]
fn a_language_is_one_file() {
    let pack = "name = \"Test\"\nidentified_as = \"en\"\nfunction_words = \"zap zip\"\n\
                coordinators = [\"zop\"]\n";
    let (lexicon, problems) = Lexicon::parse(&[("xx", pack)], "");
    assert!(problems.is_empty(), "{problems:?}");
    assert_ne!(lexicon.hash(), Lexicon::default().hash());
    assert_eq!(lexicon.packs().count(), 1);
}

#[test]
fn languages_are_told_apart() {
    let cases = [
        (
            "id",
            "Petugas mengatakan bahwa air mulai surut pada siang hari, tetapi warga masih diminta \
                untuk berhati-hati karena arus di sungai tetap kuat setelah hujan.",
        ),
        (
            "ms",
            "Pegawai itu berkata bahawa air mula surut pada waktu tengah hari, tetapi penduduk masih \
                diminta supaya berhati-hati kerana arus sungai masih kuat selepas hujan.",
        ),
        (
            "en",
            "Officials said the water had begun to fall by noon, but residents were still told to take \
                care because the current in the river was strong.",
        ),
        (
            "de",
            "Die Behörden teilten mit, dass das Wasser am Mittag zu fallen begann, die Bewohner aber \
                noch vorsichtig sein sollten, weil die Strömung stark war.",
        ),
        (
            "es",
            "Las autoridades dijeron que el agua había empezado a bajar al mediodía, pero pidieron a los \
                vecinos que tuvieran cuidado porque la corriente era fuerte.",
        ),
        (
            "fr",
            "Les autorités ont dit que l'eau avait commencé à baisser à midi, mais les habitants devaient \
                encore faire attention parce que le courant était fort.",
        ),
        (
            "pt",
            "As autoridades disseram que a água tinha começado a baixar ao meio-dia, mas os moradores \
                ainda deviam ter cuidado porque a corrente estava forte.",
        ),
        (
            "ru",
            "Власти сообщили, что вода начала спадать к полудню, но жителей попросили быть осторожными, \
                потому что течение в реке было сильным.",
        ),
        (
            "cs",
            "Úřady uvedly, že voda začala v poledne klesat, ale obyvatelé měli být stále opatrní, protože \
                proud v řece byl silný a hladina vysoká.",
        ),
        (
            "zh",
            "官员说，水位中午开始下降，但居民仍被要求小心，因为河水很急。",
        ),
        (
            "it",
            "Le autorità hanno detto che l'acqua aveva cominciato a scendere a mezzogiorno, ma gli abitanti \
                dovevano ancora fare attenzione perché la corrente era forte.",
        ),
    ];
    let lexicon = Lexicon::built_in();
    for (expected, text) in cases {
        let got = identify(text, &lexicon);
        assert_eq!(got.as_ref().map(Lang::as_str), Some(expected), "{text}");
    }
}

#[test]
fn no_language_is_guessed() {
    let lexicon = Lexicon::built_in();
    for text in [
        "",
        "2024",
        "OK",
        "— * —",
        "Anna Peter Berlin 12 34 Tokio Kim",
    ] {
        assert_eq!(identify(text, &lexicon), None, "{text}");
    }
}

#[test]
fn words_are_compared_loosely() {
    assert_eq!(key("Ещё"), key("еще"));
    assert_eq!(key("DON’T"), key("don't"));
    assert_ne!(key("don't"), key("dont"));
    assert_eq!(keys("E-Mail, Name"), [key("e"), key("mail"), key("name")]);
}

#[test]
fn phrases_match_loosely() {
    let cases = [
        (
            "leave a (reply|comment) to? *?",
            "Leave a comment to Anna",
            Some(5),
        ),
        ("leave a (reply|comment) to? *?", "Leave a reply", Some(3)),
        ("leave a (reply|comment) to? *?", "Leave a note", None),
        (
            "copyright * reserved",
            "Copyright 2024 Daily News all rights reserved",
            Some(7),
        ),
        ("copyright * reserved", "Copyright reserved", None),
        (
            "your (e-mail|email) address",
            "Your e-mail address",
            Some(4),
        ),
        ("all? cookies", "cookies", Some(1)),
    ];
    for (pattern, text, expected) in cases {
        let mut book = PhraseBook::default();
        book.add(Phrase::parse(pattern).expect(pattern), ());
        let end = book
            .at(&keys(text), 0, &|_, _| true)
            .map(|hit| hit.end)
            .max();
        assert_eq!(end, expected, "{pattern} on {text}");
    }
}

#[test]
fn the_table_of_places_names_countries_and_siblings() {
    let lexicon = Lexicon::built_in();
    let id = Lang::new("id").expect("a tag");
    let places = lexicon.places(&id).expect("places");
    let west = places
        .by_word
        .get(&key("barat"))
        .expect("places of the west");
    let bengal = west
        .iter()
        .find(|p| p.name == keys("Benggala Barat"))
        .expect("West Bengal");
    let country = &places.countries[bengal.country];
    assert_eq!(country.name, "India");
    assert!(country.names.contains(&keys("Bihar")));
    assert!(
        !west.iter().any(|p| p.name == keys("Jawa Barat")),
        "at home"
    );
}

#[test]
fn places_are_known_in_every_case_and_countries_are_no_places() {
    let lexicon = Lexicon::built_in();
    let ru = Lang::new("ru").expect("a tag");
    let places = lexicon.places(&ru).expect("places");
    let west = places
        .by_word
        .get(&key("западной"))
        .expect("oblique cases too");
    assert!(west.iter().any(|p| p.name == keys("Западной Бенгалии")));
    let id = Lang::new("id").expect("a tag");
    let places = lexicon.places(&id).expect("places");
    let south = places.by_word.get(&key("selatan")).expect("places");
    assert!(!south.iter().any(|p| p.name == keys("Afrika Selatan")));
}

#[test]
fn a_damaged_row_of_the_table_of_places_is_told() {
    let (_, problems) = Lexicon::parse(&[], "# a comment\nen\tIN\tIndia\tWest Bengal\nen\tIN\n");
    assert_eq!(problems.len(), 1);
    assert!(problems[0].what.contains("not four columns"));
}

#[test]
fn languages_keep_their_wordings() {
    let lexicon = Lexicon::built_in();
    for lang in GROWN {
        let wordings = lexicon.wordings(&Lang::new(lang).expect("a tag"));
        let wordings = wordings.expect(lang);
        assert!(wordings.traps.iter().count() >= 150, "{lang}");
        assert!(wordings.senses.iter().count() >= 100, "{lang}");
        for trap in wordings.traps.iter().chain(wordings.senses.iter()) {
            assert!(!trap.renders.is_empty(), "{lang}: {trap:?}");
        }
        for sense in wordings.senses.iter() {
            assert!(!sense.near.is_empty(), "{lang}: {sense:?}");
        }
    }
}

#[test]
fn a_trap_with_a_mistake_is_told_and_the_others_stay() {
    let file = "traps = [{ says = \"*\", renders = \"x\" }, { says = \"Big House{,s}\", renders = \"y\", \
                near = \"secur* Prison\" }, { says = \"big top\", renders = \"z\", near = \"@circus\" }]\n";
    let mut problems = Vec::new();
    let wordings = Wordings::parse(file, |why| problems.push(why));
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[0].contains("trap *"), "{}", problems[0]);
    assert!(
        problems[1].contains("`@circus` is no topic"),
        "{}",
        problems[1]
    );
    let traps: Vec<_> = wordings.traps.iter().collect();
    let [trap] = traps[..] else {
        panic!("{traps:?}")
    };
    assert!(trap.names.contains(&key("houses")));
    assert!(trap.names.contains(&key("house")));
    assert!(trap.near.contains("security") && trap.near.contains("prison"));
    assert!(!trap.near.contains("prisons") && trap.unless.is_empty());
}

#[test]
fn a_text_contradicts_whoever_names_another_language() {
    let en = "Officials said the water had begun to fall by noon, but residents were still told to \
        take care because the current in the river was strong and the old bridge beside the market was kept shut for the night.";
    let id = "Petugas mengatakan bahwa air mulai surut pada siang hari, tetapi warga masih diminta untuk \
        berhati-hati karena arus di sungai tetap kuat setelah hujan dan jembatan tua di dekat pasar ditutup semalaman.";
    let cs = "Úřady uvedly, že voda začala v poledne klesat, ale obyvatelé měli být stále opatrní, protože \
        proud v řece byl silný a hladina vysoká a most zůstal přes noc pro jistotu zavřený pro všechny.";
    let hu = "A hivatalok szerint a víz délben apadni kezdett, de a lakosoknak továbbra is óvatosnak \
        kellett lenniük, mert a folyó sodrása erős volt, és a régi hidat éjszakára is zárva tartották.";
    let letters = "qv zzt kprw ddlx mmu oiea nnqz wrtp ".repeat(9);
    let lexicon = Lexicon::built_in();
    for (said, text, other) in [
        ("en", en, None),
        ("id", en, Some("en")),
        ("uk", en, Some("en")),
        // Nothing here knows them, but English is told by its own words.
        ("sw", en, Some("en")),
        ("xx", en, Some("en")),
        ("id", id, None),
        ("de", id, Some("id")),
        // Whoever knows Malay from Indonesian is believed.
        ("ms", id, None),
        ("en", cs, Some("cs")),
        ("sk", cs, None),
        // Statistics alone say nothing against a language that they do not know.
        ("xx", cs, Some("cs")),
        ("xx", hu, None),
        ("en", "Kurz und gut.", None),
        ("en", &letters, None),
    ] {
        let said = Lang::new(said).unwrap();
        let told = is_contradicted(&said, text, &lexicon);
        assert_eq!(told.as_ref().map(Lang::as_str), other, "{said}: {text}");
    }
}

#[test]
fn long_codes_of_languages_with_short_ones_mean_the_same() {
    for (code, short) in [
        ("eng", "en"),
        ("ind", "id"),
        ("zho", "zh"),
        ("cmn", "zh"),
        ("hau", "ha"),
        ("ger", "de"),
        ("swa", "swa"),
        ("ru", "ru"),
    ] {
        assert_eq!(shortest(&Lang::new(code).unwrap()).as_str(), short);
    }
}
