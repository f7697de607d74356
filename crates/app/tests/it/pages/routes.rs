use super::http::{Answer, ask, serve};
use super::program::MadeUp;

const ALL: MadeUp = MadeUp { more: 0, named: 5 };

/// The part of a problem that people read.
fn said(answer: &Answer) -> String {
    let problem = answer.body.split("<div class=\"problem\">").nth(1).unwrap().split("</div>").next().unwrap();
    let lines = problem.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn without_facts_home_says_how_to_get_some() {
    let answer = serve(MadeUp { more: 0, named: 0 }).get("/");
    assert_eq!(answer.status, 200);
    insta::assert_snapshot!("empty", said(&answer));
}

#[test]
fn with_one_partner_home_is_its_home() {
    let answer = serve(MadeUp { more: 0, named: 1 }).get("/?as_of=2024-06-30");
    assert_eq!((answer.status, answer.header("location")), (303, "/partners/900010?as_of=2024-06-30"));
}

#[test]
fn what_is_not_there_is_told_with_what_is() {
    let served = serve(ALL);
    let cases = [
        (404, "/nowhere", "nowhere"),
        (404, "/partners/900011", "no_partner"),
        (404, "/partners/900010/designations/data-ia", "no_area"),
        (404, "/partners/900010/designations/modern-work?track=big", "no_track"),
        (404, "/partners/900010/designations/data-ai/metrics/net-adds", "no_metric"),
        (404, "/partners/900010/designations/data-ai/metrics/deployments?path=0.9.1", "no_step"),
        (400, "/partners/900010?as_of=30.06.2024", "bad_day"),
        (500, "/?as_of=1999-12-31", "unread"),
    ];
    for (status, path, name) in cases {
        let answer = served.get(path);
        assert_eq!(answer.status, status, "{path}");
        insta::assert_snapshot!(name, said(&answer));
    }
}

#[test]
fn every_answer_tells_browsers_to_trust_nothing_else() {
    let served = serve(ALL);
    for path in ["/", "/nowhere", "/static/counterfoil.css"] {
        let answer = served.get(path);
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'self'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
    }
}

#[test]
fn files_are_kept_for_good_and_pages_are_not() {
    let served = serve(ALL);
    let page = served.get("/");
    assert_eq!(page.header("cache-control"), "private, no-cache");
    for sheet in page.body.split("href=\"/static/").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        let file = served.get(&format!("/static/{sheet}"));
        assert_eq!((file.status, file.header("cache-control")), (200, "public, max-age=31536000, immutable"), "{sheet}");
    }
}

#[test]
fn pages_are_compressed_for_those_who_can_read_it() {
    let served = serve(ALL);
    let answer = ask(served.address, "GET", "/partners/900010", &[("Accept-Encoding", "gzip")], "");
    assert_eq!(answer.header("content-encoding"), "gzip");
}

#[test]
fn another_name_that_leads_here_is_refused() {
    let served = serve(ALL);
    let status = |host: &str| ask(served.address, "GET", "/", &[("Host", host)], "").status;
    assert_eq!(["localhost:80", "127.0.0.1", "[::1]:7001"].map(status), [200; 3]);
    assert_eq!(["evil.example", "localhost.evil.example:80", "10.0.0.1"].map(status), [421; 3]);
}

#[test]
fn nothing_but_the_theme_can_be_sent() {
    let served = serve(ALL);
    assert_eq!(ask(served.address, "POST", "/partners/900010", &[], "").status, 405);
}

#[test]
fn a_theme_is_kept_and_leads_back_to_the_page() {
    let served = serve(ALL);
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let choose = |body: &str| ask(served.address, "POST", "/theme", &[form], body);
    let answer = choose("theme=dark&back=%2Fpartners%2F900010");
    assert_eq!((answer.status, answer.header("location")), (303, "/partners/900010"));
    assert!(answer.header("set-cookie").starts_with("counterfoil_theme=dark;"));
    for elsewhere in ["%2F%2Fevil.example", "https%3A%2F%2Fevil.example", "%2F%5Cevil.example", ""] {
        assert_eq!(choose(&format!("theme=light&back={elsewhere}")).header("location"), "/");
    }
    let page = ask(served.address, "GET", "/", &[("Cookie", "a=b; counterfoil_theme=dark")], "").body;
    assert!(page.contains("<html lang=\"en\" data-theme=\"dark\">"));
}

#[test]
fn a_level_downloads_whole_and_no_cell_is_a_formula() {
    let served = serve(ALL);
    let metric = "/partners/900010/designations/data-ai/metrics/net-customer-adds";
    let counted = served.get(&format!("{metric}?path=0&download=csv"));
    assert_eq!(counted.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(counted.header("content-disposition"), "attachment; filename=\"900010-data-ai-net-customer-adds-2024-08-10.csv\"");
    assert_eq!(counted.body.lines().count(), 1 + 201);
    let not = served.get(&format!("{metric}?path=0&not_download=csv"));
    assert_eq!(not.body.lines().count(), 1 + 40);
    let lines = |answer: &Answer| answer.body.lines().take(2).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!("csv", [lines(&counted), lines(&not)].join("\n"));
    let found = served.get(&format!("{metric}?path=0&not_q=%3Dcustomer%20205&not_reason=link-without-role&not_download=csv"));
    assert_eq!(found.body.lines().count(), 1);
}

#[test]
fn names_cannot_write_into_a_page() {
    let page = serve(ALL).get("/partners/900020").body;
    assert!(page.contains("&#60;Contoso&#62;") && !page.contains("<Contoso>"));
}
