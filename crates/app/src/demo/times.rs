//! The demo several times over: the same stories, told of other customers, people and amounts, side by side in one program.

use domain::facts::{Customer, Program};
use domain::names::Name;
use domain::parties::User;
use domain::record::actor::Organisation;

/// How far the partner IDs of two copies lie apart; those of one lie closer together.
const IDS_APART: u64 = 1_000;

/// How often the demo may be told in one program: from there on locations would have IDs of other copies' accounts.
pub const TIMES_MAX: u32 = 700;

/// Gives a program the names of a copy, so that it shares none with the others; the copy `0` keeps its own. Tenants, subscriptions and
/// principals are GUIDs from another seed already.
pub fn set_apart(program: &mut Program, copy: u32) {
    if copy == 0 {
        return;
    }
    let id = |id: &mut Name| *id = Name::new(&id_of_copy(id.as_str(), copy));
    macro_rules! rename {
        ($($table:ident: $($field:ident),*;)*) => { $( for row in program.$table.iter_mut() { $( id(&mut row.$field); )* } )* };
    }
    rename! {
        partners: partner_id, global_partner_id;
        pal_links: partner_id;
        partner_of_record: partner_id;
        csp: partner_id;
        claims: claim_id, partner_id;
        people: person_id, partner_id;
        certifications: person_id;
        enrolments: global_partner_id;
    }
    program.partners.iter_mut().for_each(|row| row.name = label_of_copy(&row.name, copy));
    program.customers.iter_mut().for_each(|row| rename_customer(row, copy));
}

/// A partner's ID moves on, so that it stays a number; other IDs end in the copy's number.
fn id_of_copy(id: &str, copy: u32) -> String {
    match id.parse::<u64>() {
        Ok(number) => (number + u64::from(copy) * IDS_APART).to_string(),
        Err(_) => format!("{id}-{copy}"),
    }
}

/// A company's name with the copy's number: behind it, or behind the company where a city follows.
fn label_of_copy(name: &str, copy: u32) -> String {
    match name.split_once(',') {
        Some((company, city)) => format!("{company} {copy},{city}"),
        None => format!("{name} {copy}"),
    }
}

fn rename_customer(row: &mut Customer, copy: u32) {
    row.name = label_of_copy(&row.name, copy);
    let own = |domain: &str| domain.replacen('.', &format!("{copy}."), 1);
    row.domains = row.domains.as_deref().map(|domains| domains.split(';').map(own).collect::<Vec<_>>().join(";"));
}

/// Gives a user the name of a copy, for the partner of that copy.
pub fn set_user_apart(user: &mut User, copy: u32) {
    user.user_id = Name::new(&address_of_copy(user.user_id.as_str(), copy));
    if copy == 0 {
        return;
    }
    if let Organisation::Partner(account) = &mut user.organisation {
        *account = Name::new(&id_of_copy(account.as_str(), copy));
    }
    user.person_id = user.person_id.as_ref().map(|person| Name::new(&id_of_copy(person.as_str(), copy)));
}

/// The address of a user of a copy: that of the demo, at a domain of the copy.
fn address_of_copy(address: &str, copy: u32) -> String {
    if copy == 0 { address.to_owned() } else { address.replacen(".example", &format!("{copy}.example"), 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_names_of_its_own() {
        assert_eq!(id_of_copy("6104211", 3), "6107211");
        assert_eq!(id_of_copy("cpor-210407", 3), "cpor-210407-3");
        assert_eq!(label_of_copy("Fjordlys Cloud, Oslo", 3), "Fjordlys Cloud 3, Oslo");
        assert_eq!(address_of_copy("anna@fjordlys.example", 3), "anna@fjordlys3.example");
        assert_eq!(address_of_copy("anna@fjordlys.example", 0), "anna@fjordlys.example");
    }
}
