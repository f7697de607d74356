//! Rulebooks of a home: kept by the hash of their files, proposed, published.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result};
use domain::record::actor::Actor;
use domain::record::desk::ActError;
use domain::record::entry::{By, Entry as _};
use domain::rights::{Act, On, must};
use domain::rulebook::Rulebook;
use domain::versions::{self, Brought, RulebookVersion, VersionState, short};

use super::Home;
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

    /// Proposes a rulebook for the home, judged by `rules` till it is published.
    ///
    /// # Errors
    /// When it is not sound, or the actor may not propose it.
    pub fn propose_rulebook(&self, rules: &Rulebook, actor: Actor, files: &Files, note: Option<&str>) -> Result<RulebookVersion> {
        must(&actor, Act::RulebookKeep, &On::program(), "propose a rulebook").map_err(ActError::from)?;
        self.must_stand()?;
        let (brought, content) = brought(&*publishable(files)?, files)?;
        let own = rules::files_below(None)?;
        let carried = self::brought(&*rules::open(None)?, &own)?.0;
        self.rulebook_contents()?.keep(content)?;
        Ok(self.act(rules, actor, |desk| versions::propose(desk, brought, &carried, note))?.given)
    }

    /// Publishes a rulebook that was proposed; `instead_of` is the hash of the one in force that the actor knows of.
    ///
    /// # Errors
    /// When it is not sound any more, not proposed, or the actor may not publish it.
    pub fn publish_rulebook(&self, rules: &Rulebook, actor: Actor, sha256: &str, instead_of: Option<&str>) -> Result<RulebookVersion> {
        must(&actor, Act::RulebookKeep, &On::program(), "publish a rulebook").map_err(ActError::from)?;
        let is_there = self.rulebook_versions()?.iter().any(|version| version.sha256 == sha256);
        if is_there {
            publishable(&self.rulebook_files(sha256)?)?;
        }
        Ok(self.act(rules, actor, |desk| versions::publish(desk, sha256, instead_of))?.given)
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

    fn rulebook_contents(&self) -> Result<Contents<'_>> {
        Contents::of_folder(&self.place.root.join("rulebooks"), &self.runtime)
    }
}

/// What files are proposed as, and what is kept of them.
fn brought(rulebook: &Rulebook, files: &Files) -> Result<(Brought, Vec<u8>)> {
    let by_path: BTreeMap<&str, &str> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let content = serde_json::to_vec(&by_path).context("the files of a rulebook cannot be written")?;
    let (version, title) = (rulebook.program.version.clone(), rulebook.program.title.clone());
    Ok((Brought { sha256: hash(&content), version, title }, content))
}
