//! The local issuer's key: generated at the first start, kept in a file that only its owner can read.

use std::{fs, io, io::Write, os::unix::fs::OpenOptionsExt, path::Path};

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
};
use capacityctl::signing_key::SigningKey;

/// Reads the key file, or generates a key and writes the file.
///
/// # Errors
///
/// The file cannot be used, or is not a key.
pub fn read_or_make(file: &Path) -> io::Result<SigningKey> {
    if !file.exists() {
        write(file, &make_der()?)?;
    }
    SigningKey::read(file)
}

/// Generates a key without a file.
///
/// # Errors
///
/// No key can be generated.
pub fn make() -> io::Result<SigningKey> {
    SigningKey::from_der(&make_der()?).map_err(io::Error::other)
}

/// Generates a key in PKCS#1 DER, without a file.
///
/// # Errors
///
/// No key can be generated.
pub fn make_der() -> io::Result<Vec<u8>> {
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(io::Error::other)?;
    let der: Pkcs8V1Der<'_> = pair.as_der().map_err(io::Error::other)?;
    pkcs1(der.as_ref()).map(<[u8]>::to_vec).ok_or_else(|| io::Error::other("no key of 2048 bits"))
}

/// The bytes of PKCS#8 between the outer length and the key: version 0 and `rsaEncryption` (RFC 5958).
const VERSION_AND_ALGORITHM: [u8; 18] =
    [2, 1, 0, 0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 1, 5, 0];

/// The PKCS#1 key, which `jsonwebtoken` needs, in a PKCS#8 key. Each length takes two bytes.
fn pkcs1(pkcs8: &[u8]) -> Option<&[u8]> {
    let octets =
        pkcs8.strip_prefix(&[0x30, 0x82])?.get(2..)?.strip_prefix(&VERSION_AND_ALGORITHM)?;
    octets.strip_prefix(&[4, 0x82])?.get(2..)
}

/// Writes atomically, never readable by others.
fn write(file: &Path, der: &[u8]) -> io::Result<()> {
    let unfinished = file.with_extension("new");
    let _ = fs::remove_file(&unfinished);
    fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&unfinished)?
        .write_all(der)?;
    fs::rename(unfinished, file)
}
