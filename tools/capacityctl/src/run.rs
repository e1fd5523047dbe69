//! Dispatches each command to its module.

use std::{io::Write, path::PathBuf};

use clap::{CommandFactory as _, error::ErrorKind};
use clap_complete::Shell;
use serde_json::json;
use shared::domain::ServiceId;

use crate::{
    Error, Output,
    arguments::{Destination, ServiceArgument, UserArgument},
    audit,
    changes::{self, Lines},
    cli::{Arguments, Command, Import, Service, Status, User},
    concurrency::Interrupt,
    controls::Controls,
    dialog::Dialog,
    doctor,
    export::{self, Export, Format},
    history,
    import::{self, ImportOptions},
    progress::Progress,
    service, smoke, status,
    target::{SERVICES_TABLE, Target, TargetError, USERS_TABLE},
    token::{self, Bearer},
    user, users,
    write_file::write_file,
};

/// Runs a command. Imports, prunings and followers end when `interrupt` resolves; other commands do not wait for it. What
/// changes a status that must be seen first asks by `dialog`. What goes on prints to `stdout`; other results are returned.
///
/// # Errors
///
/// Every [`Error`]: tables not found, an invalid file, a fault of the store.
pub async fn run(
    arguments: Arguments,
    interrupt: Interrupt,
    dialog: Dialog,
    stdout: &mut dyn Write,
) -> Result<Output, Error> {
    let state = arguments.state.clone();
    run_on(async || Target::find(state.as_deref()).await, arguments, interrupt, dialog, stdout)
        .await
}

/// As [`run`], on the tables that `target` finds.
///
/// # Errors
///
/// As [`run`].
pub async fn run_on(
    target: impl AsyncFn() -> Result<Target, TargetError>,
    arguments: Arguments,
    interrupt: Interrupt,
    dialog: Dialog,
    stdout: &mut dyn Write,
) -> Result<Output, Error> {
    let Arguments { json, command, .. } = arguments;
    match command {
        Command::Import(command) => {
            let mut controls = Controls { progress: Progress::on_stderr(json), interrupt };
            let outcome = run_import(&target().await?, command, &mut controls).await;
            controls.progress.finish();
            outcome
        }
        Command::History(command) => {
            let mut controls = Controls { progress: Progress::on_stderr(json), interrupt };
            let outcome = history::run(&target().await?, command, &mut controls).await;
            controls.progress.finish();
            outcome
        }
        Command::Changes(changes::Command::Follow(following)) => {
            let mut controls = Controls { progress: Progress::on_stderr(json), interrupt };
            let mut lines = Lines { stdout, json };
            let outcome =
                changes::follow(&target().await?, following, &mut controls, &mut lines).await;
            controls.progress.finish();
            outcome
        }
        Command::Export(command) => run_export(&target().await?, command, json).await,
        Command::Service(command) => run_service(&target().await?, command).await,
        Command::User(command) => run_user(&target().await?, command).await,
        Command::Status(command) => {
            let dialog = if json { Dialog::silent() } else { dialog };
            run_status(target, command, dialog).await
        }
        Command::Audit(filter) => audit::list(&target().await?, filter).await,
        Command::Token(UserArgument { username }) => {
            let token = mint_token(&target().await?, &username).await?;
            Ok(Output::new(&token, &json!({"token": token})))
        }
        Command::Smoke { url, write, username } => {
            let token = match username {
                Some(username) => Some(mint_token(&target().await?, &username).await?),
                None => std::env::var("CAPACITY_TOKEN").ok().filter(|token| !token.is_empty()),
            };
            run_smoke(&url, token.as_deref(), write).await
        }
        Command::Doctor => Ok(doctor::run(&target().await?).await),
        Command::Completions { shell } => Ok(completions(shell)),
    }
}

