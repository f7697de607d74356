use super::http::serve;
use super::program::MadeUp;

/// Every page in every state worth a look: a name and an address.
pub const PAGES: [(&str, &str); 24] = [
    ("partners", "/"),
    ("partners_found", "/?q=fab&sort=-security"),
    ("home_mixed", "/partners/900010"),
    ("home_zero_and_long_name", "/partners/900020"),
    ("home_qualified", "/partners/900030"),
    ("home_negative_and_provisional", "/partners/900040"),
    ("designation_far", "/partners/900010/designations/data-ai"),
    ("designation_close", "/partners/900010/designations/digital-app-innovation"),
    ("designation_enrolled_with_tracks", "/partners/900010/designations/modern-work?track=smb"),
    ("designation_blocked", "/partners/900010/designations/infrastructure"),
    ("designation_with_parts", "/partners/900040/designations/security"),
    ("metric_top", "/partners/900010/designations/data-ai/metrics/net-customer-adds"),
    ("metric_rows", "/partners/900010/designations/data-ai/metrics/net-customer-adds?path=0&page=3"),
    ("metric_customer", "/partners/900010/designations/data-ai/metrics/net-customer-adds?path=0.4"),
    ("metric_not_counted", "/partners/900010/designations/data-ai/metrics/net-customer-adds?path=0.205"),
    ("metric_growth", "/partners/900040/designations/business-applications/metrics/usage-growth?as_of=2024-06-30"),
    ("customers", "/partners/900010/customers"),
    ("customers_found", "/partners/900010/customers?associations=none&sort=name"),
    ("customers_none", "/partners/900020/customers"),
    ("coverage", "/partners/900010/coverage"),
    ("customer_link", "/partners/900010/customers/0000000a-77aa-4c1e-9b02-000000013556"),
    ("customer_refused", "/partners/900010/customers/00000009-77aa-4c1e-9b02-000000011667"),
    ("people", "/partners/900010/people"),
    ("people_none", "/partners/900020/people"),
];

#[test]
fn every_page_reads_as_before() {
    let served = serve(MadeUp { more: 0, named: 5 });
    for (name, path) in PAGES {
        let answer = served.get(path);
        assert_eq!(answer.status, 200, "{path}");
        let main = answer.body.split("<main id=\"main\" tabindex=\"-1\">").nth(1).unwrap().split("</main>").next().unwrap();
        let lines: Vec<&str> = main.lines().map(str::trim_end).filter(|line| !line.trim().is_empty()).collect();
        insta::assert_snapshot!(name, lines.join("\n"));
    }
}

#[test]
fn no_page_has_a_script_or_a_style_of_its_own() {
    let served = serve(MadeUp { more: 0, named: 5 });
    for (_, path) in PAGES {
        let page = served.get(path).body;
        for refused in ["<script", "<style", " onclick=", "javascript:", "http://", "https://"] {
            assert!(!page.contains(refused), "{path} has `{refused}`");
        }
        // Sizes of charts are the only style that a page has, and they set nothing but the kit's own variables.
        for style in page.split(" style=\"").skip(1) {
            assert!(style.starts_with("--"), "{path} has a style: {}", &style[..20]);
        }
    }
}

#[test]
fn every_page_is_small() {
    let served = serve(MadeUp { more: 200, named: 5 });
    for (_, path) in PAGES {
        let size = served.get(path).body.len();
        assert!(size < 300_000, "{path}: {size} bytes");
    }
}

#[test]
fn the_frame_has_the_way_the_freshness_and_who_may_see_it() {
    let served = serve(MadeUp { more: 0, named: 5 });
    let page = served.get("/partners/900010/designations/data-ai").body;
    let outside: String = page.split("<main").next().unwrap().to_owned() + page.split("</main>").nth(1).unwrap();
    let lines = outside.lines().map(str::trim_end).filter(|line| !line.trim().is_empty());
    // The version of a file is a hash of its bytes: a change of style is no change of the page.
    let lines = lines.map(|line| line.split_once("?v=").map_or(line.to_owned(), |(head, tail)| format!("{head}?v=…{}", &tail[16..])));
    insta::assert_snapshot!("frame", lines.collect::<Vec<_>>().join("\n"));
}
