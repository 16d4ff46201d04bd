//! Who looks at a page: whether they may write, and what they are called. Both come from cookies, so
//! that nothing is typed twice.

use http::{HeaderMap, HeaderValue};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::{
    config::Config,
    model::Zone,
    report::{html::ReviewForm, tongue::Tongue},
};

use super::{
    guard, language,
    session::{cookie, has_session, set},
};

/// The reviewer's name, percent-encoded.
const NAME: &str = "benggala_by";

/// What a decision is signed with by somebody who has not said a name.
pub(super) const NOBODY: &str = "somebody";

/// Seconds for which a name is remembered: a year.
const NAME_KEPT: u64 = 31_536_000;

/// Who looks at a page.
#[derive(Debug, Clone)]
pub(super) struct Visitor {
    /// Whether and how they can write.
    pub(super) form: ReviewForm,
    /// Whether they have logged in.
    pub(super) is_in: bool,
    /// Their name; empty if they have not said one.
    pub(super) name: String,
    /// By whose clocks times are shown.
    pub(super) zone: Zone,
    /// In which language.
    pub(super) tongue: Tongue,
}

impl Visitor {
    pub(super) fn of(headers: &HeaderMap, config: &Config) -> Visitor {
        let serve = &config.serve;
        let name = cookie(headers, NAME).unwrap_or_default();
        let is_in = has_session(headers, serve);
        let form = match guard::review_form(serve) {
            ReviewForm::Token if is_in => ReviewForm::Open,
            form => form,
        };
        Visitor {
            form,
            is_in,
            name: percent_decode_str(name).decode_utf8_lossy().into_owned(),
            zone: config.schedule.zone,
            tongue: language::tongue(headers),
        }
    }
}

/// Remembers a reviewer's name.
pub(super) fn name_cookie(name: &str) -> Option<HeaderValue> {
    let value = utf8_percent_encode(name, NON_ALPHANUMERIC);
    set(&format!("{NAME}={value}; Max-Age={NAME_KEPT}"))
}
