//! `cargo dev`: what it prints, which changes it notices, and that nothing of it is left behind. `.ci/stack`
//! runs the whole of it.

use std::{fs, path::PathBuf};

mod files;
mod gateway;
mod lines;
mod pages;
mod process_group;
mod source_files;

/// An empty folder for one test, deleted at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("capacity-{}-local-stack-{name}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).expect("a folder");
        Self(folder.canonicalize().expect("a folder"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
