//! How models are made from examples: gradient-boosted trees, and linear classifiers.

pub mod linear;
pub mod trees;
