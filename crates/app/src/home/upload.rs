//! Files that a browser sends, before they are imported.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::{Home, writing};

/// The folder of uploads within a home.
const UPLOADS: &str = "uploads";

/// A folder for the files of one form; it goes with everything in it.
pub struct Upload {
    folder: PathBuf,
}

impl Upload {
    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        // what is left is deleted when the pages are served next
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Home {
    /// A new folder for files that are sent.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn upload(&self) -> Result<Upload> {
        let folder = self.place.root.join(UPLOADS).join(writing::new_id());
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make `{}`; check the disk", folder.display()))?;
        Ok(Upload { folder })
    }

    /// Deletes files that were sent to a server that was ended before it had imported them.
    pub fn forget_uploads(&self) {
        // what cannot be deleted harms nobody
        let _ = std::fs::remove_dir_all(self.place.root.join(UPLOADS));
    }
}
