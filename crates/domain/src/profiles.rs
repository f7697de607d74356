//! Learning profiles: certified people link their own to a partner. One entry for each person: one partner at a time.

/// The roster of a partner: who is invited, linked, cooling off, or gone.
pub mod invitations;

use serde::{Deserialize, Serialize};

use crate::facts::{Partner, Person, Program};
use crate::names::Name;
use crate::notices;
use crate::parties::location;
use crate::record::desk::{Acted, Desk};
use crate::record::entry::{By, Entry};
use crate::record::factual::Factual;
use crate::record::refusal::Refusal;
use crate::record::spans::{Span, Spans};
use crate::rights::{Act, On, must};
use crate::rulebook::associations::LinkYear;
use crate::time::Day;

/// The partners that a person's learning profile was linked to, from day to day: never two on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ProfileLink {
    /// The person.
    pub person_id: Name,
    /// A label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The location that the profile is linked to, until the person or the partner ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner_id: Option<Name>,
    /// The links, the earliest first.
    pub holders: Spans<Linked>,
    /// Every day on which the person linked, those too that were unlinked on the same day: limits count them all.
    pub linked_on: Vec<Day>,
    /// What the partner reported of a leaver who is still linked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaving: Option<Leaving>,
}

/// A link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Linked {
    /// The location.
    pub partner_id: Name,
}

/// A person has left the partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Leaving {
    /// The day of the report.
    pub reported_on: Day,
    /// The first day on which the person does not count for the partner any more.
    pub drops_on: Day,
}

impl Entry for ProfileLink {
    const REGISTER: &'static str = "profile-link";

    fn id(&self) -> String {
        self.person_id.to_string()
    }
}

impl Factual for ProfileLink {
    type Row = Person;

    const TABLE: &'static str = "people";

    fn table(program: &Program) -> &Vec<Person> {
        &program.people
    }

    fn table_mut(program: &mut Program) -> &mut Vec<Person> {
        &mut program.people
    }

    fn id_of(row: &Person) -> String {
        row.person_id.to_string()
    }

    fn of_rows(rows: &[&Person]) -> Self {
        let span = |row: &&Person| Span { from: row.linked_on, to: row.unlinked_on, held: Linked { partner_id: row.partner_id.clone() } };
        let holders = Spans::of(rows.iter().map(span).collect());
        let mut linked_on: Vec<Day> = rows.iter().map(|row| row.linked_on).collect();
        linked_on.sort_unstable();
        Self {
            person_id: rows.first().expect("an entry has a row").person_id.clone(),
            name: rows.iter().rev().find_map(|row| row.name.clone()),
            partner_id: holders.open().map(|span| span.held.partner_id.clone()),
            holders,
            linked_on,
            leaving: None,
        }
    }

    /// The link of a leaver ends on the day on which the person drops out.
    fn rows(&self) -> Vec<Person> {
        let drops_on = self.leaving.as_ref().map(|leaving| leaving.drops_on);
        let row = |span: &Span<Linked>| Person {
            person_id: self.person_id.clone(),
            partner_id: span.held.partner_id.clone(),
            linked_on: span.from,
            name: self.name.clone(),
            unlinked_on: span.to.or(drops_on),
        };
        self.holders.all().iter().map(row).collect()
    }
}

impl ProfileLink {
    /// The entry of a person, who may never have linked.
    ///
    /// # Errors
    /// When the registers cannot be read.
    pub fn of(desk: &Desk<'_>, person: &Name) -> Acted<Self> {
        let found = desk.find::<Self>(person.as_str())?;
        Ok(found.unwrap_or_else(|| Self {
            person_id: person.clone(),
            name: None,
            partner_id: None,
            holders: Spans::default(),
            linked_on: Vec::new(),
            leaving: None,
        }))
    }

    /// The location that the person counts for on a day.
    #[must_use]
    pub fn on(&self, day: Day) -> Option<&Name> {
        let has_left = self.leaving.as_ref().is_some_and(|leaving| leaving.drops_on <= day);
        let span = self.holders.on(day).filter(|span| span.to.is_some() || !has_left)?;
        Some(&span.held.partner_id)
    }

