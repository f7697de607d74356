//! Questions in SQL.

use super::scene::{Ran, Scene};

/// Asks the dataset folder, as of a day.
fn ask(scene: &Scene, query: &str) -> Ran {
    scene.run(&["sql", query, "--dataset", "exports", "--as-of", "2023-03-31", "-o", "csv"])
}

#[test]
fn the_tables_are_listed_with_their_columns() {
    let scene = Scene::with_exports();
    insta::assert_snapshot!(scene.run(&["sql", "--tables", "--dataset", "exports", "-o", "table"]));
}

#[test]
fn answers_are_those_of_the_other_commands() {
    let scene = Scene::with_exports();
    let summed = ask(
        &scene,
        "select global_partner_id, month, sum(acr_usd) as acr_usd from credits where duplicate_in_account = 0 group by 1, 2 order by 1, 2",
    );
    let credited = scene.run(&["credit", "--dataset", "exports", "--as-of", "2023-03-31", "--group", "global-partner,month", "-o", "csv"]);
    assert_eq!(summed, credited);
    let scores = ask(
        &scene,
        "select area, score, sum(points) as points from scores where global_partner_id = '900010' and chosen = 1 group by 1, 2 order by 1",
    );
    insta::assert_snapshot!(scores);
    insta::assert_snapshot!(ask(
        &scene,
        "select kind, partner_id, tenant_id, subscription_id, \"from\", \"to\" from associations order by 1, 2, 3, 4, 5"
    ));
}

#[test]
fn a_home_answers_as_the_folder_it_was_imported_from() {
    let scene = Scene::with_exports();
    assert_eq!(scene.run(&["import", "exports"]).exit, Some(0));
    for query in [
        "select * from consumption order by 1, 2, 3, 4, 5",
        "select date_trunc('month', usage_date) as month, sum(acr_usd) as acr_usd, avg(acr_usd) as each from consumption group by 1 order by 1",
        "with most as (select tenant_id, sum(acr_usd) as acr_usd from consumption group by 1) select c.name, m.acr_usd from most m join customers c using (tenant_id) order by 2 desc",
    ] {
        let of_home = scene.run(&["sql", query, "--as-of", "2023-03-31", "-o", "csv"]);
        assert_eq!(of_home, ask(&scene, query), "{query}");
        assert!(of_home.exit == Some(0) && of_home.stdout.lines().count() > 1, "{of_home}");
    }
}

#[test]
fn the_whole_answer_goes_into_a_file_and_a_screen_shows_its_beginning() {
    let scene = Scene::with_exports();
    let many = "select a.usage_date, b.service from consumption a cross join consumption b";
    let shown = scene.run(&["sql", many, "--dataset", "exports", "-o", "table"]);
    assert_eq!(shown.stdout.lines().count(), 201, "{shown}");
    assert!(shown.stderr.contains("the first 200 rows"), "{shown}");
    let written = scene.run(&["sql", many, "--dataset", "exports", "--out", "many.parquet"]);
    assert!(written.stderr.contains("14,400 rows"), "{written}");
    scene.write("many.sql", many);
    assert_eq!(scene.run(&["sql", "--file", "many.sql", "--dataset", "exports", "-o", "csv"]).stdout.lines().count(), 14_401);
}

#[test]
fn nothing_but_one_query_that_reads_is_answered() {
    let scene = Scene::with_exports();
    scene.write("secret.csv", "a\n1\n");
    let asked = [
        "",
        "selec 1",
        "select 1; select 2",
        "drop table consumption",
        "insert into claims select * from claims",
        "create external table x stored as csv location 'secret.csv'",
        "copy (select 1) to 'out.csv'",
        "set datafusion.catalog.information_schema = true",
        "explain analyze delete from claims",
        "select * from 'secret.csv'",
        "select * from information_schema.tables",
        "select * from read_csv('secret.csv')",
        "select * from consumptions",
        "select tenant from consumption",
        "select nonsense(1) from partners",
        "select usage_date + 'x' from consumption",
    ];
    let told: Vec<String> = asked.iter().map(|query| format!("{query}\n{}", ask(&scene, query))).collect();
    insta::assert_snapshot!(told.join("\n"));
    assert!(!scene.folder.path().join("out.csv").exists());
}
