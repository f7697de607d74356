//! Files that are kept by their content: under the hash of what they hold, so that the same content twice is kept once, and another content
//! is noticed.

use anyhow::{Context, Result};
use engine::objects::Objects;
use sha2::{Digest, Sha256};

use crate::secrets::hex;

/// Where contents are kept.
pub struct Contents {
    objects: Objects,
}

impl Contents {
    /// The contents of a folder, or of a place in object storage.
    pub fn of(objects: Objects) -> Self {
        Self { objects }
    }

    /// Keeps a content, and gives its hash: SHA-256, hexadecimal.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep(&self, content: Vec<u8>) -> Result<String> {
        let sha256 = hash(&content);
        self.objects.create(&place(&sha256), content).context("the file cannot be kept")?;
        Ok(sha256)
    }

    /// The content of a hash; nothing when there is none.
    ///
    /// # Errors
    /// When it cannot be read, or is not what was kept any more.
    pub fn read(&self, sha256: &str) -> Result<Option<Vec<u8>>> {
        match self.objects.read(&place(sha256)).context("the file cannot be read")? {
            Some(content) if hash(&content) != sha256 => {
                anyhow::bail!("the file `{sha256}` is not what was kept; restore it from a backup")
            }
            content => Ok(content),
        }
    }
}

/// The hash of a content: SHA-256, hexadecimal.
pub fn hash(content: &[u8]) -> String {
    hex(&Sha256::digest(content))
}

/// Where a content lies: the first letters of its hash name its folder.
fn place(sha256: &str) -> String {
    let (first, rest) = sha256.split_at_checked(2).unwrap_or((sha256, ""));
    format!("{first}/{rest}")
}
