//! A newsroom of our own on loopback.
