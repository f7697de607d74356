//! Where a home is: its folder, and the database of its ledger, log and registers.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use jiff::Timestamp;

use crate::problem::Refusal;

/// The ledger's file within a home, unless the home names a database.
const LEDGER: &str = "counterfoil.db";

/// The file within a home that names the database, without password.
const DATABASE: &str = "database";

/// A home's folder, and the database that it is asked to use.
#[derive(Debug, Clone)]
pub struct Place {
    /// The folder.
    pub root: PathBuf,
    /// The address of the database; nothing for the one that the home remembers, or else a file of its own.
    pub database: Option<String>,
    /// By when things must have been recorded to be answered from; nothing for all that stands.
    pub known_at: Option<Timestamp>,
    /// The user who imports, undoes and closes months; nothing for whoever runs the program.
    pub user: Option<String>,
}

impl From<&Path> for Place {
    fn from(root: &Path) -> Self {
        Self { root: root.to_owned(), database: None, known_at: None, user: None }
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
        let path = self.root.join(DATABASE);
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text.trim().to_owned())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read `{}`", path.display())),
        }
    }
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
}
