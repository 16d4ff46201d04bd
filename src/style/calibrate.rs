//! From margins to probabilities that hold on unseen texts.

use super::model::Line;

/// The log-odds of a score of .9, where no more than [`STRICT_SHARES`] of held-out texts end up. The
/// policy's own threshold is higher: other texts differ more than held-out ones.
const STRICT: f32 = 2.197_224_6;

/// Shares of native and of human-translated texts that may reach the strict threshold while
/// calibrating: below the promised 1 % and 3 %, since unseen texts differ.
const STRICT_SHARES: [f32; 2] = [0.0, 0.005];

/// A margin, whether it belongs to a machine translation (0 or 1), and its weight.
type Case = (f64, f64, f64);

fn weighted_platt<'a>(cases: &dyn Fn() -> Box<dyn Iterator<Item = Case> + 'a>) -> Line {
    /// Keeps the slope finite where the sides part cleanly.
    const RIDGE: f64 = 1e-3;
    let (mut slope, mut offset) = (1.0_f64, 0.0_f64);
    for _ in 0..50 {
        let (mut gs, mut go) = (RIDGE * slope, 0.0);
        let (mut ss, mut so, mut oo) = (RIDGE, 0.0, 1e-9);
        for (x, side, weight) in cases() {
            let p = 1.0 / (1.0 + (-(slope * x + offset)).exp());
            let (error, curve) = (weight * (p - side), weight * p * (1.0 - p));
            gs += error * x;
            go += error;
            ss += curve * x * x;
            so += curve * x;
            oo += curve;
        }
        let det = ss * oo - so * so;
        let step = ((oo * gs - so * go) / det, (ss * go - so * gs) / det);
        slope -= step.0.clamp(-1.0, 1.0);
        offset -= step.1.clamp(-1.0, 1.0);
        if step.0.abs() + step.1.abs() < 1e-6 {
            break;
        }
    }
    Line {
        slope: slope as f32,
        offset: offset as f32,
    }
}

/// The line from joined log-odds to those of the score: even odds where they are even among
/// held-out texts, and never so steep that more than [`STRICT_SHARES`] of them reach the strict
/// threshold.
pub(super) fn strict(native: &[f32], human: &[f32], machine: &[f32]) -> Line {
    let cases = || {
        let weigh = |side: &'_ [f32], share: f64| share / side.len().max(1) as f64;
        let (n, h, m) = (weigh(native, 0.25), weigh(human, 0.25), weigh(machine, 0.5));
        let native = native.iter().map(move |x| (f64::from(*x), 0.0, n));
        let human = human.iter().map(move |x| (f64::from(*x), 0.0, h));
        let machine = machine.iter().map(move |x| (f64::from(*x), 1.0, m));
        native.chain(human).chain(machine)
    };
    let line = weighted_platt(&|| Box::new(cases()));
    let even = -line.offset / line.slope;
    let limit =
        upper_quantile(native, STRICT_SHARES[0]).max(upper_quantile(human, STRICT_SHARES[1]));
    let slope = line.slope.min(STRICT / (limit - even).max(f32::EPSILON));
    Line {
        slope,
        offset: -slope * even,
    }
}

/// The value that at most `share` of `values` exceed.
fn upper_quantile(values: &[f32], share: f32) -> f32 {
    let mut values = values.to_vec();
    values.sort_unstable_by(|a, b| b.total_cmp(a));
    let above = (share * values.len() as f32) as usize;
    values.get(above).copied().unwrap_or(f32::NEG_INFINITY)
}
