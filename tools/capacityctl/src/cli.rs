//! The command line: what can be asked for, and which module answers.

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};

use crate::{
    Failure, services,
    target::Target,
    token::{self, Bearer},
    users,
};

/// Administers the tables of the Capacity Status API.
///
/// Works on the local stack that is running (`cargo dev`), or, when these or AWS's standard
/// environment variables are set, on the tables named by SERVICES_TABLE and USERS_TABLE.
#[derive(Debug, Parser)]
#[command(name = "capacityctl", version)]
pub struct Arguments {
    /// Folder of the local stack to use; by default `.local` here or in a folder above
    #[arg(long, global = true, value_name = "DIR")]
    state: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Fill a table from a file; repeatable, and a refused file changes nothing
    #[command(subcommand)]
    Import(Import),
    /// Print a token of a user in the table, active or not; local stack only
    Token {
        /// The user, as the users table names them
        username: String,
    },
}

#[derive(Debug, Subcommand)]
enum Import {
    /// The directory, as CSV with the header id,name,typeId,parentId,town,postcode,odsCode,active
    Services {
        /// Rows in any order; a parent is in the file or already in the table
        file: PathBuf,
    },
    /// Users, as a JSON array of {username, subject, active, permissions, services}
    Users {
        /// `subject` defaults to the username; a known username is replaced whole
        file: PathBuf,
    },
}

/// Does what was asked and returns the text for standard output.
///
/// # Errors
///
/// Every [`Failure`]: no tables to work on, a refused file, a fault of the store.
pub async fn run(arguments: Arguments) -> Result<String, Failure> {
    let state = arguments.state.as_deref();
    match arguments.command {
        Command::Import(Import::Services { file }) => import_services(state, &file).await,
        Command::Import(Import::Users { file }) => import_users(state, &file).await,
        Command::Token { username } => token_of(state, &username).await,
    }
}

async fn import_services(state: Option<&Path>, file: &Path) -> Result<String, Failure> {
    let bytes = read(file)?;
    let target = Target::find(state).await?;
    let table = target.services()?;
    let written = services::import(target.client(), table, &bytes).await?;
    Ok(format!("{written}, in table {table} {}", target.place()))
}

async fn import_users(state: Option<&Path>, file: &Path) -> Result<String, Failure> {
    let bytes = read(file)?;
    let target = Target::find(state).await?;
    let table = target.users()?;
    let written = users::import(target.client(), table, &bytes).await?;
    Ok(format!("{written}, in table {table} {}", target.place()))
}

async fn token_of(state: Option<&Path>, username: &str) -> Result<String, Failure> {
    let target = Target::find(state).await?;
    let issuer = target.issuer()?;
    let subject = users::subject_of(target.client(), target.users()?, username).await?;
    token::mint(issuer, &Bearer::user(&subject, username), token::now_seconds())
        .map_err(Failure::Token)
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|source| Failure::Unreadable { file: file.to_owned(), source })
}
