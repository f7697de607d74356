//! Export writes what import takes.

use engine::dataset::Dataset;
use engine::export::{ExportForm, export};

use crate::importing::Home;
use crate::scene::folder;

/// A row of every table, with optional cells filled and blank.
const TABLES: &[(&str, &str)] = &[
    (
        "partners.csv",
        "partner_id,global_partner_id,name,kind,active\n102,900,\"Beta, \"\"B\"\" AG\",,false\n101,900,Alpha,location,true\n900,900,Alpha group,global,\n",
    ),
    ("customers.csv", "tenant_id,name,cloud,segment\nT-1,'=HYPERLINK(A1),,smb\nt-2,''=Two,china,\n-3,+49 Ltd,,\nt-4,-7,,\n"),
    ("subscriptions.csv", "subscription_id,tenant_id,product,agreement,starts_on\ns-1,t-1,office-365,ea,2020-01-01\n"),
    ("principals.csv", "tenant_id,principal_id,kind,name,deleted_on\nt-1,p-1,guest,Ann,2024-01-01\n"),
    ("group_members.csv", "tenant_id,group_id,principal_id,from,to\nt-1,g,p-1,2023-01-01,\n"),
    ("pal_links.csv", "tenant_id,principal_id,partner_id,linked_on\nt-1,p-1,101,2023-01-01\n"),
    ("role_assignments.csv", "tenant_id,principal_id,role,scope,assigned_on\nt-1,p-1,Owner,/subscriptions/S-1,2023-01-01\n"),
    ("management_groups.csv", "tenant_id,management_group_id,child\nt-1,mg,/subscriptions/s-1\n"),
    ("resource_owners.csv", "tenant_id,product,resource_id,principal_id,capacity,from\nt-1,power-bi,d,p-1,publisher,2023-01-01\n"),
    ("partner_of_record.csv", "partner_id,from,tenant_id,product\n101,2023-01-01,t-1,office-365\n"),
    ("csp.csv", "subscription_id,partner_id,tier,from,to\ns-1,101,direct-bill,2023-01-01,2024-01-01\n"),
    ("claims.csv", "claim_id,partner_id,tenant_id,activity,workload,approved_on,state\nc-1,101,t-1,osu-m365,teams,2023-01-01,approved\n"),
    (
        "consumption.csv",
        "usage_date,tenant_id,subscription_id,service,acr_usd,resource_id,offer,grain\n2024-02-01,t-1,s-1,Key Vault,-0.000000000000000001,,,month\n2024-01-02,t-1,s-1,Backup,1.5,/subscriptions/s-1/x,Support,\n2024-01-01,t-1,s-1,Backup,1.5,/subscriptions/s-1/x,,\n",
    ),
    ("workload_usage.csv", "month,tenant_id,workload,paid_seats,active_users,quantity\n2024-01,t-1,teams,12.5,7,\n"),
    ("revenue.csv", "month,tenant_id,workload,revenue_usd\n2024-01,t-1,sales,1000\n"),
    ("people.csv", "person_id,partner_id,linked_on\nann,101,2023-01-01\n"),
    ("certifications.csv", "person_id,certification,earned_on,expires_on\nann,AZ-305,2023-01-01,2024-01-01\n"),
    ("enrolments.csv", "global_partner_id,area,enrolled_on,anniversary_on\n900,security,2023-01-01,2024-01-01\n"),
];

/// The program with each table's rows in the order in which exports have them.
fn exported_again(dataset: &Dataset, form: ExportForm) -> Dataset {
    let folder = tempfile::tempdir().unwrap();
    let tables = export(dataset, folder.path(), form).unwrap();
    assert_eq!(tables.len(), TABLES.len());
    let again = Dataset::load_all(folder.path()).unwrap();
    assert!(again.problems.is_empty(), "{:?}", again.problems);
    again
}

#[test]
fn export_then_import_gives_the_same_rows_in_both_forms() {
    let files: Vec<(&str, &[u8])> = TABLES.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let sources = folder(&files);
    let mut home = Home::new();
    home.import(sources.path());
    let lake = home.rows();

    let from_csv = exported_again(&home.lake.open().unwrap(), ExportForm::Csv);
    assert_eq!(from_csv.program, lake.program);
    let from_parquet = exported_again(&from_csv, ExportForm::Parquet);
    assert_eq!(from_parquet.program, lake.program);

    let names: Vec<&str> = lake.program.customers.iter().map(|customer| customer.name.as_str()).collect();
    assert_eq!(names, ["+49 Ltd", "=HYPERLINK(A1)", "'=Two", "-7"], "what spreadsheets must not run is read as it was meant");

    let mut read = Dataset::load_all(sources.path()).unwrap().program;
    assert_ne!(read.partners, lake.program.partners);
    read.partners.sort_by_key(|partner| partner.partner_id.clone());
    assert_eq!(read.partners, lake.program.partners);
    let days: Vec<String> = lake.program.consumption.iter().map(|row| row.usage_date.to_string()).collect();
    assert_eq!(days, ["2024-01-01", "2024-01-02", "2024-02-01"]);
}

#[test]
fn an_export_never_mixes_with_tables_that_are_there() {
    let files: Vec<(&str, &[u8])> = TABLES.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let sources = folder(&files);
    let dataset = Dataset::open(sources.path()).unwrap();
    let error = export(&dataset, sources.path(), ExportForm::Parquet).unwrap_err().to_string();
    assert!(error.ends_with("holds tables already, `partners.csv` for one; export to an empty folder"), "{error}");
}
