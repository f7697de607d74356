//! Homes, imports and watching on S3 and on Azure Blob Storage, emulated on this machine. The step `emulators` of the checks installs them.

use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::path::Path as Location;
use object_store::{ObjectStore, ObjectStoreExt as _};
use tokio::runtime::{Builder, Runtime};

use crate::commands::scene::{Ran, Scene};
use crate::commands::storage::{is_a_home_like_others, state};
use crate::commands::watching::{focus, home, run_of, taken, takes_each_once_and_in_order};

/// The account that Azure's emulator has, and its key, which everybody knows.
const ACCOUNT: &str = "devstoreaccount1";
const KEY: &str = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// The bucket or container of a test.
const NAME: &str = "counterfoil";

/// An emulator that is stopped with the test, with one bucket or container.
struct Cloud {
    server: Child,
    scheme: &'static str,
    variables: Vec<(&'static str, String)>,
    store: Arc<dyn ObjectStore>,
    runtime: Runtime,
}

impl Drop for Cloud {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn installed(variable: &str) -> Option<PathBuf> {
    let found = std::env::var_os(variable).map(PathBuf::from);
    if found.is_none() {
        println!("skipped: {variable} names no emulator; `cargo xtask test --only emulators` installs them");
    }
    found
}

/// Starts an emulator on a free port; its address is what it says.
fn started(command: &mut Command, said: &str) -> (Child, String) {
    // both streams into one: one emulator speaks on the one, one on the other
    let (reader, writer) = std::io::pipe().unwrap();
    let server = command.stdin(Stdio::null()).stdout(writer.try_clone().unwrap()).stderr(writer).spawn().unwrap();
    let mut lines = BufReader::new(reader).lines().map(Result::unwrap);
    let address = lines.find_map(|line| line.split_once(said).map(|(_, address)| address.trim().to_owned())).unwrap();
    // what it says later is read, so that it does not wait for us
    std::thread::spawn(move || lines.for_each(drop));
    (server, address)
}

fn make(python: &Path, kind: &str, endpoint: &str) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/emulators/make.py");
    let mut made = Command::new(python).arg(script).args([kind, endpoint, NAME]).stdin(Stdio::piped()).spawn().unwrap();
    made.stdin.take().unwrap().write_all(format!("{ACCOUNT} {KEY}").as_bytes()).unwrap();
    assert!(made.wait().unwrap().success());
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

impl Cloud {
    fn s3() -> Option<Self> {
        let python = installed("EMULATORS_PYTHON")?;
        let (server, endpoint) =
            started(Command::new(python.with_file_name("moto_server")).args(["-H", "127.0.0.1", "-p", "0"]), "Running on ");
        make(&python, "s3", &endpoint);
        let builder = AmazonS3Builder::new().with_endpoint(&endpoint).with_allow_http(true).with_bucket_name(NAME);
        let store = Arc::new(builder.with_access_key_id("test").with_secret_access_key("test").build().unwrap());
        let key = |name| (name, "test".to_owned());
        let variables = vec![("AWS_ENDPOINT_URL", endpoint), key("AWS_ACCESS_KEY_ID"), key("AWS_SECRET_ACCESS_KEY")];
        Some(Self { server, scheme: "s3", variables, store, runtime: runtime() })
    }

    fn azure() -> Option<Self> {
        let (python, node) = (installed("EMULATORS_PYTHON")?, installed("EMULATORS_NODE")?);
        let mut command = Command::new("node");
        command.arg(node.join("node_modules/azurite/dist/src/blob/main.js")).args(["--blobHost", "127.0.0.1", "--blobPort", "0"]);
        let (server, address) =
            started(command.args(["--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry"]), "successfully listens on ");
        let endpoint = format!("{address}/{ACCOUNT}");
        make(&python, "azure", &endpoint);
        let builder = MicrosoftAzureBuilder::new().with_endpoint(endpoint.clone()).with_allow_http(true).with_container_name(NAME);
        let store = Arc::new(builder.with_account(ACCOUNT).with_access_key(KEY).build().unwrap());
        let key = ("AZURE_STORAGE_ACCOUNT_KEY", KEY.to_owned());
        let variables = vec![("AZURE_STORAGE_ENDPOINT", endpoint), ("AZURE_STORAGE_ACCOUNT_NAME", ACCOUNT.to_owned()), key];
        Some(Self { server, scheme: "az", variables, store, runtime: runtime() })
    }

