//! Where a home is: its folder, the database of its ledger, log and registers, and the storage of its files.

use std::env;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use engine::objects::is_url;
use jiff::Timestamp;

use super::storage::{LAKE, PROOFS, RULEBOOKS};
use crate::problem::Refusal;

/// The ledger's file within a home, unless the home names a database.
const LEDGER: &str = "counterfoil.db";

/// The file within a home that names the database, without password.
const DATABASE: &str = "database";

/// The file within a home that names the storage of the lake, the proofs and the rulebooks.
const STORAGE: &str = "storage";

/// A home's folder, and the database that it is asked to use.
#[derive(Debug, Clone)]
pub struct Place {
    /// The folder.
    pub root: PathBuf,
    /// The address of the database; nothing for the one that the home remembers, or else a file of its own.
    pub database: Option<String>,
    /// The URL of the storage of files; nothing for the one that the home remembers, or else the folder itself.
    pub storage: Option<String>,
    /// By when things must have been recorded to be answered from; nothing for all that stands.
    pub known_at: Option<Timestamp>,
    /// The user who imports, undoes and closes months; nothing for whoever runs the program.
    pub user: Option<String>,
}

impl From<&Path> for Place {
    fn from(root: &Path) -> Self {
        Self { root: root.to_owned(), database: None, storage: None, known_at: None, user: None }
    }
}

impl From<&PathBuf> for Place {
    fn from(root: &PathBuf) -> Self {
        Self::from(root.as_path())
    }
}

impl From<&Self> for Place {
    fn from(place: &Self) -> Self {
        place.clone()
    }
}

/// The folder of the home: the one given, or else the user's data folder.
///
/// # Errors
/// When none is given and the system names no folder for the user's data.
pub fn place(given: Option<&Path>) -> Result<PathBuf> {
    if let Some(folder) = given {
        return Ok(folder.to_owned());
    }
    let variable = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let data = if cfg!(windows) {
        variable("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        variable("HOME").map(|user| user.join("Library/Application Support"))
    } else {
        variable("XDG_DATA_HOME").or_else(|| variable("HOME").map(|user| user.join(".local/share")))
    };
    let data = data.ok_or_else(|| {
        Refusal::refused("the system names no folder for your data")
            .hint("name a home with `--home FOLDER` or the variable `COUNTERFOIL_HOME`")
    })?;
    Ok(data.join("counterfoil"))
}

impl Place {
    /// Whether there is a home.
    pub fn is_home(&self) -> bool {
        self.root.join(LEDGER).is_file() || self.root.join(DATABASE).is_file()
    }

    /// The address of the database, with what it takes to open it.
    ///
    /// # Errors
    /// When the home keeps its ledger elsewhere than it is asked to, or its file cannot be read.
    pub fn address(&self) -> Result<String> {
        let own = self.root.join(LEDGER);
        let Some(asked) = &self.database else {
            return Ok(self.remembered()?.unwrap_or_else(|| format!("sqlite://{}", own.display())));
        };
        let kept = match self.remembered()? {
            Some(kept) if kept == without_password(asked) => return Ok(asked.clone()),
            Some(kept) => kept,
            None if own.is_file() => own.display().to_string(),
            None => return Ok(asked.clone()),
        };
        let message = format!("the home `{}` keeps its ledger in `{kept}`, not in `{}`", self.root.display(), without_password(asked));
        let refusal = Refusal::refused(message);
        Err(refusal.hint("leave `--database` and `COUNTERFOIL_DATABASE` out; or name another home, and import into that").into())
    }

    /// Remembers the database that was asked for, so that it need not be named again. The password is not written down.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn remember(&self) -> Result<()> {
        let Some(asked) = &self.database else { return Ok(()) };
        let path = self.root.join(DATABASE);
        if path.is_file() {
            return Ok(());
        }
        std::fs::write(&path, without_password(asked) + "\n").with_context(|| format!("cannot write `{}`", path.display()))
    }

    /// The database that the home remembers.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn remembered(&self) -> Result<Option<String>> {
        self.written(DATABASE)
    }

    /// The URL of the storage of files; nothing when they are in the home's folder.
    ///
    /// # Errors
    /// When the home keeps its files elsewhere than it is asked to, or its file cannot be read.
    pub fn storage(&self) -> Result<Option<String>> {
        let kept = self.written(STORAGE)?;
        let Some(asked) = self.storage.as_deref().map(absolute).transpose()? else { return Ok(kept) };
        let place = match kept {
            Some(kept) if kept == asked => return Ok(Some(asked)),
            Some(kept) => kept,
            None if self.has_files() => "its own folder".to_owned(),
            None => return Ok(Some(asked)),
        };
        let refusal = Refusal::refused(format!("the home `{}` keeps its files in {place}, not in {asked}", self.root.display()));
        let move_it = format!("`counterfoil store move {asked}` moves them");
        Err(refusal.hint(format!("leave `--storage` and `COUNTERFOIL_STORAGE` out; {move_it}")).into())
    }

    /// Whether the folder holds files that were kept in it.
    fn has_files(&self) -> bool {
        let has_some = |folder: &str| std::fs::read_dir(self.root.join(folder)).is_ok_and(|mut entries| entries.next().is_some());
        [LAKE, PROOFS, RULEBOOKS].into_iter().any(has_some)
    }

    /// Whether the home remembers a storage of files.
    pub fn remembers_storage(&self) -> bool {
        self.root.join(STORAGE).is_file()
    }

    /// Remembers the storage of files. The file is there as a whole or not at all.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn remember_storage(&self, url: &str) -> Result<()> {
        if self.written(STORAGE)?.as_deref() == Some(url) {
            return Ok(());
        }
        let context = || format!("cannot write `{}`", self.root.join(STORAGE).display());
        let mut file = tempfile::NamedTempFile::new_in(&self.root).with_context(context)?;
        writeln!(file, "{url}").with_context(context)?;
        file.as_file().sync_all().with_context(context)?;
        file.persist(self.root.join(STORAGE)).with_context(context)?;
        Ok(())
    }

    fn written(&self, name: &str) -> Result<Option<String>> {
        let path = self.root.join(name);
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text.trim().to_owned())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read `{}`", path.display())),
        }
    }
}

