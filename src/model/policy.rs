//! Where reading and judging stop.

/// Where the parser stops. All are per page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseLimits {
    /// Bytes of decoded text.
    pub bytes: usize,
    /// Nodes of the tree.
    pub nodes: usize,
    /// Nesting of elements.
    pub depth: usize,
    /// Attributes of one tag.
    pub attributes: usize,
}

impl Default for ParseLimits {
    fn default() -> ParseLimits {
        ParseLimits {
            bytes: 20 << 20,
            nodes: 300_000,
            depth: 512,
            attributes: 1_000,
        }
    }
}

/// The thresholds of judgement. All shares are in 0..=1.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Fewer words of body than this are not judged.
    pub words_min: usize,
    /// `scores.overall` from which an article is flagged.
    pub flag_at: f32,
    /// `scores.boilerplate` from which an article is flagged for boilerplate alone.
    pub boilerplate_at: f32,
    /// `scores.style` from which an article is flagged for its style alone.
    pub translation_at: f32,
    /// Rules that are switched off.
    pub disabled: Vec<String>,
}

/// What is judged otherwise in the articles of one source.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OwnPolicy {
    /// In the place of [`Policy::words_min`].
    pub words_min: Option<usize>,
    /// In the place of [`Policy::flag_at`].
    pub flag_at: Option<f32>,
    /// In the place of [`Policy::boilerplate_at`].
    pub boilerplate_at: Option<f32>,
    /// In the place of [`Policy::translation_at`].
    pub translation_at: Option<f32>,
    /// Switched off beside [`Policy::disabled`].
    pub disabled: Vec<String>,
}

impl Policy {
    /// Words of a text from which on its style is read: the models have learned from texts that long.
    pub const STYLE_WORDS_MIN: usize = 80;

    /// The thresholds for a source that has some of its own.
    #[must_use]
    pub fn with(&self, own: &OwnPolicy) -> Policy {
        Policy {
            words_min: own.words_min.unwrap_or(self.words_min),
            flag_at: own.flag_at.unwrap_or(self.flag_at),
            boilerplate_at: own.boilerplate_at.unwrap_or(self.boilerplate_at),
            translation_at: own.translation_at.unwrap_or(self.translation_at),
            disabled: self.disabled.iter().chain(&own.disabled).cloned().collect(),
        }
    }
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            words_min: 60,
            flag_at: 0.5,
            boilerplate_at: 0.35,
            translation_at: 0.96,
            disabled: Vec::new(),
        }
    }
}
