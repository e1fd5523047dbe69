//! The command line: what can be asked for, with the help that explains it.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use clap_complete::Shell;
use shared::domain::ServiceId;

use crate::{
    export::Format,
    service::Filter,
    status::Setting,
    user::{New, Rights},
};

/// Administers the Capacity Status API: its directory, its users, their statuses.
///
/// Works on the local stack that is running (`cargo dev`); or, when AWS's standard environment
/// variables or those of the tables are set, on the tables named by SERVICES_TABLE, USERS_TABLE,
/// STATUS_HISTORY_TABLE and IDEMPOTENCY_TABLE, with credentials from where every AWS SDK has them. Each
/// command that writes says in its text where it wrote.
#[derive(Debug, Parser)]
#[command(name = "capacityctl", bin_name = "cargo ctl", version, after_help = AFTER_HELP)]
pub struct Arguments {
    /// Folder of the local stack to use; by default `.local` here or in a folder above
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
    /// Print JSON instead of text; failures too, on standard error
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const AFTER_HELP: &str = "\
Exit codes:
  0  done
  1  the store, the network or the API failed; what was written stays, and the command can be repeated
  2  the command line or the settings are not understood
  3  refused: a file or a value is not acceptable, or the caller may not; nothing was changed
  4  there is no such user or service
  5  smoke or doctor found something that is bad
  6  someone else changed the same at the same time; look, and repeat

Examples:
  cargo ctl doctor
  cargo ctl import services services.csv --dry-run
  cargo ctl user grant ann --service 149198
  cargo ctl service list --region 110798 --json

As a command of its own, with completions:
  cargo install --path tools/capacityctl
  capacityctl completions bash > ~/.local/share/bash-completion/completions/capacityctl";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Fill a table from a file; repeatable, and a refused file changes nothing
    #[command(subcommand)]
    Import(Import),
    /// Write a table to a file that the importer takes back
    #[command(subcommand)]
    Export(Export),
    /// Look at services, take them into use or out of it
    #[command(subcommand)]
    Service(Service),
    /// Look at users, add them, change their rights
    #[command(subcommand)]
    User(User),
    /// Look at statuses and set them
    #[command(subcommand)]
    Status(Status),
    /// Print a token of a user in the table, active or not; local stack only
    Token {
        /// The user, as the users table names them
        username: String,
    },
    /// Ask a deployed API whether it does what it is for
    ///
    /// Its documents and health, a refused read, and, with a token in CAPACITY_TOKEN or by --as, an
    /// accepted one. Only --write changes anything: the test service is AMBER for a moment and GREEN in
    /// the end, and its history grows by two changes.
    Smoke {
        /// The API's address: the stack's output ApiUrl, or http://127.0.0.1:9000 for the local stack
        url: String,
        /// A service that nobody is sent to
        #[arg(long, value_name = "ID")]
        write: Option<ServiceId>,
        /// Ask by a token of the local stack for this user
        #[arg(long = "as", value_name = "USERNAME")]
        username: Option<String>,
    },
    /// Look whether settings, credentials, tables and clock are as they should be; changes nothing
    Doctor,
    /// Print a script by which a shell completes this command line
    Completions {
        /// Which shell
        shell: Shell,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Import {
    /// The directory: CSV with the header id,name,typeId,parentId,town,postcode,odsCode,active, or JSON
    ///
    /// JSON is an array of objects with these members. The whole file is checked first, and every bad
    /// line is named. Then each service that differs is written by one request that names directory
    /// attributes alone: statuses are never touched. A service that moves is written before those below
    /// it; until one of them is written, whoever is assigned to its old ancestors may still update it.
    /// What an interrupted import left undone is done first by the next one. Run one at a time.
    Services {
        /// The file; - is standard input. Rows in any order; a parent is in the file or in the table
        file: PathBuf,
        /// Show what would be written, and write nothing
        #[arg(long)]
        dry_run: bool,
        /// Take services out of use that are not in the file; otherwise they are only listed
        #[arg(long)]
        deactivate_missing: bool,
        /// How many of them at most, or nothing is written; by default a tenth of those in use, and ten
        #[arg(long, value_name = "NUMBER", requires = "deactivate_missing")]
        deactivate_at_most: Option<usize>,
    },
    /// Users: CSV with the header username,subject,active,permissions,services, or JSON
    ///
    /// In CSV permissions and services are separated by spaces; JSON is an array of objects with these
    /// members, permissions and services being arrays. A user without a subject has the username as
    /// one. A known username is replaced whole; users that are not in the file stay as they are.
    Users {
        /// The file; - is standard input
        file: PathBuf,
        /// Show what would be written, and write nothing
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Export {
    /// The directory, without statuses
    Services(Destination),
    /// The users with their rights
    Users(Destination),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Destination {
    /// The file to write; by default standard output
    pub(crate) file: Option<PathBuf>,
    /// How it is written; by default JSON for a file of that name, else CSV
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Service {
    /// List services with their status
    List(Filter),
    /// Show one service, and who may update it
    Show {
        /// Its id
        id: ServiceId,
    },
    /// Take a service into use
    ///
    /// The next import goes by its file again: take it into use there too.
    Activate {
        /// Its id
        id: ServiceId,
    },
    /// Take a service out of use: readers and editors are told that it is not there
    ///
    /// The next import goes by its file again: take it out of use there too.
    Deactivate {
        /// Its id
        id: ServiceId,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum User {
    /// List users with their rights
    List,
    /// Show one user
    Show {
        /// As the users table names them
        username: String,
    },
    /// Add a user
    Add(New),
    /// Give a user permissions or services, besides those they have
    Grant {
        /// As the users table names them
        username: String,
        #[command(flatten)]
        rights: Rights,
    },
    /// Take permissions or services away from a user
    Revoke {
        /// As the users table names them
        username: String,
        #[command(flatten)]
        rights: Rights,
    },
    /// Let a user in again
    Activate {
        /// As the users table names them
        username: String,
    },
    /// Keep a user out, from the next request on; their rights stay in the table
    Deactivate {
        /// As the users table names them
        username: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Status {
    /// Show what readers are shown now
    Get {
        /// Which service
        id: ServiceId,
    },
    /// Set a status as PUT does, by the right of a user
    ///
    /// For when the API cannot be reached. History has the change as any other; the functions' log and
    /// metrics do not, so reports that are made of them lack it. On AWS the limits RESET_DEFAULT_MINUTES,
    /// RESET_MIN_MINUTES and RESET_MAX_MINUTES are asked for, to be those of the stack.
    Set(Setting),
    /// Show the newest changes, newest first
    History {
        /// Which service
        id: ServiceId,
        /// How many
        #[arg(long, default_value_t = 25)]
        limit: usize,
    },
}
