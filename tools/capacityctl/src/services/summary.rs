//! How many services an import changed, or would change.

use std::fmt;

use serde::Serialize;

/// How many services an import changed, by what happened to them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImportSummary {
    /// New services.
    pub added: usize,
    /// Services that moved in the hierarchy.
    pub moved: usize,
    /// Services with other attributes changed.
    pub changed: usize,
    /// Services that were deactivated because the file does not have them.
    pub deactivated: usize,
    /// Services that an interrupted import had left below their old ancestors.
    pub finished: usize,
    /// Services that already matched the file.
    pub unchanged: usize,
}

impl fmt::Display for ImportSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { added, moved, changed, deactivated, finished, unchanged } = self;
        write!(f, "services: {added} added, {changed} changed, {moved} moved, ")?;
        if *deactivated > 0 {
            write!(f, "{deactivated} deactivated, ")?;
        }
        write!(f, "{unchanged} unchanged")?;
        if *finished > 0 {
            write!(f, "\nfinished from an interrupted import: {finished}")?;
        }
        Ok(())
    }
}
