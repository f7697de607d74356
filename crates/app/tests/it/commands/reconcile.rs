//! The vendor's download beside our figures.

use super::scene::{Ran, Scene};

const AS_OF: [&str; 4] = ["--dataset", "exports", "--as-of", "2024-09-10"];

/// A scene with the vendor's download, which agrees: it is what we credit.
fn agreeing() -> (Scene, String) {
    let scene = Scene::with_exports();
    let ran = scene.run(&[&["credit"][..], &AS_OF, &["-o", "csv"]].concat());
    let months = ["Month", "2024-07-01", "2024-08-01"];
    let lines = ran.stdout.lines().filter(|line| months.iter().any(|month| line.starts_with(month)));
    let text: String = lines.map(|line| format!("{line}\n")).collect();
    scene.write("AzureUsage.csv", &text);
    (scene, text)
}

fn reconciled(scene: &Scene, more: &[&str]) -> Ran {
    scene.run(&[&["reconcile", "AzureUsage.csv"][..], &AS_OF, more].concat())
}

#[test]
fn what_we_credit_agrees_with_itself_in_any_style_of_the_vendors_files() {
    let (scene, text) = agreeing();
    let ran = reconciled(&scene, &["-o", "json"]);
    assert_eq!((ran.exit, ran.stdout.as_str()), (Some(0), "[]\n"), "{ran}");
    let styled = text
        .replace("PGAPartnerID", "PGAMpnID")
        .replace(",PartnerID", ",MPNID")
        .replace("2024-07-01", "7/1/2024 12:00:00 AM")
        .replace("CSP Tier 1", "CSP T1")
        .replace("Month,", "\u{feff}MONTH,");
    scene.write("AzureUsage.csv", &styled);
    let ran = reconciled(&scene, &["-o", "json"]);
    assert_eq!((ran.exit, ran.stdout.as_str()), (Some(0), "[]\n"), "{ran}");
    insta::assert_snapshot!(reconciled(&scene, &["-o", "csv", "--all", "--partner", "900020"]));
}

#[test]
fn a_file_that_is_not_there_is_told_so() {
    let scene = Scene::with_exports();
    for (file, said) in [("/nofile", "`/nofile` does not exist"), ("exports", "`exports` is a folder")] {
        let ran = scene.run(&["reconcile", file]);
        assert!(ran.exit == Some(1) && ran.stderr.contains(said) && ran.stderr.contains("check the spelling"), "{ran}");
    }
}

#[test]
fn every_difference_has_its_likely_cause_and_the_rows_add_up() {
    let (scene, text) = agreeing();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let header = lines[0].clone();
    let line = |start: &str| text.lines().position(|line| line.starts_with(start)).unwrap();
    // the vendor names a service otherwise
    let at = line("2024-07-01,t-alpine,s-alpine,Key Vault");
    lines[at] = lines[at].replace("Key Vault", "Azure Key Vault");
    // the vendor lacks a row
    let at = line("2024-07-01,t-tailspin,s-tailspin,Key Vault");
    lines[at] = String::new();
    // the vendor has restated another
    let at = line("2024-07-01,t-tailspin,s-tailspin,Virtual Network");
    lines[at] = lines[at].replace("1100.25", "1000.25");
    // everything of a place is in another currency
    for line in lines.iter_mut().filter(|line| line.starts_with("2024-08-01,t-woodgrove")) {
        let (head, acr) = line.rsplit_once(',').unwrap();
        let digits: i64 = acr.replace('.', "").parse().unwrap();
        let places = acr.split('.').nth(1).map_or(0, str::len);
        *line = format!("{head},{}e-{}", digits * 9, places + 1);
    }
    lines.retain(|line| !line.is_empty());
    let own = |rest: &str| format!("2024-07-01,{rest},900010,100204,Partner admin link,Owner,0,0,0,25");
    lines.push(own("t-nobody,s-nobody,Key Vault,"));
    lines.push(own("t-alpine,s-alpine,Cosmos DB,"));
    lines.push(own("t-woodgrove,s-woodgrove,Key Vault,"));
    lines.push(own("t-tailspin,s-tailspin,Key Vault,"));
    lines.push("2024-08-01,t-alpine,s-alpine,Key Vault,,900099,100999,Partner admin link,Owner,0,0,0,7".to_owned());
    assert!(header.starts_with("Month,CustomerTenantId"));
    scene.write("AzureUsage.csv", &format!("{}\n", lines.join("\n")));
    insta::assert_snapshot!(reconciled(&scene, &["-o", "csv"]));
    let open_month =
        scene.run(&["reconcile", "AzureUsage.csv", "--dataset", "exports", "--as-of", "2024-08-20", "-o", "csv", "--partner", "900020"]);
    insta::assert_snapshot!(open_month);
}

#[test]
fn a_file_is_compared_as_far_as_it_tells() {
    let scene = Scene::with_exports();
    scene.write("AzureUsage.csv", "Month\tCustomerTenantId\tACR_USD\nJul 2024\tt-tailspin\t1210.75\nJul 2024\tt-tailspin\tsome\n");
    insta::assert_snapshot!(reconciled(&scene, &[]));
    insta::assert_snapshot!(reconciled(&scene, &["--partner", "900020", "-o", "csv", "--all"]));
}

#[test]
fn a_scorecard_is_compared_by_area_and_metric() {
    let scene = Scene::with_exports();
    let header = "Solution area,Category,Progress,Maximum,Points earned\n";
    let lines = "Data & AI (Azure),Net customer adds,1,30,20\nData & AI (Azure),Deployments,2,10,4\nModern Work,Usage growth,3,30,1.5\nModern Werk,Usage growth,3,30,1.5\n";
    scene.write("AzureUsage.csv", &format!("{header}{lines}"));
    insta::assert_snapshot!(reconciled(&scene, &["--partner", "900010", "--all", "-o", "csv"]));
}

#[test]
fn a_file_that_is_none_of_the_vendors_says_what_is_missing() {
    let scene = Scene::with_exports();
    scene.write("AzureUsage.csv", "Month,Tenant,Cost\n2024-07-01,t,1\n");
    insta::assert_snapshot!(reconciled(&scene, &[]));
    scene.write("AzureUsage.csv", "Month,CustomerTenantId,ACR_USD\n");
    insta::assert_snapshot!(reconciled(&scene, &["--partner", "900020"]));
    scene.write("usage.pdf", "%PDF-1.7");
    insta::assert_snapshot!(scene.run(&["reconcile", "usage.pdf"]));
}
