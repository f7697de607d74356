//! The pages of partners, as those who claim, run the account, only read, and strangers see them.

use super::claims::{id_in, town};
use super::imports::Served;
use super::scene::Scene;
use crate::pages::http::{Answer, ask};

const PLACE: &str = "/partners/900020";

fn user(scene: &Scene, user: &str, rest: &[&str]) {
    let ran = scene.run(&[&["user", "add", user, "--partner", "900020"], rest, &["--as", "max"]].concat());
    assert_eq!(ran.exit, Some(0), "{ran}");
}

/// Adds a file as proof, by the form of a draft or of a claim's page.
fn add_proof(pages: &Served, claim: &str, back: &str, dated: &str, text: &str) -> Answer {
    let mut fields = vec![("back", back), ("dated", dated)];
    let items = ["tenant", "workload", "partner-role", "customer-acknowledgement", "usage-before-after"];
    fields.extend(items.map(|item| ("shows", item)));
    let part = |(name, value): &(&str, &str)| format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let file =
        format!("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../a \u{201c}proof\u{201d}.txt\"\r\n\r\n{text}\r\n");
    let body = fields.iter().map(part).collect::<String>() + &file + "--b--\r\n";
    let kind = ("Content-Type", "multipart/form-data; boundary=b");
    ask(pages.address, "POST", &format!("{PLACE}/claims/{claim}/proof"), &[kind], &body)
}

fn location(answer: &Answer) -> &str {
    assert_eq!(answer.status, 303, "{}", answer.body);
    answer.header("location")
}

