//! What an import of services wrote, or would write, in numbers.

use std::fmt;

use serde::Serialize;

/// What an import wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Written {
    /// How many were new.
    pub added: usize,
    /// How many stand elsewhere now.
    pub moved: usize,
    /// How many have other particulars now.
    pub changed: usize,
    /// How many were deactivated, not being in the file.
    pub deactivated: usize,
    /// How many of those that moved an interrupted import had left below their old ancestors.
    pub finished: usize,
    /// How many were as the file has them.
    pub unchanged: usize,
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { added, moved, changed, deactivated, finished, unchanged } = self;
        write!(f, "services: {added} added, {changed} changed, {moved} moved, ")?;
        if *deactivated > 0 {
            write!(f, "{deactivated} deactivated, ")?;
        }
        write!(f, "{unchanged} unchanged")?;
        if *finished > 0 {
            write!(
                f,
                "\nfinished first: {finished} that an interrupted import had left below their old ancestors"
            )?;
        }
        Ok(())
    }
}
