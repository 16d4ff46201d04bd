//! robots.txt by RFC 9309: its examples, what Google publishes about its own parser, shapes that
//! sites really serve, and a slow matcher that must agree.

use std::time::Duration;

use benggala::{
    model::RobotsRules,
    robots::{BYTES_MAX, CRAWL_DELAY_MAX, LINE_MAX, Rules, sitemaps},
};
use proptest::prelude::*;
use url::Url;

fn read(file: &[u8]) -> Rules {
    Rules::read(&RobotsRules::Text(file.to_vec().into()))
}

fn allows(rules: &Rules, path: &str) -> bool {
    let base = Url::parse("https://news.example/").unwrap();
    rules.allows(&base.join(path).unwrap())
}

/// A file, the paths that it allows, and those that it forbids.
type Case = (
    &'static str,
    &'static [u8],
    &'static [&'static str],
    &'static [&'static str],
);

fn hold(cases: &[Case]) {
    for (name, file, allowed, forbidden) in cases {
        let rules = read(file);
        for path in *allowed {
            assert!(allows(&rules, path), "{name}: {path} is allowed");
        }
        for path in *forbidden {
            assert!(!allows(&rules, path), "{name}: {path} is forbidden");
        }
    }
}

/// RFC 9309, 2.2.1 to 2.2.4 and 5.
#[test]
fn groups_and_names() {
    hold(&[
        ("nothing", b"", &["/", "/a"], &[]),
        ("everything", b"User-agent: *\nDisallow: /", &["/robots.txt"], &["/", "/a", "/robots.txt2"]),
        ("an empty rule is none", b"User-agent: *\nDisallow:\nAllow:", &["/a"], &[]),
        ("ours forbids", b"User-agent: benggala\nDisallow: /\n\nUser-agent: *\nAllow: /", &[], &["/a"]),
        ("ours alone counts", b"User-agent: *\nDisallow: /\n\nUser-agent: benggala\nDisallow: /b", &["/a"], &["/b"]),
        ("ours without rules counts", b"User-agent: *\nDisallow: /\n\nUser-agent: benggala\n", &["/a"], &[]),
        ("case of names and keys", b"USER-AGENT: BengGala\nDISALLOW: /a\naLLow: /a/b", &["/a/b"], &["/a"]),
        ("a version behind the name", b"User-agent: benggala/2.0 (news)\nDisallow: /", &[], &["/a"]),
        ("words behind the name", b"User-agent: Benggala Bot\nDisallow: /", &[], &["/a"]),
        ("words behind the star", b"User-agent: * (all)\nDisallow: /", &[], &["/a"]),
        ("a longer name is another", b"User-agent: benggala-news\nDisallow: /", &["/a"], &[]),
        ("a shorter name is another", b"User-agent: beng\nDisallow: /\nUser-agent: b*\nDisallow: /", &["/a"], &[]),
        ("another's", b"User-agent: otherbot\nDisallow: /", &["/a"], &[]),
        ("several names, one group", b"User-agent: otherbot\nUser-agent: benggala\nDisallow: /", &[], &["/a"]),
        ("groups of one name join", b"User-agent: benggala\nDisallow: /a\n\nUser-agent: x\nDisallow: /c\n\nUser-agent: benggala\nDisallow: /b", &["/c"], &["/a", "/b"]),
        ("groups for all join", b"User-agent: *\nDisallow: /a\nUser-agent: x\nDisallow: /c\nUser-agent: *\nDisallow: /b", &["/c"], &["/a", "/b"]),
        ("empty lines end nothing", b"User-agent: *\n\n\nDisallow: /a\n\nDisallow: /b", &["/c"], &["/a", "/b"]),
        ("rules before any name", b"Disallow: /a\nUser-agent: *\nDisallow: /b", &["/a"], &["/b"]),
        ("rules without a name", b"Disallow: /", &["/a"], &[]),
        ("sitemaps end no list of names", b"User-agent: x\nSitemap: /s.xml\nUser-agent: *\nDisallow: /a", &["/b"], &["/a"]),
        ("delays end no list of names", b"User-agent: *\nCrawl-delay: 0\nUser-agent: x\nDisallow: /a", &["/b"], &["/a"]),
        ("unknown lines end no list of names", b"User-agent: *\nHost: x\nUser-agent: x\nDisallow: /a", &["/b"], &["/a"]),
        ("an empty rule ends it", b"User-agent: x\nDisallow:\nUser-agent: *\nDisallow: /a", &["/b"], &["/a"]),
        ("unknown lines among rules", b"User-agent: *\nNoindex: /\nHost: x\nDisallow: /a", &["/b"], &["/a"]),
    ]);
}

