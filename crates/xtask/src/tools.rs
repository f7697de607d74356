//! Finding tools, and installing those that may be installed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::{places, shell};

/// A tool that is not here, and how to get it.
#[derive(Debug)]
pub struct Missing(pub String);

/// Chromium and its driver.
#[derive(Debug)]
pub struct Browser {
    /// The browser itself.
    pub chromium: PathBuf,
    /// Its WebDriver server.
    pub driver: PathBuf,
}

/// Chromium and ChromeDriver, installed from Debian's packages when that may be done.
///
/// # Errors
/// When an installation was tried and failed.
pub fn browser() -> Result<Result<Browser, Missing>> {
    let find = || Some(Browser { chromium: named("CHROMIUM", "chromium")?, driver: named("CHROMEDRIVER", "chromedriver")? });
    find_or_install(find, &["chromium", "chromium-driver"], "a browser and its driver")
}

/// `axe.min.js`, which checks accessibility: the file that `AXE` names, else our own, installed into the cache by npm.
///
/// # Errors
/// When an installation was tried and failed.
pub fn axe() -> Result<Result<PathBuf, Missing>> {
    if let Some(file) = std::env::var_os("AXE").map(PathBuf::from).filter(|file| file.is_file()) {
        return Ok(Ok(file));
    }
    let folder = node_environment("axe", &places::workspace().join("crates/xtask/axe"))?;
    Ok(folder.map(|folder| folder.join("node_modules/axe-core/axe.min.js")))
}

/// A folder of our own in the cache with the packages of npm that the lock file in `wanted` names.
///
/// # Errors
/// When an installation was tried and failed.
pub fn node_environment(name: &str, wanted: &Path) -> Result<Result<PathBuf, Missing>> {
    let npm = match find_or_install(|| shell::on_path("npm"), &["npm"], "npm, which brings the packages,")? {
        Ok(npm) => npm,
        Err(missing) => return Ok(Err(missing)),
    };
    let folder = places::cache()?.join("tools").join(name);
    fs::create_dir_all(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    let mut is_new = !folder.join("node_modules/.package-lock.json").is_file();
    for name in ["package.json", "package-lock.json"] {
        let text = fs::read(wanted.join(name)).with_context(|| format!("cannot read `{}`", wanted.join(name).display()))?;
        if fs::read(folder.join(name)).is_ok_and(|installed| installed == text) {
            continue;
        }
        is_new = true;
        fs::write(folder.join(name), text).with_context(|| format!("cannot write `{}`", folder.join(name).display()))?;
    }
    if is_new {
        // The lock file names what the packages must hash to.
        shell::output(shell::command(npm).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&folder))?;
    }
    Ok(Ok(folder))
}

/// The folder of PostgreSQL's programs, installed from Debian's packages when that may be done.
///
/// # Errors
/// When an installation was tried and failed.
pub fn postgres() -> Result<Result<PathBuf, Missing>> {
    find_or_install(postgres_programs, &["postgresql"], "a PostgreSQL server")
}

/// `cargo-deny`: the one on `PATH`, else our own, installed into the cache.
///
/// # Errors
/// When the installation failed.
pub fn cargo_deny() -> Result<PathBuf> {
    if let Some(found) = shell::on_path("cargo-deny") {
        return Ok(found);
    }
    // The prebuilt program is there within a second; compiling it takes minutes.
    let python = python_environment("tools", &places::workspace().join("crates/xtask/tools.txt"));
    match python {
        Ok(folder) => Ok(folder.join("bin/cargo-deny")),
        Err(error) => {
            println!("    no prebuilt cargo-deny ({error:#}): compiling it, which takes minutes");
            let root = places::cache()?.join("tools/cargo");
            let program = root.join("bin/cargo-deny");
            if !program.is_file() {
                let mut install = shell::cargo(&["install", "--quiet", "--locked", "cargo-deny", "--root"]);
                shell::run(install.arg(&root).env_remove("CARGO_TARGET_DIR"))?;
            }
            Ok(program)
        }
    }
}

/// A Python environment of our own in the cache, with the packages that `requirements` pins.
///
/// # Errors
/// When there is no Python, or a package cannot be installed.
pub fn python_environment(name: &str, requirements: &Path) -> Result<PathBuf> {
    let wanted = fs::read_to_string(requirements).with_context(|| format!("cannot read `{}`", requirements.display()))?;
    let folder = places::cache()?.join("python").join(name);
    let stamp = folder.join("installed.txt");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(folder);
    }
    shell::output(shell::command("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    let mut pip = shell::command(folder.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:", "-r"]);
    shell::output(pip.arg(requirements))?;
    fs::write(&stamp, wanted).with_context(|| format!("cannot write `{}`", stamp.display()))?;
    Ok(folder)
}

fn find_or_install<T>(find: impl Fn() -> Option<T>, packages: &[&str], what: &str) -> Result<Result<T, Missing>> {
    if let Some(found) = find() {
        return Ok(Ok(found));
    }
    let list = packages.join(" ");
    if !shell::is_root() || shell::on_path("apt-get").is_none() {
        return Ok(Err(Missing(format!("{what} is not installed; on Debian: `sudo apt-get install {list}`"))));
    }
    println!("    installing Debian's packages {list}");
    let apt = |arguments: &[&str]| {
        let mut apt = shell::command("apt-get");
        shell::output(apt.env("DEBIAN_FRONTEND", "noninteractive").args(["-q", "-y"]).args(arguments))
    };
    apt(&["update"])?;
    apt(&[&["install", "--no-install-recommends"], packages].concat())?;
    Ok(find().ok_or_else(|| Missing(format!("{what} is still not found after `apt-get install {list}`"))))
}

/// The program that the environment names, else the one on `PATH`.
fn named(variable: &str, program: &str) -> Option<PathBuf> {
    let chosen = std::env::var_os(variable).map(PathBuf::from).filter(|file| file.is_file());
    chosen.or_else(|| shell::on_path(program))
}

/// Debian keeps the server's programs off `PATH`, one folder per version; the newest is taken.
fn postgres_programs() -> Option<PathBuf> {
    let complete = |folder: &PathBuf| ["initdb", "postgres", "pg_ctl"].iter().all(|program| folder.join(program).is_file());
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin")))
        })
        .filter(|(_, folder)| complete(folder))
        .collect();
    versions.sort();
    let on_path = || shell::on_path("initdb").and_then(|file| file.parent().map(Path::to_owned)).filter(complete);
    versions.pop().map(|(_, folder)| folder).or_else(on_path)
}
