//! Secrets of tokens, sessions and links: made at random, shown once, kept as hashes.

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq as _;

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

/// A new key of 256 bits, such as a session's id, and its hash.
///
/// # Errors
/// When the system gives no random bytes.
pub fn new_key() -> Result<(String, String)> {
    let key = random::<SECRET_BYTES>()?;
    let hash = hash(&key);
    Ok((key, hash))
}

/// Whether two hashes are the same, found in the same time whatever they hold.
pub fn is_same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

/// The hash of a secret. Secrets are random and long, so that no slow hash is needed. What is looked up by a hash tells nothing of the
/// secret, whatever the time it takes.
pub fn hash(secret: &str) -> String {
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
