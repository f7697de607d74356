//! How pages write numbers, units and lists. Rounding happens here only, and only for display.

use domain::amount::Amount;
use domain::fraction::Fraction;

/// Points: always with two decimals.
#[must_use]
pub fn points(points: &Fraction) -> String {
    grouped(&points.shown())
}

/// A value with its unit, as one reads it aloud: `3 customers`, `12.50 %`, `$1,250.00`.
#[must_use]
pub fn quantity(value: &Fraction, unit: &str) -> String {
    match unit {
        "" => number(value, unit),
        "percent" => format!("{} %", number(value, unit)),
        "dollars" if value.is_negative() => format!("−${}", number(&(Fraction::zero() - value.clone()), unit)),
        "dollars" => format!("${}", number(value, unit)),
        _ => format!("{} {}", number(value, unit), counted_unit(value, unit)),
    }
}

/// Dollars without cents, for sentences.
#[must_use]
pub fn money(amount: Amount) -> String {
    let (half, dollars) = (Fraction::new(1, 2), Fraction::from(amount));
    let sign = if dollars.is_negative() { "−" } else { "" };
    let size = if dollars.is_negative() { Fraction::zero() - dollars } else { dollars };
    format!("{sign}${}", grouped(&(size + half).floor().exact()))
}

/// A value without its unit. What is counted has no decimals while it is whole; all else has two.
#[must_use]
pub fn number(value: &Fraction, unit: &str) -> String {
    let is_whole = !value.exact().contains('/');
    let is_count = !matches!(unit, "percent" | "dollars" | "points" | "");
    match is_whole && is_count {
        true => grouped(&value.exact()),
        false => grouped(&value.shown()),
    }
}

/// A unit as it stands beside a number: one `customer`, two `customers`.
fn counted_unit<'a>(value: &Fraction, unit: &'a str) -> &'a str {
    match unit {
        "people" if is_one(value) => "person",
        unit if is_one(value) => unit.strip_suffix('s').unwrap_or(unit),
        unit => unit,
    }
}

fn is_one(value: &Fraction) -> bool {
    *value == Fraction::whole(1) || *value == Fraction::whole(-1)
}

/// Thousands apart, and a minus sign as wide as a digit.
#[must_use]
pub fn grouped(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("−", digits));
    let (whole, decimals) = digits.split_once('.').map_or((digits, None), |(whole, decimals)| (whole, Some(decimals)));
    let mut shown = sign.to_owned();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            shown.push(',');
        }
        shown.push(digit);
    }
    if let Some(decimals) = decimals {
        shown.push('.');
        shown.push_str(decimals);
    }
    shown
}

/// A number of things: `1 row`, `1,200 rows`.
#[must_use]
pub fn count(number: usize, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {thing}{plural}", grouped(&number.to_string()))
}

/// A number of things that are named in the plural: `1 customer`, `1,200 customers`, `1 person`.
#[must_use]
pub fn counted(number: usize, things: &str) -> String {
    let number = i64::try_from(number).unwrap_or(i64::MAX);
    let own = Fraction::whole(number);
    format!("{} {}", grouped(&number.to_string()), counted_unit(&own, things))
}

/// An instant of the ledger as pages write it: `2024-01-31 10:11 UTC`.
#[must_use]
pub fn instant(at: &str) -> String {
    at.get(..16).map_or_else(|| at.to_owned(), |minute| format!("{} UTC", minute.replace('T', " ")))
}

/// Words in a row: `a`, `a and b`, `a, b and c`.
#[must_use]
pub fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [word] => word.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A sentence with a capital at its head.
#[must_use]
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A label with a capital at its head, unless it begins with a word of a file or an ID, which stay as they are written.
#[must_use]
pub fn capital_if_word(text: &str) -> String {
    let first = text.split_whitespace().next().unwrap_or_default();
    let is_word = text.contains(' ') && first.chars().all(|letter| letter.is_lowercase());
    if is_word { capital(text) } else { text.to_owned() }
}

/// A word of a file as people read it: `net-customer-adds` → `Net customer adds`; what already has capitals, or a digit, stays.
#[must_use]
pub fn spoken(word: &str) -> String {
    match word {
        "smb" => "SMB".to_owned(),
        "cpor" | "dpor" | "csp" | "pal" => word.to_uppercase(),
        "microsoft-365" => "Microsoft 365".to_owned(),
        "sharepoint" => "SharePoint".to_owned(),
        "aad-premium" => "AAD Premium".to_owned(),
        "defender-office-365" => "Defender for Office 365".to_owned(),
        _ => capital(&word.replace(['-', '_'], " ")),
    }
}

/// Words that services are named with, and that are spelled in capitals.
const CAPITALS: [&str; 14] = ["ad", "ai", "api", "b2c", "bi", "cdn", "db", "dns", "hd", "iot", "ip", "sql", "vm", "vpn"];

/// A service as people read it: `azure cosmos db` → `Azure Cosmos DB`.
#[must_use]
pub fn service(name: &str) -> String {
    let word = |word: &str| match word {
        "iot" => "IoT".to_owned(),
        "postgresql" => "PostgreSQL".to_owned(),
        "mysql" => "MySQL".to_owned(),
        "for" | "of" | "and" | "with" => word.to_owned(),
        word if CAPITALS.contains(&word) => word.to_uppercase(),
        word => capital(word),
    };
    name.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// An area's title on narrow places: `Solutions Partner for Data & AI (Azure)` → `Data & AI (Azure)`.
#[must_use]
pub fn short_title(title: &str) -> &str {
    title.strip_prefix("Solutions Partner for ").unwrap_or(title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_spelled_as_people_spell_them() {
        for (name, spelled) in [
            ("virtual machines", "Virtual Machines"),
            ("azure database for postgresql", "Azure Database for PostgreSQL"),
            ("sql database", "SQL Database"),
            ("iot hub", "IoT Hub"),
        ] {
            assert_eq!(service(name), spelled);
        }
    }

    #[test]
    fn quantities_read_as_people_say_them() {
        let cases = [
            (Fraction::whole(3), "customers", "3 customers"),
            (Fraction::whole(-1), "customers", "−1 customer"),
            (Fraction::whole(1), "people", "1 person"),
            (Fraction::whole(1_234_567), "users", "1,234,567 users"),
            (Fraction::new(25, 2), "percent", "12.50 %"),
            (Fraction::whole(-1250), "dollars", "−$1,250.00"),
            (Fraction::new(20, 3), "points", "6.67 points"),
            (Fraction::new(5, 2), "", "2.50"),
        ];
        for (value, unit, shown) in cases {
            assert_eq!(quantity(&value, unit), shown);
        }
    }

    #[test]
    fn lists_end_with_and() {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(list(&words("a b c")), "a, b and c");
        assert_eq!(list(&words("a")), "a");
        assert_eq!(list(&[]), "");
    }
}
