//! Versions of the rulebook: proposed, published with a second pair of eyes, replaced or withdrawn. One is in force at most.
//!
//! A version is named by the hash of its files, so that what was looked at is what is published.

use serde::{Deserialize, Serialize};

use crate::names::Name;
use crate::parties::User;
use crate::record::desk::{Acted, Desk};
use crate::record::entry::{By, Entry};
use crate::record::refusal::Refusal;
use crate::rights::{Act, On, must};
use crate::time::Day;
use crate::words::words;

words! {
    /// What became of a version of the rulebook.
    VersionState {
        /// It waits to be published.
        Proposed = "proposed",
        /// It is in force.
        Published = "published",
        /// It was in force, until another one was published.
        Replaced = "replaced",
        /// It was taken back before it was published.
        Withdrawn = "withdrawn",
    }
}

/// A version of the rulebook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RulebookVersion {
    /// The hash of its files, SHA-256, hexadecimal.
    pub sha256: String,
    /// What it calls itself, such as `2023-10`.
    pub version: String,
    /// Its title.
    pub title: String,
    /// What became of it.
    pub state: VersionState,
    /// Who proposed it.
    pub proposed_by: Name,
    /// When.
    pub proposed_on: Day,
    /// What it changes, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Who published it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_by: Option<Name>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_on: Option<Day>,
}

impl Entry for RulebookVersion {
    const REGISTER: &'static str = "rulebook";

    fn id(&self) -> String {
        self.sha256.clone()
    }
}

/// A rulebook as somebody brings it: the hash of its files, and what it calls itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brought {
    /// The hash of its files, SHA-256, hexadecimal.
    pub sha256: String,
    /// What it calls itself.
    pub version: String,
    /// Its title.
    pub title: String,
}

/// Proposes a rulebook. One that was replaced or withdrawn may be proposed again. `carried` is the one that the program carries.
///
/// # Errors
/// When the actor may not, it is proposed or in force already, or another rulebook has the name of its version.
pub fn propose(desk: &mut Desk<'_>, brought: Brought, carried: &Brought, note: Option<&str>) -> Acted<RulebookVersion> {
    must_keep(desk, "propose a rulebook")?;
    must_be_named(desk, &brought, carried)?;
    let before = desk.find::<RulebookVersion>(&brought.sha256)?;
    if let Some(before) = before.as_ref().filter(|before| [VersionState::Proposed, VersionState::Published].contains(&before.state)) {
        let (is, cure) = match before.state {
            VersionState::Published => ("in force", "there is nothing to change"),
            _ => ("proposed already", "publish it, or withdraw it"),
        };
        return Err(Refusal::conflict("rulebook-there", format!("this rulebook, `{}`, is {is}", short(&before.sha256)), cure).into());
    }
    let version = RulebookVersion {
        sha256: brought.sha256,
        version: brought.version,
        title: brought.title,
        state: VersionState::Proposed,
        proposed_by: desk.actor.user.clone(),
        proposed_on: desk.today(),
        note: note.map(str::to_owned),
        published_by: before.as_ref().and_then(|before| before.published_by.clone()),
        published_on: before.and_then(|before| before.published_on),
    };
    desk.put("rulebook-proposed", &version, desk.today(), note)?;
    Ok(version)
}

/// Publishes a proposed rulebook: it is in force from now on, and the one that was is replaced. Whoever proposed it does not publish it: only
/// in a home without users there is nobody else. `instead_of` is the hash of the one in force that the actor knows of, none being empty.
///
/// # Errors
/// When the actor may not, it is not proposed, or another rulebook is in force by now.
pub fn publish(desk: &mut Desk<'_>, sha256: &str, instead_of: Option<&str>) -> Acted<RulebookVersion> {
    must_keep(desk, "publish a rulebook")?;
    let mut version = proposed(desk, sha256)?;
    if version.proposed_by == desk.actor.user && has_users(desk)? {
        let message = format!("`{}` proposed this rulebook, and another program manager publishes it", desk.actor.user);
        return Err(Refusal::forbidden("own-proposal", message, "ask another program manager to look at its preview and publish it").into());
    }
    let (today, standing) = (desk.today(), in_force(desk)?);
    let is_other = |known: &str| standing.as_ref().map_or("", |standing| &standing.sha256) != known;
    if instead_of.is_some_and(is_other) {
        let refusal =
            Refusal::conflict("rulebook-changed", "another rulebook was published meanwhile", "look at the preview again, then publish");
        return Err(refusal.into());
    }
    if let Some(mut before) = standing {
        before.state = VersionState::Replaced;
        desk.put("rulebook-replaced", &before, today, None)?;
    }
    version.state = VersionState::Published;
    version.published_by = Some(desk.actor.user.clone());
    version.published_on = Some(today);
    desk.put("rulebook-published", &version, today, None)?;
    Ok(version)
}

/// Takes a proposed rulebook back.
///
/// # Errors
/// When the actor may not, or it is not proposed.
pub fn withdraw(desk: &mut Desk<'_>, sha256: &str, reason: Option<&str>) -> Acted<RulebookVersion> {
    must_keep(desk, "withdraw a rulebook")?;
    let mut version = proposed(desk, sha256)?;
    version.state = VersionState::Withdrawn;
    desk.put("rulebook-withdrawn", &version, desk.today(), reason)?;
    Ok(version)
}

/// The version that is in force; nothing while none was published.
///
/// # Errors
/// When the registers cannot be read.
pub fn in_force(desk: &Desk<'_>) -> Acted<Option<RulebookVersion>> {
    let all = desk.list::<RulebookVersion>(&By::default())?;
    Ok(all.into_iter().find(|version| version.state == VersionState::Published))
}

/// The first letters of a hash, as people name it.
#[must_use]
pub fn short(sha256: &str) -> &str {
    sha256.get(..12).unwrap_or(sha256)
}

fn must_keep(desk: &Desk<'_>, doing: &str) -> Acted {
    Ok(must(&desk.actor, Act::RulebookKeep, &On::program(), doing)?)
}

fn proposed(desk: &Desk<'_>, sha256: &str) -> Acted<RulebookVersion> {
    let version: RulebookVersion = desk.get(sha256)?;
    if version.state == VersionState::Proposed {
        return Ok(version);
    }
    let message = format!("the rulebook `{}` is {}, and not proposed", short(sha256), version.state);
    Err(Refusal::conflict("rulebook-not-proposed", message, "propose it again to publish it").into())
}

/// Refuses another rulebook of the name of a version that is or was in force: a name stands for one rulebook.
fn must_be_named(desk: &Desk<'_>, brought: &Brought, carried: &Brought) -> Acted {
    let were = desk.list::<RulebookVersion>(&By::default())?.into_iter().filter(|version| version.published_on.is_some());
    let mut taken = were.map(|version| (version.version, version.sha256)).chain([(carried.version.clone(), carried.sha256.clone())]);
    if taken.any(|(version, sha256)| version == brought.version && sha256 != brought.sha256) {
        let message = format!("another rulebook is version `{}`", brought.version);
        let cure = "give this one a version of its own: `version` in its `rulebook.toml`";
        return Err(Refusal::conflict("version-taken", message, cure).into());
    }
    Ok(())
}

/// Whether the home has users.
fn has_users(desk: &Desk<'_>) -> Acted<bool> {
    Ok(!desk.list::<User>(&By::default())?.is_empty())
}
