//! `focus`: FOCUS cost and usage (1.0 to 1.3), as Azure exports it, or as several providers' bills were joined.
//!
//! Consumption is what the customer used: charges of the category Usage of services of the program's own provider and
//! publisher, at the effective cost. Purchases of commitments, taxes, credits and adjustments are no consumption.

use domain::amount::{Amount, AmountError};
use domain::facts::Consumption;
use domain::names::Name;
use domain::time::Day;
use domain::words::Grain;

use super::{Context, Intake, SourceFile, tell};
use crate::files::FileForm;
use crate::problems::{Problems, RowProblem, Severity};
use crate::source::{FileError, Line, Source};
use crate::spelling::list;
use crate::tables::{bad_cells, float_column};

const TABLE: &str = "consumption";

/// The columns that are read, by their names in the versions of FOCUS; the first name that the header has is taken.
const COLUMNS: [(&[&str], bool); 14] = [
    (&["ServiceProviderName", "ProviderName"], true),
    (&["ChargeCategory"], true),
    (&["ChargePeriodStart"], true),
    (&["EffectiveCost"], true),
    (&["ServiceName"], true),
    (&["SubAccountId"], true),
    (&["ChargePeriodEnd"], false),
    (&["BillingCurrency"], false),
    (&["x_EffectiveCostInUsd"], false),
    (&["ResourceId"], false),
    (&["x_SkuOfferId"], false),
    (&["x_CustomerId"], false),
    (&["PublisherName", "HostProviderName"], false),
    (&["x_PublisherCategory"], false),
];

/// How many of [`COLUMNS`] a file must have.
pub const NEEDED: usize = 6;

/// The required columns that are not there.
pub fn missing(has: &dyn Fn(&str) -> bool) -> Vec<&'static str> {
    COLUMNS.iter().filter(|(names, required)| *required && !names.iter().any(|name| has(name))).map(|(names, _)| names[0]).collect()
}

/// The cells of a row, in the order of [`COLUMNS`]; nothing where a cell is blank or `NULL`.
struct Charge<'a>([Option<&'a str>; 14]);

impl<'a> Charge<'a> {
    fn new(cells: &[Option<&'a str>]) -> Self {
        let text = |at: usize| cells.get(at).copied().flatten().map(str::trim);
        Self(std::array::from_fn(|at| text(at).filter(|text| !text.is_empty() && !text.eq_ignore_ascii_case("null"))))
    }
    fn provider(&self) -> Option<&'a str> {
        self.0[0]
    }
    fn category(&self) -> Option<&'a str> {
        self.0[1]
    }
    fn period_start(&self) -> Option<&'a str> {
        self.0[2]
    }
    fn cost(&self) -> Option<&'a str> {
        self.0[3]
    }
    fn service(&self) -> Option<&'a str> {
        self.0[4]
    }
    fn account(&self) -> Option<&'a str> {
        self.0[5]
    }
    fn period_end(&self) -> Option<&'a str> {
        self.0[6]
    }
    fn currency(&self) -> Option<&'a str> {
        self.0[7]
    }
    fn cost_usd(&self) -> Option<&'a str> {
        self.0[8]
    }
    fn resource(&self) -> Option<&'a str> {
        self.0[9]
    }
    fn offer(&self) -> Option<&'a str> {
        self.0[10]
    }
    fn customer(&self) -> Option<&'a str> {
        self.0[11]
    }
    fn publisher(&self) -> Option<&'a str> {
        self.0[12]
    }
    fn publisher_category(&self) -> Option<&'a str> {
        self.0[13]
    }

    /// The amount that the file's own total adds up, in dollars where the file has dollars.
    fn amount(&self) -> Amount {
        self.cost_usd().or(self.cost()).and_then(|text| read_amount(text).ok()).map_or(Amount::ZERO, |(amount, _)| amount)
    }
}

