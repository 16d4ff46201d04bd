//! Outbox in, webhooks out.
