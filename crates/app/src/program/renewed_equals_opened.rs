//! A program that takes changes in gives what one opened anew gives, after any sequence of changes of a home; and what it finds about a
//! partner by reading only the customers concerned is what all rows give.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use domain::chains::Chain;
use domain::claims::Claim;
use domain::evidence::{Extent, RowsOf};
use domain::facts::{self, Csp, Customer, PalLink, PartnerOfRecord, Person, Subscription};
use domain::links::Link;
use domain::names::Name;
use domain::of_record::RecordOfPartner;
use domain::profiles::ProfileLink;
use domain::record::actor::Actor;
use domain::record::entry::Entry;
use domain::record::factual::Factual;
use domain::rulebook::Rulebook;
use domain::standing;
use domain::time::{Day, Month};
use domain::words::{Activity, Agreement, ClaimState, Cloud, Tier};
use proptest::prelude::*;
use proptest::sample::Index;
use tempfile::TempDir;

use super::OpenProgram;
use crate::home::Home;
use crate::rules;

/// The day that is scored.
fn as_of() -> Day {
    Day::from_ymd(2024, 3, 31).expect("the test's own home can be used")
}

/// A home that changes.
struct Changing {
    folder: TempDir,
    home: Home,
    rulebook: Arc<Rulebook>,
    files: u32,
}