#[test]
fn a_claim_is_chosen_drafted_told_all_that_it_lacks_and_handed_in() {
    let scene = town();
    let fay = Served::new(&scene, &["--as", "fay"]);
    let none = fay.get(&format!("{PLACE}/claims/new?product=sharepoint&without_proof=yes"));
    assert!(none.body.contains("No activity fits all of that") && none.body.contains("It asks for proof."), "{}", none.body);
    let lost = fay.send(&format!("{PLACE}/claims/new"), "activity=osu-m365&partner_id=100300&name=Teams+for+Alpine");
    assert_eq!(lost.status, 422);
    assert!(
        lost.body.contains("value=\"Teams for Alpine\"") && lost.body.contains("A claim needs <code>tenant_id</code>."),
        "{}",
        lost.body
    );

    let new = "activity=osu-m365&partner_id=100300&tenant_id=t-alpine&domain=alpin.example&products=teams&customer_name=Carla&then=submit";
    let back = location(&fay.send(&format!("{PLACE}/claims/new"), new)).to_owned();
    let id = id_in(&back, "claim-");
    assert_eq!(back, format!("{PLACE}/claims/{id}/edit?check=1"));
    let lacking = fay.get(&back).body;
    for said in ["4 things are missing", "<code>alpin.example</code> is not one", "no contact of the customer", "no contact of the partner"]
    {
        assert!(lacking.contains(said), "{said}: {lacking}");
    }
    assert!(
        lacking.contains("needs proof of execution") && lacking.contains("value=\"Carla\"") && !lacking.contains("`claim"),
        "{lacking}"
    );

    let future = add_proof(&fay, &id, "edit", "2999-01-01", "signed");
    assert!(future.status == 422 && future.body.contains("still to come"), "{}", future.body);
    assert_eq!(add_proof(&fay, &id, "edit", "yesterday", "signed").status, 422);
    assert!(add_proof(&fay, &id, "", &scene.today(), "").body.contains("is empty"));
    assert_eq!(location(&add_proof(&fay, &id, "edit", &scene.today(), "signed")), format!("{PLACE}/claims/{id}/edit?done=proof"));

    let whole = "activity=osu-m365&partner_id=100300&tenant_id=t-alpine&domain=alpine.example&products=teams&customer_name=Carla\
                 &customer_email=carla@alpine.example&partner_name=Fay&partner_email=fay@fabrikam.example&then=submit";
    let handed = location(&fay.send(&format!("{PLACE}/claims/{id}/edit"), whole)).to_owned();
    assert_eq!(handed, format!("{PLACE}/claims/{id}?done=submitted"));
    let page = fay.get(&handed).body;
    for said in ["What to do next", "Clocks", "customer opt out", "Claim submitted", "Take the claim back"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let hash = page.split("/proof/").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned();
    let file = fay.get(&format!("{PLACE}/claims/{id}/proof/{hash}"));
    assert_eq!((file.status, file.body.as_str(), file.header("content-type")), (200, "signed", "application/octet-stream"));
    assert!(file.header("content-disposition").starts_with("attachment; filename="));

    // what is another's is as if it were not there, and who only reads cannot act
    let pam = Served::new(&scene, &["--as", "pam"]);
    let places = ["claims", "record", "links", "resale", "settings"].map(|place| format!("{PLACE}/{place}"));
    assert!(places.iter().all(|place| pam.get(place).status == 404));
    let strange =
        [format!("{PLACE}/claims/{id}"), format!("/partners/900010/claims/{id}"), format!("/partners/900010/claims/{id}/proof/{hash}")];
    assert!(strange.iter().all(|place| pam.get(place).status == 404));
    user(&scene, "vic", &["--role", "report-viewer"]);
    let vic = Served::new(&scene, &["--as", "vic"]);
    assert!(!vic.get(&format!("{PLACE}/claims/{id}")).body.contains("name=\"act\""));
    assert_eq!(
        [vic.get(&format!("{PLACE}/claims/new")).status, vic.send(&format!("{PLACE}/claims/{id}"), "act=withdraw").status],
        [403, 422]
    );
}

#[test]
fn a_partner_answers_disputes_once_ends_and_corrects() {
    let scene = town();
    let fay = Served::new(&scene, &["--as", "fay"]);
    let id = super::customer_pages::asked(&scene);
    let place = format!("{PLACE}/claims/{id}");
    let done = |line: &[&str]| assert_eq!(scene.run(line).exit, Some(0), "{line:?}");
    done(&["claim", "review", &id, "--as", "ann"]);
    done(&["claim", "request-info", &id, "--reason", "dates-missing-or-old", "--as", "ann"]);
    assert!(fay.get(&place).body.contains("Answer the reviewer"));
    let empty = fay.send(&place, "act=answer&text=");
    assert!(empty.status == 422 && empty.body.contains("The text is empty."), "{}", empty.body);
    let locked = fay.get(&format!("{place}/edit")).body;
    assert!(locked.contains("name=\"partner_id\"") && !locked.contains("name=\"tenant_id\""), "{locked}");
    assert!(location(&fay.send(&place, "act=answer&text=the+dates+are+in+it")).ends_with("?done=answered"));
    assert!(location(&fay.send(&place, "act=comment&text=see+page+2")).ends_with("?done=commented"));
    done(&["claim", "vote", &id, "reject", "--reason", "proof-insufficient", "--as", "ann"]);
    done(&["claim", "vote", &id, "reject", "--reason", "proof-insufficient", "--as", "ben"]);
    let rejected = fay.get(&place).body;
    assert!(rejected.contains("You may dispute it, once until") && rejected.contains("see page 2"), "{rejected}");
    assert!(location(&fay.send(&place, "act=dispute&text=it+shows+all")).ends_with("?done=disputed"));
    assert_eq!(fay.send(&place, "act=dispute&text=again").status, 422);
    done(&["claim", "accept", &id, "--as", "gus"]);
    done(&["claim", "vote", &id, "approve", "--as", "ann"]);
    done(&["claim", "vote", &id, "approve", "--as", "ben"]);
    let listed = fay.get(&format!("{PLACE}/claims?download=csv")).body;
    assert!(listed.contains("usage-association") || listed.contains("approved"), "{listed}");
    let clone = location(&fay.send(&place, "act=clone")).to_owned();
    assert!(clone.ends_with("/edit?done=cloned") && !clone.contains(&id), "{clone}");
    assert_eq!(fay.send(&place, "act=end&text=").status, 422);
    assert!(location(&fay.send(&place, "act=end&text=the+project+is+over")).ends_with("?done=ended"));
    assert!(fay.get(&place).body.contains("the project is over"));
}

#[test]
fn a_partner_asks_a_customer_enrols_and_keeps_people_and_users() {
    let scene = town();
    user(&scene, "fox", &["--role", "account-admin"]);
    user(&scene, "eve", &["--role", "incentive-user", "--person", "e9"]);
    let fox = Served::new(&scene, &["--as", "fox"]);
    let record = format!("{PLACE}/record");
    assert!(fox.send(&record, "act=ask&partner_id=100300&subscriptions=s-nowhere").body.contains("s-nowhere</code>"));
    let asked = location(&fox.send(&record, "act=ask&partner_id=100300&subscriptions=s-woodgrove")).to_owned();
    let text = fox.get(&asked).body;
    assert!(text.contains("/customer/subscriptions/s-woodgrove?partner=100300") && text.contains("<textarea"), "{text}");
    assert!(location(&fox.send(asked.split('?').next().unwrap(), "act=withdraw")).ends_with("?done=withdrawn"));
    assert!(fox.get(&record).body.contains("taken back"));

    assert_eq!(fox.get(&format!("{PLACE}/links")).status, 200);
    assert!(fox.get(&format!("{PLACE}/links/role?name=Contributr")).body.contains("Did you mean"));

    let model = format!("{PLACE}/resale/indirect-reseller");
    assert!(location(&fox.send(&model, "act=start&location=100300")).ends_with("?done=start"));
    let wrong = fox.send(&model, "act=company&name=Fabrikam&country=US&duns=12");
    assert!(wrong.status == 422 && wrong.body.contains("value=\"Fabrikam\"") && wrong.body.contains("no D-U-N-S number"), "{}", wrong.body);
    assert!(location(&fox.send(&model, "act=company&name=Fabrikam&country=US&street=12+HIGH+STREET&town=seattle")).ends_with("company"));
    assert!(fox.get(&model).body.contains("12 High Street, Seattle"));
    assert!(location(&fox.send(&model, "act=accept")).ends_with("?done=accept"));
    assert_eq!([fox.send(&model, "act=agree").status, fox.get(&format!("{PLACE}/resale/none")).status], [422, 404]);

    let people = format!("{PLACE}/people");
    assert!(location(&fox.send(&people, "act=invite&person=e9&location=100300")).ends_with("?done=invite"));
    let eve = Served::new(&scene, &["--as", "eve"]);
    assert!(eve.get("/me/profile").body.contains("You are invited by"));
    assert_eq!(eve.send("/me/profile", "act=link&text=100399").status, 422);
    assert_eq!(location(&eve.send("/me/profile", "act=link&text=100300")), "/me/profile?done=linked");
    assert_eq!(location(&eve.send("/me/profile", "act=unlink&text=")), "/me/profile?done=unlinked");
    let cools = eve.send("/me/profile", "act=link&text=100300");
    assert!(cools.status == 422 && cools.body.contains("Link again on"), "{}", cools.body);
    assert!(fox.get("/me/profile").body.contains("You are no certified person here"));

    let settings = format!("{PLACE}/settings");
    assert!(fox.send(&settings, "act=user&user=liz").body.contains("No role is ticked."));
    assert!(location(&fox.send(&settings, "act=user&user=liz&role=report-viewer")).ends_with("?done=user"));
    assert!(fox.send(&settings, "act=webhook&url=ftp%3A%2F%2Fx").body.contains("is no address that events can be sent to"));
    let secret = fox.send(&settings, "act=webhook&url=https%3A%2F%2Fhooks.example%2F");
    assert!(secret.status == 200 && secret.body.contains("it is not shown again") && secret.body.contains("whsec_"), "{}", secret.body);
    assert_eq!(fox.send(&settings, "act=close&user=pam").status, 422);
    assert!(location(&fox.send(&settings, "act=close&user=liz")).ends_with("?done=close"));
    assert!(!eve.get(&settings).body.contains("Add a user"));
    assert_eq!(fox.get(&format!("{PLACE}/insights")).status, 200);
}
