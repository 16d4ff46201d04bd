//! The rules of what comes next: pure functions of the clock.
