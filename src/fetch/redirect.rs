//! Follows redirects itself, so that every hop passes the guard, the gate and robots.txt.

use std::collections::HashSet;

use url::Url;

use super::guard::GuardStage;

/// Longer targets than any server accepts are not followed (RFC 9110, 4.1 asks for 8,000).
const LOCATION_MAX: usize = 8_192;

/// Why a redirect was not followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RedirectError {
    /// 3xx without a target.
    #[error("the redirect names no target")]
    NoLocation,
    /// Over 8 KiB.
    #[error("the redirect names a target of {0} bytes")]
    TooLong(usize),
    /// The target is no URL.
    #[error("the redirect names a target that is no URL: {0}")]
    NotUrl(url::ParseError),
    /// The target was asked before.
    #[error("the redirects run in a circle at hop {0}")]
    Loop(usize),
    /// The same, after a cookie was set on the way: the site tries whether it comes back.
    #[error("the redirects want a cookie, which is never sent: they run in a circle at hop {0}")]
    Cookie(usize),
    /// More hops than are followed.
    #[error("over {0} redirects")]
    TooMany(u32),
}

/// The way from the first URL to the last.
#[derive(Debug)]
pub struct RedirectChain {
    url: Url,
    seen: HashSet<String>,
    permanent: bool,
    sets_cookies: bool,
    hops_max: u32,
}

impl RedirectChain {
    /// A way that starts at `url` and may take `hops_max` redirects.
    pub fn new(url: &Url, hops_max: u32) -> RedirectChain {
        RedirectChain {
            url: url.clone(),
            seen: HashSet::from([key(url)]),
            permanent: true,
            sets_cookies: false,
            hops_max,
        }
    }

    /// Where it stands now.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Redirects taken so far.
    pub fn hops(&self) -> usize {
        self.seen.len() - 1
    }

    /// Where the guard books a refusal of the URL where it stands.
    pub fn stage(&self) -> GuardStage {
        match self.hops() {
            0 => GuardStage::Url,
            _ => GuardStage::Redirect,
        }
    }

    /// The new address, if there were redirects and each was permanent.
    pub fn moved_to(&self) -> Option<Url> {
        (self.permanent && self.hops() > 0).then(|| self.url.clone())
    }

    /// Remembers that a cookie was set on the way.
    pub fn saw_cookie(&mut self) {
        self.sets_cookies = true;
    }

    /// Takes the redirect that an answer with `status` and the bytes of its Location ask for.
    /// The target is read as the URL standard does; user name and password in it are dropped.
    pub fn follow(&mut self, status: u16, location: Option<&[u8]>) -> Result<(), RedirectError> {
        let location = location
            .filter(|bytes| !bytes.is_empty())
            .ok_or(RedirectError::NoLocation)?;
        if location.len() > LOCATION_MAX {
            return Err(RedirectError::TooLong(location.len()));
        }
        let mut target = self
            .url
            .join(&latin1_or_utf8(location))
            .map_err(RedirectError::NotUrl)?;
        drop_credentials(&mut target);
        if target.fragment().is_none() {
            // RFC 9110, 10.2.2: the fragment is inherited.
            target.set_fragment(self.url.fragment());
        }
        if self.hops() >= self.hops_max as usize {
            return Err(RedirectError::TooMany(self.hops_max));
        }
        if !self.seen.insert(key(&target)) {
            let hop = self.hops() + 1;
            return Err(match self.sets_cookies {
                true => RedirectError::Cookie(hop),
                false => RedirectError::Loop(hop),
            });
        }
        self.permanent &= matches!(status, 301 | 308);
        self.url = target;
        Ok(())
    }
}

/// Whether `status` sends the client elsewhere. 300, 305 and 306 do not.
pub fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// Forgets user name and password.
pub(super) fn drop_credentials(url: &mut Url) {
    // These fail only for URLs that cannot have any.
    let _ = url.set_username("");
    let _ = url.set_password(None);
}

/// What reaches the server: without the fragment.
fn key(url: &Url) -> String {
    url[..url::Position::AfterQuery].to_string()
}

/// Header bytes beyond ASCII are UTF-8 on today's servers and Latin-1 on old ones.
pub(super) fn latin1_or_utf8(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_string(),
        Err(_) => bytes.iter().map(|&b| char::from(b)).collect(),
    }
}
