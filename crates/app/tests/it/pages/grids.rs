use super::http::{Served, serve};
use super::program::MadeUp;
use app::pages::grid::meaning;

/// The row headers of a grid.
fn rows(served: &Served, path: &str) -> Vec<String> {
    let page = served.get(path).body;
    let body = page.split("<tbody>").nth(1).unwrap_or_default().split("</tbody>").next().unwrap_or_default().to_owned();
    let heads = body.split("<th scope=\"row\">").skip(1).map(|rest| rest.split("</th>").next().unwrap());
    heads.map(|head| head.rsplit_once("\">").map_or(head, |(_, tail)| tail).trim_end_matches("</a>").to_owned()).collect()
}

#[test]
fn a_grid_sorts_by_every_column_and_says_so() {
    let served = serve(MadeUp { more: 30, named: 5 });
    let up = rows(&served, "/?sort=security");
    let down = rows(&served, "/?sort=-security");
    assert_eq!((up.len(), down.len()), (35, 35));
    assert_eq!(
        (up[0].as_str(), down[0].as_str()),
        (
            "Süddeutsche Gesellschaft für angewandte Unternehmensberatung &#38; Cloudtransformation mbH (formerly &#60;Contoso&#62;)",
            "Fabrikam"
        )
    );
    let page = served.get("/?sort=-security").body;
    assert_eq!(page.matches("aria-sort=\"descending\"").count(), 1);
    assert!(
        page.contains("aria-sort=\"descending\" class=\"number\"><a href=\"/?sort=security\">"),
        "a second click turns the order round"
    );
    for column in ["name", "global_partner_id", "qualified", "data-ai"] {
        assert!(page.contains(&format!("sort={column}")) || page.contains(&format!("sort=-{column}")), "{column}");
    }
}

#[test]
fn rows_that_are_equal_keep_their_order_either_way() {
    let served = serve(MadeUp { more: 30, named: 0 });
    let ids = |path: &str| rows(&served, path);
    assert_eq!(ids("/?sort=qualified"), ids("/"));
    assert_eq!(ids("/?sort=-qualified"), ids("/"));
}

#[test]
fn a_search_narrows_the_rows_and_keeps_everything_else() {
    let served = serve(MadeUp { more: 150, named: 5 });
    assert_eq!(rows(&served, "/?q=FABRI&as_of=2024-06-30"), ["Fabrikam"]);
    let page = served.get("/?q=adatum&sort=-name&as_of=2024-06-30").body;
    assert!(page.contains("1 to 100 of 150 found among 155 partners"), "the counts tell the page, what was found, and all");
    assert!(page.contains("href=\"/?as_of=2024-06-30&#38;page=2&#38;q=adatum&#38;sort=-name\" rel=\"next\""));
    assert!(page.contains("<input type=\"hidden\" name=\"as_of\" value=\"2024-06-30\">"));
    assert!(page.contains("<a href=\"/?as_of=2024-06-30&#38;sort=-name\">Show all</a>"));
    let nothing = served.get("/?q=nobody").body;
    assert!(nothing.contains("None of 155 partners matches. <a href=\"/\">Show all</a>"), "an empty answer has a way out");
}

#[test]
fn a_page_beyond_the_end_is_the_last_one() {
    let served = serve(MadeUp { more: 150, named: 0 });
    assert_eq!(rows(&served, "/?page=99").len(), 50);
    assert_eq!(rows(&served, "/?page=x").len(), 100);
}

#[test]
fn a_download_has_the_whole_filter_in_the_order_of_the_page() {
    let served = serve(MadeUp { more: 150, named: 5 });
    let answer = served.get("/?q=adatum&sort=-name&page=2&download=csv");
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"partners-2024-08-10.csv\"");
    let lines: Vec<&str> = answer.body.lines().collect();
    assert_eq!(lines.len(), 151);
    assert!(lines[0].starts_with("name,global_partner_id,qualified,business-applications,business-applications_exact"), "{}", lines[0]);
    assert!(lines[1].starts_with("Adatum 99,910099,0,"), "{}", lines[1]);
    let refused = served.get("/?download=xsl");
    assert_eq!(refused.status, 404);
    assert!(refused.body.contains("There is no format <code>xsl</code>"));
}

/// The names of columns that the pages' sources declare, each with its file.
fn declared(folder: &std::path::Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            declared(&path, found);
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for kind in ["text", "day", "amount", "count", "fraction"] {
            for call in text.split(&format!("Column::{kind}(")).skip(1) {
                let key = call.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next());
                found.extend(key.map(|key| (key.to_owned(), path.file_name().unwrap().to_string_lossy().into_owned())));
            }
        }
    }
}

#[test]
fn every_column_has_its_meaning_in_the_dictionary() {
    let mut found = Vec::new();
    declared(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/pages"), &mut found);
    assert!(found.len() > 100, "columns are found by how they are declared");
    let mut missing: Vec<String> =
        found.iter().filter(|(key, _)| meaning(key).is_none()).map(|(key, file)| format!("{key} ({file})")).collect();
    missing.sort();
    missing.dedup();
    assert!(missing.is_empty(), "grid/columns.toml lacks {}", missing.join(", "));
}
