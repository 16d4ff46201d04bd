//! Gradient-boosted decision trees for yes/no questions: training and prediction.
//!
//! Friedman, "Greedy function approximation: a gradient boosting machine" (2001), with the
//! second-order leaf values and gains of Chen & Guestrin, "XGBoost" (2016), and the quantile
//! histograms and leaf-wise growth of Ke et al., "LightGBM" (2017).

use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

/// A table of features.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// Features of one row.
    pub width: usize,
    /// `width` numbers a row; NaN counts as the smallest.
    pub values: Vec<f32>,
}

impl Rows {
    /// Rows.
    pub fn len(&self) -> usize {
        self.values.len() / self.width.max(1)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The features of one row.
    pub fn row(&self, at: usize) -> &[f32] {
        &self.values[at * self.width..(at + 1) * self.width]
    }

    /// Writes one row at the end; all have as many features as the first.
    pub fn write(&mut self, row: impl FnOnce(&mut Vec<f32>)) {
        let begun = self.values.len();
        row(&mut self.values);
        self.width = self.values.len() - begun;
    }
}

/// Examples to learn from, row by row.
#[derive(Debug, Clone, Default)]
pub struct Examples {
    /// Their features.
    pub rows: Rows,
    /// 0.0 or 1.0 a row; values between are soft labels.
    pub labels: Vec<f32>,
    /// How much a row counts.
    pub weights: Vec<f32>,
}

impl Examples {
    /// Rows.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is nothing to learn from.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Adds one row.
    pub fn push(&mut self, features: &[f32], label: f32, weight: f32) {
        self.rows.write(|row| row.extend_from_slice(features));
        self.labels.push(label);
        self.weights.push(weight);
    }
}

/// How to grow.
#[derive(Debug, Clone, Copy)]
pub struct Growth {
    /// Trees.
    pub rounds: usize,
    /// Leaves of one tree.
    pub leaves: usize,
    /// Questions on the way to a leaf, at most.
    pub depth: usize,
    /// Shrinkage of each tree, in 0..=1.
    pub rate: f32,
    /// Sum of second derivatives that a leaf must hold.
    pub weight_min: f32,
    /// L2 penalty on leaf values.
    pub l2: f32,
    /// Share of the features that each tree sees, in 0..=1.
    pub features: f32,
}

impl Default for Growth {
    fn default() -> Growth {
        Growth {
            rounds: 250,
            leaves: 31,
            depth: 24,
            rate: 0.08,
            weight_min: 20.0,
            l2: 2.0,
            features: 0.6,
        }
    }
}

/// An inner node as it is grown and stored, or a leaf when `feature` is [`LEAF`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Node {
    feature: u16,
    /// Where the left child stands, and the right one behind it.
    children: u16,
    /// Rows with a feature at or below go left; of a leaf, its value.
    value: f32,
}

const LEAF: u16 = u16::MAX;

/// Nodes of a tree, at most.
const NODES_MAX: usize = 1 << 8;

/// A node as it is walked: a leaf leads to itself, so that no step has to ask for it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Step {
    feature: u16,
    left: u8,
    right: u8,
    value: f32,
}

/// A tree to walk down.
#[derive(Debug, Clone, PartialEq)]
struct Tree(Box<[Step]>);

impl TryFrom<Vec<Node>> for Tree {
    type Error = &'static str;

    fn try_from(nodes: Vec<Node>) -> Result<Tree, &'static str> {
        if nodes.is_empty() || nodes.len() > NODES_MAX {
            return Err("a tree has no nodes or too many");
        }
        let step = |(at, node): (usize, &Node)| {
            let (feature, left, right) = match node.feature {
                LEAF => (0, at, at),
                feature => (
                    feature,
                    node.children.into(),
                    usize::from(node.children) + 1,
                ),
            };
            // Children stand behind their parent, so that no walk goes in a circle.
            let is_sound = right < nodes.len() && (node.feature == LEAF || left > at);
            let place = |at: usize| u8::try_from(at).ok().filter(|_| is_sound);
            Some(Step {
                feature,
                left: place(left)?,
                right: place(right)?,
                value: node.value,
            })
        };
        let steps: Option<Box<[Step]>> = nodes.iter().enumerate().map(step).collect();
        steps.map(Tree).ok_or("a tree leads out of itself")
    }
}

impl Tree {
    /// As it was grown.
    fn nodes(&self) -> Vec<Node> {
        let node = |step: &Step| {
            let is_leaf = step.left == step.right;
            Node {
                feature: if is_leaf { LEAF } else { step.feature },
                children: if is_leaf { 0 } else { step.left.into() },
                value: step.value,
            }
        };
        self.0.iter().map(node).collect()
    }

