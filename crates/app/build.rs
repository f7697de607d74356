//! Builds again when a file of the rulebook, which the program carries, is added or taken away.

fn main() {
    println!("cargo::rerun-if-changed=../../rulebook");
}