async fn run_import(
    target: &Target,
    command: Import,
    controls: &mut Controls,
) -> Result<Output, Error> {
    match command {
        Import::Services { file, dry_run, deactivate_missing, deactivate_at_most } => {
            let options = ImportOptions { dry_run, deactivate_missing, deactivate_at_most };
            import::services(target, &file, options, controls).await
        }
        Import::Users { file, dry_run } => import::users(target, &file, dry_run, controls).await,
    }
}

async fn run_smoke(
    url: &str,
    token: Option<&str>,
    write: Option<ServiceId>,
) -> Result<Output, Error> {
    if write.is_some() && token.is_none() {
        let reason = "--write needs a token: set CAPACITY_TOKEN, or use --as on the local stack";
        let error = Arguments::command().error(ErrorKind::MissingRequiredArgument, reason);
        return Err(Error::Usage(error));
    }
    Ok(smoke::run(url, token, write).await)
}

async fn run_service(target: &Target, command: Service) -> Result<Output, Error> {
    match command {
        Service::List(filter) => service::list(target, &filter).await,
        Service::Show(ServiceArgument { id }) => service::show(target, id).await,
        Service::Activate(ServiceArgument { id }) => service::set_active(target, id, true).await,
        Service::Deactivate(ServiceArgument { id }) => service::set_active(target, id, false).await,
    }
}

async fn run_status(
    target: impl AsyncFn() -> Result<Target, TargetError>,
    command: Status,
    mut dialog: Dialog,
) -> Result<Output, Error> {
    match command {
        Status::Get(ServiceArgument { id }) => status::get(&target().await?, id).await,
        Status::Set(setting) => status::set(&target().await?, setting).await,
        Status::Extend(extension) => {
            extension.check(&dialog)?;
            status::extend(&target().await?, extension, &mut dialog).await
        }
        Status::History { service, limit } => {
            status::history(&target().await?, service.id, limit).await
        }
    }
}

async fn run_user(target: &Target, command: User) -> Result<Output, Error> {
    match command {
        User::List => user::list(target).await,
        User::Show(UserArgument { username }) => user::show(target, &username).await,
        User::Add(new) => user::add(target, new).await,
        User::Rename(renaming) => user::rename(target, renaming).await,
        User::Grant { user: UserArgument { username }, rights } => {
            user::grant(target, &username, rights).await
        }
        User::Revoke { user: UserArgument { username }, rights } => {
            user::revoke(target, &username, rights).await
        }
        User::Activate(UserArgument { username }) => {
            user::set_active(target, &username, true).await
        }
        User::Deactivate(UserArgument { username }) => {
            user::set_active(target, &username, false).await
        }
    }
}

async fn run_export(target: &Target, command: Export, json: bool) -> Result<Output, Error> {
    let (Export::Services(Destination { file, format })
    | Export::Users(Destination { file, format })) = &command;
    // As for `import`, - is the standard stream.
    let file = file.as_ref().filter(|file| file.as_os_str() != "-");
    let requested = format.or((json && file.is_none()).then_some(Format::Json));
    let format = export::format_of(file.map(PathBuf::as_path), requested);
    let (text, table) = match command {
        Export::Services(_) => (export::services(target, format).await?, SERVICES_TABLE),
        Export::Users(_) => (export::users(target, format).await?, USERS_TABLE),
    };
    let Some(file) = file else { return Ok(Output::raw(text)) };
    write_file(file, &text)?;
    let text = format!("{} is exported to {}", target.named_table(table)?, file.display());
    Ok(Output::new(text, &json!({"file": file})))
}

fn completions(shell: Shell) -> Output {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "capacityctl", &mut script);
    Output::raw(String::from_utf8_lossy(&script).into_owned())
}

async fn mint_token(target: &Target, username: &str) -> Result<String, Error> {
    let issuer = target.issuer()?;
    let user = users::find(target.client(), target.table(USERS_TABLE)?, username).await?;
    token::mint(issuer, &Bearer::user(&user.subject, username), token::now_seconds())
        .map_err(Error::Token)
}
