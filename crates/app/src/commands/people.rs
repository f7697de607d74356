//! `people`: certified people link their learning profiles.

use anyhow::Result;
use domain::names::Name;
use domain::profiles::{self, Linked, ProfileLink, invitations};
use domain::record::entry::Entry as _;
use domain::record::spans::Span;

use super::seat::{Seat, lines, shown};
use crate::cli::Setting;
use crate::problem::Exit;

/// Certified people: each links their own learning profile to a partner
///
/// Only the person links or unlinks. A partner invites, sees who is linked, and reports who has left.
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
Examples:
  counterfoil people invite e1 --at 100204 --as paul@partner.example
  counterfoil people link --at 100204 --as e1@partner.example
  counterfoil people list --partner 900010 --as paul@partner.example
  counterfoil people leaver e1 --reason \"left in January\" --as paul@partner.example")]
pub enum PeopleCommand {
    /// Who is invited to, linked to, cooling off or gone from a partner
    List(ListArgs),
    /// A person's links, and how many more they may make
    Show(PersonArgs),
    /// Link your own profile to a location
    Link(AtArgs),
    /// Unlink your own profile
    Unlink(WhyArgs),
    /// Invite a person to link
    Invite(InviteArgs),
    /// Take an invitation back
    Withdraw(InviteArgs),
    /// Report that a person has left
    Leaver(LeaverArgs),
    /// Take the report of a leaver back
    Keep(LeaverArgs),
    /// End the links of leavers whose day has come
    Refresh,
}

/// Whose roster.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// The partner's global account
    #[arg(long, value_name = "ID")]
    partner: String,
}

/// A person.
#[derive(Debug, clap::Args)]
pub struct PersonArgs {
    /// The person
    #[arg(value_name = "PERSON")]
    person: String,
}

/// Where to link.
#[derive(Debug, clap::Args)]
pub struct AtArgs {
    /// The location
    #[arg(long, value_name = "ID")]
    at: String,
}

/// A reason.
#[derive(Debug, clap::Args)]
pub struct WhyArgs {
    /// Why, for those who read the log later
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// Who is invited where.
#[derive(Debug, clap::Args)]
pub struct InviteArgs {
    /// The person
    #[arg(value_name = "PERSON")]
    person: String,

    /// The location
    #[arg(long, value_name = "ID")]
    at: String,
}

/// Who has left.
#[derive(Debug, clap::Args)]
pub struct LeaverArgs {
    /// The person
    #[arg(value_name = "PERSON")]
    person: String,

    /// Why, for those who read the log later
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// Reads or changes links of learning profiles.
///
/// # Errors
/// When there is no home, or the act is refused.
pub fn run(command: &PeopleCommand, setting: &Setting) -> Result<Exit> {
    let seat = Seat::take(setting)?;
    match command {
        PeopleCommand::List(args) => list(args, &seat),
        PeopleCommand::Show(args) => show(&Name::new(&args.person), &seat),
        PeopleCommand::Link(args) => seat.tell(
            |desk| profiles::link(desk, &Name::new(&args.at)),
            |profile| format!("{} is linked to {}", profile.person_id, shown(profile.partner_id.as_ref())),
        ),
        PeopleCommand::Unlink(args) => {
            seat.tell(|desk| profiles::unlink(desk, args.reason.as_deref()), |profile| format!("{} is linked to nobody", profile.person_id))
        }
        PeopleCommand::Invite(args) => seat.tell(
            |desk| invitations::invite(desk, &Name::new(&args.at), &Name::new(&args.person)),
            |row| {
                format!("{} is invited to {}: the person links with `people link --at {}`", row.person_id, row.partner_id, row.partner_id)
            },
        ),
        PeopleCommand::Withdraw(args) => seat.tell(
            |desk| invitations::withdraw(desk, &Name::new(&args.at), &Name::new(&args.person)),
            |row| format!("the invitation of {} to {} is {}", row.person_id, row.partner_id, row.state),
        ),
        PeopleCommand::Leaver(args) => {
            let told = |profile: &ProfileLink| {
                let drops_on = profile.leaving.as_ref().map(|leaving| leaving.drops_on);
                format!("{} counts until {}, and not on that day any more", profile.person_id, shown(drops_on))
            };
            seat.tell(|desk| profiles::report_leaver(desk, &Name::new(&args.person), args.reason.as_deref()), told)
        }
        PeopleCommand::Keep(args) => seat.tell(
            |desk| profiles::keep(desk, &Name::new(&args.person), args.reason.as_deref()),
            |profile| format!("{} stays linked", profile.person_id),
        ),
        PeopleCommand::Refresh => seat.tell(profiles::refresh, |gone| match gone.as_slice() {
            [] => "nobody's day has come".to_owned(),
            gone => format!("gone: {}", gone.iter().map(Name::as_str).collect::<Vec<_>>().join(", ")),
        }),
    }
}

fn list(args: &ListArgs, seat: &Seat<'_>) -> Result<Exit> {
    let row = |row: &invitations::OnRoster| {
        vec![
            row.person_id.to_string(),
            shown(row.name.as_ref()),
            row.partner_id.to_string(),
            row.standing.to_string(),
            row.since.to_string(),
            shown(row.until),
        ]
    };
    let header = ["PERSON", "NAME", "LOCATION", "STANDING", "SINCE", "UNTIL"];
    let empty = "nobody is invited or linked; `people invite` asks somebody";
    seat.table(|desk| invitations::on_roster(desk, &Name::new(&args.partner)), &header, row, empty)
}

fn show(person: &Name, seat: &Seat<'_>) -> Result<Exit> {
    let (profile, free_on, in_year) = seat.act(|desk| {
        let profile = profiles::see(desk, person)?;
        let (free_on, in_year) = profile.may_link_from(desk, desk.today());
        Ok((profile, free_on.max(desk.today()), in_year))
    })?;
    seat.story(&profile, ProfileLink::REGISTER, person.as_str(), |profile| {
        let row = |span: &Span<Linked>| vec![span.held.partner_id.to_string(), span.from.to_string(), shown(span.to)];
        let rows: Vec<Vec<String>> = profile.holders.all().iter().map(row).collect();
        let now = profile.partner_id.as_ref().map_or_else(|| "nobody".to_owned(), Name::to_string);
        let leaving = profile
            .leaving
            .as_ref()
            .map(|leaving| format!("reported as a leaver on {}, drops out on {}\n", leaving.reported_on, leaving.drops_on));
        let held = if rows.is_empty() { String::new() } else { lines(&["LOCATION", "FROM", "TO"], &rows) };
        format!(
            "{person} is linked to {now}\n{}links in the last twelve months: {in_year}; may link again on {free_on}\n\n{held}",
            leaving.unwrap_or_default()
        )
    })
}
