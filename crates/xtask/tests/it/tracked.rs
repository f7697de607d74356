use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, str};

/// The root of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Tracked files and new ones that are not ignored, relative to the root, whose names end in one of `endings`; all with none.
pub fn files(endings: &[&str]) -> Vec<String> {
    let listing = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git lists the files of the repository");
    assert!(listing.status.success(), "{}", String::from_utf8_lossy(&listing.stderr));
    let mut files: Vec<String> = str::from_utf8(&listing.stdout)
        .unwrap()
        .split_terminator('\0')
        .filter(|file| endings.is_empty() || endings.iter().any(|ending| file.ends_with(ending)))
        .filter(|file| root().join(file).is_file())
        .map(str::to_owned)
        .collect();
    files.sort();
    files.dedup();
    files
}

/// The text of a file, or none when it is not text.
pub fn text(file: &str) -> Option<String> {
    String::from_utf8(fs::read(root().join(file)).unwrap()).ok()
}

/// Fails with every line of `trouble`, and what would cure it.
pub fn none(trouble: &[String], cure: &str) {
    assert!(trouble.is_empty(), "\n{}\n\nhint: {cure}\n", trouble.join("\n"));
}