impl Changing {
    /// A home with partners, and usage of three customers.
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("the test's own home can be used");
        let home = Home::open_or_make(folder.path().join("home").as_path()).expect("the test's own home can be used");
        let mut changing = Self { home, folder, rulebook: rules::open(None).expect("the test's own home can be used"), files: 0 };
        let partners = "partner_id,global_partner_id,name\n11,10,Eleven\n12,10,Twelve\n21,20,Twenty-one\n31,30,Thirty-one\n";
        let roles = "tenant_id,principal_id,role,scope,assigned_on\nt1,p1,Owner,/subscriptions/s1,2023-01-01\nt2,p1,Contributor,/,2023-05-01\nt3,p2,Owner,/subscriptions/s3/resourceGroups/g,2023-01-01\n";
        changing.import(&[("partners", partners), ("role_assignments", roles)]);
        changing.import(&[("subscriptions", "subscription_id,tenant_id,product\ns1,t1,azure\ns2,t2,office-365\n")]);
        changing.import_usage(&[(0, 0), (0, 1), (12, 0), (12, 1), (13, 2), (1, 2), (2, 0)], 700);
        changing
    }

    /// Imports a dataset folder with some tables.
    fn import(&mut self, tables: &[(&str, &str)]) {
        self.files += 1;
        let folder = self.folder.path().join(format!("import-{}", self.files));
        std::fs::create_dir_all(&folder).expect("the test's own home can be used");
        tables
            .iter()
            .for_each(|(table, text)| std::fs::write(folder.join(format!("{table}.csv")), text).expect("the test's own home can be used"));
        self.keep(&folder);
    }

    fn keep(&self, folder: &Path) {
        let writing = self.home.write(|| {}).expect("the test's own home can be used");
        let outcome = writing.import(folder, None, None, Arc::clone(&self.rulebook), &mut |_| {}).expect("the test's own home can be used");
        match outcome {
            Ok(outcome) => writing.keep("import", &outcome).expect("the test's own home can be used"),
            Err(_) => writing.discard().expect("the test's own home can be used"),
        }
    }

    /// Imports consumption and workload usage of months so long ago, of customers.
    fn import_usage(&mut self, of: &[(i32, usize)], dollars: i64) {
        let mut consumption = "usage_date,tenant_id,subscription_id,service,acr_usd,resource_id\n".to_owned();
        let mut usage = "month,tenant_id,workload,subscription_id,paid_seats,active_users\n".to_owned();
        for (back, customer) in of {
            let (month, tenant) = (as_of().month().minus(*back), ["t1", "t2", "t3"][*customer]);
            // the second customer's rows name a subscription that nobody knows, the third's one of the first
            let subscription = ["s1", "s9", "s1"][*customer];
            for (day, group) in [("03", "g"), ("20", "h")] {
                let resource = format!("/subscriptions/{subscription}/resourceGroups/{group}/providers/x/y");
                writeln!(
                    consumption,
                    "{month}-{day},{tenant},{subscription},Key Vault,{}.{customer}5,{resource}",
                    dollars + i64::from(*back)
                )
                .expect("the test's own home can be used");
            }
            writeln!(usage, "{month},{tenant},teams,,{},{}", 300 + dollars / 10, 100 + i64::from(*back) * 7)
                .expect("the test's own home can be used");
        }
        self.import(&[("consumption", &consumption), ("workload_usage", &usage)]);
    }

    fn put<E: Entry>(&self, entry: &E) {
        // an act that would contradict another is refused, and changes nothing
        let _ = self.home.act(&self.rulebook, Actor::clockwork(), |desk| desk.put("changed", entry, as_of(), None));
    }

    /// Undoes one of the standing batches, unless others rest on it.
    fn undo(&self, which: &Index) {
        let batches: Vec<_> =
            self.home.batches(100).expect("the test's own home can be used").into_iter().filter(|batch| batch.undo.is_none()).collect();
        // the first two hold the partners
        if batches.len() > 2 {
            let batch = &batches[which.index(batches.len() - 2)];
            let _ = self.home.write(|| {}).expect("the test's own home can be used").undo(batch, "a try", &self.rulebook);
        }
    }

    fn change(&mut self, change: &Change) {
        let (what, a, b, days) = change;
        let pick = |of: &[&'static str], index: &Index| *index.get(of);
        let (tenant, partner) = (Name::new(pick(&["t1", "t2", "t3"], a)), Name::new(pick(&["11", "12", "21", "31"], b)));
        let subscription = Name::new(pick(&["s1", "s2", "s9", "s3"], a));
        let from = as_of().plus(-*days);
        let to = (*days % 3 == 0).then(|| from.plus(90));
        match what {
            0 => {
                let principal_id = Name::new(pick(&["p1", "p2"], b));
                self.put(&Link::of_rows(&[&PalLink {
                    tenant_id: tenant,
                    principal_id,
                    partner_id: partner,
                    linked_on: from,
                    unlinked_on: to,
                }]));
            }
            1 => self.put(&RecordOfPartner::of_rows(&[&PartnerOfRecord {
                partner_id: partner,
                from,
                subscription_id: Some(subscription),
                tenant_id: None,
                product: None,
                to,
            }])),
            2 => {
                self.put(&Chain::of_rows(&[&Csp { subscription_id: subscription, partner_id: partner, tier: Tier::DirectBill, from, to }]))
            }
            3 => self.put(&Claim::of_rows(&[&facts::Claim {
                claim_id: Name::new(pick(&["c1", "c2"], a)),
                partner_id: partner,
                tenant_id: tenant,
                activity: Activity::OsuM365,
                workload: Some("teams".into()),
                subscription_id: None,
                submitted_on: Some(from),
                approved_on: Some(from),
                ended_on: to,
                state: Some(if to.is_some() { ClaimState::Ended } else { ClaimState::Approved }),
            }])),
            4 => {
                let cloud = if *days % 2 == 0 { Cloud::China } else { Cloud::Public };
                let name = tenant.to_string();
                self.put(&Customer { tenant_id: tenant, name, domains: None, country: None, cloud, segment: None });
            }
            5 => self.put(&Subscription {
                subscription_id: subscription,
                tenant_id: tenant,
                product: (*days % 2 == 0).then(|| "office-365".into()),
                agreement: Some(Agreement::Ea),
                status: None,
                starts_on: None,
                ends_on: None,
                predecessor_id: None,
            }),
            6 => {
                let person_id = Name::new(pick(&["a", "b"], a));
                self.put(&ProfileLink::of_rows(&[&Person {
                    person_id,
                    partner_id: partner,
                    linked_on: from,
                    name: None,
                    unlinked_on: to,
                }]));
            }
            _ => self.change_rows(change),
        }
    }

    /// A change that comes in files, or is undone.
    fn change_rows(&mut self, (what, a, b, days): &Change) {
        let pick = |of: &[&'static str], index: &Index| *index.get(of);
        let (tenant, subscription) = (pick(&["t1", "t2", "t3"], a), pick(&["s1", "s2", "s9", "s3"], a));
        let from = as_of().plus(-*days);
        match what {
            7 => {
                let role =
                    format!("tenant_id,principal_id,role,scope,assigned_on\n{tenant},p2,Owner,/subscriptions/{subscription},{from}\n");
                self.import(&[("role_assignments", &role)]);
            }
            8 => {
                let certificates = format!("person_id,certification,earned_on\n{},az-104,{from}\n", pick(&["a", "b"], a));
                self.import(&[("certifications", &certificates)]);
            }
            9 => self.undo(a),
            _ => self.import_usage(&[(*days % 15, a.index(3)), (*days % 4, b.index(3))], i64::from(*days)),
        }
    }

    fn open(&self) -> OpenProgram {
        OpenProgram::from_home(&self.home, Arc::clone(&self.rulebook)).expect("the test's own home can be used")
    }
}

/// What changes, about whom, and how many days ago.
type Change = (u8, Index, Index, i32);

/// The days that are asked for.
fn days() -> [Day; 2] {
    [as_of(), Month::new(2024, 2).last_day()]
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 200, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn what_is_renewed_is_what_is_opened(
        changes in prop::collection::vec((0..13_u8, any::<Index>(), any::<Index>(), 0..500_i32), 1..9),
        asks in prop::collection::vec(any::<bool>(), 9),
    ) {
        let mut changing = Changing::new();
        let mut program = changing.open();
        for day in days() {
            program.scores(day).expect("the test's own home can be used");
        }
        let registers: BTreeSet<&'static str> = standing::FACTUAL.iter().copied().collect();
        let last = changes.len() - 1;
        for (at, change) in changes.iter().enumerate() {
            changing.change(change);
            program = program.renewed(&changing.home, &registers).expect("the test's own home can be used").0;
            // several changes may come before a day is asked for
            if at < last && !asks[at] {
                continue;
            }
            let opened = changing.open();
            for day in days() {
                prop_assert_eq!(program.scores(day).expect("the test's own home can be used"), opened.scores(day).expect("the test's own home can be used"), "after {:?}", change);
            }
            // each of them in turn
            let account = Name::new(["10", "20", "30"][at % 3]);
            let renewed = program.findings(&account, as_of(), Extent::Concerning, RowsOf::All).expect("the test's own home can be used");
            let anew = opened.findings_of_all(&account, as_of(), Extent::Concerning, RowsOf::All).expect("the test's own home can be used");
            prop_assert_eq!(renewed.explained, anew.explained, "of {} after {:?}", account, change);
            prop_assert_eq!(renewed.customers, anew.customers, "of {} after {:?}", account, change);
            prop_assert_eq!(renewed.roster, anew.roster, "of {} after {:?}", account, change);
            prop_assert_eq!(format!("{:?}", renewed.outlooks), format!("{:?}", anew.outlooks), "of {} after {:?}", account, change);
        }
    }
}