/// RFC 9309, 2.2.2: the longest match, and what is as long allows.
#[test]
fn the_longest_match_decides() {
    hold(&[
        (
            "a prefix",
            b"User-agent: *\nDisallow: /a",
            &["/", "/b/a", "/A"],
            &["/a", "/abc", "/a/b", "/a?b"],
        ),
        (
            "longer allows",
            b"User-agent: *\nDisallow: /a\nAllow: /a/b",
            &["/a/b/c"],
            &["/a/c"],
        ),
        (
            "longer forbids",
            b"User-agent: *\nAllow: /a\nDisallow: /a/b",
            &["/a/c"],
            &["/a/b/c"],
        ),
        (
            "three of them",
            b"User-agent: *\nDisallow: /\nAllow: /public/\nDisallow: /public/x",
            &["/public/a"],
            &["/public/xa", "/a"],
        ),
        (
            "a tie allows",
            b"User-agent: *\nDisallow: /a\nAllow: /a",
            &["/a"],
            &[],
        ),
        (
            "a tie of other patterns",
            b"User-agent: *\nAllow: /*/b\nDisallow: /a/b",
            &["/a/b"],
            &[],
        ),
        (
            "stars count as octets",
            b"User-agent: *\nAllow: /page\nDisallow: /*.htm",
            &["/page"],
            &["/page.htm"],
        ),
        (
            "more specific than an ending",
            b"User-agent: *\nAllow: /x/page.\nDisallow: /*.html",
            &["/x/page.html"],
            &["/x/y.html"],
        ),
        (
            "only the front page",
            b"User-agent: *\nAllow: /$\nDisallow: /",
            &["/"],
            &["/page.html", "/?a"],
        ),
        (
            "escapes count as octets",
            "User-agent: *\nDisallow: /*abcde\nAllow: /é".as_bytes(),
            &["/éabcde"],
            &["/e/abcde"],
        ),
    ]);
}

/// RFC 9309, 2.2.3, and Google's published table of paths.
#[test]
fn stars_and_ends() {
    hold(&[
        (
            "a trailing star is idle",
            b"User-agent: *\nDisallow: /\nAllow: /fish*",
            &["/fish", "/fish.html", "/fishheads/yummy.html", "/fish?id=1"],
            &["/Fish", "/catfish", "/?id=fish"],
        ),
        (
            "a folder",
            b"User-agent: *\nDisallow: /\nAllow: /fish/",
            &["/fish/", "/fish/salmon?x"],
            &["/fish", "/fish.html", "/Fish/x"],
        ),
        (
            "an ending anywhere",
            b"User-agent: *\nDisallow: /*.php",
            &["/", "/php/", "/index?php", "/windows.PHP"],
            &[
                "/a.php",
                "/b/a.php?x",
                "/a.php/",
                "/index?f=a.php/",
                "//b/any.php.html",
            ],
        ),
        (
            "an ending at the end",
            b"User-agent: *\nDisallow: /*.php$",
            &["/a.php?x", "/a.php/", "/a.php5", "/aphp"],
            &["/a.php", "/b/a.php", "/a.php.php"],
        ),
        (
            "between",
            b"User-agent: *\nDisallow: /fish*.php",
            &["/Fish.PHP", "/fish.ph"],
            &["/fish.php", "/fishheads/catfish.php?x"],
        ),
        (
            "in the middle",
            b"User-agent: *\nDisallow: /*/private$\nDisallow: /*?print=",
            &["/private", "/uk/private/x", "/a?x=print"],
            &["/uk/private", "/uk/a/private", "/a?print=1"],
        ),
        (
            "end only at the end",
            b"User-agent: *\nDisallow: /a$b\nDisallow: /c$",
            &["/a", "/cd", "/a$"],
            &["/a$b", "/a$bc", "/c"],
        ),
        (
            "an end and a star",
            b"User-agent: *\nDisallow: /a*$\nDisallow: /b$*",
            &["/b", "/bx"],
            &["/a", "/ax", "/b$", "/b$x"],
        ),
        (
            "parts may not overlap",
            b"User-agent: *\nDisallow: /aba*ab$",
            &["/abab", "/aba"],
            &["/abaab", "/abaxabab"],
        ),
        (
            "the last of many ends",
            b"User-agent: *\nDisallow: /*a*b$",
            &["/ab/c", "/ba"],
            &["/ab/ab", "/xaxbxb"],
        ),
        (
            "only a star",
            b"User-agent: *\nDisallow: *",
            &[],
            &["/", "/a"],
        ),
        (
            "a star in front",
            b"User-agent: *\nDisallow: *cat",
            &["/"],
            &["/cat", "/a/cat"],
        ),
        (
            "only an end",
            b"User-agent: *\nDisallow: $",
            &["/", "/$"],
            &[],
        ),
        (
            "no slash in front",
            b"User-agent: *\nDisallow: no",
            &["/no", "/yes"],
            &[],
        ),
        (
            "a whole address",
            b"User-agent: *\nDisallow: https://news.example/no",
            &["/no"],
            &[],
        ),
        (
            "the fragment is not sent",
            b"User-agent: *\nDisallow: /a*x$",
            &["/a#x"],
            &[],
        ),
    ]);
}

