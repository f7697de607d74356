//! Folders of files, and the program run in them.

use std::fmt;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A folder with the program's files, its home, and nothing of the user's.
pub struct Scene {
    pub folder: TempDir,
}

/// How a run went; printed as a whole, with what differs from run to run replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    pub exit: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exit = self.exit.map_or_else(|| "none".to_owned(), |code| code.to_string());
        write!(f, "exit {exit}\n── stdout\n{}── stderr\n{}", self.stdout, self.stderr)
    }
}

impl Scene {
    /// An empty folder.
    pub fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A folder with the dataset folder `exports`: two partners, three customers, twenty months.
    pub fn with_exports() -> Self {
        let scene = Self::empty();
        for (table, text) in tables() {
            scene.write(&format!("exports/{table}.csv"), &text);
        }
        scene
    }

    /// Writes a file, with the folders above it.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// The text of a file.
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    /// The id of the latest batch.
    pub fn latest(&self) -> String {
        let output = self.command(&["ledger", "list", "--limit", "1", "-o", "json"]).output().unwrap();
        let batches: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        batches[0]["batch_id"].as_str().unwrap().to_owned()
    }

    /// The day that the program takes for today: that of the latest batch.
    pub fn today(&self) -> String {
        let batch = self.latest();
        format!("{}-{}-{}", &batch[..4], &batch[4..6], &batch[6..8])
    }

    /// Adds lines to a file.
    pub fn append(&self, name: &str, lines: &str) {
        let text = std::fs::read_to_string(self.folder.path().join(name)).unwrap();
        self.write(name, &format!("{text}{lines}"));
    }

    /// The program in the folder, with a home within it.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_counterfoil"));
        command.args(arguments).current_dir(self.folder.path()).env_clear();
        command.env("COUNTERFOIL_HOME", "home").stdin(Stdio::null());
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        let output = self.command(arguments).output().unwrap();
        let text = |bytes: Vec<u8>| self.steady(&String::from_utf8(bytes).unwrap());
        Ran { exit: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// The text without the folder's name, ids of batches and instants.
    pub fn steady(&self, text: &str) -> String {
        let folder: &Path = &self.folder.path().canonicalize().unwrap();
        let text = text.replace(&*folder.to_string_lossy(), "FOLDER").replace(&*self.folder.path().to_string_lossy(), "FOLDER");
        masked(&masked(&text, "00000000T000000000000", "BATCH"), "0000-00-00T00:00:00Z", "INSTANT")
    }
}

/// The text with everything of a form (0 stands for any digit) replaced by as many letters as fit, so that columns stay.
pub fn masked(text: &str, form: &str, word: &str) -> String {
    let fits = |at: usize| {
        let found = text.get(at..at + form.len())?;
        let same =
            found.bytes().zip(form.bytes()).all(|(found, wanted)| if wanted == b'0' { found.is_ascii_digit() } else { found == wanted });
        same.then_some(())
    };
    let mut out = String::new();
    let mut at = 0;
    while let Some(letter) = text[at..].chars().next() {
        if fits(at).is_some() {
            out.push_str(&format!("{word:-<width$}", width = form.len()));
            at += form.len();
        } else {
            out.push(letter);
            at += letter.len_utf8();
        }
    }
    out
}

fn months() -> impl Iterator<Item = (usize, String)> {
    let all = [2023, 2024].into_iter().flat_map(|year| (1..=12).map(move |month| format!("{year}-{month:02}")));
    all.take(20).enumerate()
}

fn tables() -> Vec<(&'static str, String)> {
    let mut consumption = String::from("usage_date,tenant_id,subscription_id,service,acr_usd\n");
    let mut usage = String::from("month,tenant_id,workload,paid_seats,active_users\n");
    for (at, month) in months() {
        let customers = [("alpine", 800 + 60 * at), ("woodgrove", 1500 + 40 * at), ("tailspin", 1100)];
        for (customer, dollars) in customers {
            let (tenant, subscription) = (format!("t-{customer}"), format!("s-{customer}"));
            consumption.push_str(&format!("{month}-10,{tenant},{subscription},Virtual Network,{dollars}.25\n"));
            consumption.push_str(&format!("{month}-11,{tenant},{subscription},Key Vault,{}.5\n", dollars / 10));
        }
        usage.push_str(&format!("{month},t-alpine,teams,350,{}\n", 100 + 15 * at));
    }
    let text = |lines: &[&str]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    vec![
        (
            "partners",
            text(&[
                "partner_id,global_partner_id,name",
                "100204,900010,Northwind Consulting",
                "100205,900010,Northwind West",
                "100300,900020,Fabrikam",
            ]),
        ),
        ("customers", text(&["tenant_id,name", "t-alpine,Alpine Ski House", "t-woodgrove,Woodgrove Bank", "t-tailspin,Tailspin Toys"])),
        (
            "subscriptions",
            text(&[
                "subscription_id,tenant_id,product,agreement",
                "s-alpine,t-alpine,azure,mca",
                "s-woodgrove,t-woodgrove,azure,ea",
                "s-tailspin,t-tailspin,azure,csp-modern",
            ]),
        ),
        ("principals", text(&["tenant_id,principal_id,kind", "t-alpine,p-ana,user"])),
        ("pal_links", text(&["tenant_id,principal_id,partner_id,linked_on", "t-alpine,p-ana,100204,2023-03-01"])),
        (
            "role_assignments",
            text(&["tenant_id,principal_id,role,scope,assigned_on", "t-alpine,p-ana,Contributor,/subscriptions/s-alpine,2023-03-01"]),
        ),
        (
            "partner_of_record",
            text(&["subscription_id,partner_id,from,to", "s-woodgrove,100205,2022-01-01,", "s-alpine,100205,2022-01-01,"]),
        ),
        ("csp", text(&["subscription_id,partner_id,tier,from,to", "s-tailspin,100300,direct-bill,2022-01-01,"])),
        (
            "claims",
            text(&[
                "claim_id,partner_id,tenant_id,activity,workload,approved_on,state",
                "c1,100204,t-alpine,osu-m365,teams,2023-02-01,approved",
            ]),
        ),
        ("consumption", consumption),
        ("workload_usage", usage),
        ("people", text(&["person_id,partner_id,linked_on", "e1,100204,2022-01-01", "e2,100204,2022-01-01", "e3,100205,2022-01-01"])),
        (
            "certifications",
            text(&[
                "person_id,certification,earned_on,expires_on",
                "e1,AZ-305,2022-05-01,2025-05-01",
                "e2,AZ-305,2022-05-01,2025-05-01",
                "e1,AZ-104,2022-05-01,2025-05-01",
                "e2,AZ-104,2022-05-01,2025-05-01",
                "e3,DP-203,2022-05-01,2025-05-01",
                "e1,AZ-700,2022-05-01,2025-05-01",
            ]),
        ),
    ]
}
