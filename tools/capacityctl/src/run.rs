//! Which module answers which command.

use std::path::Path;

use clap::CommandFactory as _;
use clap_complete::Shell;
use serde_json::json;

use crate::{
    Failure, Output,
    cli::{Arguments, Command, Destination, Export, Import, Service, Status, User},
    doctor,
    export::{self, Format},
    import::{self, Manner},
    service, smoke, status,
    target::{Target, USERS_TABLE},
    token::{self, Bearer},
    user, users,
};

/// Does what was asked.
///
/// # Errors
///
/// Every [`Failure`]: no tables to work on, a refused file, a fault of the store.
pub async fn run(arguments: Arguments) -> Result<Output, Failure> {
    let Arguments { state, json, command } = arguments;
    let target = async || Target::find(state.as_deref()).await;
    match command {
        Command::Import(what) => imported(&target().await?, what).await,
        Command::Export(what) => exported(&target().await?, what, json).await,
        Command::Service(what) => of_service(&target().await?, what).await,
        Command::User(what) => of_user(&target().await?, what).await,
        Command::Status(Status::Get { id }) => status::get(&target().await?, id).await,
        Command::Status(Status::Set(setting)) => status::set(&target().await?, setting).await,
        Command::Status(Status::History { id, limit }) => {
            status::history(&target().await?, id, limit).await
        }
        Command::Token { username } => {
            let token = token_of(&target().await?, &username).await?;
            Ok(Output::new(&token, &json!({"token": token})))
        }
        Command::Smoke { url, write, username } => {
            let token = match username {
                Some(username) => Some(token_of(&target().await?, &username).await?),
                None => std::env::var("CAPACITY_TOKEN").ok().filter(|token| !token.is_empty()),
            };
            Ok(smoke::run(&url, token.as_deref(), write).await)
        }
        Command::Doctor => Ok(doctor::run(&target().await?).await),
        Command::Completions { shell } => Ok(completions(shell)),
    }
}

async fn imported(target: &Target, what: Import) -> Result<Output, Failure> {
    match what {
        Import::Services { file, dry_run, deactivate_missing, deactivate_at_most } => {
            let manner = Manner { dry_run, deactivate_missing, deactivate_at_most };
            import::services(target, &file, manner).await
        }
        Import::Users { file, dry_run } => import::users(target, &file, dry_run).await,
    }
}

async fn of_service(target: &Target, what: Service) -> Result<Output, Failure> {
    match what {
        Service::List(filter) => service::list(target, &filter).await,
        Service::Show { id } => service::show(target, id).await,
        Service::Activate { id } => service::set_active(target, id, true).await,
        Service::Deactivate { id } => service::set_active(target, id, false).await,
    }
}

async fn of_user(target: &Target, what: User) -> Result<Output, Failure> {
    match what {
        User::List => user::list(target).await,
        User::Show { username } => user::show(target, &username).await,
        User::Add(new) => user::add(target, new).await,
        User::Grant { username, rights } => {
            user::change_rights(target, &username, rights, true).await
        }
        User::Revoke { username, rights } => {
            user::change_rights(target, &username, rights, false).await
        }
        User::Activate { username } => user::set_active(target, &username, true).await,
        User::Deactivate { username } => user::set_active(target, &username, false).await,
    }
}

async fn exported(target: &Target, what: Export, json: bool) -> Result<Output, Failure> {
    let (Export::Services(Destination { file, format })
    | Export::Users(Destination { file, format })) = &what;
    let asked = format.or(json.then_some(Format::Json));
    let format = export::format_of(file.as_deref(), asked);
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