/// RFC 9309, 2.2.2 and 2.2.3, and RFC 3986, 6.2.2: escaped or not, an octet is the same octet.
#[test]
fn one_normal_form() {
    hold(&[
        (
            "a query",
            b"User-agent: *\nDisallow: /foo/bar?baz=quz",
            &["/foo/bar", "/foo/bar?baz=qu"],
            &["/foo/bar?baz=quz"],
        ),
        (
            "an address in a query",
            b"User-agent: *\nDisallow: /foo/bar?baz=https://foo.bar",
            &["/foo/bar?baz=https"],
            &[
                "/foo/bar?baz=https://foo.bar",
                "/foo/bar?baz=https%3A%2F%2Ffoo.bar",
                "/foo/bar?baz=https%3a//foo.bar",
            ],
        ),
        (
            "an escaped address in a query",
            b"User-agent: *\nDisallow: /foo/bar?baz=https%3A%2F%2Ffoo.bar",
            &["/foo/bar?baz=https"],
            &[
                "/foo/bar?baz=https://foo.bar",
                "/foo/bar?baz=https%3a%2f%2ffoo.bar",
            ],
        ),
        (
            "part of it escaped",
            b"User-agent: *\nDisallow: /a?b=/c%2Fd",
            &["/a?b=/c"],
            &["/a?b=/c%2Fd", "/a?b=/c%2fd/e"],
        ),
        (
            "slashes behind a star",
            b"User-agent: *\nDisallow: /*/print",
            &["/a?b"],
            &["/a/print", "/a?b=/print", "/a?b=%2Fprint"],
        ),
        (
            "escaped slashes behind a star",
            b"User-agent: *\nDisallow: /*%2F*",
            &["/a/b", "/a?b"],
            &["/a%2Fb", "/a%2fb", "/a?b%2Fc"],
        ),
        (
            "a slash is none when escaped",
            b"User-agent: *\nDisallow: /a/b",
            &["/a%2Fb"],
            &["/a/b"],
        ),
        (
            "nor a question mark",
            b"User-agent: *\nDisallow: /a%3Fb\nDisallow: /c?d",
            &["/a?b", "/c%3Fd"],
            &["/a%3fb", "/c?d"],
        ),
        (
            "letters",
            "User-agent: *\nDisallow: /foo/bar/ツ".as_bytes(),
            &["/foo/bar/"],
            &["/foo/bar/ツ", "/foo/bar/%E3%83%84", "/foo/bar/%e3%83%84"],
        ),
        (
            "escaped letters",
            b"User-agent: *\nDisallow: /foo/bar/%E3%83%84",
            &["/foo/bar/"],
            &["/foo/bar/ツ", "/foo/bar/%E3%83%84"],
        ),
        (
            "escapes in lower case",
            b"User-agent: *\nDisallow: /k%c3%b6nyvek/",
            &["/konyvek/"],
            &["/k%C3%B6nyvek/a", "/könyvek/"],
        ),
        (
            "escapes without need",
            b"User-agent: *\nDisallow: /foo/bar/%62%61%7A",
            &["/foo/bar/ba"],
            &["/foo/bar/baz", "/foo/bar/%62az"],
        ),
        (
            "escapes without need in the URL",
            b"User-agent: *\nDisallow: /foo/bar/baz",
            &["/foo/bar/ba"],
            &["/foo/bar/%62%61%7A", "/foo/bar/%62%61%7a?x"],
        ),
        (
            "the tilde",
            b"User-agent: *\nDisallow: /%7Ejoe/\nDisallow: /~ann/",
            &["/joe/"],
            &["/~joe/x", "/%7ejoe/", "/%7Eann/", "/~ann/"],
        ),
        (
            "stars and ends that mean themselves",
            b"User-agent: *\nDisallow: /file-with-a-%2A.html\nDisallow: /foo-%24\nDisallow: /b%24$",
            &["/file-with-a-b.html", "/foo-", "/b", "/b$c"],
            &[
                "/file-with-a-*.html",
                "/file-with-a-%2a.html",
                "/foo-$",
                "/foo-%24bar",
                "/b$",
            ],
        ),
        (
            "ends within",
            b"User-agent: *\nDisallow: /cost$net",
            &["/cost"],
            &["/cost$net", "/cost%24net"],
        ),
        (
            "escaped percent signs",
            b"User-agent: *\nDisallow: /a%252A\nDisallow: /100%\nDisallow: /50%xy",
            &["/a%2A", "/a*"],
            &["/a%252A", "/100%25", "/50%xy", "/50%25xy"],
        ),
        (
            "quotes, which browsers escape in a query",
            b"User-agent: *\nDisallow: /a?q='x'\nDisallow: /b \"c\"",
            &["/a?q=x"],
            &["/a?q='x'", "/a?q=%27x%27", "/b%20%22c%22"],
        ),
        (
            "equals signs",
            b"User-agent: *\nDisallow: /a=b\nDisallow: /c?d=e&f",
            &["/a", "/c?d"],
            &["/a=b", "/c?d=e&f"],
        ),
        (
            "octets of no UTF-8",
            b"User-agent: *\nDisallow: /b\xfccher/\nDisallow: /c",
            &["/b"],
            &["/b%FCcher/", "/b%fccher/", "/c"],
        ),
        (
            "a number sign",
            b"User-agent: *\nDisallow: /hash%23tag",
            &["/hash"],
            &["/hash%23tag"],
        ),
    ]);
}

