//! The engine's crediting equals the domain's on generated programs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, Date32Array, Decimal128Array, RecordBatch, StringArray};
use domain::amount::Amount;
use domain::cells::Row;
use domain::credits::ScoredMonths;
use domain::estates::{Estates, MonthsTouched, Strays};
use domain::facts::{
    Consumption, Csp, GroupMember, ManagementGroup, PalLink, Partner, PartnerOfRecord, Principal, Program, RoleAssignment,
};
use domain::lines::LineKey;
use domain::names::Name;
use domain::register::Register;
use domain::rulebook::Rulebook;
use domain::time::{Day, Month};
use domain::words::{Agreement, Cloud, Flag, Grain, PartnerKind, PrincipalKind, Tier};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use proptest::prelude::*;

use super::{GroupBy, credit_consumption, credit_touched, credited_groups, credited_lines};
use crate::files::{FileForm, TableFile};
use crate::problems::{Problems, Severity};
use crate::restatements::Restated;

fn rulebook() -> Rulebook {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rulebook/2023-10");
    let mut files = Vec::new();
    for folder in ["", "associations", "designations", "imports", "lists"] {
        for entry in std::fs::read_dir(root.join(folder)).expect("the test writes and reads its own files") {
            let path = entry.expect("the test writes and reads its own files").path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                let shown = path.strip_prefix(&root).expect("the test writes and reads its own files").display().to_string();
                files.push((shown, std::fs::read_to_string(&path).expect("the test writes and reads its own files")));
            }
        }
    }
    Rulebook::parse(&files).unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// Day 0 is 2023-09-15; programs live in the four months after it.
fn day(offset: i32) -> Day {
    Day::from_ymd(2023, 9, 15).expect("the test writes and reads its own files").plus(offset)
}

fn pick<T: Clone + std::fmt::Debug + 'static>(values: &[T]) -> impl Strategy<Value = T> + use<T> {
    prop::sample::select(values.to_vec())
}

fn name(values: &'static [&'static str]) -> impl Strategy<Value = Name> {
    pick(values).prop_map(Name::new)
}

fn tenant() -> impl Strategy<Value = Name> {
    name(&["t1", "t2"])
}

fn subscription() -> impl Strategy<Value = Name> {
    name(&["s1", "s2", "s3"])
}

fn partner() -> impl Strategy<Value = Name> {
    name(&["10", "11", "20", "21", "30", "99", "900", "31"])
}

fn principal() -> impl Strategy<Value = Name> {
    name(&["p1", "p2", "g1", "g2"])
}

fn days() -> impl Strategy<Value = (Day, Option<Day>)> {
    (0..120, prop::option::of(0..60)).prop_map(|(from, length)| (day(from), length.map(|length| day(from + length))))
}

fn scope() -> impl Strategy<Value = Name> {
    name(&[
        "/",
        "/subscriptions/s1",
        "/subscriptions/S2/",
        "/subscriptions/s1/resourceGroups/rg-1",
        "/subscriptions/s1/resourceGroups/rg-1/providers/x/y/z",
        "/subscriptions/s1/resourceGroups/rg-1/providers/x/y/z/parts/1",
        "/subscriptions/s2/resourceGroups/rg-1/providers",
        "/providers/Microsoft.Management/managementGroups/m1",
        "/providers/Microsoft.Management/managementGroups/m2",
        "/providers/Microsoft.Management/managementGroups/t1",
    ])
}

fn consumption() -> impl Strategy<Value = Consumption> {
    let resource = pick(&[
        None,
        Some("/subscriptions/s1/resourceGroups/rg-1/providers/x/y/z"),
        Some("/subscriptions/s1/resourceGroups/rg-1/providers/x/y/w/"),
        Some("/subscriptions/s1/resourceGroups/rg-1/providers/x/y/z/parts/1"),
        Some("//subscriptions/s2/resourceGroups/rg-1/providers/x/y/z"),
        Some("/Subscriptions/s1/resourcegroups/RG-10/providers/x/y/z"),
        Some("/subscriptions/s2/resourceGroups/rg-1"),
    ]);
    let service = pick(&["Key Vault", "key vault", "Storage"]);
    let offer = pick(&[None, None, None, Some("support"), Some("payg")]);
    (0..125, tenant(), subscription(), resource, service, offer, -50..500_i64, any::<bool>()).prop_map(
        |(at, tenant_id, subscription_id, resource, service, offer, cents, is_month)| {
            let usage_date = if is_month { day(at).month().first_day() } else { day(at) };
            Consumption {
                usage_date,
                tenant_id,
                subscription_id,
                service: service.to_owned(),
                acr_usd: Amount::from_steps(i128::from(cents) * Amount::ONE / 100),
                resource_id: resource.map(Name::new),
                offer: offer.map(Name::new),
                grain: if is_month { Grain::Month } else { Grain::Day },
            }
        },
    )
}

