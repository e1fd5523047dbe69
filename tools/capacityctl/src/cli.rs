//! The command line and its help texts.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use clap_complete::Shell;
use shared::domain::ServiceId;

use crate::{
    arguments::{ServiceArgument, UserArgument, api_url, count, some_right, usage_of_rights},
    audit, changes, export, history,
    service::Filter,
    status::{Extension, Setting},
    user::{NewUser, Renaming, Rights},
};

/// Administers the Capacity Status API: services, users and statuses.
///
/// Works on the running local stack (`cargo dev`). To work on AWS, set AWS_REGION and the names of the
/// tables: SERVICES_TABLE, USERS_TABLE, STATUS_HISTORY_TABLE, CHANGES_TABLE, IDEMPOTENCY_TABLE and
/// AUDIT_TABLE. If any of these or of AWS's other usual variables is set, the local stack is not used. Each
/// command that writes prints where it wrote.
#[derive(Debug, Parser)]
#[command(name = "capacityctl", bin_name = "cargo ctl", version, after_help = AFTER_HELP)]
pub struct Arguments {
    /// Folder of the local stack [default: the nearest .local]
    #[arg(long, global = true, value_name = "DIR", help_heading = FOR_EVERY_COMMAND)]
    pub(crate) state: Option<PathBuf>,
    /// Print JSON; errors too, to standard error
    #[arg(long, global = true, help_heading = FOR_EVERY_COMMAND)]
    pub json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const FOR_EVERY_COMMAND: &str = "Options of every command";

const AFTER_HELP: &str = "\
Exit codes:
  0    success
  1    DynamoDB, the network or standard output failed; what was written stays,
       run the command again
  2    invalid command line or settings
  3    invalid value, a file that is invalid or cannot be read or written, no
       permission, or an answer that was not yes; nothing was changed
  4    the user or service does not exist, or the service is inactive
  5    smoke or doctor found a problem, or a list has items that cannot be read
  6    someone else changed the same data at the same time; check it, then run
       the command again
  130  Ctrl-C or SIGTERM ended it; what was done stays, run it again for the
       rest

Examples:
  cargo ctl doctor
  cargo ctl import services services.csv --dry-run
  cargo ctl user grant ann --service 149198
  cargo ctl service list --region 110798 --json

To install it as the command capacityctl, with completions for bash:
  cargo install --path tools/capacityctl
  cd ~/.local/share/bash-completion/completions
  capacityctl completions bash > capacityctl";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Import a file into a table; an invalid file changes nothing
    #[command(subcommand)]
    Import(Import),
    /// Export a table to a file that `import` accepts
    #[command(subcommand)]
    Export(export::Export),
    /// List, show, activate and deactivate services
    #[command(subcommand)]
    Service(Service),
    /// List, show, add and rename users, change their rights
    #[command(subcommand)]
    User(User),
    /// Get, set and extend statuses, show their history
    #[command(subcommand)]
    Status(Status),
    /// Follow the changes of a region
    #[command(subcommand)]
    Changes(changes::Command),
    /// Redact notes in history, delete old history
    #[command(subcommand)]
    History(history::Command),
    /// Show what operators did, newest first
    ///
    /// Records who changed users, services or history. Changes of a status are in its history.
    Audit(audit::Filter),
    /// Print a token for a user, active or not; local stack only
    Token(UserArgument),
    /// Test a deployed API
    ///
    /// Checks its documentation, its health and that it refuses a read without a token. With a token in
    /// CAPACITY_TOKEN or with --as it checks reads too. Only --write changes anything: it sets the test
    /// service to AMBER, moves its deadline and sets it to GREEN: three changes in its history.
    Smoke {
        /// The API's URL: the stack's output ApiUrl, or http://127.0.0.1:9000 for the local stack
        #[arg(value_parser = api_url)]
        url: String,
        /// Update this test service, to which nobody is referred
        #[arg(long, value_name = "ID")]
        write: Option<ServiceId>,
        /// Read and update as this user of the local stack
        #[arg(long = "as", value_name = "USERNAME", allow_hyphen_values = true)]
        username: Option<String>,
    },
    /// Check settings, credentials, tables and clock; changes nothing
    Doctor,
    /// Print a shell completion script
    Completions {
        /// The shell
        shell: Shell,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Import {
    /// Import services from a CSV or JSON file
    ///
    /// CSV is UTF-8; its first line names the columns, in any order: id, name, typeId, parentId, town,
    /// postcode, odsCode, phone, reviewAfterMinutes, active. JSON is an array of objects with these members.
    /// Only id, name, typeId and active must have a value. A name has at most 200 characters, a town 100, a postcode
    /// 10, an odsCode 12, a phone 60; reviewAfterMinutes is 1 to 525600.
    ///
    /// A CSV file without the column phone or reviewAfterMinutes leaves what is stored as it is, and an empty
    /// cell removes it. In JSON that holds for each object: without the member what is stored stays, null
    /// removes it. Any other value that is empty or absent is removed.
    ///
    /// The import first checks the whole file and reports every bad line. Then it writes each service that
    /// differs; it never changes a status. If a service moves, its descendants are written after it: until
    /// then, users assigned to their old ancestors may still update them. If an import was interrupted, the
    /// next one first finishes it. Run one at a time.
    Services {
        /// The file; - is standard input. Parents may be in the file, in any order, or in the table
        file: PathBuf,
        /// Show the changes, write nothing
        #[arg(long)]
        dry_run: bool,
        /// Deactivate services that are not in the file; without this they are only listed
        #[arg(long)]
        deactivate_missing: bool,
        /// If more would be deactivated, write nothing [default: a tenth of the active ones, at least
        /// 10; 0 if the file has no rows]
        #[arg(long, value_name = "NUMBER", requires = "deactivate_missing")]
        deactivate_at_most: Option<usize>,
    },
    /// Import users from a CSV or JSON file
    ///
    /// CSV is UTF-8; its first line names the columns, in any order: username, subject, active, permissions,
    /// services. Permissions and services are separated by spaces. JSON is an array of objects with these
    /// members, the last two arrays. On the local stack the subject defaults to the username.
    ///
    /// The import first checks the whole file and reports every bad line; the services must exist. An
    /// existing user is replaced. Users that are not in the file stay as they are.
    Users {
        /// The file; - is standard input
        file: PathBuf,
        /// Show the changes, write nothing
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Service {
    /// List services with their status
    List(Filter),
    /// Show a service and who may update it
    Show(ServiceArgument),
    /// Activate a service
    ///
    /// Change the import file too: the next import sets what the file says.
    Activate(ServiceArgument),
    /// Deactivate a service: readers and editors get 404
    ///
    /// Change the import file too: the next import sets what the file says.
    Deactivate(ServiceArgument),
}

#[derive(Debug, Subcommand)]
pub(crate) enum User {
    /// List users with their rights
    List,
    /// Show a user
    Show(UserArgument),
    /// Add a user
    Add(NewUser),
    /// Give a user another username
    ///
    /// The subject and the rights stay, so the user notices nothing. Earlier changes keep the old name in
    /// their history. Change the import file too: an import of the old name is refused.
    Rename(Renaming),
    /// Grant permissions or services to a user
    #[command(group = some_right(), override_usage = usage_of_rights("grant"))]
    Grant {
        #[command(flatten)]
        user: UserArgument,
        #[command(flatten)]
        rights: Rights,
    },
    /// Revoke permissions or services from a user
    #[command(group = some_right(), override_usage = usage_of_rights("revoke"))]
    Revoke {
        #[command(flatten)]
        user: UserArgument,
        #[command(flatten)]
        rights: Rights,
    },
    /// Activate a user
    Activate(UserArgument),
    /// Deactivate a user: the API refuses the next request; rights stay in the table
    Deactivate(UserArgument),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Status {
    /// Show the status that readers get now
    Get(ServiceArgument),
    /// Set a status as PUT does, on behalf of a user
    ///
    /// Use it when the API cannot be reached. The change is in the history, but not in the functions' logs
    /// and metrics. On AWS, set RESET_DEFAULT_MINUTES, RESET_MIN_MINUTES and RESET_MAX_MINUTES to the
    /// values of the stack.
    Set(Setting),
    /// Extend an AMBER or RED, on behalf of a user
    ///
    /// The status, its reason and its notes stay. It ends these minutes later than it would have, or up to a
    /// minute after that. The command shows the status and asks. If someone else changes the status in
    /// between, it changes nothing. On AWS, set the same variables as for `status set`.
    Extend(Extension),
    /// Show the latest changes, newest first
    History {
        #[command(flatten)]
        service: ServiceArgument,
        /// How many changes
        #[arg(long, value_name = "NUMBER", default_value = "25", value_parser = count)]
        limit: usize,
    },
}