    /// The values of the leaves that rows come to, which begin at these places in `rows`.
    fn values(&self, rows: &[f32], starts: &Lanes) -> [f32; LANES] {
        let mut at = [0; LANES];
        loop {
            let mut moved = 0;
            for (at, start) in at.iter_mut().zip(starts) {
                let step = self.at(*at);
                let feature = rows.get(start + usize::from(step.feature)).copied();
                let is_right = feature.unwrap_or(0.0) > step.value;
                let next = if is_right { step.right } else { step.left };
                moved |= next ^ *at;
                *at = next;
            }
            if moved == 0 {
                return at.map(|at| self.at(at).value);
            }
        }
    }

    fn at(&self, at: u8) -> Step {
        self.0[usize::from(at)]
    }
}

/// A trained forest.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Grown", into = "Grown")]
pub struct Forest {
    width: usize,
    base: f32,
    trees: Vec<Tree>,
}

/// The most that trees can say to a row.
fn most(trees: &[Tree]) -> f32 {
    let leaves = |tree: &Tree| {
        let leaves = tree.0.iter().filter(|step| step.left == step.right);
        leaves
            .map(|leaf| leaf.value)
            .fold(f32::NEG_INFINITY, f32::max)
    };
    trees.iter().map(leaves).sum()
}

/// A forest as it is stored.
#[derive(Serialize, Deserialize)]
struct Grown {
    width: usize,
    base: f32,
    trees: Vec<Vec<Node>>,
}

impl TryFrom<Grown> for Forest {
    type Error = &'static str;

    fn try_from(grown: Grown) -> Result<Forest, &'static str> {
        let trees = grown.trees.into_iter().map(Tree::try_from);
        Ok(Forest {
            width: grown.width,
            base: grown.base,
            trees: trees.collect::<Result<_, _>>()?,
        })
    }
}

impl From<Forest> for Grown {
    fn from(forest: Forest) -> Grown {
        Grown {
            width: forest.width,
            base: forest.base,
            trees: forest.trees.iter().map(Tree::nodes).collect(),
        }
    }
}

impl Forest {
    /// The log-odds of yes of many rows, each as wide as in training. Rows that some trees settle
    /// are not shown to the others.
    pub fn odds(&self, rows: &Rows) -> Vec<f32> {
        self.odds_while(rows, |odds, _| odds.abs() < SETTLED)
    }

    /// The same by all trees: where it matters how sure the surest are.
    pub fn full_odds(&self, rows: &Rows) -> Vec<f32> {
        self.odds_while(rows, |_, _| true)
    }

    /// The same, but of a row that cannot come to `floor` whatever the other trees say, only that it
    /// stays below.
    pub fn odds_from(&self, floor: f32, rows: &Rows) -> Vec<f32> {
        let most: Vec<f32> = self.trees.chunks(STAGE).map(most).collect();
        let behind = |stage: usize| most[stage + 1..].iter().sum::<f32>();
        let behind: Vec<f32> = (0..most.len()).map(behind).collect();
        self.odds_while(rows, |odds, stage| odds + behind[stage] >= floor)
    }

    /// The sum of what trees say to each row, while it `is_open` after each stage of them.
    fn odds_while(&self, rows: &Rows, is_open: impl Fn(f32, usize) -> bool) -> Vec<f32> {
        let mut odds = vec![self.base; rows.len()];
        let mut open: Vec<usize> = (0..odds.len()).collect();
        for (stage, trees) in self.trees.chunks(STAGE).enumerate() {
            // Tree by tree: each is read into the cache once.
            for tree in trees {
                for some in open.chunks(LANES) {
                    // The last lanes may have no row of their own.
                    let row = |lane: usize| some.get(lane).unwrap_or(&some[0]);
                    let starts = std::array::from_fn(|lane| row(lane) * rows.width);
                    for (row, value) in some.iter().zip(tree.values(&rows.values, &starts)) {
                        odds[*row] += value;
                    }
                }
            }
            open.retain(|row| is_open(odds[*row], stage));
        }
        odds
    }

    /// Features that it was trained with.
    pub fn width(&self) -> usize {
        self.width
    }

    /// How often each feature splits, for reading what was learned.
    pub fn splits(&self) -> Vec<usize> {
        let mut splits = vec![0; self.width];
        let nodes = self.trees.iter().flat_map(Tree::nodes);
        for node in nodes.filter(|node| node.feature != LEAF) {
            if let Some(count) = splits.get_mut(usize::from(node.feature)) {
                *count += 1;
            }
        }
        splits
    }
}

/// Trees after which rows are looked at, and the log-odds from which on one is settled: 1 in 55 of
/// such rows is of the other kind, and what the other trees say of it is lost.
const STAGE: usize = 10;
const SETTLED: f32 = 4.0;

/// Rows that walk down a tree side by side: the processor waits for all of them at once.
const LANES: usize = 8;
type Lanes = [usize; LANES];

