//! Which changes of files make which functions build again.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use local_stack::source_files::{SourceChange, SourceFiles};

use tokio::time::timeout;

use super::Folder;

/// Two functions, a crate that both use, and a file that one embeds.
const FILES: [&str; 8] = [
    "Cargo.toml",
    "document.yaml",
    "common/Cargo.toml",
    "common/src/lib.rs",
    "functions/one/Cargo.toml",
    "functions/one/src/lib.rs",
    "functions/two/Cargo.toml",
    "functions/two/src/lib.rs",
];

struct Workspace {
    folder: Folder,
    sources: SourceFiles,
}

impl Workspace {
    fn new(name: &str) -> Self {
        let workspace = Self { folder: Folder::new(name), sources: SourceFiles::default() };
        FILES.into_iter().for_each(|file| workspace.write(file));
        workspace.write("target/one");
        workspace.built("one", "functions/one/src/lib.rs common/src/lib.rs target/one");
        workspace.built("two", "functions/two/src/lib.rs common/src/lib.rs document.yaml");
        workspace
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.0.join(file)
    }

    fn write(&self, file: &str) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, "").expect("written");
    }

    /// Saves the file at a later time than before, however coarse the file system's times are.
    fn save(&self, file: &str) {
        self.write(file);
        let later = SystemTime::UNIX_EPOCH + Duration::from_secs(4_000_000_000);
        File::open(self.path(file)).and_then(|it| it.set_modified(later)).expect("a time");
    }

    /// Writes the list that cargo writes beside a built function.
    fn built(&self, function: &str, files: &str) {
        let files: Vec<String> = files.split(' ').map(|file| escaped(&self.path(file))).collect();
        let list = format!("{}: {}\n", escaped(&self.path(function)), files.join(" "));
        fs::write(self.path(function).with_extension("d"), list).expect("written");
    }

    fn read_lists(mut self) -> Self {
        for function in ["one", "two"] {
            let program = self.path(function);
            self.sources.add(&self.folder.0, function, &program).expect("a list");
        }
        self
    }

    async fn changed(&mut self) -> (String, Vec<String>) {
        // The clock is paused: a change that is not noticed takes no time.
        let changed = timeout(Duration::from_secs(60), self.sources.changed()).await;
        let SourceChange { file, functions } = changed.expect("a change");
        let file = file.strip_prefix(&self.folder.0).expect("a file of the workspace");
        (file.display().to_string(), functions.into_iter().collect())
    }
}

fn escaped(path: &Path) -> String {
    path.display().to_string().replace(' ', "\\ ")
}

fn change(file: &str, functions: &[&str]) -> (String, Vec<String>) {
    (file.to_owned(), functions.iter().map(ToString::to_string).collect())
}

#[tokio::test(start_paused = true)]
async fn a_function_is_built_again_when_a_file_that_it_is_built_of_changes() {
    // A space in the path is escaped in cargo's list.
    let mut workspace = Workspace::new("changes of a workspace").read_lists();
    for (file, functions) in [
        ("functions/one/src/lib.rs", ["one"].as_slice()),
        ("common/src/lib.rs", &["one", "two"]),
        ("document.yaml", &["two"]),
        ("functions/two/Cargo.toml", &["two"]),
        ("Cargo.toml", &["one", "two"]),
    ] {
        workspace.save(file);
        assert_eq!(workspace.changed().await, change(file, functions));
    }
}

#[tokio::test(start_paused = true)]
async fn new_and_deleted_files_are_changes() {
    let mut workspace = Workspace::new("new").read_lists();
    workspace.write("functions/one/src/new.rs");
    assert_eq!(workspace.changed().await, change("functions/one/src/new.rs", &["one"]));
    fs::remove_file(workspace.path("functions/one/src/new.rs")).expect("removed");
    assert_eq!(workspace.changed().await, change("functions/one/src/new.rs", &["one"]));
}

#[tokio::test(start_paused = true)]
async fn files_of_editors_and_of_the_build_are_no_changes() {
    let mut workspace = Workspace::new("temporary").read_lists();
    for file in ["functions/one/src/.lib.rs.swp", "functions/one/src/lib.rs~", "target/one"] {
        workspace.save(file);
    }
    workspace.save("document.yaml");
    assert_eq!(workspace.changed().await, change("document.yaml", &["two"]));
}

#[tokio::test(start_paused = true)]
async fn a_change_during_a_build_is_noticed_after_it() {
    let mut workspace = Workspace::new("during").read_lists();
    workspace.save("functions/one/src/lib.rs");
    // The build ends.
    workspace = workspace.read_lists();
    assert_eq!(workspace.changed().await, change("functions/one/src/lib.rs", &["one"]));
}
