//! The file with the addresses of the running local stack.

use std::{
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use shared::store::TableNames;

/// The local stack's folder, in the workspace's root.
pub const STATE_DIRECTORY: &str = ".local";
/// The file's name in that folder.
pub const FILE_NAME: &str = "stack.json";

/// The addresses of a running stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StackFile {
    /// The URL of the API.
    pub api_url: String,
    /// The URL of the DynamoDB engine.
    pub dynamodb_endpoint: String,
    /// The AWS region that the engine simulates.
    pub region: String,
    /// The names of the functions' tables.
    pub tables: TableNames,
    /// The name of the table of what operators did.
    pub audit_table: String,
    /// The URL of the token issuer.
    pub issuer: String,
    /// The client id in tokens of people.
    pub client_id: String,
    /// The issuer's private key, in DER.
    pub key_file: PathBuf,
}

impl StackFile {
    /// Reads the file in this folder.
    ///
    /// # Errors
    ///
    /// There is none, or it is invalid.
    pub fn read(state: &Path) -> io::Result<Self> {
        Ok(serde_json::from_slice(&std::fs::read(state.join(FILE_NAME))?)?)
    }

    /// Writes the file in this folder atomically.
    ///
    /// # Errors
    ///
    /// The folder cannot be written.
    pub fn write(&self, state: &Path) -> io::Result<()> {
        let unfinished = state.join("stack.json.new");
        std::fs::write(&unfinished, serde_json::to_vec_pretty(self)?)?;
        std::fs::rename(unfinished, state.join(FILE_NAME))
    }
}

/// The nearest folder of a running stack: in this folder or a parent, recognised by its stack file.
#[must_use]
pub fn state_directory(from: &Path) -> Option<PathBuf> {
    from.ancestors()
        .map(|folder| folder.join(STATE_DIRECTORY))
        .find(|state| state.join(FILE_NAME).is_file())
}
