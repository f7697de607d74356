//! Questions in SQL on a page and by the API of a server.

use serde_json::{Value, json};

use super::api::{Server, peopled, serve, serve_with};
use super::scene::Scene;
use crate::pages::http::{Answer, ask};

/// A query whose answer has more rows than the page.
const MANY: &str = "select a.usage_date, b.service, a.acr_usd from consumption a cross join consumption b order by 1, 2, 3";

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn browse(server: &Server, query: &str, more: &str) -> Answer {
    ask(server.address, "GET", &format!("/sql?as_of=2024-03-15&query={}{more}", encoded(query)), &[], "")
}

/// What a page says, without its marks.
fn said(answer: &Answer) -> String {
    let pieces = answer.body.split('<').filter_map(|piece| Some(piece.split_once('>')?.1));
    pieces.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A folder's pages, which ask nobody who they are.
fn of_folder() -> (Scene, Server) {
    let scene = Scene::with_exports();
    let server = serve_with(&scene, &["--dataset", "exports"]);
    (scene, server)
}

#[test]
fn the_page_shows_the_first_rows_and_files_have_all_of_them() {
    let (scene, server) = of_folder();
    let page = browse(&server, MANY, "");
    assert_eq!(page.status, 200, "{}", page.body);
    assert_eq!(page.body.matches("<tr><td").count(), 200);
    assert!(said(&page).contains("More than 200 rows, in ") && said(&page).contains("a file has all of them"), "{}", said(&page));
    assert!(page.body.contains("as_of=2024-03-15&#38;query=") || page.body.contains("as_of=2024-03-15&amp;query="), "the day is kept");
    let file = browse(&server, MANY, "&download=csv");
    let command = scene.run(&["sql", MANY, "--dataset", "exports", "--as-of", "2024-03-15", "-o", "csv"]);
    assert_eq!(file.body, command.stdout);
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"answer.csv\"");
    for ending in ["xlsx", "parquet", "json", "jsonl", "tsv", "yaml"] {
        let file = browse(&server, "select 1 as one", &format!("&download={ending}"));
        assert!(file.status == 200 && !file.bytes.is_empty(), "{ending}: {}", file.status);
    }
    assert_eq!(browse(&server, "select 1", "&download=docx").status, 404);
    assert_eq!(browse(&server, "select", "&download=csv").status, 422);
}

#[test]
fn what_is_wrong_with_a_query_is_told_beside_it_and_the_query_stays() {
    let (_scene, server) = of_folder();
    for (query, told) in [
        ("selec 1", "Expected: an SQL statement, found: selec"),
        ("select tenant from consumption", "There is no column tenant: did you mean tenant_id? Look it up under Tables."),
        ("select * from consumptions", "There is no table consumptions: did you mean consumption? Look it up under Tables."),
        ("delete from partners", "queries only read"),
        ("select 1; select 2", "There are 2 statements; one query is answered at a time. Ask one after the other."),
        ("select nonsense(1)", "tables and columns stand under Tables"),
    ] {
        let page = browse(&server, query, "");
        assert_eq!(page.status, 422, "{query}");
        assert!(said(&page).contains(told), "{query}: {}", said(&page));
        assert!(page.body.contains("aria-invalid=\"true\"") && page.body.contains(&format!(">{query}</textarea>")), "{query}");
    }
    let long = format!("select 1 -- {}", "é".repeat(4_000));
    let page = browse(&server, &long, "");
    assert!(page.status == 422 && said(&page).contains("The query has 4012 letters"), "{}", said(&page));
    let nothing = browse(&server, "select * from partners where false", "");
    assert!(
        nothing.status == 200 && said(&nothing).contains("No row, in ") && said(&nothing).contains("no row fits it"),
        "{}",
        said(&nothing)
    );
    assert_eq!(ask(server.address, "GET", "/sql?as_of=yesterday&query=select+1", &[], "").status, 400);
}

#[test]
fn what_rows_hold_is_text_and_never_part_of_the_page() {
    let (_scene, server) = of_folder();
    let page =
        browse(&server, "select '<b onclick=\"x\">bold</b>' as \"<i>\", 1 as n, 2 as n_2, count(*) as n from partners group by 1", "");
    assert_eq!(page.status, 422, "two columns of one name are refused by the grammar's own rules: {}", said(&page));
    let page = browse(&server, "select '<b onclick=\"x\">bold</b>' as \"<i>\"", "");
    assert!(!page.body.contains("<b onclick") && !page.body.contains("<i>"), "{}", page.body);
    let joined = browse(&server, "select p.name, c.name from partners p cross join customers c order by 1, 2 limit 1", "&download=json");
    let told: Value = serde_json::from_str(&joined.body).unwrap();
    assert_eq!(told, json!([{ "name": "Fabrikam", "name_2": "Alpine Ski House" }]));
}

#[test]
fn every_query_to_begin_with_is_answered() {
    let (_scene, server) = of_folder();
    let page = ask(server.address, "GET", "/sql?as_of=2024-03-15", &[], "");
    let list = page.body.split("class=\"examples\"").nth(1).unwrap().split("</ul>").next().unwrap();
    let addresses: Vec<String> =
        list.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap().replace("&amp;", "&").replace("&#38;", "&")).collect();
    assert_eq!(addresses.len(), 7);
    for address in addresses {
        let answer = ask(server.address, "GET", &address, &[], "");
        assert_eq!(answer.status, 200, "{address}: {}", said(&answer));
    }
}

#[test]
fn programs_ask_by_the_api_and_are_told_what_is_wrong_by_codes() {
    let (scene, rita, paul) = peopled();
    let server = serve(&scene);
    let ask = |token: &str, query: &str, more: &str| {
        let answer = server.ask(token, "POST", &format!("/sql?as_of=2024-03-15{more}"), &[], &json!({ "query": query }).to_string());
        let told: Value = serde_json::from_str(&answer.body).unwrap();
        format!("{} {}", answer.status, serde_json::to_string_pretty(&told).unwrap())
    };
    let query = "select usage_date, service, acr_usd, 7 as n from consumption where tenant_id = 't-alpine' order by 1, 2";
    let told = [
        ask(&rita, query, "&limit=2"),
        ask(&rita, "select count(*) as n from partners", ""),
        ask(&rita, "selec", ""),
        ask(&rita, "drop table partners", ""),
        ask(&rita, "select * from nothing", ""),
        ask(&rita, "select nothing from partners", ""),
        ask(&paul, "select count(*) as n from consumption", ""),
        ask(&paul, "select * from principals", ""),
    ];
    insta::assert_snapshot!(told.join("\n"));
    let listed = server.ask(&paul, "GET", "/sql/tables", &[], "").body;
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let consumption = listed["tables"].as_array().unwrap().iter().find(|table| table["table"] == "consumption").unwrap();
    assert_eq!(
        consumption["columns"][0],
        json!({ "column": "usage_date", "holds": "date", "meaning": "The day; the first of the month where `grain` is `month`." })
    );
    assert!(listed["kept_back"].as_array().unwrap().iter().any(|kept| kept["table"] == "principals"), "{listed}");
}
