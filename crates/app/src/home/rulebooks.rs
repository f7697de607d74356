//! Rulebooks of a home: kept by the hash of their files, proposed, published.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result};
use domain::record::desk::{ActError, Acted, Desk};
use domain::record::entry::{By, Entry as _};
use domain::rights::{Act, On, must};
use domain::rulebook::Rulebook;
use domain::versions::{self, Brought, RulebookVersion, VersionState, short};

use super::{Home, storage};
use crate::commands::rulebook::sound::publishable;
use crate::contents::{Contents, hash};
use crate::problem::Refusal;
use crate::rules::{self, Files};

impl Home {
    /// The rules that are in force in the home: the published ones, or else those that the program carries.
    ///
    /// # Errors
    /// When the registers or the files of the rulebook cannot be read, or this version of the program cannot use them.
    pub fn rulebook(&self) -> Result<Arc<Rulebook>> {
        let published = self.rulebook_versions()?.into_iter().find(|version| version.state == VersionState::Published);
        let Some(version) = published else { return rules::open(None) };
        let files = self.rulebook_files(&version.sha256)?;
        let context =
            || format!("the rulebook `{}` that is in force cannot be used; name another one with `--rulebook`", short(&version.sha256));
        Rulebook::parse(&files).map(Arc::new).map_err(|problems| rules::refusal(&problems)).with_context(context)
    }

    /// The files of the rules that are in force in the home.
    ///
    /// # Errors
    /// When the registers or the files cannot be read.
    pub fn rulebook_files_in_force(&self) -> Result<Files> {
        let published = self.rulebook_versions()?.into_iter().find(|version| version.state == VersionState::Published);
        published.map_or_else(|| rules::files(None), |version| self.rulebook_files(&version.sha256))
    }

    /// The versions that were proposed, the latest first.
    ///
    /// # Errors
    /// When the registers cannot be read.
    pub fn rulebook_versions(&self) -> Result<Vec<RulebookVersion>> {
        let mut entries = self.entries(RulebookVersion::REGISTER, &By::default(), "")?;
        entries.sort_by_key(|(_, sequence, _)| std::cmp::Reverse(*sequence));
        let read = |(_, _, fields)| RulebookVersion::read(&fields).context("a version of the rulebook does not read");
        entries.into_iter().map(read).collect()
    }

    /// The version that the first letters of a hash name.
    ///
    /// # Errors
    /// When there is none, or several.
    pub fn rulebook_version(&self, named: &str) -> Result<RulebookVersion> {
        let begins = |version: &RulebookVersion| !named.is_empty() && version.sha256.starts_with(&named.to_lowercase());
        let mut found = self.rulebook_versions()?.into_iter().filter(begins);
        match (found.next(), found.next()) {
            (Some(version), None) => Ok(version),
            (Some(_), Some(_)) => {
                Err(Refusal::usage(format!("`{named}` begins the hash of several rulebooks")).hint("give more of it").into())
            }
            (None, _) => {
                let refusal = Refusal::usage(format!("no rulebook `{named}` was proposed in this home"));
                Err(refusal.hint("`counterfoil rulebook list` names those that were; `rulebook propose FOLDER` proposes one").into())
            }
        }
    }

    /// Proposes a rulebook at a desk of the home.
    ///
    /// # Errors
    /// When the actor may not propose it, or it is not sound.
    pub fn propose_rulebook(&self, desk: &mut Desk<'_>, files: &Files, note: Option<&str>) -> Acted<RulebookVersion> {
        must(&desk.actor, Act::RulebookKeep, &On::program(), "propose a rulebook")?;
        let (own, content) = publishable(files).and_then(|rulebook| brought(&rulebook, files)).map_err(unsound)?;
        let carried = rules::files_below(None).and_then(|files| brought(&*rules::open(None)?, &files)).map_err(unsound)?.0;
        let version = versions::propose(desk, own, &carried, note)?;
        self.rulebook_contents().and_then(|contents| contents.keep(content)).map_err(|error| ActError::Failed(error.into()))?;
        Ok(version)
    }

    /// Publishes a rulebook that was proposed, at a desk of the home; `instead_of` is the hash of the one in force that the actor knows of.
    ///
    /// # Errors
    /// When the actor may not publish it, or it is not proposed, or not sound any more.
    pub fn publish_rulebook(&self, desk: &mut Desk<'_>, sha256: &str, instead_of: Option<&str>) -> Acted<RulebookVersion> {
        let version = versions::publish(desk, sha256, instead_of)?;
        self.rulebook_files(sha256).and_then(|files| publishable(&files)).map_err(unsound)?;
        Ok(version)
    }

    /// The files of a version.
    ///
    /// # Errors
    /// When they are not there, or not what was kept any more.
    pub fn rulebook_files(&self, sha256: &str) -> Result<Files> {
        let content = self.rulebook_contents()?.read(sha256)?;
        let content =
            content.with_context(|| format!("the files of the rulebook `{}` are not there; restore them from a backup", short(sha256)))?;
        let by_path: BTreeMap<String, String> = serde_json::from_slice(&content).context("the files of a rulebook do not read")?;
        Ok(by_path.into_iter().collect())
    }

    fn rulebook_contents(&self) -> Result<Contents> {
        self.contents(storage::RULEBOOKS)
    }
}

/// What files are proposed as, and what is kept of them.
fn brought(rulebook: &Rulebook, files: &Files) -> Result<(Brought, Vec<u8>)> {
    let by_path: BTreeMap<&str, &str> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let content = serde_json::to_vec(&by_path).context("the files of a rulebook cannot be written")?;
    let (version, title) = (rulebook.program.version.clone(), rulebook.program.title.clone());
    Ok((Brought { sha256: hash(&content), version, title }, content))
}

/// Why a rulebook is not taken: it is not sound, or cannot be read.
fn unsound(error: anyhow::Error) -> ActError {
    match error.downcast::<Refusal>() {
        Ok(refusal) => domain::record::refusal::Refusal::conflict("rulebook-unsound", refusal.message, refusal.hints.join("; ")).into(),
        Err(error) => ActError::Failed(error.into()),
    }
}