/// What sites serve, and what Google's parser forgives.
#[test]
fn files_are_read_leniently() {
    hold(&[
        (
            "comments",
            b"# Disallow: /\nUser-agent: * # all\nDisallow: /a # here\nDisallow: /b#c",
            &["/c"],
            &["/a", "/b"],
        ),
        ("no space", b"User-agent:*\nDisallow:/a", &["/b"], &["/a"]),
        (
            "space everywhere",
            b"  User-agent \t: *  \n\tDisallow :   /a\t\n",
            &["/b"],
            &["/a"],
        ),
        (
            "no colon",
            b"User-agent *\nDisallow /a\nDisallow /b or /c",
            &["/b", "/c"],
            &["/a"],
        ),
        (
            "misspelt",
            b"Useragent: *\nDissallow: /a\nDisalow: /b\nDiasllow: /c\nDisallaw: /d\nDissalow: /e",
            &["/f"],
            &["/a", "/b", "/c", "/d", "/e"],
        ),
        (
            "in two words",
            b"User agent: *\nDisallow: /a",
            &["/b"],
            &["/a"],
        ),
        (
            "not so misspelt",
            b"User-agent: *\nForbid: /a\nNo: /",
            &["/a"],
            &[],
        ),
        (
            "LF at the end or not",
            b"User-agent: *\nDisallow: /a\nDisallow: /b",
            &["/c"],
            &["/a", "/b"],
        ),
        (
            "CR",
            b"User-agent: *\rDisallow: /a\rDisallow: /b\r",
            &["/c"],
            &["/a", "/b"],
        ),
        (
            "CR LF",
            b"User-agent: *\r\nDisallow: /a\r\nDisallow: /b\r\n",
            &["/c"],
            &["/a", "/b"],
        ),
        (
            "all of them",
            b"User-agent: *\r\n\rDisallow: /a\n\r\nDisallow: /b",
            &["/c"],
            &["/a", "/b"],
        ),
        ("NULs", b"User-agent: *\0Disallow: /a", &["/b"], &["/a"]),
        (
            "a mark",
            b"\xef\xbb\xbfUser-agent: *\nDisallow: /a",
            &["/b"],
            &["/a"],
        ),
        (
            "UTF-16, little",
            b"\xff\xfeU\0s\0e\0r\0-\0a\0g\0e\0n\0t\0:\0*\0\n\0D\0i\0s\0a\0l\0l\0o\0w\0:\0/\0a\0",
            &["/b"],
            &["/a"],
        ),
        (
            "UTF-16, big",
            b"\xfe\xff\0U\0s\0e\0r\0-\0a\0g\0e\0n\0t\0:\0*\0\n\0D\0i\0s\0a\0l\0l\0o\0w\0:\0/\0a",
            &["/b"],
            &["/a"],
        ),
        (
            "a page in its place",
            b"\n <!DOCTYPE html><p>Not found\nUser-agent: *\nDisallow: /</p>",
            &["/a"],
            &[],
        ),
        ("not text", b"\xff\xfe\x00\x01garbage\n\n:::", &["/a"], &[]),
        (
            "only a sitemap",
            b"Sitemap: https://news.example/s.xml",
            &["/a"],
            &[],
        ),
    ]);
}

