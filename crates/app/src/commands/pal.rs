//! `pal`: partner admin links: who is linked where, whether it works, and linking.

/// Every link, and whether it works.
mod inventory;

/// One link with its history.
mod show;

/// What roles count for.
mod role;

use anyhow::Result;
use domain::links::owners::{self, Resource};
use domain::links::{self, Link};
use domain::names::Name;
use domain::record::actor::Identity;
use domain::record::desk::{Acted, Desk};

use super::user::identity;
use crate::cli::Setting;
use crate::home::Home;
use crate::output::table;
use crate::problem::Exit;

/// Partner admin links: who is linked where, whether it works, and linking
///
/// An identity in a customer's tenant links itself to a partner's location; nobody links another one. `--as` names a user whose identity
/// it is (`user add --identity TENANT/OBJECT`). The customer's Global admins revoke.
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
Examples:
  counterfoil pal list --partner 900010
  counterfoil pal audit --dataset my-exports/ --as-of 2024-08-31
  counterfoil pal show TENANT/OBJECT
  counterfoil pal role \"Support Request Contributor\"
  counterfoil pal link 100204 --as agent@partner.example
  counterfoil pal revoke TENANT/OBJECT --reason \"the project is over\" --as admin@customer.example")]
pub enum PalCommand {
    /// Links over all tenants: what each reaches, and whether it works
    List(inventory::ListArgs),
    /// Links that do not work, with what would make them
    Audit(inventory::AuditArgs),
    /// One link: what the identity reaches, and every change
    Show(show::ShowArgs),
    /// What an Azure role counts for, and why
    Role(role::RoleArgs),
    /// Link the user's identity to a partner's location
    Link(ToArgs),
    /// Link the user's identity to another location
    Relink(ToArgs),
    /// End the link of the user's identity
    Unlink,
    /// End the link of an identity in your own tenant, until you allow a new one
    Revoke(RevokeArgs),
    /// Let an identity whose link was revoked link again
    Allow(AllowArgs),
    /// Record that the user's identity imported a managed solution: it owns what is in it
    ImportSolution(SolutionArgs),
}

/// A location to link to.
#[derive(Debug, clap::Args)]
pub struct ToArgs {
    /// The partner's location
    #[arg(value_name = "PARTNER")]
    partner: String,
}

/// A link that the customer ends.
#[derive(Debug, clap::Args)]
pub struct RevokeArgs {
    /// The identity
    #[arg(value_name = "TENANT/OBJECT", value_parser = identity)]
    identity: Identity,

    /// Why; the partner reads it
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

/// An identity that may link again.
#[derive(Debug, clap::Args)]
pub struct AllowArgs {
    /// The identity
    #[arg(value_name = "TENANT/OBJECT", value_parser = identity)]
    identity: Identity,

    /// Why, for those who read the log later
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// A managed solution that was imported.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil pal import-solution \"Field service\" --resource power-apps/APP --resource power-automate/FLOW --as agent@partner.example")]
pub struct SolutionArgs {
    /// The solution's name
    #[arg(value_name = "SOLUTION")]
    solution: String,

    /// The environment that it was imported into
    #[arg(long, value_name = "NAME", default_value = "production")]
    environment: String,

    /// An app, flow or dataset in it; may be given several times
    #[arg(long = "resource", value_name = "WORKLOAD/ID", required = true, value_parser = resource)]
    resources: Vec<Resource>,
}

fn resource(text: &str) -> Result<Resource, String> {
    match text.split_once('/') {
        Some((product, id)) if !product.is_empty() && !id.is_empty() => {
            Ok(Resource { product: Name::new(product), resource_id: Name::new(id) })
        }
        _ => Err(format!("`{text}` is no resource; expected WORKLOAD/ID, as in power-apps/APP")),
    }
}

/// Tells of links, or changes one.
///
/// # Errors
/// When there is no home, or the act is refused.
pub fn run(command: &PalCommand, setting: &Setting) -> Result<Exit> {
    match command {
        PalCommand::List(args) => inventory::list(args, setting),
        PalCommand::Audit(args) => inventory::audit(args, setting),
        PalCommand::Show(args) => show::run(args, setting),
        PalCommand::Role(args) => role::run(args, setting),
        PalCommand::Link(ToArgs { partner }) => act(setting, |desk| links::link(desk, &Name::new(partner))),
        PalCommand::Relink(ToArgs { partner }) => act(setting, |desk| links::relink(desk, &Name::new(partner))),
        PalCommand::Unlink => act(setting, |desk| links::unlink(desk, None)),
        PalCommand::Revoke(RevokeArgs { identity, reason }) => {
            act(setting, |desk| links::revoke(desk, &identity.tenant_id, &identity.object_id, reason))
        }
        PalCommand::Allow(AllowArgs { identity, reason }) => {
            act(setting, |desk| links::allow(desk, &identity.tenant_id, &identity.object_id, reason.as_deref()))
        }
        PalCommand::ImportSolution(args) => import_solution(args, setting),
    }
}

fn act(setting: &Setting, act: impl FnOnce(&mut Desk<'_>) -> Acted<Link>) -> Result<Exit> {
    let home = Home::open(&setting.home()?)?;
    let actor = home.actor(setting.user())?;
    let link = home.act(&*setting.rulebook()?, actor, act)?.given;
    setting.output.print(&link, |_| {
        let Link { tenant_id, principal_id, state, version, .. } = &link;
        let linked = link.partner_id.as_ref().map_or_else(|| format!("not linked ({state})"), |partner| format!("linked to {partner}"));
        format!("`{principal_id}` in the tenant `{tenant_id}`: {linked}, version {version}\n")
    })?;
    Ok(Exit::Done)
}

fn import_solution(args: &SolutionArgs, setting: &Setting) -> Result<Exit> {
    let home = Home::open(&setting.home()?)?;
    let actor = home.actor(setting.user())?;
    let environment = Name::new(&args.environment);
    let take = |desk: &mut Desk<'_>| owners::import_solution(desk, &args.solution, &environment, &args.resources);
    let owned = home.act(&*setting.rulebook()?, actor, take)?.given;
    setting.output.print(&owned, |_| {
        let row = |resource: &owners::OwnedResource| {
            let owner = resource.owners.last().map_or_else(String::new, |owner| format!("{} ({})", owner.principal_id, owner.capacity));
            vec![resource.product.to_string(), resource.resource_id.to_string(), owner]
        };
        let lines = table::lines(&["WORKLOAD", "RESOURCE", "OWNER"], &owned.iter().map(row).collect::<Vec<_>>(), &[]);
        lines.iter().map(|line| format!("{line}\n")).collect()
    })?;
    Ok(Exit::Done)
}
