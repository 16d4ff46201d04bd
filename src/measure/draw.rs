//! Chance, from a seed.

/// A xorshift generator (Marsaglia 2003). Published figures rest on what it draws, so that it must
/// not change with the version of a library.
#[derive(Debug, Clone)]
pub struct Draw(u64);

impl Draw {
    /// Generators of different odd seeds draw differently.
    pub fn new(seed: u64) -> Draw {
        Draw(seed | 1)
    }

    /// A number below `n`; 0 if that is 0.
    pub fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }

    /// Brings `count` items, drawn without replacement, to the front of `pool`, which has as many.
    pub fn to_front<T>(&mut self, pool: &mut [T], count: usize) {
        for at in 0..count {
            let other = at + self.below(pool.len() - at);
            pool.swap(at, other);
        }
    }
}
