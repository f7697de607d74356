//! What Cost Management exports have in common, whatever the agreement.

use domain::names::Name;
use domain::rulebook::imports::Properties;
use domain::words::Grain;

use super::Intake;
use super::charges::{Charges, Usage, subscription};
use super::fields::{Cells, Refused};

/// Charges that a reservation or a savings plan covers. The actual and the amortised export tell the rest alike; these have their cost
/// in the amortised one only, and are restated apart, so that either may be imported after the other.
const COMMITMENTS: &str = "commitments";

/// Where a format has the columns that every agreement has.
#[derive(Clone, Copy)]
pub struct Places {
    /// The day of the charge.
    pub date: usize,
    /// The subscription.
    pub subscription: usize,
    /// The category of the meter.
    pub meter_category: usize,
    /// The resource.
    pub resource: usize,
    /// The type of the charge.
    pub charge_type: usize,
    /// How it is priced.
    pub pricing_model: usize,
    /// The publisher.
    pub publisher: usize,
    /// The publisher's type.
    pub publisher_type: usize,
    /// How often it is charged.
    pub frequency: usize,
    /// The offer, if the agreement has offers.
    pub offer: Option<usize>,
    /// The customer's tenant, if the file names it.
    pub tenant: Option<usize>,
}

impl Places {
    /// Judges a charge and takes it if it counts.
    pub fn take(&self, charges: &Charges<'_>, cells: &Cells<'_>, intake: &mut Intake<'_>) -> Result<(), Refused> {
        let properties = Properties {
            charge_type: cells.text_or_blank(self.charge_type),
            pricing_model: cells.text_or_blank(self.pricing_model),
            publisher: cells.text_or_blank(self.publisher),
            publisher_type: cells.text_or_blank(self.publisher_type),
            frequency: cells.text_or_blank(self.frequency),
            ..Properties::default()
        };
        let is_covered =
            ["reservation", "savingsplan"].iter().any(|model| properties.pricing_model.replace(' ', "").eq_ignore_ascii_case(model));
        let month = cells.day(self.date).ok().map(|day| day.month());
        charges.take(cells, intake, properties, is_covered.then_some(COMMITMENTS), |charges| self.usage(charges, cells), month)
    }

    /// What a charge is for.
    fn usage<'a>(&self, charges: &Charges<'_>, cells: &Cells<'a>) -> Result<Usage<'a>, Refused> {
        let resource = cells.text(self.resource);
        let service = charges.context.names.service_of(cells.text(self.meter_category), resource);
        let service = service.ok_or_else(|| {
            let message = "the charge has neither a meter category nor a resource";
            Refused::new("blank-cell", self.meter_category, message, "export with `MeterCategory`")
        })?;
        Ok(Usage {
            when: (cells.day(self.date)?, Grain::Day),
            tenant: self.tenant.and_then(|at| cells.name_if_any(at)),
            subscription: (self.subscription(cells)?, self.subscription),
            service,
            resource,
            offer: self.offer.and_then(|at| cells.text(at)),
        })
    }

    /// The subscription of a charge.
    pub fn subscription(&self, cells: &Cells<'_>) -> Result<Name, Refused> {
        let text = cells.need(self.subscription)?;
        subscription(text)
            .ok_or_else(|| Refused::new("blank-cell", self.subscription, "the cell names no subscription", "fill in the subscription's ID"))
    }
}