prop_compose! {
    fn access()(
        links in prop::collection::vec((tenant(), principal(), partner(), days()), 0..6),
        roles in prop::collection::vec((tenant(), principal(), pick(&["Owner", "owner", "Contributor", "Reader", "Backup"]), scope(), days()), 0..8),
        members in prop::collection::vec((tenant(), name(&["g1", "g2"]), principal(), days()), 0..4),
        principals in prop::collection::vec((tenant(), principal(), any::<bool>(), prop::option::of(0..130)), 0..3),
        groups in prop::collection::vec((tenant(), name(&["m1", "m2", "t1"]), name(&["/subscriptions/s1", "/subscriptions/s2", "/providers/Microsoft.Management/managementGroups/m1", "/providers/microsoft.management/managementgroups/m2"]), prop::option::of(0..100), prop::option::of(50..140)), 0..4),
    ) -> Program {
        Program {
            pal_links: links.into_iter().map(|(tenant_id, principal_id, partner_id, (linked_on, unlinked_on))| PalLink { tenant_id, principal_id, partner_id, linked_on, unlinked_on }).collect(),
            role_assignments: roles.into_iter().map(|(tenant_id, principal_id, role, scope, (assigned_on, removed_on))| RoleAssignment { tenant_id, principal_id, role: role.to_owned(), scope, assigned_on, removed_on }).collect(),
            group_members: members.into_iter().map(|(tenant_id, group_id, principal_id, (from, to))| GroupMember { tenant_id, group_id, principal_id, from, to }).collect(),
            principals: principals.into_iter().map(|(tenant_id, principal_id, is_group, deleted)| Principal { tenant_id, principal_id, kind: if is_group { PrincipalKind::Group } else { PrincipalKind::Guest }, name: None, deleted_on: deleted.map(day) }).collect(),
            management_groups: groups.into_iter().map(|(tenant_id, management_group_id, child, from, to)| ManagementGroup { tenant_id, management_group_id, child, from: from.map(day), to: to.map(day) }).collect(),
            ..Program::default()
        }
    }
}

prop_compose! {
    fn program()(
        access in access(),
        of_record in prop::collection::vec((subscription(), partner(), days()), 0..4),
        chain in prop::collection::vec((subscription(), partner(), pick(&[Tier::DirectBill, Tier::IndirectProvider, Tier::IndirectReseller]), days()), 0..5),
        products in prop::collection::vec((subscription(), tenant(), prop::option::of(name(&["office-365", "azure"])), prop::option::of(pick(&[Agreement::Ea, Agreement::CspModern]))), 0..2),
        cloud in pick(&[Cloud::Public, Cloud::Public, Cloud::China]),
        consumption in prop::collection::vec(consumption(), 0..40),
    ) -> Program {
        let row = |id: &str, global: &str, kind, active| Partner {
            partner_id: Name::new(id), global_partner_id: Name::new(global), name: id.to_owned(), country: None, kind, active: Flag(active),
        };
        Program {
            partners: vec![
                row("10", "100", PartnerKind::Location, true), row("11", "100", PartnerKind::Location, true),
                row("20", "200", PartnerKind::Location, true), row("21", "200", PartnerKind::Location, false),
                row("30", "900", PartnerKind::Location, true), row("31", "900", PartnerKind::Location, true), row("900", "900", PartnerKind::Global, true),
            ].into(),
            customers: vec![domain::facts::Customer { tenant_id: Name::new("t2"), name: "two".to_owned(), domains: None, country: None, cloud, segment: None }].into(),
            partner_of_record: of_record.into_iter().map(|(subscription, partner_id, (from, to))| PartnerOfRecord { partner_id, from, subscription_id: Some(subscription), tenant_id: None, product: None, to }).collect(),
            csp: chain.into_iter().map(|(subscription_id, partner_id, tier, (from, to))| Csp { subscription_id, partner_id, tier, from, to }).collect(),
            subscriptions: products.into_iter().map(|(subscription_id, tenant_id, product, agreement)| domain::facts::Subscription { subscription_id, tenant_id, product, agreement, status: None, starts_on: None, ends_on: None, predecessor_id: None }).collect(),
            consumption: consumption.into(),
            ..access
        }
    }
}

