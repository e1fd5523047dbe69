//! Reads a file that a command line names.

use std::{
    fs::File,
    io::{self, ErrorKind, Read as _},
    path::Path,
};

use crate::Error;

/// The most bytes of a file: some 500,000 services.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// The file's bytes; `-` is standard input.
///
/// # Errors
///
/// It cannot be read, or is too large.
pub(crate) fn read_file(file: &Path) -> Result<Vec<u8>, Error> {
    read(file).map_err(|source| Error::File { file: file.to_owned(), source })
}

fn read(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let count = if file == Path::new("-") {
        io::stdin().take(MAX_BYTES + 1).read_to_end(&mut bytes)?
    } else {
        File::open(file)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?
    };
    if u64::try_from(count).is_ok_and(|count| count > MAX_BYTES) {
        let text = "it has more than 64 MB, which no directory needs";
        return Err(io::Error::new(ErrorKind::FileTooLarge, text));
    }
    Ok(bytes)
}