/// The probability of log-odds.
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// Bins of a feature at most: split candidates are the quantiles between them.
const BINS: usize = 64;

/// The features as bin numbers, column by column.
struct Binned {
    columns: Vec<Vec<u8>>,
    /// Upper edges of each column's bins.
    edges: Vec<Vec<f32>>,
}

fn bin(examples: &Examples) -> Binned {
    let rows = examples.len();
    let width = examples.rows.width;
    let mut columns = Vec::with_capacity(width);
    let mut edges = Vec::with_capacity(width);
    for feature in 0..width {
        let column = (0..rows).map(|row| examples.rows.values[row * width + feature]);
        let mut sorted: Vec<f32> = column.clone().filter(|value| !value.is_nan()).collect();
        sorted.sort_unstable_by(f32::total_cmp);
        let mut cuts: Vec<f32> = (1..BINS)
            .filter_map(|k| sorted.get(k * sorted.len() / BINS).copied())
            .collect();
        cuts.dedup();
        let bins = column
            .map(|value| cuts.partition_point(|cut| *cut < value) as u8)
            .collect();
        columns.push(bins);
        edges.push(cuts);
    }
    Binned { columns, edges }
}

/// Sums of first and second derivatives.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    gradient: f64,
    hessian: f64,
}

impl Sums {
    fn add(&mut self, gradient: f32, hessian: f32) {
        self.gradient += f64::from(gradient);
        self.hessian += f64::from(hessian);
    }

    fn minus(self, other: Sums) -> Sums {
        Sums {
            gradient: self.gradient - other.gradient,
            hessian: self.hessian - other.hessian,
        }
    }

    /// Twice the loss that the best leaf value saves.
    fn saved(self, l2: f32) -> f64 {
        self.gradient * self.gradient / (self.hessian + f64::from(l2))
    }

    fn best_value(self, l2: f32) -> f32 {
        (-self.gradient / (self.hessian + f64::from(l2))) as f32
    }
}

/// The best way found to cut a leaf in two.
#[derive(Debug, Clone, Copy)]
struct Split {
    gain: f64,
    feature: usize,
    bin: usize,
}

/// A leaf that may still be cut.
struct Open {
    node: usize,
    depth: usize,
    rows: Vec<u32>,
    sums: Sums,
    histogram: Vec<[Sums; BINS]>,
    split: Option<Split>,
}

/// What one tree is grown from.
struct Grower<'a> {
    binned: &'a Binned,
    features: Vec<usize>,
    gradients: &'a [f32],
    hessians: &'a [f32],
    growth: &'a Growth,
}

