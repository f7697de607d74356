//! Plans.

use super::imports::Served;
use super::scene::Scene;

const PLAN: [&str; 7] = ["plan", "--dataset", "exports", "--as-of", "2024-08-10", "--partner", "900010"];

#[test]
fn the_cheapest_way_to_each_area_is_told() {
    let scene = Scene::with_exports();
    let plan = |more: &[&str]| scene.run(&[&PLAN[..], more].concat());
    insta::assert_snapshot!(plan(&["-o", "table"]));
    let wishes = ["--area", "infrastructure", "--effort", "usage-growth=0.5", "--effort", "deployments=no", "--with", "usage-growth=12"];
    insta::assert_snapshot!(plan(&[&wishes[..], &["-o", "json"]].concat()));
}

#[test]
fn a_wish_that_cannot_be_used_is_refused_with_its_cure() {
    let scene = Scene::with_exports();
    for (wish, cure) in [
        (["--effort", "usage-grwth=1"], "did you mean `usage-growth`?"),
        (["--effort", "usage-growth"], "such as `--effort usage-growth=5`"),
        (["--effort", "usage-growth=-1"], "`no` when it cannot be moved"),
        (["--with", "usage-growth=much"], "a number such as `5`"),
        (["--with", "usage-growth/azur=5"], "did you mean `usage-growth/azure`?"),
        (["--track", "smb"], ""),
    ] {
        let ran = scene.run(&[&PLAN[..], &["--area", "security"], &wish].concat());
        assert_eq!(ran.exit, Some(2), "{ran}");
        assert!(ran.to_string().contains(cure), "{ran}");
    }
}

#[test]
fn the_page_plans_tries_values_and_says_what_it_cannot_use() {
    let scene = Scene::with_exports();
    let pages = Served::new(&scene, &["--dataset", "exports"]);
    let asked = "/partners/900010/plan?as_of=2024-08-10&area=security&with.usage-growth/azure=2500&effort.deployments=abc";
    let page = pages.get(asked);
    assert_eq!(page.status, 200);
    let body = &page.body;
    for told in ["The cheapest way", "2.00 points instead of", "<code>abc</code> is no number of days for <code>deployments</code>"] {
        assert!(body.contains(told), "{told}: {body}");
    }
    assert!(body.contains("name=\"with.usage-growth/azure\" value=\"2500\""), "what was given stays: {body}");
    assert_eq!(pages.get("/partners/900010/plan?area=secrity").status, 404);
    let file = pages.get("/partners/900010/plan?as_of=2024-08-10&area=security&path_download=csv");
    assert!(file.body.starts_with("metric,plan_do,plan_from,"), "{}", file.body);
}
