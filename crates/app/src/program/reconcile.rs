//! The vendor's own figures beside ours.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use domain::amount::Amount;
use domain::evidence::{About, Evidence, RowsOf};
use domain::lines::LineKey;
use domain::names::Name;
use domain::partners::Partners;
use domain::reconcile::{Compared, Figures, Item, Known, Place, compare, differing_places};
use domain::register::Register;
use domain::time::{Day, Month};
use engine::downloads::{Basis, VendorRow, VendorUsage};

use super::OpenProgram;
use crate::problem::Refusal;

/// What is asked about the vendor's usage.
pub struct AskedUsage<'a> {
    /// The only account to compare; all of the file without it.
    pub account: Option<&'a Name>,
    /// The as-of day.
    pub as_of: Day,
    /// Differences up to this are rounding.
    pub tolerance: Amount,
}

/// Figures of both sides, with the services as spelled.
pub struct UsageCompared {
    /// Every figure of either side.
    pub figures: Vec<Compared>,
    /// Services as spelled, by name.
    pub services: BTreeMap<Name, String>,
    /// The months of the file.
    pub months: (Month, Month),
}

impl OpenProgram {
    /// Compares the vendor's usage with ours, month by month: ours are the months of the file, resale chains as of its last.
    ///
    /// # Errors
    /// When the file has no row to compare, when it does not tell whose it is, or when consumption cannot be read.
    pub fn reconcile(&self, usage: &VendorUsage, asked: &AskedUsage<'_>) -> Result<UsageCompared> {
        let register = Register::new(&self.dataset.program, &self.rulebook);
        let mut services = BTreeMap::new();
        let vendor = self.vendor_figures(usage, asked, &register.partners, &mut services)?;
        let (Some(first), Some(last)) = (vendor.keys().map(|item| item.month).min(), vendor.keys().map(|item| item.month).max()) else {
            let of = asked.account.map(|account| format!(" of `{account}`")).unwrap_or_default();
            return Err(Refusal::refused(format!("the file has no row{of} to compare"))
                .hint("download it again for the months in question")
                .into());
        };
        let accounts: BTreeSet<Name> = vendor.keys().map(|item| item.account.clone()).chain(asked.account.cloned()).collect();
        let mut ours = Figures::new();
        for (line, acr) in self.credited(last)? {
            if line.month >= first && accounts.contains(&line.account) && is_added_up(&line, usage.basis) {
                let item = item_of(&line, usage);
                services.entry(Name::new(&line.service)).or_insert_with(|| line.service.clone());
                *ours.entry(item).or_default() += acr;
            }
        }
        let figures = self.explained(&register, &vendor, &ours, usage, &accounts, last, asked)?;
        Ok(UsageCompared { figures, services, months: (first, last) })
    }

    fn vendor_figures(
        &self,
        usage: &VendorUsage,
        asked: &AskedUsage<'_>,
        partners: &Partners,
        services: &mut BTreeMap<Name, String>,
    ) -> Result<Figures, Refusal> {
        let mut figures = Figures::new();
        for row in &usage.rows {
            let account = self.account_of(row, asked, partners)?;
            if asked.account.is_some_and(|asked| *asked != account) {
                continue;
            }
            if let Some(service) = &row.service {
                services.entry(Name::new(service)).or_insert_with(|| service.clone());
            }
            let item = Item {
                month: row.month,
                account,
                tenant: row.tenant.clone(),
                subscription: row.subscription.clone(),
                service: row.service.as_deref().map(Name::new),
                attach: row.attach,
            };
            *figures.entry(item).or_default() += row.acr;
        }
        Ok(figures)
    }

    /// The global account of a row: the one that it names, that of its location, or the only one that there is.
    fn account_of(&self, row: &VendorRow, asked: &AskedUsage<'_>, partners: &Partners) -> Result<Name, Refusal> {
        if let Some(id) = row.account.as_ref().or(row.partner.as_ref()) {
            let of_location = partners.location(id).map(|location| partners.account_id(partners.account_of(location)).clone());
            return Ok(if partners.account(id).is_some() { id.clone() } else { of_location.unwrap_or_else(|| id.clone()) });
        }
        match (asked.account, self.partners()) {
            (Some(account), _) => Ok(account.clone()),
            (None, [(only, _)]) => Ok(only.clone()),
            (None, _) => Err(Refusal::usage("the file does not tell whose usage it is").hint("name the global account with `--partner`")),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "what is compared, and what it is reasoned from")]
    fn explained(
        &self,
        register: &Register<'_>,
        vendor: &Figures,
        ours: &Figures,
        usage: &VendorUsage,
        accounts: &BTreeSet<Name>,
        last: Month,
        asked: &AskedUsage<'_>,
    ) -> Result<Vec<Compared>> {
        let program = &self.dataset.program;
        let places = differing_places(vendor, ours, asked.tolerance);
        let known = accounts.iter().filter_map(|id| Some((id.clone(), register.partners.account(id)?)));
        let mut evidence: BTreeMap<Name, Evidence<'_>> = known
            .map(|(id, account)| (id, Evidence::new(register, program, About { account, month: last, rows: RowsOf::All }, |_, _| None)))
            .collect();
        let mut by_place: BTreeMap<Place, BTreeMap<Name, Amount>> = BTreeMap::new();
        if !places.is_empty() {
            self.each_consumption(None, |row, _| {
                let subscription = usage.has_subscriptions.then(|| row.subscription_id.clone());
                let place = (row.usage_date.month(), row.tenant_id.clone(), subscription);
                if places.contains(&place) {
                    evidence.values_mut().for_each(|evidence| evidence.add_consumption(row, None));
                    *by_place.entry(place).or_default().entry(Name::new(&row.service)).or_default() += row.acr_usd;
                }
            })?;
        }
        let tenants = program.customers.iter().map(|row| row.tenant_id.clone()).collect();
        let known = Known { tenants: &tenants, usage: &by_place, evidence: &evidence, as_of: asked.as_of, tolerance: asked.tolerance };
        Ok(compare(vendor, ours, &known))
    }
}

/// Whether a credited line is one of those that the vendor's rows stand for.
fn is_added_up(line: &LineKey, basis: Basis) -> bool {
    match basis {
        Basis::Kind => !line.duplicate_in_attach,
        Basis::Account => !line.duplicate_in_account,
        Basis::Every => true,
    }
}

/// What a credited line is about, as far as the vendor's file tells.
fn item_of(line: &LineKey, usage: &VendorUsage) -> Item {
    Item {
        month: line.month,
        account: line.account.clone(),
        tenant: line.tenant.clone(),
        subscription: usage.has_subscriptions.then(|| line.subscription.clone()),
        service: usage.has_services.then(|| Name::new(&line.service)),
        attach: usage.has_kinds.then_some(line.attach),
    }
}
