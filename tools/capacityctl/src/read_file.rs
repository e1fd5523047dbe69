//! Reads a file that a command line names.

use std::{fs, io::Read as _, path::Path};

use crate::Error;

/// The file's bytes; `-` is standard input.
///
/// # Errors
///
/// It cannot be read.
pub(crate) fn read_file(file: &Path) -> Result<Vec<u8>, Error> {
    let bytes = if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        fs::read(file)
    };
    bytes.map_err(|source| Error::File { file: file.to_owned(), source })
}
