//! Secrets of tokens: made at random, shown once, kept as hashes.

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// What every token begins with, so that scanners of leaked secrets know one.
const PREFIX: &str = "cfl";

/// Random bytes in an id and in a secret.
const ID_BYTES: usize = 8;
const SECRET_BYTES: usize = 32;

/// A new token: its id, its whole text, and the hash of its secret.
///
/// # Errors
/// When the system gives no random bytes.
pub fn new() -> Result<(String, String, String)> {
    let (id, secret) = (random::<ID_BYTES>()?, random::<SECRET_BYTES>()?);
    let hash = hash(&secret);
    let text = format!("{PREFIX}_{id}_{secret}");
    Ok((id, text, hash))
}

/// The id and the hash of the secret of a token's text; nothing when it is none.
pub fn read(text: &str) -> Option<(String, String)> {
    let mut parts = text.split('_');
    let (prefix, id, secret) = (parts.next()?, parts.next()?, parts.next()?);
    (prefix == PREFIX && parts.next().is_none()).then(|| (id.to_owned(), hash(secret)))
}

/// Comparing hashes tells nothing of a secret that was tried, whatever the time it takes.
fn hash(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

fn random<const N: usize>() -> Result<String> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).context("the system gives no random bytes")?;
    Ok(hex(&bytes))
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_as_its_id_and_the_hash_of_its_secret() {
        let (id, text, hash) = new().unwrap();
        assert_eq!(read(&text), Some((id, hash)));
        assert_eq!(read("cfl_a_b_c"), None);
        assert_eq!(read("xyz_a_b"), None);
    }
}
