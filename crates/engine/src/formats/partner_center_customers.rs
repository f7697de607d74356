//! `partner-center-customers`: the customers download of Partner Center. It has a row for each customer, month and product; the rows of a tenant become
//! one customer, as its latest month tells.

use std::collections::{BTreeMap, BTreeSet};

use domain::amount::Amount;
use domain::facts::Customer;
use domain::names::Name;
use domain::time::Month;

use super::Intake;
use super::fields::{Cells, Refused, fields};
use super::reading::{Rows, SheetFormat};
use crate::suggestions;

const TABLE: &str = "customers";

// Partner Center documentation: insights data definitions, customers and revenue. Seats and revenue are not read: they are totals of other
// downloads, repeated for each association.
fields! {
    Tenant: need ["CustomerTenantId"];
    Name: need ["CustomerName"];
    Month: need ["Month"];
    Domain: need ["TenantDomainName"];
    TenantName: may ["CustomerTenantName"];
    Country: may ["CustomerTenantCountry"];
    Market: may ["CustomerMarket"];
    Segment: may ["CustomerSegment"];
    Status: may ["CustomerStatus"];
}

/// The customers download.
pub const FORMAT: SheetFormat = SheetFormat {
    table: TABLE,
    fields: FIELDS,
    cure: "download the customers report with all columns",
    open: |_| Box::new(Customers::default()),
};

#[derive(Default)]
struct Customers(BTreeMap<Name, Told>);

/// What the rows of a tenant told.
struct Told {
    latest: Month,
    line: u64,
    customer: Customer,
    domains: BTreeSet<String>,
}

impl Rows for Customers {
    fn take(&mut self, cells: &Cells<'_>, intake: &mut Intake<'_>) -> Result<(), Refused> {
        let month = cells.month(Column::Month)?;
        let name = cells.text(Column::TenantName).or(cells.text(Column::Name));
        let customer = Customer {
            country: cells.text(Column::Country).or(cells.text(Column::Market)).map(str::to_owned),
            segment: cells.name_if_any(Column::Segment),
            ..suggestions::customer(cells.name(Column::Tenant)?, name)
        };
        let domain = cells.text(Column::Domain).map(str::to_lowercase);
        let Some(told) = self.0.get_mut(&customer.tenant_id) else {
            let told = Told { latest: month, line: cells.line, customer, domains: domain.into_iter().collect() };
            self.0.insert(told.customer.tenant_id.clone(), told);
            return Ok(());
        };
        told.domains.extend(domain);
        let mut older = cells.line;
        if month > told.latest {
            older = told.line;
            (told.latest, told.line, told.customer) = (month, cells.line, customer);
        }
        intake.ignore(older, TABLE, &Name::new("another-row-of-the-customer"), Amount::ZERO);
        Ok(())
    }

    fn end(&mut self, intake: &mut Intake<'_>) {
        for (_, told) in std::mem::take(&mut self.0) {
            let domains: Vec<String> = told.domains.into_iter().collect();
            let domains = Some(domains.join(";")).filter(|domains| !domains.is_empty());
            intake.accept(told.line, Customer { domains, ..told.customer });
        }
    }
}