impl Grower<'_> {
    fn histogram(&self, rows: &[u32]) -> Vec<[Sums; BINS]> {
        self.features
            .iter()
            .map(|feature| {
                let column = &self.binned.columns[*feature];
                let mut bins = [Sums::default(); BINS];
                for row in rows {
                    let row = *row as usize;
                    bins[usize::from(column[row])].add(self.gradients[row], self.hessians[row]);
                }
                bins
            })
            .collect()
    }

    fn open(
        &self,
        (node, depth): (usize, usize),
        rows: Vec<u32>,
        histogram: Vec<[Sums; BINS]>,
    ) -> Open {
        let mut sums = Sums::default();
        for row in &rows {
            sums.add(self.gradients[*row as usize], self.hessians[*row as usize]);
        }
        let may_split = depth < self.growth.depth;
        let split = may_split.then(|| self.best_split(&histogram, sums));
        Open {
            node,
            depth,
            rows,
            sums,
            histogram,
            split: split.flatten(),
        }
    }

    fn best_split(&self, histogram: &[[Sums; BINS]], sums: Sums) -> Option<Split> {
        let weight_min = f64::from(self.growth.weight_min);
        let mut best: Option<Split> = None;
        for (bins, feature) in histogram.iter().zip(&self.features) {
            let mut left = Sums::default();
            let cuts = self.binned.edges[*feature].len();
            for (bin, sums_of_bin) in bins.iter().enumerate().take(cuts) {
                left.gradient += sums_of_bin.gradient;
                left.hessian += sums_of_bin.hessian;
                let right = sums.minus(left);
                if left.hessian < weight_min || right.hessian < weight_min {
                    continue;
                }
                let l2 = self.growth.l2;
                let gain = left.saved(l2) + right.saved(l2) - sums.saved(l2);
                if gain > best.map_or(1e-6, |best| best.gain) {
                    best = Some(Split {
                        gain,
                        feature: *feature,
                        bin,
                    });
                }
            }
        }
        best
    }

    /// Cuts the leaf with the most to gain, again and again.
    fn grow(&self, rows: &[u32]) -> Tree {
        // There are no more than `NODES_MAX` of them.
        let leaf = |at: usize, sums: Sums| Step {
            feature: 0,
            left: at as u8,
            right: at as u8,
            value: sums.best_value(self.growth.l2) * self.growth.rate,
        };
        let root = self.open((0, 0), rows.to_vec(), self.histogram(rows));
        let mut steps = vec![leaf(0, root.sums)];
        let mut open = vec![root];
        for _ in 1..self.growth.leaves.min(NODES_MAX / 2) {
            let gain = |open: &Open| open.split.map_or(0.0, |split| split.gain);
            let best = (0..open.len()).max_by(|a, b| gain(&open[*a]).total_cmp(&gain(&open[*b])));
            let Some((best, split)) = best.and_then(|best| Some((best, open[best].split?))) else {
                break;
            };
            let parent = open.swap_remove(best);
            let (left, right) = self.cut(parent.rows, split);
            let (small, large, small_is_left) = match left.len() < right.len() {
                true => (left, right, true),
                false => (right, left, false),
            };
            // The larger child's histogram is what remains of the parent's.
            let small_histogram = self.histogram(&small);
            let large_histogram = subtract(parent.histogram, &small_histogram);
            let at = steps.len();
            let (small_at, large_at) = if small_is_left {
                (at, at + 1)
            } else {
                (at + 1, at)
            };
            let depth = parent.depth + 1;
            let small = self.open((small_at, depth), small, small_histogram);
            let large = self.open((large_at, depth), large, large_histogram);
            steps[parent.node] = Step {
                feature: split.feature as u16,
                left: at as u8,
                right: (at + 1) as u8,
                value: self.binned.edges[split.feature][split.bin],
            };
            let (left, right) = if small_is_left {
                (small.sums, large.sums)
            } else {
                (large.sums, small.sums)
            };
            steps.push(leaf(at, left));
            steps.push(leaf(at + 1, right));
            open.push(small);
            open.push(large);
        }
        Tree(steps.into())
    }

    fn cut(&self, rows: Vec<u32>, split: Split) -> (Vec<u32>, Vec<u32>) {
        let column = &self.binned.columns[split.feature];
        rows.into_iter()
            .partition(|row| usize::from(column[*row as usize]) <= split.bin)
    }
}

fn subtract(mut from: Vec<[Sums; BINS]>, what: &[[Sums; BINS]]) -> Vec<[Sums; BINS]> {
    for (from, what) in from.iter_mut().zip(what) {
        for (from, what) in from.iter_mut().zip(what) {
            *from = from.minus(*what);
        }
    }
    from
}

/// Trains a forest. `progress` is called after each tree with how many there are.
pub fn train(
    examples: &Examples,
    growth: &Growth,
    random: &mut impl Rng,
    mut progress: impl FnMut(usize),
) -> Forest {
    let (rows, width) = (examples.len(), examples.rows.width);
    let weight: f32 = examples.weights.iter().sum();
    let yes: f32 = examples
        .labels
        .iter()
        .zip(&examples.weights)
        .map(|(label, weight)| label * weight)
        .sum();
    let share = (yes / weight.max(f32::MIN_POSITIVE)).clamp(1e-4, 1.0 - 1e-4);
    let base = (share / (1.0 - share)).ln();
    let mut forest = Forest {
        width,
        base,
        trees: Vec::new(),
    };
    if rows == 0 || width == 0 {
        return forest;
    }
    let binned = bin(examples);
    let mut odds = vec![base; rows];
    let (mut gradients, mut hessians) = (vec![0.0; rows], vec![0.0; rows]);
    let all: Vec<u32> = (0..rows as u32).collect();
    for round in 0..growth.rounds {
        for (row, odds) in odds.iter().enumerate() {
            let p = sigmoid(*odds);
            gradients[row] = (p - examples.labels[row]) * examples.weights[row];
            hessians[row] = (p * (1.0 - p)).max(1e-6) * examples.weights[row];
        }
        let grower = Grower {
            binned: &binned,
            features: some_features(width, growth.features, random),
            gradients: &gradients,
            hessians: &hessians,
            growth,
        };
        let tree = grower.grow(&all);
        for (some, odds) in odds.chunks_mut(LANES).enumerate() {
            let starts = std::array::from_fn(|lane| (some * LANES + lane) * width);
            for (odds, value) in odds
                .iter_mut()
                .zip(tree.values(&examples.rows.values, &starts))
            {
                *odds += value;
            }
        }
        forest.trees.push(tree);
        progress(round + 1);
    }
    forest
}

fn some_features(width: usize, share: f32, random: &mut impl Rng) -> Vec<usize> {
    let features: Vec<usize> = (0..width)
        .filter(|_| random.random::<f32>() < share)
        .collect();
    if features.is_empty() {
        (0..width).collect()
    } else {
        features
    }
}
