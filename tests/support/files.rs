//! The files of this repository.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// A path inside the repository.
pub fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// All files in a folder and in the folders in it.
pub fn files_under(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(here(folder)).unwrap_or_else(|why| panic!("{folder}: {why}"));
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .flat_map(|path| {
            if path.is_dir() { files_under(path.to_str().expect("UTF-8")) } else { vec![path] }
        })
        .collect()
}

/// The folder of what cargo built, TARGET/debug. This program is TARGET/debug/deps/this.
pub fn built() -> PathBuf {
    let this = env::current_exe().expect("this program");
    this.ancestors().nth(2).expect("the target directory").to_owned()
}

/// The audit, a program of another package. `cargo test --workspace` builds it beside the tests.
pub fn audit() -> Option<PathBuf> {
    Some(built().join("metadata-guardrail-audit")).filter(|path| path.is_file())
}
