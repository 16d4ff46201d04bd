//! A style model: two linear heads over hashed features, in a table that is read in place.

use super::grams::grams;

/// Rows of the table.
pub(super) const SLOTS: usize = 49_152;

/// Bytes of a row: a check of the feature that owns it, and its weight in either head.
pub(super) const ROW: usize = 3;

/// The first bytes of a model: its format and version.
const MAGIC: [u8; 8] = *b"bgstyle3";

/// Those of a model without figures of its own for the source, of which some still serve.
const FORMER_MAGIC: [u8; 8] = *b"bgstyle2";

/// Figures in the header, each a little-endian `f32`.
const FIGURES: usize = 9;

/// Of these, in a model of the former format.
const FORMER_FIGURES: usize = 6;

pub(super) const HEADER: usize = MAGIC.len() + 4 * FIGURES;

/// Features without which there is nothing to judge: about twenty-five words.
const GRAMS_MIN: usize = 170;

/// The table's row and the check of a feature.
pub(super) fn place(hash: u32) -> (usize, u8) {
    let slot = (u64::from(hash) * SLOTS as u64) >> 32;
    (slot as usize, hash as u8)
}

/// A straight line from a margin to log-odds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Calibration {
    pub(super) slope: f32,
    pub(super) offset: f32,
}

impl Calibration {
    pub(super) fn at(self, x: f32) -> f32 {
        self.slope * x + self.offset
    }
}

/// What turns sums over the table into log-odds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Header {
    /// What one step of the stored weights is worth, for each head.
    pub(super) steps: [f32; 2],
    /// The constant of each head.
    pub(super) biases: [f32; 2],
    /// Log-odds of both together.
    pub(super) joined: Calibration,
    /// What the first head is lifted by before it is joined for the text's source: natives are told
    /// by far more than they need over ten articles, translators are not.
    pub(super) lenience: f32,
    /// Log-odds of both together, so lifted.
    pub(super) source: Calibration,
}

/// One number for two opinions: machine translation is told from native writing by the first head
/// *and* from human translation by the second, so the lower of them counts most.
pub(super) fn join(margins: [f32; 2]) -> f32 {
    let [native, human] = margins.map(|margin| (-margin.clamp(-40.0, 40.0)).exp());
    -(native + human).ln()
}

impl Header {
    fn write(&self) -> Vec<u8> {
        let line = [
            self.joined.slope,
            self.joined.offset,
            self.lenience,
            self.source.slope,
            self.source.offset,
        ];
        let figures = self.steps.into_iter().chain(self.biases).chain(line);
        let figures = figures.flat_map(f32::to_le_bytes);
        MAGIC.into_iter().chain(figures).collect()
    }

    /// The header, and the table behind it.
    fn read(bytes: &[u8]) -> Option<(Header, &[u8])> {
        let (magic, rest) = bytes.split_first_chunk()?;
        let count = match *magic {
            MAGIC => FIGURES,
            FORMER_MAGIC => FORMER_FIGURES,
            _ => return None,
        };
        let (figures, table) = rest.split_at_checked(4 * count)?;
        let (figures, _) = figures.as_chunks();
        let figures: Vec<f32> = figures.iter().copied().map(f32::from_le_bytes).collect();
        let are_finite = figures.iter().all(|figure| figure.is_finite());
        let header = Header::of(&figures).filter(|_| are_finite)?;
        Some((header, table))
    }

    /// In the former format the text's own line serves its source too.
    fn of(figures: &[f32]) -> Option<Header> {
        let (
            &[
                native_step,
                human_step,
                native_bias,
                human_bias,
                slope,
                offset,
            ],
            of_source,
        ) = figures.split_first_chunk::<FORMER_FIGURES>()?;
        let joined = Calibration { slope, offset };
        let (lenience, source) = match *of_source {
            [lenience, slope, offset] => (lenience, Calibration { slope, offset }),
            _ => (0.0, joined),
        };
        Some(Header {
            steps: [native_step, human_step],
            biases: [native_bias, human_bias],
            joined,
            lenience,
            source,
        })
    }
}