/// What a charge is to the program.
enum Judgement {
    /// Consumption; whether its amount had to be rounded.
    Row(Consumption, bool),
    /// Left out by a rule.
    Ignored(&'static str),
    /// It cannot be taken: the reason, the place of the column, the message and the cure.
    Refused(&'static str, usize, String, String),
}

/// Reads a file of charges.
pub fn read(
    source: &SourceFile,
    context: &Context,
    intake: &mut Intake<'_>,
    remarks: &mut Problems,
    progress: &mut dyn FnMut(u64),
) -> Result<(), FileError> {
    let name = source.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (_, form) = FileForm::of_name(&name)
        .ok_or_else(|| FileError::open(&source.shown, std::io::Error::other("the file's ending is of no known form")))?;
    let file = Source::open_path(&source.path, &source.shown, form)?;
    let pick = pick(&file)?;
    let header = file.header().to_vec();
    for place in file.floats().iter().filter(|place| pick.contains(&Some(**place))) {
        remarks.push(float_column(TABLE, &source.shown, &header[*place]));
    }
    let mut rounded = 0;
    let read = file.read(&pick, &mut |(line, cells): Line<'_>| {
        match cells {
            Err(bad) => intake.quarantine(bad_cells(TABLE, &source.shown, line, &header, bad), Amount::ZERO),
            Ok(cells) => {
                let charge = Charge::new(cells);
                match judge(&charge, context) {
                    Judgement::Row(row, was_rounded) => {
                        rounded += u64::from(was_rounded);
                        intake.accept(line, row);
                    }
                    Judgement::Ignored(rule) => intake.ignore(TABLE, rule, charge.amount()),
                    Judgement::Refused(reason, at, message, cure) => {
                        let column = pick[at].map_or_else(|| COLUMNS[at].0[0].to_owned(), |place| header[place].clone());
                        let value = charge.0[at].unwrap_or_default().to_owned();
                        let severity = Severity::Quarantined;
                        let problem = RowProblem {
                            line: Some(line),
                            column,
                            value,
                            severity,
                            ..RowProblem::of_file(TABLE, &source.shown, reason, message, cure)
                        };
                        intake.quarantine(problem, charge.amount());
                    }
                }
            }
        }
        tell(progress, intake.rows());
    });
    if rounded > 0 {
        let message = format!("costs of {rounded} rows have more than 18 decimal places; they are rounded to 18");
        remarks.push(RowProblem { rows: rounded, ..RowProblem::of_file(TABLE, &source.shown, "rounded-amount", message, String::new()) });
    }
    match read {
        Err(error @ FileError::Broken { .. }) => {
            let problem = RowProblem::of_file(TABLE, &source.shown, error.reason(), error.to_string(), "the rows before stay".to_owned());
            remarks.push(RowProblem { severity: Severity::Unreadable, ..problem });
            Ok(())
        }
        other => other.map(|_| ()),
    }
}

fn pick(file: &Source) -> Result<Vec<Option<usize>>, FileError> {
    let missing = missing(&|name| file.position(name).is_some());
    if file.header().is_empty() {
        let expected = list(COLUMNS.iter().filter(|(_, required)| *required).map(|(names, _)| names[0]));
        return Err(FileError::NoHeader { file: file.shown().to_owned(), expected });
    }
    if !missing.is_empty() {
        return Err(FileError::MissingColumns {
            file: file.shown().to_owned(),
            missing: list(missing),
            found: list(file.header().iter().map(String::as_str)),
            hint: "; the format `focus` needs them: export cost and usage with FOCUS 1.0 or later".to_owned(),
        });
    }
    Ok(COLUMNS.iter().map(|(names, _)| names.iter().find_map(|name| file.position(name))).collect())
}

fn judge(charge: &Charge<'_>, context: &Context) -> Judgement {
    let is_own = |name: &str| {
        let name = name.to_ascii_lowercase();
        name.contains("microsoft") || name == "azure"
    };
    if !charge.provider().is_some_and(is_own) {
        return Judgement::Ignored("provider-not-in-program");
    }
    if !charge.category().is_some_and(|category| category.eq_ignore_ascii_case("usage")) {
        return Judgement::Ignored("charge-category-not-consumption");
    }
    let is_vendor = charge.publisher_category().is_some_and(|category| category.eq_ignore_ascii_case("vendor"));
    if is_vendor || charge.publisher().is_some_and(|publisher| !is_own(publisher)) {
        return Judgement::Ignored("marketplace");
    }
    consumption(charge, context).unwrap_or_else(|refused| refused)
}

fn consumption(charge: &Charge<'_>, context: &Context) -> Result<Judgement, Judgement> {
    let (usage_date, grain) = period(charge)?;
    let (acr_usd, rounded) = cost(charge)?;
    let subscription_id = subscription(charge)?;
    let tenant_id =
        charge.customer().map(Name::new).or_else(|| context.tenants.get(&subscription_id).cloned()).or_else(|| context.tenant.clone());
    let tenant_id = tenant_id.ok_or_else(|| {
        let message = format!("no tenant is known for the subscription `{subscription_id}`");
        Judgement::Refused("tenant-unknown", 5, message, "import `subscriptions`, or pass `--tenant`".to_owned())
    })?;
    let service = charge.service().ok_or_else(|| blank(4))?.to_owned();
    let resource_id = charge.resource().and_then(Name::new_if_any);
    let offer = charge.offer().and_then(Name::new_if_any);
    Ok(Judgement::Row(Consumption { usage_date, tenant_id, subscription_id, service, acr_usd, resource_id, offer, grain }, rounded))
}

fn blank(at: usize) -> Judgement {
    let name = COLUMNS[at].0[0];
    Judgement::Refused("blank-cell", at, "the cell is blank".to_owned(), format!("fill in `{name}`; every charge for usage needs it"))
}

/// The day of the charge; the month when the charge is for a whole one.
fn period(charge: &Charge<'_>) -> Result<(Day, Grain), Judgement> {
    let text = charge.period_start().ok_or_else(|| blank(2))?;
    let start = day_of(text).ok_or_else(|| {
        let cure = "write the instant as ISO 8601, such as 2024-01-31T00:00:00Z".to_owned();
        Judgement::Refused("not-a-day", 2, format!("`{text}` is not a day; expected YYYY-MM-DD with or without a time"), cure)
    })?;
    let end = charge.period_end().and_then(day_of);
    let is_month = start == start.month().first_day() && end == Some(start.month().plus(1).first_day());
    Ok((start, if is_month { Grain::Month } else { Grain::Day }))
}

/// The day of an instant, with or without `T`, seconds, fractions and `Z`.
fn day_of(text: &str) -> Option<Day> {
    let (day, time) = text.split_at_checked(10)?;
    let time = time.trim_end_matches(['Z', 'z']).trim_end_matches("+00:00").trim_start_matches(['T', 't', ' ']);
    let is_time = time.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.'));
    if is_time { day.parse().ok() } else { None }
}

fn cost(charge: &Charge<'_>) -> Result<(Amount, bool), Judgement> {
    let (text, at) = match (charge.cost_usd(), charge.currency()) {
        (Some(text), _) => (text, 8),
        (None, Some(currency)) if currency.eq_ignore_ascii_case("usd") => (charge.cost().ok_or_else(|| blank(3))?, 3),
        (None, currency) => {
            let currency = currency.map_or_else(|| "no currency".to_owned(), |currency| format!("`{currency}`"));
            let message = format!("the cost is in {currency}, and the file has no `x_EffectiveCostInUsd`");
            let cure = "export with costs in US dollars (`x_EffectiveCostInUsd`)".to_owned();
            return Err(Judgement::Refused("currency-unknown", 7, message, cure));
        }
    };
    read_amount(text).map_err(|error| {
        let reason = if matches!(error, AmountError::Absurd(_)) { "absurd-amount" } else { "not-an-amount" };
        Judgement::Refused(reason, at, error.to_string(), "write the number in full, such as 1234.56".to_owned())
    })
}

/// Reads an amount; one with more than 18 decimal places is rounded to 18, half away from zero.
fn read_amount(text: &str) -> Result<(Amount, bool), AmountError> {
    match text.parse() {
        Err(AmountError::TooFine(_)) => rounded(text).map(|amount| (amount, true)),
        other => other.map(|amount| (amount, false)),
    }
}

fn rounded(text: &str) -> Result<Amount, AmountError> {
    let bad = || AmountError::NotANumber(text.to_owned());
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent: i32 = exponent.parse().map_err(|_| bad())?;
    let (sign, digits) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let figures = format!("{whole}{part}");
    // how many of the figures stand before the 18th decimal place, that one included
    let kept = i32::try_from(whole.len()).map_err(|_| bad())? + exponent + 18;
    let Ok(kept) = usize::try_from(kept) else { return Ok(Amount::ZERO) };
    let steps: i128 = figures.get(..kept).ok_or_else(bad)?.parse().unwrap_or(0);
    let up = i128::from(figures.as_bytes().get(kept).is_some_and(|figure| *figure >= b'5'));
    let amount = Amount::from_steps(steps + up);
    Ok(if sign.is_empty() { amount } else { -amount })
}

/// The subscription's GUID, of `/subscriptions/GUID` or by itself.
fn subscription(charge: &Charge<'_>) -> Result<Name, Judgement> {
    let account = charge.account().ok_or_else(|| blank(5))?;
    let lower = account.to_ascii_lowercase();
    let id = lower.strip_prefix("/subscriptions/").unwrap_or(&lower).trim_matches('/');
    Name::new_if_any(id).ok_or_else(|| blank(5))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_with_and_without_t_seconds_and_z_give_their_day() {
        for text in ["2024-09-18", "2024-09-18 22:00:00", "2024-09-18T22:00Z", "2024-09-18T22:00:00Z", "2024-09-18T00:00:00.000+00:00"] {
            assert_eq!(day_of(text).map(|day| day.to_string()).as_deref(), Some("2024-09-18"), "{text}");
        }
        assert_eq!(day_of("09/18/2024 00:00"), None);
    }

    #[test]
    fn costs_with_more_than_18_places_are_rounded_half_away_from_zero() {
        for (text, expected) in [
            ("0.0000000000000000015", "0.000000000000000002"),
            ("-3.12345678901234567E-07", "-0.000000312345678901"),
            ("1.0000000000000000004999", "1"),
            ("4E-30", "0"),
        ] {
            let (amount, was_rounded) = read_amount(text).unwrap();
            assert_eq!((amount.to_string().as_str(), was_rounded), (expected, true), "{text}");
        }
        assert_eq!(read_amount("0.5").unwrap(), ("0.5".parse().unwrap(), false));
    }
}
