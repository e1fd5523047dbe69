//! The command line: what can be asked for, and which module answers.

use std::path::{Path, PathBuf};

use clap::{CommandFactory as _, Parser, Subcommand};
use clap_complete::Shell;
use serde_json::json;
use shared::domain::ServiceId;

use crate::{
    Failure, Output, doctor,
    export::{self, Format},
    import::{self, Manner},
    service::{self, Filter},
    smoke,
    status::{self, Setting},
    target::{Target, USERS_TABLE},
    token::{self, Bearer},
    user::{self, New, Rights},
    users,
};

/// Administers the Capacity Status API: its directory, its users, their statuses.
///
/// Works on the local stack that is running (`cargo dev`); or, when AWS's standard environment
/// variables or those of the tables are set, on the tables named by SERVICES_TABLE, USERS_TABLE,
/// STATUS_HISTORY_TABLE and IDEMPOTENCY_TABLE, with credentials from where every AWS SDK has them. Each
/// command that writes says where it wrote.
#[derive(Debug, Parser)]
#[command(name = "capacityctl", bin_name = "cargo ctl", version, after_help = AFTER_HELP)]
pub struct Arguments {
    /// Folder of the local stack to use; by default `.local` here or in a folder above
    #[arg(long, global = true, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Print JSON instead of text; failures too, on standard error
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    command: Command,
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
  cargo ctl completions bash > ~/.local/share/bash-completion/completions/capacityctl";

#[derive(Debug, Subcommand)]
enum Command {
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
enum Import {
    /// The directory: CSV with the header id,name,typeId,parentId,town,postcode,odsCode,active, or JSON
    ///
    /// JSON is an array of objects with these members. The whole file is checked first, and every bad
    /// line is named. Then each service that differs is written by one request that names directory
    /// attributes alone: statuses are never touched. A service that moves is written before those below
    /// it; until one of them is written, whoever is assigned to its old ancestors may still update it.
    /// What an interrupted import left undone is done first by the next one.
    Services {
        /// The file; - is standard input. Rows in any order; a parent is in the file or in the table
        file: PathBuf,
        /// Show what would be written, and write nothing
        #[arg(long)]
        dry_run: bool,
        /// Take services out of use that are not in the file; otherwise they are only listed
        #[arg(long)]
        deactivate_missing: bool,
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
enum Export {
    /// The directory, without statuses
    Services(Destination),
    /// The users with their rights
    Users(Destination),
}

#[derive(Debug, clap::Args)]
struct Destination {
    /// The file to write; by default standard output
    file: Option<PathBuf>,
    /// How it is written; by default JSON for a file of that name, else CSV
    #[arg(long, value_enum)]
    format: Option<Format>,
}

#[derive(Debug, Subcommand)]
enum Service {
    /// List services with their status
    List(Filter),
    /// Show one service, and who may update it
    Show {
        /// Its id
        id: ServiceId,
    },
    /// Take a service into use; the next import goes by its file again
    Activate {
        /// Its id
        id: ServiceId,
    },
    /// Take a service out of use: readers and editors are told that it is not there
    Deactivate {
        /// Its id
        id: ServiceId,
    },
}

#[derive(Debug, Subcommand)]
enum User {
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
enum Status {
    /// Show what readers are shown now
    Get {
        /// Which service
        id: ServiceId,
    },
    /// Set a status as PUT does, by the right of a user
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

/// Does what was asked.
///
/// # Errors
///
/// Every [`Failure`]: no tables to work on, a refused file, a fault of the store.
pub async fn run(arguments: Arguments) -> Result<Output, Failure> {
    let state = arguments.state.as_deref();
    match arguments.command {
        Command::Completions { shell } => Ok(completions(shell)),
        Command::Smoke { url, write, username } => {
            let token = match username {
                Some(username) => Some(token_of(&Target::find(state).await?, &username).await?),
                None => std::env::var("CAPACITY_TOKEN").ok().filter(|token| !token.is_empty()),
            };
            Ok(smoke::run(&url, token.as_deref(), write).await)
        }
        other => on_tables(other, &Target::find(state).await?).await,
    }
}

async fn on_tables(command: Command, target: &Target) -> Result<Output, Failure> {
    match command {
        Command::Import(Import::Services { file, dry_run, deactivate_missing }) => {
            import::services(target, &file, Manner { dry_run, deactivate_missing }).await
        }
        Command::Import(Import::Users { file, dry_run }) => {
            import::users(target, &file, dry_run).await
        }
        Command::Export(what) => exported(target, what).await,
        Command::Service(Service::List(filter)) => service::list(target, &filter).await,
        Command::Service(Service::Show { id }) => service::show(target, id).await,
        Command::Service(Service::Activate { id }) => service::set_active(target, id, true).await,
        Command::Service(Service::Deactivate { id }) => {
            service::set_active(target, id, false).await
        }
        Command::User(User::List) => user::list(target).await,
        Command::User(User::Show { username }) => user::show(target, &username).await,
        Command::User(User::Add(new)) => user::add(target, new).await,
        Command::User(User::Grant { username, rights }) => {
            user::change_rights(target, &username, rights, true).await
        }
        Command::User(User::Revoke { username, rights }) => {
            user::change_rights(target, &username, rights, false).await
        }
        Command::User(User::Activate { username }) => {
            user::set_active(target, &username, true).await
        }
        Command::User(User::Deactivate { username }) => {
            user::set_active(target, &username, false).await
        }
        Command::Status(Status::Get { id }) => status::get(target, id).await,
        Command::Status(Status::Set(setting)) => status::set(target, setting).await,
        Command::Status(Status::History { id, limit }) => status::history(target, id, limit).await,
        Command::Token { username } => {
            let token = token_of(target, &username).await?;
            Ok(Output::new(&token, &json!({"token": token})))
        }
        // The others have been dealt with.
        _ => Ok(doctor::run(target).await),
    }
}

async fn exported(target: &Target, what: Export) -> Result<Output, Failure> {
    let (Export::Services(Destination { file, format })
    | Export::Users(Destination { file, format })) = &what;
    let format = export::format_of(file.as_deref(), *format);
    let text = match what {
        Export::Services(_) => export::services(target, format).await?,
        Export::Users(_) => export::users(target, format).await?,
    };
    match file {
        Some(file) => write(file, &text),
        None => Ok(Output::raw(text)),
    }
}

fn write(file: &Path, text: &str) -> Result<Output, Failure> {
    std::fs::write(file, text).map_err(|source| Failure::File { file: file.to_owned(), source })?;
    Ok(Output::new(format!("written to {}", file.display()), &json!({"file": file})))
}

fn completions(shell: Shell) -> Output {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "capacityctl", &mut script);
    Output::raw(String::from_utf8_lossy(&script).into_owned())
}

async fn token_of(target: &Target, username: &str) -> Result<String, Failure> {
    let issuer = target.issuer()?;
    let user = users::named(target.client(), target.table(USERS_TABLE)?, username).await?;
    token::mint(issuer, &Bearer::user(&user.subject, username), token::now_seconds())
        .map_err(Failure::Token)
}
