//! Signatures of webhooks: Standard Webhooks 1.0.

use data_encoding::BASE64;
use sha2::{Digest, Sha256};

/// Bytes of a block of SHA-256.
const BLOCK: usize = 64;

/// The value of `webhook-signature`: one signature for each secret, so that a receiver may know the old one
/// or the new one. A secret is `whsec_` and base64, or any other text as it stands.
pub fn signature<'s>(
    secrets: impl IntoIterator<Item = &'s str>,
    id: &str,
    timestamp: i64,
    body: &str,
) -> String {
    let signed = format!("{id}.{timestamp}.{body}");
    let signatures = secrets.into_iter().map(|secret| {
        let encoded = secret.strip_prefix("whsec_");
        let key = encoded.and_then(|encoded| BASE64.decode(encoded.as_bytes()).ok());
        let key = key.unwrap_or_else(|| secret.as_bytes().to_vec());
        format!("v1,{}", BASE64.encode(&hmac(&key, signed.as_bytes())))
    });
    signatures.collect::<Vec<_>>().join(" ")
}

/// HMAC-SHA-256 (RFC 2104).
fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut block = [0; BLOCK];
    match key.len() {
        ..=BLOCK => block[..key.len()].copy_from_slice(key),
        _ => block[..32].copy_from_slice(&Sha256::digest(key)),
    }
    let pad = |with: u8| block.map(|byte| byte ^ with);
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(message);
    let outer = Sha256::new().chain_update(pad(0x5c));
    outer.chain_update(inner.finalize()).finalize().into()
}
