//! Notices changes of the functions' sources.
//!
//! It looks at the files' times again and again: these are few, and it works on every system and file system.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use tokio::time::sleep;

use crate::Error;

const POLL_INTERVAL: Duration = Duration::from_millis(100);

type Times = BTreeMap<PathBuf, SystemTime>;

/// The files and folders that each function is built of.
#[derive(Debug, Default)]
pub struct SourceFiles {
    sources: BTreeMap<String, BTreeSet<PathBuf>>,
    times: Times,
}

/// A change of sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceChange {
    /// One of the changed files.
    pub file: PathBuf,
    /// The functions that are built of changed files.
    pub functions: BTreeSet<String>,
}

impl SourceFiles {
    /// Reads what a built function consists of, from the list that cargo writes beside it.
    ///
    /// # Errors
    ///
    /// There is no such list.
    pub fn add(&mut self, root: &Path, function: &str, program: &Path) -> Result<(), Error> {
        let list = program.with_extension("d");
        let text = fs::read_to_string(&list).map_err(|error| Error::File(list, error))?;
        let mut sources: BTreeSet<PathBuf> =
            dependencies(&text).filter_map(|file| source(root, &file)).collect();
        sources.insert(root.join("Cargo.toml"));
        for (path, time) in sources.iter().flat_map(|source| times(source)) {
            // Not a time that is known already: the file may have changed since the build started.
            self.times.entry(path).or_insert(time);
        }
        self.sources.insert(function.to_owned(), sources);
        Ok(())
    }

    /// Waits until a source changes, and then until no more do.
    pub async fn changed(&mut self) -> SourceChange {
        let mut changed = BTreeSet::new();
        loop {
            let now: Times = self.all().flat_map(|source| times(source)).collect();
            let new = differences(&self.times, &now);
            self.times = now;
            let has_settled = new.is_empty();
            changed.extend(new);
            match changed.first() {
                Some(file) if has_settled => {
                    let functions = self.built_of(&changed);
                    if !functions.is_empty() {
                        return SourceChange { file: file.clone(), functions };
                    }
                    changed.clear();
                }
                _ => sleep(POLL_INTERVAL).await,
            }
        }
    }

    fn all(&self) -> impl Iterator<Item = &PathBuf> {
        self.sources.values().flatten().collect::<BTreeSet<_>>().into_iter()
    }

    fn built_of(&self, files: &BTreeSet<PathBuf>) -> BTreeSet<String> {
        let uses = |sources: &BTreeSet<PathBuf>| {
            files.iter().any(|file| sources.iter().any(|source| file.starts_with(source)))
        };
        let functions = self.sources.iter().filter(|(_, sources)| uses(sources));
        functions.map(|(name, _)| name.clone()).collect()
    }
}

/// The files in a list like `program: file file`; a space in a name has a backslash before it.
fn dependencies(list: &str) -> impl Iterator<Item = PathBuf> {
    let files = list.split_once(": ").map_or("", |(_, files)| files).trim_end();
    let files = files.replace("\\ ", "\0");
    let files: Vec<PathBuf> =
        files.split(' ').map(|file| PathBuf::from(file.replace('\0', " "))).collect();
    files.into_iter()
}

/// The folder of the file's package, so that new files are noticed too; the file itself if it is in no package's
/// folder. `None` if it is not a source: a generated file, or git's.
fn source(root: &Path, file: &Path) -> Option<PathBuf> {
    let file = file.canonicalize().ok()?;
    let inside = file.strip_prefix(root).ok()?;
    if inside.starts_with("target") || inside.starts_with(".git") {
        return None;
    }
    let folders = file.ancestors().skip(1).take_while(|folder| *folder != root);
    let package = folders.into_iter().find(|folder| folder.join("Cargo.toml").is_file());
    Some(package.map_or_else(|| file.clone(), Path::to_owned))
}

/// The files at or below the path, with the time of their last change. Files of editors and links to folders are
/// left out.
fn times(path: &Path) -> Vec<(PathBuf, SystemTime)> {
    let is_temporary = |name: &OsStr| {
        let name = name.to_string_lossy();
        name.starts_with(['.', '#']) || name.ends_with('~')
    };
    if path.file_name().is_some_and(is_temporary) {
        return Vec::new();
    }
    if path.is_symlink() && path.is_dir() {
        return Vec::new();
    }
    if let Ok(folder) = fs::read_dir(path) {
        return folder.flatten().flat_map(|entry| times(&entry.path())).collect();
    }
    let modified = |path: &Path| -> io::Result<SystemTime> { fs::metadata(path)?.modified() };
    modified(path).map(|time| (path.to_owned(), time)).into_iter().collect()
}

/// The files that are new, gone or changed.
fn differences(before: &Times, now: &Times) -> BTreeSet<PathBuf> {
    let differs = |path: &&PathBuf| before.get(*path) != now.get(*path);
    before.keys().chain(now.keys()).filter(differs).cloned().collect()
}
