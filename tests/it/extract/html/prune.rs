//! What is left out before parsing.

use super::LONG;
use crate::extract::{FIRST, SECOND, read};

/// What is left out before parsing never parts or joins words.
#[test]
fn pruning_leaves_the_words_as_they_were() {
    let cases = [
        ("<p><b>one</b> <i>two</i></p>", "one two"),
        ("<p><b>one</b>\n\t<i>two</i></p>", "one two"),
        ("<p><b>one</b><i>two</i></p>", "onetwo"),
        ("<p>one<img src=a alt='b c'>two</p>", "onetwo"),
        ("<p>one <img src=a> two</p>", "one two"),
        ("<p><b>one</b> <img src=a><i>two</i></p>", "one two"),
        ("<p><b>one</b> <!-- x --> <i>two</i></p>", "one two"),
        ("<p><b>one</b> <script>x</script><i>two</i></p>", "one two"),
        ("<div><b>one</b></section> <i>two</i></div>", "one two"),
        (
            "<p>one<b data-a=\"x>y\" class='z'data-b=1>two</b></p>",
            "onetwo",
        ),
        ("<p>one <b data-a='<p>'data-b>two</b></p>", "one two"),
        ("<p>one <a href=\"x\"title=y>two</a></p>", "one two"),
        ("<p>one <a href=x/>two</a></p>", "one two"),
        ("<p>one <a\nhref = 'x y' data-z>two</a></p>", "one two"),
        ("<p>one <b \"data-a\"=1 <b>two</b></p>", "one two"),
        (
            "<p>one <span style='display : none'>no</span>two</p>",
            "one two",
        ),
        ("<p>one <span style='color:red'>two</span></p>", "one two"),
        ("<p>one <span HIDDEN>no</span>two</p>", "one two"),
    ];
    for (markup, words) in cases {
        let html = format!("<article>{markup}<p>{FIRST}</p> <p>{SECOND}</p></article>");
        let article = read(html.as_bytes()).unwrap();
        assert_eq!(
            article.body,
            format!("{words}\n\n{FIRST}\n\n{SECOND}"),
            "{markup}"
        );
    }
    let html = format!(
        "<article><p>{FIRST}</p><pre>The notice was typed in one evening,\n   \
         with its second line moved in,\n\n<b>a third in bold letters,</b>\n  \
         <i>and a last one that leans over the town.</i></pre><p>{SECOND}</p></article>"
    );
    let article = read(html.as_bytes()).unwrap();
    let notice = "The notice was typed in one evening,\n   with its second line moved in,\n\
                  a third in bold letters,\n  and a last one that leans over the town.";
    assert_eq!(article.body, format!("{FIRST}\n\n{notice}\n\n{SECOND}"));
}

#[test]
fn unclosed_markup_does_not_swallow_the_article() {
    for opening in [
        "<!-- forgotten",
        "<svg><path d=''>",
        "<template>",
        "<object>",
        "<noscript>",
        "<iframe src=x>",
    ] {
        let html = format!("<body>{opening}<p>{LONG}</p></body>");
        let article = read(html.as_bytes()).unwrap();
        assert!(article.body.contains(LONG), "{opening}");
    }
}
