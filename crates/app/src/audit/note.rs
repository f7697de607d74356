//! Signed notes and checkpoints, as C2SP describes them (signed-note and tlog-checkpoint), signed with Ed25519.
//!
//! A checkpoint says how many events a log holds and which root its Merkle tree has. Three lines, an empty line, a signature:
//!
//! ```text
//! counterfoil/0f3c9a7be1d2
//! 41
//! aR0v…=
//!
//! — counterfoil/0f3c9a7be1d2 b2Yx…=
//! ```

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::record::merkle::Hash;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

/// The byte that says Ed25519.
const ED25519: u8 = 1;

/// What stands before a private key.
const PRIVATE: &str = "PRIVATE+KEY+";

/// How many events a log holds, and the root of its tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: the name of its key.
    pub origin: String,
    /// How many events.
    pub size: u64,
    /// The root.
    pub root: Hash,
}

/// Why a note or a key will not do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// A text is no key.
    #[error("`{0}` is no key of a log; expected NAME+ID+KEY, as `audit key` prints it")]
    Key(String),
    /// A text is no checkpoint.
    #[error(
        "this is no signed checkpoint; expected the log's name, a size, a root, an empty line and a signature, as `audit checkpoint` prints it"
    )]
    Shape,
    /// Nobody that is known signed the note.
    #[error("the checkpoint of `{0}` is signed by no key that is trusted here")]
    Stranger(String),
    /// The signature is of another text or another key.
    #[error("the signature of the checkpoint over {size} events does not fit: the checkpoint or the key was altered")]
    Forged {
        /// How many events it says it is about.
        size: u64,
    },
}

/// A key that verifies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    /// The key's name.
    pub name: String,
    key: VerifyingKey,
}

/// A key that signs.
pub struct Signer {
    key: SigningKey,
}

impl Checkpoint {
    fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root.0))
    }
}

impl VerifierKey {
    fn id(&self) -> [u8; 4] {
        let hash = Sha256::new().chain_update(&self.name).chain_update([b'\n', ED25519]).chain_update(self.key.as_bytes()).finalize();
        [hash[0], hash[1], hash[2], hash[3]]
    }

    /// The checkpoint of a note, when this key signed it. Signatures of others below it are passed over.
    ///
    /// # Errors
    /// When the note is no checkpoint, or is not signed by this key.
    pub fn open(&self, note: &str) -> Result<Checkpoint, NoteError> {
        let (text, signatures) = note.split_once("\n\n").ok_or(NoteError::Shape)?;
        let [origin, size, root] = text.split('\n').collect::<Vec<_>>()[..] else { return Err(NoteError::Shape) };
        let number: u64 = size.parse().map_err(|_| NoteError::Shape)?;
        let root: [u8; 32] = STANDARD.decode(root).ok().and_then(|root| root.try_into().ok()).ok_or(NoteError::Shape)?;
        let checkpoint = Checkpoint { origin: origin.to_owned(), size: number, root: Hash(root) };
        let signed = checkpoint.text();
        if signed.strip_suffix('\n') != Some(text) {
            return Err(NoteError::Shape);
        }
        let mut lines = signatures.strip_suffix('\n').ok_or(NoteError::Shape)?.split('\n');
        let own = format!("— {} ", self.name);
        let Some(signature) = lines.find_map(|line| line.strip_prefix(&own)) else {
            return Err(NoteError::Stranger(origin.to_owned()));
        };
        let bytes = STANDARD.decode(signature).map_err(|_| NoteError::Shape)?;
        let forged = NoteError::Forged { size: number };
        let (id, signature) = bytes.split_at_checked(4).ok_or(NoteError::Shape)?;
        let signature = Signature::from_slice(signature).map_err(|_| NoteError::Shape)?;
        if id != self.id() || self.name != origin {
            return Err(NoteError::Stranger(origin.to_owned()));
        }
        self.key.verify_strict(signed.as_bytes(), &signature).map_err(|_| forged)?;
        Ok(checkpoint)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![ED25519];
        bytes.extend_from_slice(self.key.as_bytes());
        write!(to, "{}+{:08x}+{}", self.name, u32::from_be_bytes(self.id()), STANDARD.encode(bytes))
    }
}