    /// The first day on which the person may link again, and the number of links in the year that ends with a day.
    #[must_use]
    pub fn may_link_from(&self, desk: &Desk<'_>, day: Day) -> (Day, usize) {
        let rules = &desk.rulebook.associations.people;
        let cool_off = i32::try_from(rules.cool_off_days.value).unwrap_or(i32::MAX);
        let allowed = usize::try_from(rules.links_per_year.value).unwrap_or(usize::MAX);
        let year = |linked: Day| match rules.year.value {
            LinkYear::Trailing => linked.plus_months(12),
        };
        let in_year: Vec<Day> = self.linked_on.iter().copied().filter(|linked| year(*linked) > day).collect();
        let cooled = self.linked_on.last().map_or(Day::ALWAYS, |linked| linked.plus(cool_off));
        let counted = if in_year.len() >= allowed {
            in_year.get(in_year.len() - allowed).map_or(Day::NEVER, |linked| year(*linked))
        } else {
            Day::ALWAYS
        };
        (cooled.max(counted), in_year.len())
    }

    /// Ends the link of a leaver whose day has come; says whether it did.
    fn settle(&mut self, today: Day) -> Result<bool, Refusal> {
        let Some(leaving) = self.leaving.clone().filter(|leaving| leaving.drops_on <= today) else { return Ok(false) };
        self.holders.end(leaving.drops_on)?;
        self.leaving = None;
        self.partner_id = None;
        Ok(true)
    }
}

/// Links the actor's own learning profile to a location; a link elsewhere ends.
///
/// # Errors
/// When the actor is no person, the ID will not do, the person is linked there already, has linked too often in a year or a short while ago.
pub fn link(desk: &mut Desk<'_>, at: &Name) -> Acted<ProfileLink> {
    let mut profile = own(desk)?;
    let partner = location(desk, at)?;
    let today = desk.today();
    settle(desk, &mut profile)?;
    if profile.partner_id.as_ref() == Some(&partner.partner_id) && profile.leaving.is_none() {
        let message = format!("your profile is linked to `{at}` already");
        return Err(Refusal::conflict("already-linked", message, "there is nothing to do").into());
    }
    let rules = &desk.rulebook.associations.people;
    let (from, in_year) = profile.may_link_from(desk, today);
    if from > today {
        let allowed = usize::try_from(rules.links_per_year.value).unwrap_or(usize::MAX);
        let (code, why) = if in_year >= allowed {
            ("links-used-up", format!("you have linked {in_year} times in a year, and {allowed} are allowed"))
        } else {
            ("cool-off", format!("your last link is less than {} days old", rules.cool_off_days.value))
        };
        return Err(Refusal::conflict(code, why, format!("link again on {from} or later")).into());
    }
    let before = profile.holders.on(today).map(|span| span.held.partner_id.clone());
    profile.holders.cut(today);
    profile.holders.hold(today, Linked { partner_id: partner.partner_id.clone() })?;
    profile.partner_id = Some(partner.partner_id.clone());
    profile.linked_on.push(today);
    profile.leaving = None;
    desk.put("profile-linked", &profile, today, None)?;
    invitations::accept(desk, &profile.person_id, &partner.partner_id)?;
    if let Some(before) = before.filter(|before| *before != partner.partner_id) {
        tell(desk, &before, &profile, "profile-unlinked", "has linked their learning profile elsewhere")?;
    }
    tell(desk, &partner.partner_id, &profile, "profile-linked", "has linked their learning profile to you")?;
    Ok(profile)
}

/// Unlinks the actor's own learning profile.
///
/// # Errors
/// When the actor is no person, or is linked to nobody.
pub fn unlink(desk: &mut Desk<'_>, reason: Option<&str>) -> Acted<ProfileLink> {
    let mut profile = own(desk)?;
    settle(desk, &mut profile)?;
    let today = desk.today();
    let Some(before) = profile.on(today).cloned() else {
        return Err(Refusal::conflict("not-linked", "your profile is linked to nobody", "there is nothing to unlink").into());
    };
    profile.holders.cut(today);
    profile.partner_id = None;
    profile.leaving = None;
    desk.put("profile-unlinked", &profile, today, reason)?;
    tell(desk, &before, &profile, "profile-unlinked", "has unlinked their learning profile")?;
    Ok(profile)
}

/// Reports that a person has left the partner: they drop out on the day that the rulebook sets.
///
/// # Errors
/// When the actor does not run the account that the person is linked to, or the person is reported already.
pub fn report_leaver(desk: &mut Desk<'_>, person: &Name, reason: Option<&str>) -> Acted<ProfileLink> {
    let mut profile = linked_here(desk, person, "report leavers")?;
    if let Some(leaving) = &profile.leaving {
        let message = format!("`{person}` was reported on {} and drops out on {}", leaving.reported_on, leaving.drops_on);
        return Err(Refusal::conflict("already-reported", message, "there is nothing to do").into());
    }
    let (rules, today) = (&desk.rulebook.associations.people, desk.today());
    let months = i32::try_from(rules.leaver_drops_after_months.value).unwrap_or(i32::MAX);
    let days = i32::try_from(rules.leaver_drops_on_day.value).unwrap_or(1) - 1;
    let drops_on = today.month().plus(months).first_day().plus(days);
    profile.leaving = Some(Leaving { reported_on: today, drops_on });
    desk.put("leaver-reported", &profile, today, reason)?;
    Ok(profile)
}

