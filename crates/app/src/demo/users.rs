//! Users of the demo: one of each kind of people who would sign in.

use domain::facts::Program;
use domain::names::Name;
use domain::parties::User;
use domain::record::actor::{Organisation, Role};

use super::cast::FJORDLYS;

/// Users of the demo, the operator's program manager first: partner Fjordlys Cloud, a customer's tenant, the operator.
#[must_use]
pub fn users(program: &Program) -> Vec<User> {
    let partner = || Organisation::Partner(Name::new(FJORDLYS.global));
    let user = |id: &str, name: &str, organisation: Organisation, roles: &[Role]| User {
        user_id: Name::new(id),
        name: name.to_owned(),
        organisation,
        roles: roles.iter().copied().collect(),
        location: None,
        identity: None,
        person_id: None,
        active: true,
    };
    let mut users = vec![
        user("mona@operator.example", "Mona (program manager)", Organisation::Operator, &[Role::ProgramManager]),
        user("rita@operator.example", "Rita (reviewer)", Organisation::Operator, &[Role::Reviewer]),
        user("ravi@operator.example", "Ravi (reviewer)", Organisation::Operator, &[Role::Reviewer]),
        user("aud@operator.example", "Aud (auditor)", Organisation::Operator, &[Role::Auditor]),
        user("anna@fjordlys.example", "Anna (account admin)", partner(), &[Role::AccountAdmin]),
        user("ivar@fjordlys.example", "Ivar (incentive admin)", partner(), &[Role::IncentiveAdmin]),
    ];
    let locations: Vec<Name> = FJORDLYS.locations.iter().map(|location| Name::new(location.0)).collect();
    if let Some(person) = program.people.iter().find(|person| locations.contains(&person.partner_id) && person.unlinked_on.is_none()) {
        let certified = user("cleo@fjordlys.example", "Cleo (certified consultant)", partner(), &[Role::ReportViewer]);
        users.push(User { person_id: Some(person.person_id.clone()), ..certified });
    }
    if let Some(customer) = program.customers.first() {
        let tenant = Organisation::Customer(customer.tenant_id.clone());
        users.push(user("gus@customer.example", "Gus (customer's global admin)", tenant, &[Role::GlobalAdmin]));
    }
    users
}