impl FromStr for VerifierKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let none = || NoteError::Key(text.to_owned());
        let mut parts = text.trim().splitn(3, '+');
        let (Some(name), Some(_), Some(key)) = (parts.next(), parts.next(), parts.next()) else { return Err(none()) };
        let bytes = STANDARD.decode(key).map_err(|_| none())?;
        let [ED25519, key @ ..] = &bytes[..] else { return Err(none()) };
        let key = key.try_into().ok().and_then(|key| VerifyingKey::from_bytes(key).ok()).ok_or_else(none)?;
        let key = Self { name: name.to_owned(), key };
        // the id and the spelling must be those that this very key has
        if key.to_string() == text.trim() { Ok(key) } else { Err(none()) }
    }
}

impl Signer {
    /// The signer of a seed, which is its secret.
    pub fn new(seed: &[u8; 32]) -> Self {
        Self { key: SigningKey::from_bytes(seed) }
    }

    /// The key that verifies what the signer signs. Its name comes from the key itself, so that no two logs have the same.
    pub fn verifier(&self) -> VerifierKey {
        let key = self.key.verifying_key();
        let hash = Sha256::digest(key.as_bytes());
        let name: String = hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        VerifierKey { name: format!("counterfoil/{name}"), key }
    }

    /// A signed checkpoint.
    pub fn sign(&self, size: u64, root: Hash) -> String {
        let own = self.verifier();
        let text = Checkpoint { origin: own.name.clone(), size, root }.text();
        let mut signature = own.id().to_vec();
        signature.extend_from_slice(&self.key.sign(text.as_bytes()).to_bytes());
        format!("{text}\n— {} {}\n", own.name, STANDARD.encode(signature))
    }

    /// The secret as a line of text.
    pub fn secret(&self) -> String {
        let own = self.verifier();
        let mut bytes = vec![ED25519];
        bytes.extend_from_slice(self.key.as_bytes());
        format!("{PRIVATE}{}+{:08x}+{}\n", own.name, u32::from_be_bytes(own.id()), STANDARD.encode(bytes))
    }

    /// The signer of a secret; nothing when the text is none.
    pub fn read(text: &str) -> Option<Self> {
        let key = text.trim().strip_prefix(PRIVATE)?.splitn(3, '+').nth(2)?;
        let bytes = STANDARD.decode(key).ok()?;
        let [ED25519, seed @ ..] = &bytes[..] else { return None };
        let signer = Self::new(seed.try_into().ok()?);
        (signer.secret().trim() == text.trim()).then_some(signer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_opens_with_the_key_that_signed_it_and_with_no_other() {
        let (signer, other) = (Signer::new(&[7; 32]), Signer::new(&[8; 32]));
        let note = signer.sign(41, Hash::leaf(b"x"));
        let key: VerifierKey = signer.verifier().to_string().parse().unwrap();
        assert_eq!(key.open(&note), Ok(Checkpoint { origin: key.name.clone(), size: 41, root: Hash::leaf(b"x") }));
        assert_eq!(other.verifier().open(&note), Err(NoteError::Stranger(key.name.clone())));
        assert_eq!(key.open(&note.replacen("41", "42", 1)), Err(NoteError::Forged { size: 42 }));
        // what witnesses sign below is theirs
        assert!(key.open(&format!("{note}— witness.example AAAA\n")).is_ok());
        assert_eq!(Signer::read(&signer.secret()).unwrap().verifier(), key);
        assert!(Signer::read("PRIVATE+KEY+x").is_none());
    }

    #[test]
    fn no_altered_byte_of_a_checkpoint_or_key_goes_unnoticed() {
        let signer = Signer::new(&[7; 32]);
        let (note, key) = (signer.sign(41, Hash::leaf(b"x")), signer.verifier());
        for at in 0..note.len() {
            let mut bytes = note.clone().into_bytes();
            bytes[at] ^= 1;
            assert!(String::from_utf8(bytes).map_or(true, |altered| key.open(&altered).is_err()), "byte {at}");
        }
        let text = key.to_string();
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            let altered = String::from_utf8(bytes).unwrap().parse::<VerifierKey>();
            assert!(altered.is_err() || altered.as_ref().is_ok_and(|altered| altered != &key), "byte {at}");
        }
    }
}
