//! What commands that read a home tell to whom: the same as the pages and the API.

use serde_json::Value;

use super::cast::Cast;

const USERS: [&str; 8] = [
    "partner.account-admin",
    "partner.incentive-user",
    "partner.report-viewer",
    "other-location",
    "other-partner",
    "customer.global-admin",
    "operator.reviewer",
    "operator.auditor",
];

const COMMANDS: [&str; 16] = [
    "score show --as-of 2024-03-15",
    "score show --partner 900010 --as-of 2024-03-15",
    "score history --partner 900010 --area infrastructure --months 2 --as-of 2024-03-15",
    "score explain --partner 900010 --area infrastructure --as-of 2024-03-15",
    "plan --partner 900010 --as-of 2024-03-15",
    "credit --as-of 2024-03-15",
    "credit --group month --as-of 2024-03-15",
    "reconcile usage.csv --as-of 2024-03-15",
    "pal list --as-of 2024-03-15",
    "ledger list",
    "period list",
    "audit log",
    "user list",
    "token list",
    "webhook list",
    "sql --tables --as-of 2024-03-15",
];

/// What a command told: how many things, or why it was refused.
fn told(cast: &Cast, user: &str, command: &str) -> String {
    let ran = cast.run(user, &command.split(' ').collect::<Vec<_>>());
    match (ran.exit, serde_json::from_str::<Value>(&ran.stdout)) {
        (Some(0 | 3), Ok(Value::Array(rows))) => format!("{} told", rows.len()),
        (Some(0 | 3), Ok(_)) => "told".to_owned(),
        _ => ran.stderr.trim_end().replace('\n', "; "),
    }
}

#[test]
fn commands_tell_users_what_the_policies_let_them_see() {
    let cast = Cast::new();
    let usage = cast.run("operator.auditor", &["credit", "--as-of", "2024-03-15", "-o", "csv"]);
    cast.write("usage.csv", &usage.stdout);
    let of_command = |command: &&str| {
        let lines: Vec<String> = USERS.iter().map(|user| format!("  {user}: {}", told(&cast, user, command))).collect();
        format!("{command}\n{}\n", lines.join("\n"))
    };
    insta::assert_snapshot!(COMMANDS.iter().map(of_command).collect::<Vec<_>>().join("\n"));
}

#[test]
fn the_whole_of_the_facts_is_exported_by_who_may_see_all_of_them_only() {
    let cast = Cast::new();
    for (user, exit) in [("partner.account-admin", 1), ("operator.reviewer", 1), ("operator.auditor", 0)] {
        let ran = cast.run(user, &["export", &format!("out-{user}")]);
        assert_eq!(ran.exit, Some(exit), "{user}: {}", ran.stderr);
    }
}

#[test]
fn imports_are_changed_by_program_managers_only() {
    let cast = Cast::new();
    let batch = cast.parts["batch"].clone();
    for user in ["partner.account-admin", "customer.global-admin", "operator.auditor"] {
        for command in [
            vec!["import", "exports"],
            vec!["ledger", "undo", &batch, "--reason", "no"],
            vec!["period", "close", "2023-01", "--reason", "no"],
        ] {
            let ran = cast.run(user, &command);
            assert_eq!(ran.exit, Some(1), "{user} {command:?}: {}", ran.stdout);
            assert!(ran.stderr.contains("ask a program manager of the operator"), "{}", ran.stderr);
        }
    }
    let ran = cast.run("operator.program-manager", &["period", "close", "2023-01", "--reason", "final"]);
    assert_eq!(ran.exit, Some(0), "{}", ran.stderr);
}

#[test]
fn queries_reach_only_what_their_asker_sees() {
    let cast = Cast::new();
    let ask = |user: &str, query: &str| cast.run(user, &["sql", query, "--as-of", "2024-03-15", "-o", "csv"]);
    let everyone = ask("operator.auditor", "select distinct global_partner_id from partners").stdout;
    assert!(everyone.contains("900010") && everyone.contains("900020") && everyone.contains("900030"), "{everyone}");
    let hostile = [
        "select * from partners union all select * from partners where global_partner_id = '900020'",
        "select * from associations",
        "select p.*, a.* from partners p full outer join associations a on true",
        "select * from scores where global_partner_id <> '900010' or 1 = 1",
        "select (select max(global_partner_id) from scores) as most, c.* from credits c",
        "with all_of as (select * from pal_links union select * from pal_links) select * from all_of",
        "select * from claims, csp, partner_of_record",
    ];
    for query in hostile {
        let ran = ask("partner.account-admin", query);
        assert_eq!(ran.exit, Some(0), "{query}: {ran}");
        let told = ran.stdout;
        assert!(!told.contains("9000") || told.contains("900010"), "{query}: {told}");
        for foreign in ["900020", "100300", "900030", "100400"] {
            // the query's own text is not part of the answer
            assert!(!told.contains(foreign), "{query}: {told}");
        }
    }
    let told = ask("partner.account-admin", "select count(*) from principals").stderr;
    assert!(told.contains("may not see the table `principals`") && told.contains("ask a user of the operator"), "{told}");
    let told = ask("partner.account-admin", "select * from nothing").stderr;
    assert!(told.contains("there is no table `nothing`"), "{told}");
    let told = ask("operator.reviewer", "select sum(c.acr_usd) from consumption c").stderr;
    assert!(told.contains("may not see `acr_usd` of `consumption`") && told.contains("ask an auditor or program manager"), "{told}");
}