/// Writes the rows as a CSV file, and as Parquet files of the usual types with and without dictionaries.
fn written(folder: &Path, rows: &[Consumption]) -> [TableFile; 3] {
    let csv = folder.join("consumption.csv");
    let mut writer = csv::Writer::from_path(&csv).expect("the test writes and reads its own files");
    writer.write_record(Consumption::COLUMNS.iter().map(|column| column.name)).expect("the test writes and reads its own files");
    for row in rows {
        writer.write_record(row.write().into_iter().map(Option::unwrap_or_default)).expect("the test writes and reads its own files");
    }
    writer.flush().expect("the test writes and reads its own files");
    let file = |path: PathBuf, form| TableFile { table: "consumption", shown: path.display().to_string(), path, form };
    [
        file(csv, FileForm::Csv(crate::files::Compression::Plain)),
        file(written_parquet(folder, rows, true), FileForm::Parquet),
        file(written_parquet(folder, rows, false), FileForm::Parquet),
    ]
}

/// Every second row spells its names in capitals with blanks around them.
fn written_parquet(folder: &Path, rows: &[Consumption], has_dictionaries: bool) -> PathBuf {
    let path = folder.join(format!("consumption-{has_dictionaries}.parquet"));
    let texts = |ix: usize| -> ArrayRef {
        let is_name = Consumption::COLUMNS[ix].name.ends_with("_id");
        let spelled = |at: usize, text: String| if is_name && at % 2 == 1 { format!(" {} ", text.to_uppercase()) } else { text };
        Arc::new(rows.iter().enumerate().map(|(at, row)| row.write()[ix].clone().map(|text| spelled(at, text))).collect::<StringArray>())
    };
    let columns = Consumption::COLUMNS.iter().enumerate().map(|(ix, column)| {
        let array: ArrayRef = match column.name {
            "usage_date" => Arc::new(Date32Array::from_iter_values(rows.iter().map(|row| row.usage_date.epoch_days()))),
            "acr_usd" => {
                let cents = Decimal128Array::from_iter_values(rows.iter().map(|row| row.acr_usd.steps() * 10_000 / Amount::ONE));
                Arc::new(cents.with_precision_and_scale(18, 4).expect("the test writes and reads its own files"))
            }
            _ => texts(ix),
        };
        (column.name, array)
    });
    let batch = RecordBatch::try_from_iter(columns).expect("the test writes and reads its own files");
    let properties = WriterProperties::builder().set_dictionary_enabled(has_dictionaries).build();
    let file = File::create(&path).expect("the test writes and reads its own files");
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).expect("the test writes and reads its own files");
    writer.write(&batch).expect("the test writes and reads its own files");
    writer.close().expect("the test writes and reads its own files");
    path
}

