//! Conclusions in, text out.
