//! The raw lines of the stack's programs in files: a new one for each start and when one is full. Only the
//! newest are kept.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use shared::http::Clock;

/// The most files that are kept.
pub const MAX_FILES: usize = 10;
/// The size at which a new file is started, in bytes.
pub const MAX_BYTES: usize = 10_000_000;

/// The log files of a folder.
#[derive(Debug)]
pub struct LogFiles {
    folder: PathBuf,
    max_bytes: usize,
    /// The start of the stack, in the names of its files.
    start: String,
    number: usize,
    path: PathBuf,
    current: File,
    written: usize,
}

impl LogFiles {
    /// Starts a file in the folder; creates the folder if needed.
    ///
    /// # Errors
    ///
    /// The folder cannot be written.
    pub fn start(folder: &Path, max_bytes: usize) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let start = Clock::system().now().to_string().replace(':', "-");
        let (number, path, current) = create(folder, &start, 1)?;
        let folder = folder.to_owned();
        Ok(Self { folder, max_bytes, start, number, path, current, written: 0 })
    }

    /// The file that is written now.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a line.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn write(&mut self, line: &str) -> io::Result<()> {
        if self.written >= self.max_bytes {
            let next = create(&self.folder, &self.start, self.number + 1)?;
            (self.number, self.path, self.current) = next;
            self.written = 0;
        }
        self.written += line.len() + 1;
        self.current.write_all(format!("{line}\n").as_bytes())
    }
}

/// Creates the file with this number or the next one that is free, and removes the oldest beyond [`MAX_FILES`].
fn create(folder: &Path, start: &str, number: usize) -> io::Result<(usize, PathBuf, File)> {
    for number in number.. {
        let path = folder.join(format!("{start}-{number:04}.log"));
        match File::create_new(&path) {
            Ok(file) => {
                remove_old_files(folder)?;
                return Ok((number, path, file));
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// The order of their names is the order of time.
fn remove_old_files(folder: &Path) -> io::Result<()> {
    let entries = fs::read_dir(folder)?.flatten().map(|entry| entry.path());
    let is_log = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "log");
    let mut files: Vec<PathBuf> = entries.filter(is_log).collect();
    files.sort();
    files.iter().rev().skip(MAX_FILES).try_for_each(fs::remove_file)
}
