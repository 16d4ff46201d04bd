//! How much the articles of one source resemble each other: the estimate behind [`SOURCE_SD`].
//!
//! [`SOURCE_SD`]: super::SOURCE_SD

/// Variance of the evidence within and between sources, over sources of several kinds.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub struct Resemblance {
    within: f64,
    within_freedom: f64,
    between: f64,
    between_freedom: f64,
}

impl Resemblance {
    /// Adds sources of one kind, each with the log likelihood ratios of its articles, by one-way
    /// analysis of variance with groups of uneven size (Donner 1986). Kinds are added one by one:
    /// what tells them apart is no resemblance. Sources of one article and single sources tell
    /// nothing.
    pub fn add(&mut self, sources: &[Vec<f64>]) {
        let sources: Vec<&Vec<f64>> = sources.iter().filter(|s| s.len() > 1).collect();
        if sources.len() < 2 {
            return;
        }
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let squares = |values: &[f64], center: f64| -> f64 {
            values.iter().map(|x| (x - center).powi(2)).sum()
        };
        let articles: Vec<f64> = sources.iter().flat_map(|s| s.iter().copied()).collect();
        let (grand, count) = (mean(&articles), articles.len() as f64);
        let within: f64 = sources.iter().map(|s| squares(s, mean(s))).sum();
        let between = squares(&articles, grand) - within;
        let freedom = (sources.len() - 1) as f64;
        let within_freedom = count - sources.len() as f64;
        let uneven: f64 = sources.iter().map(|s| (s.len() as f64).powi(2)).sum();
        let size = (count - uneven / count) / freedom;
        self.within += within;
        self.within_freedom += within_freedom;
        self.between += (between / freedom - within / within_freedom) / size * freedom;
        self.between_freedom += freedom;
    }

    /// The spread of the articles of one source, in nats.
    pub fn within_sd(&self) -> f64 {
        (self.within / self.within_freedom.max(1.0)).sqrt()
    }

    /// The spread of the means of sources of one kind, in nats.
    pub fn between_sd(&self) -> f64 {
        let between = self.between / self.between_freedom.max(1.0);
        between.max(0.0).sqrt()
    }

    /// The intraclass correlation: the part of the variance that lies between sources.
    pub fn correlation(&self) -> f64 {
        let [within, between] = [self.within_sd(), self.between_sd()].map(|sd| sd * sd);
        between / (within + between).max(f64::MIN_POSITIVE)
    }
}
