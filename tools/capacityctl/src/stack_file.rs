//! The file in which a running local stack says where it is.

use std::{
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use shared::config::Tables;

/// The local stack's folder, in the workspace's root.
pub const STATE_DIRECTORY: &str = ".local";
/// The file's name in that folder.
pub const FILE_NAME: &str = "stack.json";

/// Where a running stack's parts are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StackFile {
    /// The address of the API.
    pub api_url: String,
    /// The address of the DynamoDB engine.
    pub dynamodb_endpoint: String,
    /// The region that the engine pretends to be.
    pub region: String,
    /// The tables' names.
    pub tables: Tables,
    /// The token issuer.
    pub issuer: String,
    /// The client that tokens are issued to.
    pub client_id: String,
    /// The issuer's private key, in DER.
    pub key_file: PathBuf,
}

impl StackFile {
    /// Reads the file of that folder.
    ///
    /// # Errors
    ///
    /// There is none, or it is no stack file.
    pub fn read(state: &Path) -> io::Result<Self> {
        Ok(serde_json::from_slice(&std::fs::read(state.join(FILE_NAME))?)?)
    }

    /// Writes the file of that folder, whole or not at all.
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

/// The folder of the stack that runs here or in a folder above: the first with a stack file.
#[must_use]
pub fn state_directory(from: &Path) -> Option<PathBuf> {
    from.ancestors()
        .map(|folder| folder.join(STATE_DIRECTORY))
        .find(|state| state.join(FILE_NAME).is_file())
}
