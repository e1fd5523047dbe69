//! The stack's folder `.local`: data, key, tools, and a lock against a second stack.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Write as _},
    path::{Path, PathBuf},
    process,
};

use capacityctl::stack_file::{FILE_NAME, STATE_DIRECTORY};

use crate::Error;

/// The folder, locked by this process.
#[derive(Debug)]
pub struct State {
    directory: PathBuf,
    /// Locked while it is open.
    _lock: File,
}

impl State {
    /// Locks the folder for this process; creates it if needed.
    ///
    /// # Errors
    ///
    /// Another stack uses it, or it cannot be written.
    pub fn lock(directory: &Path) -> Result<Self, Error> {
        let unusable = |error: io::Error| Error::File(directory.to_owned(), error);
        fs::create_dir_all(directory).map_err(unusable)?;
        let directory = directory.canonicalize().map_err(unusable)?;
        let file = directory.join("lock");
        let open = File::options().write(true).create(true).truncate(false).open(&file);
        let mut lock = open.map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let process = fs::read_to_string(file).unwrap_or_default();
                return Err(Error::AlreadyRunning(directory, process.trim().to_owned()));
            }
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
        }
        lock.set_len(0).and_then(|()| writeln!(lock, "{}", process::id())).map_err(unusable)?;
        let state = Self { directory, _lock: lock };
        // Left by a stack that was killed.
        state.remove_addresses();
        Ok(state)
    }

    /// Deletes the data of earlier runs; key and tools stay.
    ///
    /// # Errors
    ///
    /// The data cannot be deleted.
    pub fn clear(&self) -> Result<(), Error> {
        let data = self.directory.join("data");
        match fs::remove_dir_all(&data) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::File(data, error)),
            _ => Ok(()),
        }
    }

    /// The file for the engine's data; creates its folder.
    ///
    /// # Errors
    ///
    /// The folder cannot be created.
    pub fn database(&self) -> Result<PathBuf, Error> {
        let data = self.directory.join("data");
        fs::create_dir_all(&data).map_err(|error| Error::File(data.clone(), error))?;
        Ok(data.join("dynamodb.sqlite"))
    }

    /// Whether the sample data has been imported.
    #[must_use]
    pub fn is_seeded(&self) -> bool {
        self.seed_marker().exists()
    }

    /// Records that the sample data has been imported.
    ///
    /// # Errors
    ///
    /// The marker file cannot be written.
    pub fn set_seeded(&self) -> Result<(), Error> {
        let marker = self.seed_marker();
        fs::write(&marker, "").map_err(|error| Error::File(marker, error))
    }

    fn seed_marker(&self) -> PathBuf {
        self.directory.join("data").join("seeded")
    }

    /// The issuer's key file.
    #[must_use]
    pub fn key(&self) -> PathBuf {
        self.directory.join("issuer-key.der")
    }

    /// The folder of the raw log lines.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.directory.join("log")
    }

    /// The folder of the example events with valid tokens.
    #[must_use]
    pub fn events(&self) -> PathBuf {
        self.directory.join("events")
    }

    /// The file with the functions' environment variables.
    #[must_use]
    pub fn env_file(&self) -> PathBuf {
        self.directory.join("env")
    }

    /// Removes the files that describe a running stack.
    fn remove_addresses(&self) {
        for file in [self.directory.join(FILE_NAME), self.env_file()] {
            let _ = fs::remove_file(file);
        }
    }

    /// The folder itself.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }
}

impl Drop for State {
    fn drop(&mut self) {
        self.remove_addresses();
    }
}

/// The workspace's root: of the sources if `cargo run` started this, else this folder or the nearest
/// parent with template.yaml.
///
/// # Errors
///
/// There is none.
pub fn workspace_root() -> Result<PathBuf, Error> {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let here = std::env::current_dir().ok();
    let mut candidates = manifest.iter().chain(&here).flat_map(|folder| folder.ancestors());
    let is_root = |folder: &&Path| {
        folder.join("template.yaml").is_file() && folder.join("Cargo.lock").is_file()
    };
    let root = candidates.find(is_root).ok_or(Error::NoWorkspace)?;
    root.canonicalize().map_err(|error| Error::File(root.to_owned(), error))
}

/// The default state folder of a workspace.
#[must_use]
pub fn default_directory(root: &Path) -> PathBuf {
    root.join(STATE_DIRECTORY)
}

/// The path as people see it: relative to the workspace if it is in it.
#[must_use]
pub fn relative<'a>(root: &Path, path: &'a Path) -> &'a Path {
    path.strip_prefix(root).unwrap_or(path)
}
