use benggala::learn::trees::{Examples, Growth, Rows, train};
use rand::{RngExt, SeedableRng, rngs::StdRng};

/// Yes where exactly one of the first two features is high: no single feature tells.
fn exclusive_or(rows: usize) -> Examples {
    let mut random = StdRng::seed_from_u64(7);
    let mut examples = Examples::default();
    for _ in 0..rows {
        let features: [f32; 3] = random.random();
        let yes = (features[0] > 0.5) != (features[1] > 0.5);
        examples.push(&features, f32::from(u8::from(yes)), 1.0);
    }
    examples
}

fn one(row: &[f32]) -> Rows {
    let mut rows = Rows::default();
    rows.write(|values| values.extend_from_slice(row));
    rows
}

fn growth() -> Growth {
    Growth {
        rounds: 40,
        leaves: 8,
        rate: 0.3,
        features: 1.0,
        ..Growth::default()
    }
}

#[test]
fn learns_what_no_single_feature_tells() {
    let examples = exclusive_or(4_000);
    let forest = train(&examples, &growth(), &mut StdRng::seed_from_u64(1), |_| {});
    let test = exclusive_or(500);
    let right = (0..test.len())
        .filter(|row| {
            (forest.odds(&one(test.rows.row(*row)))[0] > 0.0) == (test.labels[*row] > 0.5)
        })
        .count();
    assert!(right >= 480, "{right} of 500");
    let splits = forest.splits();
    assert!(
        splits[2] < splits[0] && splits[2] < splits[1],
        "the third feature says nothing: {splits:?}"
    );
}

#[test]
fn the_same_seed_gives_the_same_forest_and_it_survives_storage() {
    let examples = exclusive_or(500);
    let growth = Growth {
        features: 0.7,
        ..growth()
    };
    let one = train(&examples, &growth, &mut StdRng::seed_from_u64(3), |_| {});
    let two = train(&examples, &growth, &mut StdRng::seed_from_u64(3), |_| {});
    let other = train(&examples, &growth, &mut StdRng::seed_from_u64(4), |_| {});
    assert_eq!(one, two);
    assert_ne!(one, other);
    let bytes = postcard::to_stdvec(&one).unwrap();
    assert_eq!(
        postcard::from_bytes::<benggala::learn::trees::Forest>(&bytes).unwrap(),
        one
    );
}

#[test]
fn nothing_to_learn_from_is_no_reason_to_fail() {
    let empty = Examples::default();
    let forest = train(&empty, &growth(), &mut StdRng::seed_from_u64(1), |_| {});
    assert!(forest.odds(&one(&[0.0, f32::NAN]))[0] < 0.0);
    let mut same = Examples::default();
    for _ in 0..100 {
        same.push(&[f32::NAN], 1.0, 1.0);
    }
    let forest = train(&same, &growth(), &mut StdRng::seed_from_u64(1), |_| {});
    assert!(forest.odds(&one(&[1.0]))[0] > 2.0);
}

#[test]
fn many_rows_come_out_as_each_by_itself() {
    let examples = exclusive_or(101);
    let forest = train(&examples, &growth(), &mut StdRng::seed_from_u64(5), |_| {});
    let together = forest.odds(&examples.rows);
    let alone: Vec<f32> = (0..examples.len())
        .map(|row| forest.odds(&one(examples.rows.row(row)))[0])
        .collect();
    assert_eq!(together.len(), 101);
    assert_eq!(together, alone);
}

/// One question a tree cannot tell it, however many trees there are.
#[test]
fn a_tree_asks_no_more_questions_than_it_may() {
    let growth = Growth {
        depth: 1,
        ..growth()
    };
    let examples = exclusive_or(4_000);
    let forest = train(&examples, &growth, &mut StdRng::seed_from_u64(1), |_| {});
    let odds = forest.odds(&examples.rows);
    let right = odds.iter().zip(&examples.labels);
    let right = right.filter(|(odds, label)| (**odds > 0.0) == (**label > 0.5));
    assert!(right.count() < 2_800, "of 4,000");
}