/// What a model makes of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// The log-odds behind [`Reading::score`], which at even odds are the log likelihood ratio of a
    /// machine translation to a human one, in nats.
    pub log_odds: f32,
    /// The same with the first head lifted: what to add up over the texts of a source.
    pub of_source: f32,
    /// The share of its features that the model has met, in 0..=1.
    pub known: f32,
}

impl Reading {
    /// What a text in the model's language has at least of `known`. Of 13,800 texts in the twelve
    /// languages the poorest has 0.30; random letters, encoded bytes and words read in a wrong
    /// encoding have 0.18 at most.
    pub const KNOWN_MIN: f32 = 0.25;

    /// How much the text reads like raw machine translation, in 0..=1: as it would be if half of all
    /// texts were such and half translated by people.
    pub fn score(self) -> f32 {
        1.0 / (1.0 + (-self.log_odds).exp())
    }
}

/// What was summed over a text.
struct Sums {
    /// By head.
    margins: [f32; 2],
    /// Features.
    count: usize,
    /// Of these, known to the model.
    known: usize,
}

/// A model of one language.
#[derive(Debug, Clone, Copy)]
pub struct Model<'a> {
    header: Header,
    rows: &'a [[u8; ROW]],
}

impl<'a> Model<'a> {
    /// Reads a model in place; `None` for what is none.
    pub fn parse(bytes: &'a [u8]) -> Option<Model<'a>> {
        let (header, table) = Header::read(bytes)?;
        let (rows, rest) = table.as_chunks::<ROW>();
        (rows.len() == SLOTS && rest.is_empty()).then_some(Model { header, rows })
    }

    pub(super) fn encode(header: &Header, rows: &[[u8; ROW]]) -> Vec<u8> {
        let mut bytes = header.write();
        bytes.extend(rows.iter().flatten());
        bytes
    }

    /// What `text` reads like; `None` where it is too short.
    pub fn read(&self, text: &str) -> Option<Reading> {
        let Sums {
            margins,
            count,
            known,
        } = self.sums(text);
        if count < GRAMS_MIN {
            return None;
        }
        let header = &self.header;
        let margins = [0, 1].map(|at| header.steps[at] * margins[at] + header.biases[at]);
        Some(Reading {
            log_odds: header.joined.at(join(margins)),
            of_source: header
                .source
                .at(join([margins[0] + header.lenience, margins[1]])),
            known: known as f32 / count as f32,
        })
    }

    /// How much `text` reads like raw machine translation; `None` for a text that is too short. See
    /// [`Reading::score`].
    pub fn score(&self, text: &str) -> Option<f32> {
        Some(self.read(text)?.score())
    }

    /// For each head the sum of the weights, each times the square root of how often its feature
    /// occurs, divided by the square root of how many features there are: in the text's length the
    /// evidence grows as it should, and a short text stays near the prior.
    fn sums(&self, text: &str) -> Sums {
        let growth = growth();
        let mut seen = vec![0_u8; SLOTS];
        let mut sums = [0.0_f32; 2];
        let mut known = 0;
        let count = grams(text, |hash| {
            let (slot, check) = place(hash);
            let [owner, native, human] = self.rows[slot];
            if owner != check {
                return;
            }
            known += 1;
            let times = seen[slot];
            let more = growth[usize::from(times)];
            sums[0] += f32::from(native as i8) * more;
            sums[1] += f32::from(human as i8) * more;
            seen[slot] = times.saturating_add(1);
        });
        let length = (count.max(1) as f32).sqrt();
        Sums {
            margins: sums.map(|sum| sum / length),
            count,
            known,
        }
    }
}

/// By how much the square root grows from each count to the next. Beyond a byte's worth it hardly
/// does.
fn growth() -> [f32; 256] {
    std::array::from_fn(|n| match n {
        255 => 0.0,
        _ => ((n + 1) as f32).sqrt() - (n as f32).sqrt(),
    })
}
