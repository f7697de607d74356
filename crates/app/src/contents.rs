//! Files that are kept by their content: under the hash of what they hold, so that the same content twice is kept once, and another content
//! is noticed.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Place;
use object_store::{ObjectStore, ObjectStoreExt as _, PutMode, PutOptions};
use sha2::{Digest, Sha256};
use tokio::runtime::Runtime;

use crate::secrets::hex;

/// Where contents are kept.
pub struct Contents<'a> {
    store: Arc<dyn ObjectStore>,
    runtime: &'a Runtime,
}

impl<'a> Contents<'a> {
    /// The contents of a folder, which is made when it is not there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn of_folder(folder: &Path, runtime: &'a Runtime) -> Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
        let store = LocalFileSystem::new_with_prefix(folder).with_context(|| format!("cannot open `{}`", folder.display()))?;
        Ok(Self { store: Arc::new(store), runtime })
    }

    /// Keeps a content, and gives its hash: SHA-256, hexadecimal.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep(&self, content: Vec<u8>) -> Result<String> {
        let sha256 = hash(&content);
        let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        match self.runtime.block_on(self.store.put_opts(&place(&sha256), content.into(), options)) {
            Ok(_) | Err(object_store::Error::AlreadyExists { .. }) => Ok(sha256),
            Err(error) => Err(error).context("the file cannot be kept"),
        }
    }

    /// The content of a hash; nothing when there is none.
    ///
    /// # Errors
    /// When it cannot be read, or is not what was kept any more.
    pub fn read(&self, sha256: &str) -> Result<Option<Vec<u8>>> {
        let read = async { self.store.get(&place(sha256)).await?.bytes().await };
        match self.runtime.block_on(read) {
            Ok(content) if hash(&content) == sha256 => Ok(Some(content.into())),
            Ok(_) => anyhow::bail!("the file `{sha256}` is not what was kept; restore it from a backup"),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error).context("the file cannot be read"),
        }
    }
}

/// The hash of a content: SHA-256, hexadecimal.
pub fn hash(content: &[u8]) -> String {
    hex(&Sha256::digest(content))
}

/// Where a content lies: the first letters of its hash name its folder.
fn place(sha256: &str) -> Place {
    let (first, rest) = sha256.split_at_checked(2).unwrap_or((sha256, ""));
    Place::from_iter([first, rest])
}