    fn url(&self, prefix: &str) -> String {
        format!("{}://{NAME}/{prefix}", self.scheme)
    }

    /// Runs the program with the variables that the emulator needs, some of them changed.
    fn run_with(&self, scene: &Scene, arguments: &[&str], changed: &[(&str, &str)]) -> Ran {
        let mut command = scene.command(arguments);
        let output = command.envs(self.variables.iter().cloned()).envs(changed.iter().copied()).output().unwrap();
        let text = |bytes: Vec<u8>| scene.steady(&String::from_utf8(bytes).unwrap());
        Ran { exit: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    fn run(&self, scene: &Scene, arguments: &[&str]) -> Ran {
        self.run_with(scene, arguments, &[])
    }

    fn put(&self, path: &str, text: &str) {
        self.runtime.block_on(self.store.put(&Location::from(path), text.to_owned().into())).unwrap();
    }

    fn put_all(&self, prefix: &str, files: &[(String, String)]) {
        files.iter().for_each(|(path, text)| self.put(&format!("{prefix}/{path}"), text));
    }

    fn delete(&self, path: &str) {
        self.runtime.block_on(self.store.delete(&Location::from(path))).unwrap();
    }
}

/// Everything that is expected of a cloud.
fn serves(cloud: &Cloud) {
    is_a_home_like_others(&cloud.url("home"), &|scene, arguments| cloud.run(scene, arguments));
    let exports = cloud.url("exports");
    takes_each_once_and_in_order(&exports, &|scene, arguments| cloud.run(scene, arguments), &|_, files| cloud.put_all("exports", files));
    imports_by_url(cloud);
    finds_what_is_missing(cloud);
    takes_all_when_it_is_killed(cloud);
    told_what_is_wrong(cloud);
    #[cfg(feature = "cluster")]
    is_credited_on_a_cluster(cloud);
}

/// Executors read the home's files from the cloud; nothing else tells them of the home.
#[cfg(feature = "cluster")]
fn is_credited_on_a_cluster(cloud: &Cloud) {
    use crate::cluster::{ASKED, executor, scheduler};
    let scene = Scene::with_exports();
    assert_eq!(cloud.run(&scene, &["import", "exports", "--storage", &cloud.url("credited")]).exit, Some(0));
    let elsewhere = Scene::empty();
    let variables: Vec<(&str, &str)> = cloud.variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let (_scheduler, url) = scheduler(&elsewhere, &[]);
    let (_one, _other) = (executor(&elsewhere, &url, &variables), executor(&elsewhere, &url, &variables));
    for asked in ASKED {
        let with = |more: &[&str]| cloud.run(&scene, &[asked, &["--as-of", "2023-03-31"], more].concat());
        assert_eq!(with(&["--cluster", &url]), with(&[]), "{asked:?}");
    }
}

fn imports_by_url(cloud: &Cloud) {
    let scene = home(&|scene, arguments| cloud.run(scene, arguments));
    cloud.put("single/july.csv", &focus(&[(10, "1"), (11, "2")]));
    cloud.put("single/august.csv", &focus(&[(12, "4")]));
    let ran = cloud.run(&scene, &["import", &cloud.url("single/july.csv"), "-o", "json", "--query", "[].[source, rows]"]);
    assert!(ran.exit == Some(0) && ran.stdout.contains("/single/july.csv\"") && ran.stdout.contains('2'), "{ran}");
    let ran = cloud.run(&scene, &["import", &cloud.url("single/"), "-o", "json", "--query", "[].files[].[file, same_as != null]"]);
    let told: String = ran.stdout.split_whitespace().collect();
    assert_eq!(told, r#"[["august.csv",false],["july.csv",true]]"#, "{ran}");
}

fn finds_what_is_missing(cloud: &Cloud) {
    let scene = Scene::with_exports();
    assert_eq!(cloud.run(&scene, &["import", "exports", "--storage", &cloud.url("lost")]).exit, Some(0));
    let folder = scene.folder.path().join("home/lake/customers");
    let name = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().file_name();
    cloud.delete(&format!("lost/lake/customers/{}", name.to_str().unwrap()));
    let doctor = cloud.run(&scene, &["doctor", "-o", "json"]);
    assert_eq!(state(&doctor, "storage"), "broken", "{doctor}");
    assert_eq!(cloud.run(&scene, &["store", "move", &cloud.url("lost")]).exit, Some(0));
    assert_eq!(state(&cloud.run(&scene, &["doctor", "-o", "json"]), "storage"), "well");
}

/// The program is killed again and again while it takes exports, each time a little later, until it comes to its end.
fn takes_all_when_it_is_killed(cloud: &Cloud) {
    let scene = Scene::empty();
    scene.write("known/subscriptions.csv", "subscription_id,tenant_id\naaaaaaaa-0000-4000-8000-000000000021,t\n");
    assert_eq!(cloud.run(&scene, &["import", "known", "--storage", &cloud.url("killed")]).exit, Some(0));
    for (at, run) in ["run-c", "run-b", "run-a"].into_iter().enumerate() {
        let cost = (at + 1).to_string();
        cloud.put_all("landed", &run_of(run, &format!("2024-07-1{at}T01:00:00Z"), &focus(&[(10, &cost)])));
    }
    let url = cloud.url("landed");
    for point in (1..).step_by(7) {
        let fault = point.to_string();
        if cloud.run_with(&scene, &["import", "--watch", &url, "--once"], &[("COUNTERFOIL_FAULT_AT", &fault)]).exit.is_some() {
            break;
        }
    }
    let watched = cloud.run(&scene, &["import", "--watched", "-o", "json"]);
    let order: Vec<String> = taken(&watched).into_iter().map(|(run, _)| run).collect();
    assert_eq!(order, ["run-c", "run-b", "run-a"]);
    assert_eq!(cloud.run(&scene, &["ledger", "list", "-o", "json", "--query", "length(@)"]).stdout, "4\n");
    assert_eq!(cloud.run(&scene, &["export", "out"]).exit, Some(0));
    assert_eq!(scene.read("out/consumption.csv").lines().count(), 2);
    let doctor = cloud.run(&scene, &["doctor", "-o", "json"]);
    assert!(state(&doctor, "storage") == "well" && !doctor.stdout.contains("that no batch names"), "{doctor}");
}

fn told_what_is_wrong(cloud: &Cloud) {
    let scene = Scene::with_exports();
    for arguments in [&["import"][..], &["import", "--once", "--watch"]] {
        let missing = format!("{}://no-such-place/exports", cloud.scheme);
        let ran = cloud.run(&scene, &[arguments, &[&missing]].concat());
        assert!(ran.exit == Some(1) && ran.stderr.contains("is not there; check the spelling of "), "{ran}");
    }
    let closed = ("http://127.0.0.1:1", if cloud.scheme == "s3" { "AWS_ENDPOINT_URL" } else { "AZURE_STORAGE_ENDPOINT" });
    let ran = cloud.run_with(&scene, &["import", &cloud.url("x")], &[(closed.1, closed.0)]);
    assert!(ran.exit == Some(1) && ran.stderr.contains("cannot be reached") && ran.stderr.contains(closed.1), "{ran}");
    let ran = cloud.run_with(&scene, &["import", "exports", "--storage", &cloud.url("x")], &[(closed.1, closed.0)]);
    assert!(ran.exit == Some(1) && ran.stderr.contains("nothing was changed"), "{ran}");
    assert_eq!(cloud.run(&scene, &["ledger", "list", "-o", "json", "--query", "length(@)"]).stdout, "0\n");
    let ran = cloud.run(&scene, &["import", "exports"]);
    assert_eq!(ran.exit, Some(0), "the refused import left nothing behind: {ran}");
}

#[test]
fn everything_works_on_s3() {
    let Some(cloud) = Cloud::s3() else { return };
    serves(&cloud);
}

#[test]
fn everything_works_on_azure_blob_storage() {
    let Some(cloud) = Cloud::azure() else { return };
    serves(&cloud);
    let scene = Scene::with_exports();
    let ran = cloud.run_with(&scene, &["import", &cloud.url("exports")], &[("AZURE_STORAGE_ACCOUNT_KEY", "AAAA")]);
    assert!(ran.exit == Some(1) && ran.stderr.contains("may not be used; check `AZURE_STORAGE_ACCOUNT_NAME`"), "{ran}");
}
