//! A partner sees a customer's usage only inside the days and the workloads of its associations: somebody of the partner who may see all that
//! the partner sees walks over every page, download and answer, and finds nothing of the rest; the operator finds it.

use std::collections::BTreeMap;

use super::cast::{Cast, UNCOVERED_SERVICE};
use super::hidden::{answers, walk};

/// What the rows that no association covers say, and reasons that only such rows have.
const UNCOVERED: [&str; 8] = [UNCOVERED_SERVICE, "424242.17", "424,242.17", "s-other", "43210", "43,210", "scope-empty", "not-covered"];

fn found(texts: &BTreeMap<String, String>) -> Vec<String> {
    let of = |(address, text): (&String, &String)| {
        let found: Vec<&str> = UNCOVERED.into_iter().filter(|told| text.to_lowercase().contains(&told.to_lowercase())).collect();
        (!found.is_empty()).then(|| format!("{found:?} at {address}"))
    };
    texts.iter().filter_map(of).collect()
}

#[test]
fn a_partner_finds_nothing_of_usage_outside_its_associations_on_any_page_download_or_answer() {
    let cast = Cast::new();
    let (pages, told) = (walk(&cast, "partner.account-admin"), answers(&cast, "partner.account-admin"));
    assert!(pages.len() > 80, "the partner sees {} pages", pages.len());
    let troubles: Vec<String> = found(&pages).into_iter().chain(found(&told)).collect();
    assert!(troubles.is_empty(), "{}", troubles.join("\n"));
    let says_so = pages.values().filter(|text| text.contains("outside the days and the workloads of the partner")).count();
    assert!(says_so > 5, "the partner is told {says_so} times that something is left out");

    let (pages, told) = (walk(&cast, "operator.auditor"), answers(&cast, "operator.auditor"));
    assert!(found(&pages).len() > 2 && !found(&told).is_empty(), "the operator sees it: {:?} {:?}", found(&pages), found(&told));
}
