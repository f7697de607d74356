//! An operator's journeys: the queue, votes by keyboard, arbitration with a blind first vote, imports, the log.

use crate::commands::claims::{DRAFT, id_in, town};
use crate::commands::customer_pages::asked;
use crate::commands::rulebook::{CHANGES, with_rules};
use crate::commands::scene::Scene;

use super::{Pages, browser};

fn done(scene: &Scene, line: &[&str]) {
    let ran = scene.run(line);
    assert_eq!(ran.exit, Some(0), "{line:?}: {ran}");
}

#[test]
fn reviewers_take_ask_and_vote_by_keyboard_each_without_knowing_the_others_vote() {
    let Some(browser) = browser() else { return };
    let scene = town();
    let id = asked(&scene);
    done(&scene, &["claim", "accept", &id, "--as", "gus"]);
    let [ann, ben] = ["ann", "ben"].map(|user| Pages::as_user(&scene, user));
    let keys = ann.keyboard(&browser);
    keys.open("/");
    keys.is_well();
    keys.skip();
    keys.follow("Open the most urgent");
    keys.skip();
    keys.follow("Take into review");
    keys.is_well();
    keys.skip();
    keys.follow("Ask for more");
    assert!(browser.has(".complaint"), "nothing was ticked or written: {}", browser.text("main"));
    keys.is_well();
    keys.skip();
    keys.tick("the proof has no dates");
    keys.follow("Ask for more");
    keys.reads("The partner was asked for more");
    done(&scene, &["claim", "answer", &id, "page 2", "--as", "fay"]);

    keys.open(&format!("/operator/claims/{id}"));
    keys.skip();
    keys.reach("Because");
    browser.type_in("the proof lacks the customer's consent");
    keys.fill("Note", "no signature");
    keys.follow("Vote to reject");
    keys.reads("You have voted");
    keys.is_well();

    let keys = ben.keyboard(&browser);
    keys.open("/operator/second");
    keys.is_well();
    keys.skip();
    keys.follow(&id);
    let text = browser.text("main");
    assert!(!text.contains("no signature") && text.contains("It waits for a second vote; ann has voted"), "{text}");
    keys.skip();
    keys.reach("Because");
    browser.type_in("the proof lacks the customer's consent");
    keys.follow("Vote to reject");
    keys.reads("rejected");
    keys.is_well();
}

#[test]
fn competing_claims_are_read_side_by_side_and_decided_blind() {
    let Some(browser) = browser() else { return };
    let scene = town();
    let drafted = scene.run(&[&["claim", "new"], &DRAFT[..], &["--as", "fay", "-o", "table"]].concat()).to_string();
    let id = id_in(&drafted, "claim-");
    let today = scene.today();
    let mut proof = vec!["claim", "proof", "add", &id, "statement.txt", "--dated", &today, "--as", "fay"];
    let items = ["tenant", "workload", "partner-role", "customer-acknowledgement", "usage-before-after"];
    proof.extend(items.iter().flat_map(|item| ["--shows", item]));
    done(&scene, &proof);
    for line in [["submit", &id, "--as", "fay"], ["accept", &id, "--as", "gus"], ["review", &id, "--as", "ann"]] {
        done(&scene, &[&["claim"], &line[..]].concat());
    }
    done(&scene, &["claim", "proof", "add", "c1", "renewed.txt", "--shows", "partner-role", "--as", "pam"]);
    let [ann, ben] = ["ann", "ben"].map(|user| Pages::as_user(&scene, user));
    for (pages, after) in [(&ann, "You have voted"), (&ben, "It is decided")] {
        let keys = pages.keyboard(&browser);
        keys.open("/operator/arbitration");
        keys.skip();
        keys.follow("arbitration-");
        keys.reads("statement.txt");
        keys.reads("renewed.txt");
        let text = browser.text("main");
        assert!(!text.contains("seen by ann"), "the first vote is not told: {text}");
        keys.is_well();
        keys.skip();
        keys.reach("Who wins");
        browser.type_in(&id);
        keys.reach("Because");
        browser.type_in("its proof shows the greater");
        keys.fill("Note", "seen by ann");
        keys.follow("Cast your vote");
        keys.reads(after);
        keys.is_well();
    }
}

#[test]
fn the_log_is_looked_through_and_verified_and_files_are_imported_by_keyboard() {
    let Some(browser) = browser() else { return };
    let scene = town();
    scene.write("more/consumption.csv", "usage_date,tenant_id,subscription_id,service,acr_usd\n2024-07-12,t-alpine,s-alpine,Key Vault,5\n2024-02-30,t-alpine,s-alpine,Key Vault,1\n");
    scene.write("strange.csv", "one,two\n1,2\n");
    let pages = Pages::as_user(&scene, "max");
    let keys = pages.keyboard(&browser);
    keys.open("/imports");
    keys.skip();
    keys.choose("Drop files here", &scene.folder.path().join("strange.csv"));
    keys.follow("Import");
    keys.reads("strange.csv");
    keys.is_well();
    keys.open("/imports");
    keys.skip();
    keys.choose("Drop files here", &scene.folder.path().join("more/consumption.csv"));
    keys.follow("Import");
    keys.reads("2024-02-30");
    keys.is_well();

    keys.open("/operator/audit");
    keys.skip();
    keys.follow("Checkpoints");
    keys.skip();
    keys.follow("Verify");
    keys.reads("The log is whole and unaltered");
    keys.is_well();
}

#[test]
fn a_rulebook_that_one_manager_proposed_is_looked_at_and_published_by_another_by_keyboard() {
    let Some(browser) = browser() else { return };
    let scene = town();
    done(&scene, &["user", "add", "olga", "--operator", "--role", "program-manager", "--as", "max"]);
    with_rules(&scene, &CHANGES);
    done(&scene, &["rulebook", "test", "rules", "--write"]);
    done(&scene, &["rulebook", "propose", "rules", "--note", "the minimum of September", "--as", "max"]);
    let [max, olga] = ["max", "olga"].map(|user| Pages::as_user(&scene, user));
    let keys = max.keyboard(&browser);
    keys.open("/operator/rulebooks");
    keys.skip();
    keys.follow("2024-09");
    keys.reads("It waits for another program manager");
    assert!(!browser.has("form[action$='/publish']"), "nobody publishes their own: {}", browser.text("main"));

    let keys = olga.keyboard(&browser);
    keys.open("/actions");
    keys.is_well();
    keys.skip();
    keys.follow("The rulebook 2024-09, which max proposed, waits");
    for words in ["the minimum of September", "Whom it moves", "designations/infrastructure.toml"] {
        keys.reads(words);
    }
    keys.is_well();
    keys.skip();
    keys.follow("Publish it");
    keys.reads("The rulebook is in force");
    keys.is_well();
    keys.open("/actions");
    keys.reads("Nothing waits for you");
}
