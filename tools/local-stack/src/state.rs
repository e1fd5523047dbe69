//! The stack's folder, `.local`: data, key and tools, and the lock that keeps a second stack out.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use capacityctl::stack_file::{FILE_NAME, STATE_DIRECTORY};

use crate::Failure;

/// The folder, while it is this process's.
#[derive(Debug)]
pub struct State {
    directory: PathBuf,
    /// Locked as long as it is open.
    _lock: File,
}

impl State {
    /// Takes the folder for this process, and makes it first where needed.
    ///
    /// # Errors
    ///
    /// Another stack has it, or it cannot be written.
    pub fn take(directory: &Path) -> Result<Self, Failure> {
        let unusable = |error: io::Error| Failure::File(directory.to_owned(), error);
        fs::create_dir_all(directory).map_err(unusable)?;
        let directory = directory.canonicalize().map_err(unusable)?;
        let lock = File::create(directory.join("lock")).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Failure::AlreadyRunning(directory)),
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
        }
        // Of a stack that was killed.
        let _ = fs::remove_file(directory.join(FILE_NAME));
        Ok(Self { directory, _lock: lock })
    }

    /// Forgets the data of earlier runs; key and tools stay.
    ///
    /// # Errors
    ///
    /// The data cannot be removed.
    pub fn forget(&self) -> Result<(), Failure> {
        let data = self.directory.join("data");
        match fs::remove_dir_all(&data) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(Failure::File(data, error))
            }
            _ => Ok(()),
        }
    }

    /// The file with the engine's data, in a folder that exists.
    ///
    /// # Errors
    ///
    /// The folder cannot be made.
    pub fn database(&self) -> Result<PathBuf, Failure> {
        let data = self.directory.join("data");
        fs::create_dir_all(&data).map_err(|error| Failure::File(data.clone(), error))?;
        Ok(data.join("dynamodb.sqlite"))
    }

    /// Whether the data have the sample directory.
    #[must_use]
    pub fn is_seeded(&self) -> bool {
        self.seeded().exists()
    }

    /// Notes that they have it.
    ///
    /// # Errors
    ///
    /// The note cannot be written.
    pub fn set_seeded(&self) -> Result<(), Failure> {
        let note = self.seeded();
        fs::write(&note, "").map_err(|error| Failure::File(note, error))
    }

    fn seeded(&self) -> PathBuf {
        self.directory.join("data").join("seeded")
    }

    /// The issuer's key.
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

/// The workspace's root: that of the sources this was built from when `cargo run` started it, else
/// the folder here or above that holds template.yaml.
///
/// # Errors
///
/// There is none.
pub fn workspace_root() -> Result<PathBuf, Failure> {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let here = std::env::current_dir().ok();
    let mut candidates = manifest.iter().chain(&here).flat_map(|folder| folder.ancestors());
    let is_root = |folder: &&Path| {
        folder.join("template.yaml").is_file() && folder.join("Cargo.lock").is_file()
    };
    candidates.find(is_root).map(Path::to_owned).ok_or(Failure::NoWorkspace)
}

/// The default folder of a workspace.
#[must_use]
pub fn default_directory(root: &Path) -> PathBuf {
    root.join(STATE_DIRECTORY)
}
