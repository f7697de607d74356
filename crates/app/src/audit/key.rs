//! The key that signs checkpoints: a file of the home that only its owner may read.

use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::{Context, Result, anyhow};

use super::note::Signer;
use crate::problem::Refusal;

/// The file within a home.
pub const FILE: &str = "log.key";

/// The signer of a home; it is made when there is none yet.
///
/// # Errors
/// When the file cannot be read or made, or holds no key.
pub fn signer(root: &Path) -> Result<Signer> {
    if let Some(signer) = read(root)? {
        return Ok(signer);
    }
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| anyhow!("the system gives no randomness for a key: {error}"))?;
    let made = || -> Result<()> {
        // such a file may be read and written by its owner only
        let mut file = tempfile::NamedTempFile::new_in(root)?;
        file.write_all(Signer::new(&seed).secret().as_bytes())?;
        file.as_file().sync_all()?;
        match file.persist_noclobber(root.join(FILE)) {
            // another program made one at the same time
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(()),
            done => done.map(|_| ()).map_err(|error| error.error.into()),
        }
    };
    made().with_context(|| format!("cannot make the key of the log, `{}`", root.join(FILE).display()))?;
    read(root)?.ok_or_else(|| anyhow!("the key of the log, `{}`, is gone", root.join(FILE).display()))
}

/// The signer of a home; nothing when it has none yet.
///
/// # Errors
/// When the file cannot be read, or holds no key.
pub fn read(root: &Path) -> Result<Option<Signer>> {
    let path = root.join(FILE);
    match std::fs::read_to_string(&path) {
        Ok(text) => Signer::read(&text).map(Some).ok_or_else(|| {
            let refusal = Refusal::refused(format!("`{}` holds no key of a log", path.display()));
            refusal.hint("restore it from a backup; or put it away, and a new key is made: checkpoints of the old one stay valid").into()
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read the key of the log, `{}`; check who owns it", path.display())),
    }
}
