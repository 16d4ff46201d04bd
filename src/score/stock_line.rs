//! "Leave a Reply", "Baca Juga: …", "Back To Top"

use super::{About, Counts, Detector, Draft, Example, Family, Grade};
use crate::{
    lang::{StockFamily, stock_family},
    model::{Finding, Span},
};

/// See [`ABOUT`].
pub(super) struct StockLine;

/// Words of a line, at most: templates are terse.
const WORDS_MAX: usize = 36;

// The native texts are nearly all of one Indonesian collection, with "Baca juga: …" left in; of
// the 196 lines found in them, each of those read is of the page.
const STRONG: Grade = Grade::strong(0.22, Counts::new(95, 4, 42));

const COMMENT_FORM: &str = "part of the comment form";
const READ_ALSO: &str = "a link to other articles";
const SHARE: &str = "share or follow buttons";
const NEWSLETTER: &str = "an invitation to subscribe";
const NAVIGATION: &str = "navigation of the page";
const COOKIE: &str = "part of the consent dialogue";
const COPYRIGHT: &str = "the rights notice of the site";
const TAGS: &str = "labels of the article";
const ADVERTISEMENT: &str = "the frame of an advertisement";
const PAYWALL: &str = "the door of a paywall";
const APP: &str = "an invitation to install the app";
const CREDIT: &str = "a credit line of the page";

/// What is said of lines made of stock phrases.
pub(super) const NOTES: &[&str] = &[
    COMMENT_FORM,
    READ_ALSO,
    SHARE,
    NEWSLETTER,
    NAVIGATION,
    COOKIE,
    COPYRIGHT,
    TAGS,
    ADVERTISEMENT,
    PAYWALL,
    APP,
    CREDIT,
];

pub(super) const ABOUT: About = About {
    rule: "stock-line",
    summary: "a line that belongs to the page and not to the article",
    why: "text taken over from a page by a machine brings the comment form, the share buttons and \
          the links to other articles along",
    family: Family::Boilerplate,
    grades: &[STRONG],
    notes: NOTES,
    flags: &[
        Example {
            lang: "id",
            text: "Hujan turun.\n\n[[Baca Juga: Banjir di Kota Itu Surut]]\n\n\
                   [[Alamat email Anda tidak akan dipublikasikan. Kolom yang wajib ditandai *]]",
        },
        Example {
            lang: "en",
            text: "It rained.\n\n[[Leave a Reply]]\n\n[[Back to top]]",
        },
    ],
    passes: &[
        Example {
            lang: "en",
            text: "Sites must let readers accept all cookies or none, the court said.\n\n\
                   Leave a reply unsent for a day, she advises, and you will be glad.",
        },
        Example {
            lang: "id",
            text: "Warga diminta membaca juga petunjuk di papan pengumuman.",
        },
    ],
};

impl Detector for StockLine {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn detect(&self, draft: &Draft<'_>, found: &mut Vec<Finding>) {
        let others = lines(draft).filter(|(_, family)| *family != StockFamily::Credit);
        found.extend(others.map(|(span, family)| Finding {
            rule: ABOUT.rule,
            grade: STRONG.name,
            span,
            note: note(family).to_string(),
            left_out: None,
        }));
    }
}

/// Lines made of stock phrases, and what they belong to.
pub(super) fn lines(draft: &Draft<'_>) -> impl Iterator<Item = (Span, StockFamily)> {
    let short = draft.lines().filter(|line| line.len() <= WORDS_MAX);
    short.filter_map(|line| {
        let family = stock_family(&draft.packs(), draft.text, &draft.keys, &line);
        let family = family.filter(|_| !is_code(draft, &line))?;
        Some((draft.whole_line(&line), family))
    })
}

/// `tags: [Tag]` declares something.
fn is_code(draft: &Draft<'_>, line: &Span) -> bool {
    draft.text.raw[draft.span(line.start, line.end)].contains(['[', '{', '='])
}

pub(super) fn note(family: StockFamily) -> &'static str {
    match family {
        StockFamily::CommentForm => COMMENT_FORM,
        StockFamily::ReadAlso => READ_ALSO,
        StockFamily::Share => SHARE,
        StockFamily::Newsletter => NEWSLETTER,
        StockFamily::Navigation => NAVIGATION,
        StockFamily::Cookie => COOKIE,
        StockFamily::Copyright => COPYRIGHT,
        StockFamily::Tags => TAGS,
        StockFamily::Advertisement => ADVERTISEMENT,
        StockFamily::Paywall => PAYWALL,
        StockFamily::App => APP,
        StockFamily::Credit => CREDIT,
    }
}
