//! Shares, means and intervals.

/// `part` of `whole`; 0 where there is no whole.
pub fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// The share of `part` things in `whole`; 0 where there are none.
pub fn share(part: usize, whole: usize) -> f64 {
    ratio(part as f64, whole as f64)
}

/// The harmonic mean: of precision and recall it is F1.
pub fn harmonic(a: f64, b: f64) -> f64 {
    ratio(2.0 * a * b, a + b)
}

/// The arithmetic mean; `None` of nothing.
pub fn mean(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let values: Vec<f64> = values.into_iter().collect();
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The interval that 95 % of `values` lie in; `None` of nothing.
pub fn interval(mut values: Vec<f64>) -> Option<(f64, f64)> {
    values.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| values.get((share * (values.len().max(1) - 1) as f64).round() as usize);
    Some((*at(0.025)?, *at(0.975)?))
}
