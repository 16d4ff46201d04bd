//! From margins to log likelihood ratios that hold on unseen texts.

use super::model::Calibration;

/// Keeps the slope finite where the sides part cleanly.
const RIDGE: f64 = 1e-3;

/// A margin, and what it counts beside others of its side.
pub(super) type Weighted = (f32, f32);

/// A margin, whether it belongs to a machine translation (0 or 1), and its weight.
type WeightedMargin = (f64, f64, f64);

/// The line from margins to the log likelihood ratio of a machine translation to a text by people,
/// by logistic regression on held-out texts of which either side weighs the same (Platt 1999).
pub(super) fn ratio_line(people: &[Weighted], machine: &[Weighted]) -> Calibration {
    let side = |margins: &[Weighted], side: f64| -> Vec<WeightedMargin> {
        let together: f64 = margins.iter().map(|(_, weight)| f64::from(*weight)).sum();
        let share = 0.5 / together.max(f64::MIN_POSITIVE);
        let cases = margins
            .iter()
            .map(|(x, weight)| (f64::from(*x), side, share * f64::from(*weight)));
        cases.collect()
    };
    logistic_line(&[side(people, 0.0), side(machine, 1.0)].concat())
}

/// Logistic regression on one variable, by Newton's method.
fn logistic_line(cases: &[WeightedMargin]) -> Calibration {
    let (mut slope, mut offset) = (1.0_f64, 0.0_f64);
    for _ in 0..50 {
        let (mut gs, mut go) = (RIDGE * slope, 0.0);
        let (mut ss, mut so, mut oo) = (RIDGE, 0.0, 1e-9);
        for (x, side, weight) in cases {
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
    Calibration {
        slope: slope as f32,
        offset: offset as f32,
    }
}
