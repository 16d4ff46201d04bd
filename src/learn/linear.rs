//! A linear classifier, trained by coordinate descent.

/// A sparse vector: columns in ascending order and their values.
pub type SparseVector = Vec<(u32, f32)>;

/// A vector, the side it belongs to (1 or -1) and what an error on it costs.
pub type Case<'a> = (&'a SparseVector, f32, f32);

/// The largest gradient at which the solution is good enough.
const TOLERANCE: f32 = 0.01;

/// Weights of an L2-regularised linear classifier with squared hinge loss, by dual coordinate
/// descent (Hsieh et al. 2008, "A Dual Coordinate Descent Method for Large-scale Linear SVM").
/// Columns of the rows are below `columns`; it takes at most `passes` over the cases, and the same
/// cases and seed give the same weights.
pub fn solve(columns: usize, cases: &[Case<'_>], passes: usize, seed: u64) -> Vec<f32> {
    let mut weights = vec![0.0_f32; columns];
    let mut duals = vec![0.0_f32; cases.len()];
    let norms: Vec<f32> = cases
        .iter()
        .map(|(row, ..)| row.iter().map(|(_, value)| value * value).sum())
        .collect();
    let mut order: Vec<usize> = (0..cases.len()).collect();
    let mut state = seed | 1;
    for _ in 0..passes {
        shuffle(&mut order, &mut state);
        let mut steepest = 0.0_f32;
        for &at in &order {
            let (row, side, cost) = cases[at];
            let diagonal = 0.5 / cost;
            let gradient = side * dot(&weights, row) - 1.0 + diagonal * duals[at];
            let dual = (duals[at] - gradient / (norms[at] + diagonal)).max(0.0);
            let change = dual - duals[at];
            if change.abs() < 1e-9 {
                continue;
            }
            duals[at] = dual;
            steepest = steepest.max(gradient.abs());
            for (column, value) in row {
                weights[*column as usize] += change * side * value;
            }
        }
        if steepest < TOLERANCE {
            break;
        }
    }
    weights
}

fn dot(weights: &[f32], row: &SparseVector) -> f32 {
    row.iter()
        .map(|(column, value)| weights[*column as usize] * value)
        .sum()
}

/// Fisher and Yates, with Marsaglia's xorshift.
fn shuffle(order: &mut [usize], state: &mut u64) {
    for last in (1..order.len()).rev() {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        order.swap(last, (*state % (last as u64 + 1)) as usize);
    }
}
