//! The review page, the API, metrics and health.
