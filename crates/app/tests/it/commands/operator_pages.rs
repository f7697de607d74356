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

#[test]
fn a_program_manager_keeps_registers_and_everybody_else_reads_or_finds_nothing() {
    let scene = town();
    let max = Served::new(&scene, &["--as", "max"]);
    let at = "/operator/registers";
    assert_eq!(max.get("/").status, 200);
    let mut told = vec![read(&max.get(&format!("{at}?id=MPN+ID+900010"))), read(&max.get(&format!("{at}/partners")))];
    let east = "id=100206&name=Northwind+East&kind=location&account=900010&country=DE&active=yes&reason=";
    assert_eq!(max.send(&format!("{at}/partners/new"), east).header("location"), "/operator/registers/partners/100206?done=added");
    let again = max.send(&format!("{at}/partners/new"), east);
    assert!(again.status == 422 && again.body.contains("Northwind East"), "{}", again.body);
    told.push(read(&again));
    assert_eq!(max.send(&format!("{at}/partners/100206/close"), "reason=moved").status, 303);
    told.push(read(&max.get(&format!("{at}/partners/100206?done=done"))));
    let changes = [
        ("customers/t-tailspin/change", "name=Tailspin+Toys&domains=tailspin&country=&cloud=public&segment=&reason=", 422),
        ("customers/t-tailspin/change", "name=Tailspin+Toys&domains=tailspin.example&country=&cloud=public&segment=&reason=", 303),
        ("subscriptions/s-alpine/end", "on=2999-01-01&reason=", 422),
        ("subscriptions/s-alpine/end", "on=tomorrow&reason=", 422),
        ("subscriptions/s-alpine/end", "on=&reason=over", 303),
        ("principals/t-alpine%2Fp-ana/gone", "on=&reason=", 303),
        ("users/new", "id=vic&name=Vic&side=operator&of=&role=reader&location=", 422),
        ("users/new", "id=vic&name=Vic&side=operator&of=&role=auditor&location=", 303),
        ("users/vic/close", "reason=left", 303),
        ("users/max/close", "reason=left", 422),
        ("users/nobody/close", "reason=left", 404),
        ("links/t-alpine%2Fp-ana/close", "reason=", 404),
    ];
    for (place, form, status) in changes {
        let answer = max.send(&format!("{at}/{place}"), form);
        assert_eq!(answer.status, status, "{place}: {}", read(&answer));
    }
    assert_eq!(scene.run(&["csp", "enrol", "start", "100300", "--model", "indirect-reseller", "--as", "max"]).exit, Some(1));
    told.push(read(&max.get(&format!("{at}/users"))));
    insta::assert_snapshot!(told.join("\n\n"));
    let places = ["partners", "customers", "subscriptions", "principals", "people", "enrolments", "links", "chains", "users"];
    assert_eq!(places.map(|place| max.get(&format!("{at}/{place}")).status), [200; 9]);

    let ann = Served::new(&scene, &["--as", "ann"]);
    assert_eq!([ann.get(&format!("{at}/partners/100204")), ann.get("/operator/rulebooks")].map(|answer| answer.status), [200; 2]);
    assert_eq!(ann.send(&format!("{at}/partners/100204/close"), "reason=").status, 404);
    assert!(!read(&ann.get(&format!("{at}/partners/100204"))).contains("Merge"));
    let gus = Served::new(&scene, &["--as", "gus"]);
    let all = [
        at.to_owned(),
        format!("{at}/users"),
        format!("{at}/partners/100204"),
        "/operator/rulebooks".to_owned(),
        "/operator/audit".to_owned(),
    ];
    assert_eq!(all.map(|place| gus.get(&place).status), [404; 5]);
}

#[test]
fn an_auditor_reads_proves_and_verifies_the_log_and_open_votes_stay_closed() {
    let scene = town();
    let id = asked(&scene);
    let ran = [
        scene.run(&["user", "add", "aud", "--operator", "--role", "auditor", "--as", "max"]),
        scene.run(&["claim", "accept", &id, "--as", "gus"]),
        scene.run(&["claim", "review", &id, "--as", "ann"]),
        scene.run(&["claim", "vote", &id, "reject", "--reason", "consent-missing", "--note", "no signature", "--as", "ann"]),
    ];
    assert!(ran.iter().all(|ran| ran.exit == Some(0)), "{ran:?}");
    let aud = Served::new(&scene, &["--as", "aud"]);
    let log = aud.get("/operator/audit?kind=claim-voted");
    let place = log.body.split("/operator/audit/").find_map(|rest| rest.split('"').next()?.parse::<u64>().ok()).unwrap();
    let event = aud.get(&format!("/operator/audit/{place}"));
    for page in [&log, &event] {
        assert!(page.status == 200 && page.body.contains("cast by ann") && !page.body.contains("no signature"), "{}", page.body);
    }
    assert!(read(&event).contains("It is in the log of"), "{}", read(&event));
    scene.write("proof.json", &aud.get(&format!("/operator/audit/{place}?proof=json")).body);
    scene.write("log.jsonl", &aud.get("/operator/audit/export").body);
    assert_eq!(["proof.json", "log.jsonl"].map(|file| scene.run(&["audit", "verify", file]).exit), [Some(0); 2]);
    let verified = read(&aud.send("/operator/audit/verify", ""));
    assert!(verified.contains("The log is whole and unaltered") && verified.contains("Registers: "), "{verified}");
    assert_eq!(["/operator/audit/0", "/operator/audit/9999", "/operator/audit/two"].map(|place| aud.get(place).status), [404; 3]);
    assert_eq!(aud.get("/operator/audit?since=yesterday").status, 400);
    let ann = Served::new(&scene, &["--as", "ann"]);
    assert_eq!(["/operator/audit", "/operator/audit/1", "/operator/audit/export"].map(|place| ann.get(place).status), [404; 3]);
    assert_eq!(ann.send("/operator/audit/verify", "").status, 404);
}