#[test]
fn a_missing_file_allows_all_and_one_out_of_reach_nothing() {
    let url = Url::parse("https://news.example/a").unwrap();
    assert!(Rules::read(&RobotsRules::Unavailable).allows(&url));
    assert!(!Rules::read(&RobotsRules::Unreachable).allows(&url));
}

#[test]
fn crawl_delays_are_bounded() {
    let seconds = |n| Some(Duration::from_secs(n));
    for (value, expected) in [
        ("5", seconds(5)),
        ("0", seconds(0)),
        ("0.5", Some(Duration::from_millis(500))),
        ("86400", Some(CRAWL_DELAY_MAX)),
        ("1e30", Some(CRAWL_DELAY_MAX)),
        ("inf", Some(CRAWL_DELAY_MAX)),
        ("NaN", None),
        ("-5", None),
        ("soon", None),
        ("", None),
    ] {
        let file = format!("User-agent: *\nCrawl-delay: {value}\n");
        assert_eq!(read(file.as_bytes()).delay(), expected, "{value:?}");
    }
    let files: [(&str, &[u8], _); 6] = [
        (
            "ours",
            b"User-agent: *\nCrawl-delay: 7\n\nUser-agent: benggala\nCrawl-delay: 3",
            seconds(3),
        ),
        (
            "none for us",
            b"User-agent: *\nCrawl-delay: 7\n\nUser-agent: benggala\nDisallow: /a",
            None,
        ),
        (
            "another's",
            b"User-agent: slow\nCrawl-delay: 90\n\nUser-agent: *\nDisallow: /a",
            None,
        ),
        (
            "behind the rules",
            b"User-agent: *\nDisallow: /a\nCrawl-delay: 7",
            seconds(7),
        ),
        (
            "above all groups",
            b"Crawl-delay: 7\nUser-agent: *\nDisallow: /a",
            seconds(7),
        ),
        (
            "the first of two",
            b"User-agent: *\nCrawl-delay: x\nCrawl-delay: 7\nCrawl-delay: 9",
            seconds(7),
        ),
    ];
    for (name, file, expected) in files {
        assert_eq!(read(file).delay(), expected, "{name}");
    }
}

#[test]
fn sitemaps_stand_anywhere() {
    let file = b"\xef\xbb\xbfSitemap: https://a.example/1.xml # main\r\
        User-agent: x\nSITEMAP : /2.xml\nDisallow: /sitemap: no\nsite-map:3.xml\nSitemap:\n";
    assert_eq!(
        sitemaps(file),
        ["https://a.example/1.xml", "/2.xml", "3.xml"]
    );
}

#[test]
fn a_file_made_to_hurt_is_read_in_bounds() {
    let head = b"User-agent: *\n";
    // Each of them tries every place of a long URL.
    let rules: Vec<u8> = (0..20_000)
        .flat_map(|n| format!("Disallow: *a*b*{n}$\n").into_bytes())
        .collect();
    let rules = read(&[head, &rules[..]].concat());
    let long = "ab".repeat(1_000);
    assert!(allows(&rules, &format!("/{long}")));
    assert!(!allows(&rules, &format!("/{long}777")));
    let stars = [&head[..], b"Disallow: /", &b"*a".repeat(8_000), b"$"].concat();
    let rules = read(&stars);
    assert!(allows(&rules, &format!("/{}", "a".repeat(7_999))));
    assert!(!allows(&rules, &format!("/{}", "a".repeat(8_000))));
}

