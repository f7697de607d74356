//! The pages of the operator, as reviewers, program managers and strangers see them.

use super::claims::{DRAFT, id_in, town};
use super::customer_pages::{asked, read};
use super::imports::Served;

#[test]
fn two_reviewers_decide_a_claim_and_the_second_is_not_told_what_the_first_voted_for() {
    let scene = town();
    let id = asked(&scene);
    assert_eq!(scene.run(&["claim", "accept", &id, "--as", "gus"]).exit, Some(0));
    let at = format!("/operator/claims/{id}");
    let [ann, ben] = ["ann", "ben"].map(|user| Served::new(&scene, &["--as", user]));
    assert_eq!((ann.get("/").status, ann.get("/").header("location")), (303, "/operator"));
    let mut told = vec![read(&ann.get("/operator")), read(&ann.get(&at))];
    assert_eq!(ann.send(&format!("{at}/review"), "").status, 303);
    let without = ann.send(&format!("{at}/reject"), "reason=&note=too+thin");
    assert!(without.status == 422 && without.body.contains("too thin"), "{}", without.body);
    assert_eq!(ann.send(&format!("{at}/more"), "").status, 422);
    let voted = ann.send(&format!("{at}/reject"), "reason=consent-missing&note=no+signature");
    assert_eq!(voted.header("location"), format!("{at}?done=first"));
    assert_eq!(ann.send(&format!("{at}/approve"), "").status, 422);
    told.push(read(&ann.get("/operator/second")));
    told.push(read(&ben.get("/operator/second")));
    // blind: neither page nor story nor file says what the open vote is for
    for place in [at.clone(), format!("{at}?events_download=csv"), "/operator".to_owned(), "/operator/second".to_owned()] {
        let body = ben.get(&place).body;
        assert!(
            body.contains("ann") && !body.contains("no signature") && !body.contains(&format!("reject{}", "ed because")),
            "{place}: {body}"
        );
    }
    let decided = ben.send(&format!("{at}/reject"), "reason=consent-missing&note=not+signed");
    assert_eq!(decided.header("location"), format!("{at}?done=rejected"));
    told.push(read(&ben.get(&format!("{at}?done=rejected"))));
    let max = Served::new(&scene, &["--as", "max"]);
    assert_eq!(max.send(&format!("{at}/approve"), "").status, 422);
    assert_eq!(max.get("/operator/claims/claim-999999").status, 404);
    insta::assert_snapshot!(told.join("\n\n"));
    for user in ["gus", "fay"] {
        let stranger = Served::new(&scene, &["--as", user]);
        let places = ["/operator", "/operator/second", "/operator/arbitration", at.as_str()];
        assert_eq!(places.map(|place| stranger.get(place).status), [404; 4], "{user}");
        assert_eq!(stranger.send(&format!("{at}/approve"), "").status, 404);
    }
}

#[test]
fn competing_claims_stand_side_by_side_and_the_loser_is_told_why() {
    let scene = town();
    let drafted = scene.run(&[&["claim", "new"], &DRAFT[..], &["--as", "fay", "-o", "table"]].concat()).to_string();
    let id = id_in(&drafted, "claim-");
    let today = scene.today();
    let mut proof = vec!["claim", "proof", "add", &id, "statement.txt", "--dated", &today];
    let items = ["tenant", "workload", "partner-role", "customer-acknowledgement", "usage-before-after"];
    proof.extend(items.iter().flat_map(|item| ["--shows", item]));
    assert_eq!(scene.run(&[proof.as_slice(), &["--as", "fay"]].concat()).exit, Some(0));
    assert_eq!(scene.run(&["claim", "submit", &id, "--as", "fay"]).exit, Some(0));
    assert_eq!(scene.run(&["claim", "accept", &id, "--as", "gus"]).exit, Some(0));
    assert_eq!(scene.run(&["claim", "review", &id, "--as", "ann"]).exit, Some(0));
    let [ann, ben] = ["ann", "ben"].map(|user| Served::new(&scene, &["--as", user]));
    let case = id_in(&ann.get("/operator/arbitration").body, "arbitration-");
    let at = format!("/operator/arbitration/{case}");
    let vote = format!("winner={id}&reason=greater-influence&note=seen");
    let early = ann.send(&format!("{at}/vote"), &vote);
    assert_eq!(early.status, 422);
    let mut told = vec![read(&early)];
    assert_eq!(scene.run(&["claim", "proof", "add", "c1", "renewed.txt", "--shows", "partner-role", "--as", "pam"]).exit, Some(0));
    told.push(read(&ann.get(&at)));
    let page = ann.get(&at).body;
    let place = page.split("/proofs/").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let file = ann.get(&format!("/operator/claims/c1/proofs/{place}"));
    assert!(
        file.status == 200 && file.header("content-disposition").starts_with("attachment;") && file.body.contains("still runs Teams"),
        "{}",
        file.body
    );
    assert_eq!(ann.send(&format!("{at}/vote"), "winner=&reason=").status, 422);
    assert_eq!(ann.send(&format!("{at}/vote"), &vote).header("location"), format!("{at}?done=first"));
    told.push(read(&ben.get(&at)));
    assert_eq!(ben.send(&format!("{at}/vote"), &vote).header("location"), format!("{at}?done=decided"));
    told.push(read(&ben.get(&format!("{at}?done=decided"))));
    insta::assert_snapshot!(told.join("\n\n"));
    assert_eq!(
        [ann.get("/operator/arbitration/arbitration-999999"), ann.get("/operator/claims/c1/proofs/00")].map(|answer| answer.status),
        [404; 2]
    );
}