/// A URL of storage as it is remembered: a folder's path becomes its URL.
///
/// # Errors
/// When the current folder cannot be found.
pub fn absolute(url: &str) -> Result<String> {
    let url = url.trim().trim_end_matches('/');
    if is_url(url) {
        return Ok(url.to_owned());
    }
    let path = std::path::absolute(url).with_context(|| format!("cannot find the folder `{url}`"))?;
    Ok(format!("file://{}", path.display()))
}

/// An address without its password.
fn without_password(address: &str) -> String {
    let parts = || {
        let (scheme, rest) = address.split_once("://")?;
        let (who, host) = rest.split_once('@')?;
        let (user, _) = who.split_once(':')?;
        Some(format!("{scheme}://{user}@{host}"))
    };
    parts().unwrap_or_else(|| address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_remembers_its_database_without_the_password_and_keeps_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let place = |database: Option<&str>| Place {
            root: folder.path().to_owned(),
            database: database.map(str::to_owned),
            storage: None,
            known_at: None,
            user: None,
        };
        assert!(!place(None).is_home());
        assert!(place(None).address().unwrap().starts_with("sqlite://"));
        let asked = place(Some("postgres://ann:secret@db:5432/ledger"));
        asked.remember().unwrap();
        assert!(place(None).is_home());
        assert_eq!(place(None).address().unwrap(), "postgres://ann@db:5432/ledger");
        assert_eq!(asked.address().unwrap(), "postgres://ann:secret@db:5432/ledger");
        let told = place(Some("postgres://ann:secret@db/other")).address().unwrap_err().to_string();
        assert!(told.contains("`postgres://ann@db:5432/ledger`, not in `postgres://ann@db/other`"), "{told}");
    }

    #[test]
    fn a_home_remembers_its_storage_and_keeps_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let place = |storage: Option<&str>| Place { storage: storage.map(str::to_owned), ..Place::from(folder.path()) };
        assert_eq!(place(None).storage().unwrap(), None);
        assert_eq!(place(Some("s3://bucket/files/")).storage().unwrap().as_deref(), Some("s3://bucket/files"));
        std::fs::create_dir_all(folder.path().join("lake/partners")).unwrap();
        let told = place(Some("s3://bucket/files")).storage().unwrap_err();
        assert!(told.to_string().contains("keeps its files in its own folder, not in s3://bucket/files"), "{told}");
        place(None).remember_storage("s3://bucket/files").unwrap();
        assert_eq!(place(None).storage().unwrap().as_deref(), Some("s3://bucket/files"));
        assert_eq!(place(Some("s3://bucket/files")).storage().unwrap().as_deref(), Some("s3://bucket/files"));
        let told = place(Some("az://other")).storage().unwrap_err();
        assert!(told.to_string().contains("in s3://bucket/files, not in az://other"), "{told}");
    }
}