/// Takes back the report of a leaver who has not left.
///
/// # Errors
/// When the actor does not run the account that the person is linked to, or the person was not reported.
pub fn keep(desk: &mut Desk<'_>, person: &Name, reason: Option<&str>) -> Acted<ProfileLink> {
    let mut profile = linked_here(desk, person, "take reports of leavers back")?;
    if profile.leaving.take().is_none() {
        let message = format!("`{person}` was not reported as a leaver");
        return Err(Refusal::conflict("not-reported", message, "there is nothing to take back").into());
    }
    desk.put("leaver-kept", &profile, desk.today(), reason)?;
    Ok(profile)
}

/// Ends the links of leavers whose day has come; gives the persons. Scores do not wait for it: a leaver's link ends on its day anyhow.
///
/// # Errors
/// When the actor is neither the program itself nor a program manager.
pub fn refresh(desk: &mut Desk<'_>) -> Acted<Vec<Name>> {
    must(&desk.actor, Act::LeaverSettle, &On::program(), "refresh links")?;
    let mut gone = Vec::new();
    for mut profile in desk.list::<ProfileLink>(&By::default())? {
        let before = profile.partner_id.clone();
        if settle(desk, &mut profile)? {
            if let Some(before) = before {
                tell(desk, &before, &profile, "leaver-dropped", "has left and does not count for you any more")?;
            }
            gone.push(profile.person_id);
        }
    }
    Ok(gone)
}

fn settle(desk: &mut Desk<'_>, profile: &mut ProfileLink) -> Acted<bool> {
    let Some(drops_on) = profile.leaving.as_ref().map(|leaving| leaving.drops_on) else { return Ok(false) };
    if !profile.settle(desk.today())? {
        return Ok(false);
    }
    desk.put("leaver-dropped", profile, drops_on, None)?;
    Ok(true)
}

fn own(desk: &Desk<'_>) -> Acted<ProfileLink> {
    let Some(person) = desk.actor.person_id.clone() else {
        let message = format!("`{}` is no certified person", desk.actor.user);
        return Err(Refusal::forbidden("not-the-person", message, "only the person links or unlinks; an account admin may invite").into());
    };
    must(&desk.actor, Act::ProfileKeep, &On::default().of_person(&person), "link a learning profile")?;
    ProfileLink::of(desk, &person)
}

/// The profile of a person who is linked to an account that the actor runs.
fn linked_here(desk: &mut Desk<'_>, person: &Name, what: &str) -> Acted<ProfileLink> {
    let mut profile = ProfileLink::of(desk, person)?;
    settle(desk, &mut profile)?;
    must(&desk.actor, Act::LeaverReport, &on_profile(desk, &profile)?, what)?;
    Ok(profile)
}

/// The profile of a person, as what an act is about: the person's, and the partner's that they are linked to.
fn on_profile(desk: &Desk<'_>, profile: &ProfileLink) -> Acted<On> {
    let partner = profile.on(desk.today()).map(|id| desk.find::<Partner>(id.as_str())).transpose()?.flatten();
    let on = partner.map_or_else(On::default, |partner| On::partner(&partner));
    Ok(on.of_person(&profile.person_id).in_register(ProfileLink::REGISTER))
}

fn tell(desk: &mut Desk<'_>, location: &Name, profile: &ProfileLink, kind: &str, what: &str) -> Acted {
    let Some(partner) = desk.find::<Partner>(location.as_str())? else { return Ok(()) };
    let who = profile.name.clone().unwrap_or_else(|| profile.person_id.to_string());
    let text = format!("{who} {what} ({location}), from {}.", desk.today());
    notices::tell_at(desk, (&partner.global_partner_id, location), kind, text, profile)
}

/// The profile of a person: for the person, the partner that they are linked to, and the operator.
///
/// # Errors
/// When the actor may not see it, or the registers cannot be read.
pub fn see(desk: &Desk<'_>, person: &Name) -> Acted<ProfileLink> {
    let profile = ProfileLink::of(desk, person)?;
    must(&desk.actor, Act::ProfileRead, &on_profile(desk, &profile)?, &format!("see the links of `{person}`"))?;
    Ok(profile)
}