/// Lines as groups by every column: each row once for each account.
fn grouped(lines: &BTreeMap<LineKey, Amount>) -> BTreeMap<[String; 5], Amount> {
    let mut groups = BTreeMap::new();
    for (line, acr) in lines.iter().filter(|(line, _)| !line.duplicate_in_account) {
        let names = [&line.account, &line.tenant, &line.subscription].map(ToString::to_string);
        let [account, tenant, subscription] = names;
        *groups.entry([account, tenant, subscription, line.service.clone(), line.month.to_string()]).or_insert(Amount::ZERO) += *acr;
    }
    groups
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn volume_and_row_by_row_credit_the_same(program in program()) {
        let rulebook = rulebook();
        let register = Register::new(&program, &rulebook);
        let folder = tempfile::tempdir().expect("the test writes and reads its own files");
        let months = ScoredMonths::new([Month::new(2023, 10), Month::new(2023, 11), Month::new(2023, 12)]);
        for file in written(folder.path(), &program.consumption) {
            let mut problems = Problems::default();
            let expected = domain::credits::credit_consumption(&register, &program.consumption, &months);
            let got = credit_consumption(std::slice::from_ref(&file), &register, &months, &mut problems).expect("the test writes and reads its own files");
            prop_assert_eq!(&got, &expected, "{:?}", file.form);
            let of_strangers = program.consumption.iter().filter(|row| row.tenant_id.as_str() == "t1").count() as u64;
            prop_assert_eq!(problems.rows(Severity::Warning), of_strangers);

            let month = Month::new(2023, 11);
            let expected = domain::lines::credited_lines(&register, &program.consumption, month);
            let got = credited_lines(std::slice::from_ref(&file), &register, month, &mut problems).expect("the test writes and reads its own files");
            prop_assert_eq!(&got, &expected, "{:?}", file.form);

            let by = [GroupBy::GlobalPartner, GroupBy::Tenant, GroupBy::Subscription, GroupBy::Service, GroupBy::Month];
            let groups = credited_groups(std::slice::from_ref(&file), &register, month, &by, &mut problems).expect("the test writes and reads its own files");
            let named: Vec<([String; 5], Amount)> = groups.iter().map(|(group, acr)| {
                let account = group.account.map(|account| register.partners.account_id(account).to_string()).unwrap_or_default();
                let month = group.month.map(|month| month.to_string()).unwrap_or_default();
                ([account, group.tenant.to_owned(), group.subscription.to_owned(), group.service.to_owned(), month], acr)
            }).collect();
            prop_assert!(named.is_sorted());
            prop_assert_eq!(named.into_iter().collect::<BTreeMap<_, _>>(), grouped(&expected));
            let by_tenant = credited_groups(std::slice::from_ref(&file), &register, month, &[GroupBy::Tenant], &mut problems).expect("the test writes and reads its own files");
            prop_assert_eq!(by_tenant.iter().map(|(_, acr)| acr).sum::<Amount>(), groups.iter().map(|(_, acr)| acr).sum::<Amount>());
            prop_assert!(problems.without("unknown-tenant").is_empty());
        }
    }
}

/// Writes the rows as the lake does, in its order, with pages and row groups of very few rows.
fn in_the_lake(folder: &Path, rows: &[Consumption]) -> TableFile {
    let mut rows = rows.to_vec();
    rows.sort_by_cached_key(Restated::order);
    let path = folder.join("lake.parquet");
    let of_lake = rows.iter().map(|row| (row, "batch:file", 1));
    let batch = crate::batches::batch_with_origin::<Consumption>(of_lake).expect("the test writes and reads its own files");
    let properties =
        WriterProperties::builder().set_max_row_group_row_count(Some(8)).set_data_page_row_count_limit(2).set_write_batch_size(1);
    let file = File::create(&path).expect("the test writes and reads its own files");
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties.build())).expect("the test writes and reads its own files");
    writer.write(&batch).expect("the test writes and reads its own files");
    writer.close().expect("the test writes and reads its own files");
    TableFile { table: Consumption::TABLE, path, shown: "lake.parquet".to_owned(), form: FileForm::Parquet }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn some_customers_and_months_of_the_lake_credit_as_in_the_whole_program(
        program in program(),
        wanted in prop::collection::btree_map(tenant(), (prop::option::of(9..13_i32), prop::collection::btree_set(9..13_i32, 0..3)), 0..3),
    ) {
        let rulebook = rulebook();
        let month = |month: i32| Month::new(2023, month);
        let wanted: BTreeMap<Name, MonthsTouched> = wanted.into_iter().map(|(tenant, (from, single))| {
            (tenant, MonthsTouched { from: from.map(month), single: single.into_iter().map(month).collect() })
        }).collect();
        let tenants = wanted.keys().cloned().collect();
        let narrow = Estates::new(&program, &Strays::new()).narrowed(&tenants, &BTreeSet::new());
        let months = ScoredMonths::new([month(10), month(11), month(12)]);
        let is_wanted = |row: &&Consumption| wanted.get(&row.tenant_id).is_some_and(|months| months.has(row.usage_date.month()));
        let rows: Vec<Consumption> = program.consumption.iter().filter(is_wanted).cloned().collect();
        let expected = domain::credits::credit_consumption(&Register::new(&program, &rulebook), &rows, &months);
        let folder = tempfile::tempdir().expect("the test writes and reads its own files");
        let file = in_the_lake(folder.path(), &program.consumption);
        let got = credit_touched(&[file], &Register::new(&narrow, &rulebook), &months, &wanted).expect("the test writes and reads its own files");
        prop_assert_eq!(&got.by_account, &expected.by_account);
        prop_assert_eq!(&got.strays, &expected.strays);
    }
}
