//! The stack's folder `.local`: data, key, tools, and a lock against a second stack.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
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
        let lock = File::create(directory.join("lock")).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::AlreadyRunning(directory)),
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
        }
        // Left by a stack that was killed.
        let _ = fs::remove_file(directory.join(FILE_NAME));
        Ok(Self { directory, _lock: lock })
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

    /// The folder itself.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }
}

/// The stack file must not outlive the stack.
impl Drop for State {
    fn drop(&mut self) {
        let _ = fs::remove_file(self.directory.join(FILE_NAME));
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
    candidates.find(is_root).map(Path::to_owned).ok_or(Error::NoWorkspace)
}

/// The default state folder of a workspace.
#[must_use]
pub fn default_directory(root: &Path) -> PathBuf {
    root.join(STATE_DIRECTORY)
}
