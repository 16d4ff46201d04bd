//! Counts as the numbers that trees split on best.

/// The logarithm of one more than `n`.
pub(super) fn ln(n: usize) -> f32 {
    (n as f32).ln_1p()
}

/// The share of a whole; 0 of nothing.
pub(super) fn share(part: usize, whole: usize) -> f32 {
    part as f32 / whole.max(1) as f32
}

/// Whether `a` stands before `b`.
pub(super) fn sign(a: usize, b: usize) -> f32 {
    if a < b { -1.0 } else { 1.0 }
}

/// The share of `words` that are in `other` too.
pub(super) fn overlap(words: &[u32], other: &[u32]) -> f32 {
    if words.is_empty() || other.is_empty() {
        return 0.0;
    }
    share(
        words.iter().filter(|word| other.contains(word)).count(),
        words.len(),
    )
}