#[test]
fn what_is_too_long_does_not_count() {
    let head = b"User-agent: *\n";
    let long = [
        &head[..],
        b"Disallow: /",
        &b"a".repeat(LINE_MAX),
        b"/b\nDisallow: /c",
    ]
    .concat();
    let rules = read(&long);
    assert!(allows(&rules, "/a"));
    assert!(!allows(&rules, "/c"));
    // What is cut off cannot be told apart.
    let exact = LINE_MAX - b"Disallow: /".len();
    assert!(!allows(&rules, &format!("/{}c", "a".repeat(exact))));
    let comment = [&head[..], b"Disallow: /a #", &b"a".repeat(LINE_MAX)].concat();
    assert!(!allows(&read(&comment), "/a"));
    // A rule that the limit cuts in two is none: `/` is not what was meant.
    let mut file = [&head[..], b"Disallow: /private\n#"].concat();
    let last = b"\nDisallow: /";
    file.resize(BYTES_MAX - last.len(), b'x');
    file.extend_from_slice(last);
    file.extend_from_slice(b"secret\nDisallow: /late\n");
    let rules = read(&file);
    for path in ["/", "/secret", "/late"] {
        assert!(allows(&rules, path), "{path}");
    }
    assert!(!allows(&rules, "/private"));
}

/// One octet of a pattern or URL as it may be written, and what it is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Octet {
    Star,
    End,
    Is(u8),
    /// A slash that tells no folders apart.
    EscapedSlash,
}

/// No hexadecimal digit stands bare: a pattern that begins within an escape is not the question.
const WRITTEN: &[(&str, &[Octet])] = &[
    ("/", &[Octet::Is(b'/')]),
    ("x", &[Octet::Is(b'x')]),
    ("%78", &[Octet::Is(b'x')]),
    ("y", &[Octet::Is(b'y')]),
    ("~", &[Octet::Is(b'~')]),
    ("%7e", &[Octet::Is(b'~')]),
    ("%2F", &[Octet::EscapedSlash]),
    ("%2f", &[Octet::EscapedSlash]),
    ("%2A", &[Octet::Is(b'*')]),
    ("%24", &[Octet::Is(b'$')]),
    ("=", &[Octet::Is(b'=')]),
    ("%3d", &[Octet::Is(b'=')]),
    ("ö", &[Octet::Is(0xC3), Octet::Is(0xB6)]),
    ("%c3%B6", &[Octet::Is(0xC3), Octet::Is(0xB6)]),
];

const SPECIAL: &[(&str, &[Octet])] = &[("*", &[Octet::Star]), ("$", &[Octet::End])];

/// A path with the octets that it stands for, `*` and `$` among them.
fn written() -> impl Strategy<Value = (String, Vec<Octet>)> {
    let octet = prop_oneof![4 => prop::sample::select(WRITTEN), 1 => prop::sample::select(SPECIAL)];
    prop::collection::vec(octet, 0..9).prop_map(|parts| {
        let text: String = parts.iter().map(|(text, _)| *text).collect();
        let octets = parts.iter().flat_map(|(_, octets)| octets.iter().copied());
        let octets = std::iter::once(Octet::Is(b'/')).chain(octets).collect();
        (format!("/{text}"), octets)
    })
}

/// Tries everything. A `$` is the end only where the pattern ends.
fn agrees(pattern: &[Octet], path: &[Octet]) -> bool {
    let itself = |octet: &Octet| match octet {
        Octet::Star => Octet::Is(b'*'),
        Octet::End => Octet::Is(b'$'),
        other => *other,
    };
    match pattern.split_first() {
        None => true,
        Some((Octet::End, [])) => path.is_empty(),
        Some((Octet::Star, rest)) => (0..=path.len()).any(|skipped| agrees(rest, &path[skipped..])),
        Some((octet, rest)) => path
            .split_first()
            .is_some_and(|(found, left)| itself(octet) == itself(found) && agrees(rest, left)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn a_matcher_that_tries_everything_agrees((pattern, octets) in written(), (path, found) in written()) {
        let file = format!("User-agent: *\nDisallow: {pattern}\n");
        let rules = read(file.as_bytes());
        // Two slashes at the front would be a host.
        let url = Url::parse(&format!("https://news.example{path}")).unwrap();
        prop_assert_eq!(rules.allows(&url), !agrees(&octets, &found), "{} {}", pattern, path);
    }
}

proptest! {
    #[test]
    fn no_bytes_break_it(file in prop::collection::vec(any::<u8>(), 0..600), path in "/\\PC{0,40}") {
        let Ok(url) = Url::parse(&format!("https://news.example{path}")) else {
            return Ok(());
        };
        read(&file).allows(&url);
        let lines = [b"User-agent: *\nDisallow: ", &file[..], b"\nAllow: /", &file[..]].concat();
        let rules = read(&lines);
        rules.allows(&url);
        prop_assert!(rules.delay().is_none_or(|delay| delay <= CRAWL_DELAY_MAX));
        sitemaps(&lines);
    }
}
