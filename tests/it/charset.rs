//! Bytes of pages and feeds as text.

use benggala::charset::decode;

const MARKUP: &str = "<rss><item><title>灯台の郵便局、七十年の歴史に幕</title></item></rss>";

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

#[test]
fn utf16_is_read_with_a_mark_a_label_or_neither() {
    let (little, big) = (u16::to_le_bytes, u16::to_be_bytes);
    // Too much of it is Japanese for the bytes alone to tell.
    let wordy = format!("<p>{}</p>", "灯台の郵便局".repeat(20));
    let marked = |mark: &[u8], text: Vec<u8>| [mark, &text].concat();
    for (label, bytes, text) in [
        ("", utf16(MARKUP, little), MARKUP),
        ("", utf16(MARKUP, big), MARKUP),
        ("", marked(b"\xff\xfe", utf16(&wordy, little)), &wordy),
        (
            "text/html; charset=latin1",
            marked(b"\xfe\xff", utf16(&wordy, big)),
            &wordy,
        ),
        ("text/html; charset=utf-16le", utf16(&wordy, little), &wordy),
        ("text/xml; charset=UTF-16BE", utf16(&wordy, big), &wordy),
        (
            "text/html; charset=utf-16",
            utf16("<p>灯台</p>", little),
            "<p>灯台</p>",
        ),
        ("text/html", utf16(&wordy, little), &wordy),
        ("text/html; charset=utf-8", utf16(&wordy, big), &wordy),
    ] {
        assert_eq!(decode(&bytes, label), text, "{label}");
    }
}

#[test]
fn a_label_that_cannot_be_true_is_not_believed() {
    let plain = "<p>Old timber pier to be rebuilt</p>";
    let noisy = format!("{}\0", plain.repeat(4));
    for text in [MARKUP, plain, &noisy] {
        let read = decode(text.as_bytes(), "text/html; charset=utf-16le");
        assert_eq!(read, text);
    }
}

/// Servers put it on everything, as the default of their configuration.
#[test]
fn latin_1_is_believed_of_no_other_alphabet() {
    let cases: [(&str, &str); 5] = [
        (
            "windows-1251",
            "<p>Старый маяк снова светит над гаванью, и рыбаки рады</p>",
        ),
        (
            "windows-874",
            "<p>ประภาคารเก่าส่องแสงเหนือท่าเรืออีกครั้งและชาวประมงดีใจ</p>",
        ),
        (
            "euc-kr",
            "<p>오래된 등대가 항구 위로 다시 불을 밝히자 어부들이 기뻐했다</p>",
        ),
        (
            "shift_jis",
            "<p>古い灯台が港の上にふたたび光を放ち、漁師たちは喜んでいる</p>",
        ),
        (
            "windows-1252",
            "<p>Où l’été s’achève, le phare à éclats guidait déjà les pêcheurs égarés près du môle ; « Voilà », répétait-on.</p>",
        ),
    ];
    for (encoding, text) in cases {
        let known = encoding_rs::Encoding::for_label(encoding.as_bytes()).unwrap();
        let (bytes, _, _) = known.encode(text);
        for label in [
            "text/html; charset=iso-8859-1",
            "text/html; charset=windows-1252",
        ] {
            assert_eq!(decode(&bytes, label), text, "{encoding} as {label}");
        }
        let named = format!("<meta charset=latin1>{text}");
        let (bytes, _, _) = known.encode(&named);
        assert_eq!(decode(&bytes, ""), named, "{encoding}");
    }
}

/// Alphabets that are Latin for the most part: only the page tells them from Latin-1.
#[test]
fn a_page_knows_better_than_the_server_s_default() {
    let cases = [
        (
            "iso-8859-2",
            "Rybacy cieszą się, że stara latarnia znów świeci",
        ),
        ("windows-1250", "Rybáři se těší, že starý maják zase svítí"),
        (
            "windows-1254",
            "Balıkçılar eski fenerin yeniden yandığına sevindi",
        ),
        (
            "iso-8859-15",
            "Le phare a coûté 12 000 € à la ville, cœur du port",
        ),
        (
            "windows-1257",
            "Žvejai džiaugiasi, kad senas švyturys vėl šviečia",
        ),
    ];
    for (encoding, text) in cases {
        let known = encoding_rs::Encoding::for_label(encoding.as_bytes()).unwrap();
        let page = format!("<meta charset={encoding}><p>{text}</p>");
        let (bytes, _, _) = known.encode(&page);
        for header in [
            "text/html; charset=iso-8859-1",
            "text/html; charset=utf-8",
            "text/html",
        ] {
            assert_eq!(decode(&bytes, header), page, "{encoding} as {header}");
        }
    }
    let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode("<meta charset=utf-8><p>caf\u{e9}</p>");
    let read = decode(&bytes, "text/html; charset=iso-8859-1");
    assert!(
        read.ends_with("<p>café</p>"),
        "a page that cannot be right: {read}"
    );
}

#[test]
fn a_label_inside_the_document_counts_where_the_header_says_nothing() {
    let latin = |head: &str| [head.as_bytes(), b"<p>caf\xe9</p>"].concat();
    for head in [
        "<?xml version='1.0' encoding='ISO-8859-2'?>",
        "\n <?xml version='1.0' encoding=\"iso-8859-2\" ?>",
        "<meta charset=iso-8859-2>",
    ] {
        let read = decode(&latin(head), "").into_owned();
        assert!(read.ends_with("<p>café</p>"), "{read}");
    }
    assert_eq!(decode(b"\xef\xbb\xbfcaf\xc3\xa9", ""), "café");
}
