//! Writes a file whole: if that fails, the file is as it was before.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use crate::Error;

/// Writes the text beside the file and renames it. What is no regular file, such as a pipe, is written directly.
///
/// # Errors
///
/// The file cannot be written.
pub(crate) fn write_file(file: &Path, text: &str) -> Result<(), Error> {
    replace(file, text).map_err(|source| Error::File { file: file.to_owned(), source })
}

fn replace(file: &Path, text: &str) -> io::Result<()> {
    let existing = fs::metadata(file).ok();
    if existing.as_ref().is_some_and(|existing| !existing.is_file()) {
        return fs::write(file, text);
    }
    // A symbolic link stays one.
    let file = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let unfinished = beside(&file)?;
    let written = File::create_new(&unfinished).and_then(|mut new| {
        if let Some(existing) = &existing {
            new.set_permissions(existing.permissions())?;
        }
        new.write_all(text.as_bytes())?;
        new.sync_all()?;
        fs::rename(&unfinished, &file)
    });
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written
}

/// A name in the same folder that no other run uses.
fn beside(file: &Path) -> io::Result<PathBuf> {
    let name = file.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    let mut unfinished = name.to_owned();
    unfinished.push(format!(".{}.unfinished", std::process::id()));
    Ok(file.with_file_name(unfinished))
}
