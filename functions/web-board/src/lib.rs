//! `GET /web` and the pages below it: where people look at statuses. Also the files that pages load.

mod board;
mod changes;
mod list;
mod mine;
mod service;
mod start;
mod summary;

use std::collections::BTreeMap;

use aws_sdk_dynamodb::Client;
use lambda_http::{Request, http::HeaderMap};
use shared::{
    auth::Scope,
    domain::{ResetLimits, User},
    http::{Clock, Context, Endpoint, File, Problem, Response, is_route, path_parameter},
    operations::read_user,
    runtime::{AllSettings as _, Environment, SettingsError, reset_limits},
    store::{ChangesTable, ServicesTable, SessionsTable, StatusHistoryTable, UsersTable},
};
use web::{
    assets,
    directory::Directory,
    page::{Frame, Person, page, problem_page},
    pages::Statement,
    problem::PageProblem,
    site::Site,
    visitor::Visitor,
};

/// What this function answers first of all; it also serves the other pages.
pub const ENDPOINT: Endpoint = Endpoint { function: "web-board", method: "GET", path: "/web/mine" };

/// Its paths in openapi.yaml.
const PATHS: [&str; 8] = [
    "/web",
    "/web/mine",
    "/web/board/{id}",
    "/web/board/{id}/changes",
    "/web/board/{id}/summary",
    "/web/services/{id}",
    "/web/accessibility",
    "/web/assets/{file}",
];

/// The settings of this function.
#[derive(Debug)]
pub struct Settings {
    site: Site,
    directory: Directory,
    sessions_table: String,
    services_table: String,
    changes_table: String,
    status_history_table: String,
    users_table: String,
    reset_limits: ResetLimits,
}

impl Settings {
    /// Reads the settings.
    ///
    /// # Errors
    /// One of them is missing or invalid.
    pub fn read(environment: &Environment) -> Result<Self, SettingsError> {
        let (site, directory, sessions, services, changes, status_history, users, reset_limits) = (
            Site::read(environment),
            Directory::read(environment),
            environment.required("SESSIONS_TABLE"),
            environment.required("SERVICES_TABLE"),
            environment.required("CHANGES_TABLE"),
            environment.required("STATUS_HISTORY_TABLE"),
            environment.required("USERS_TABLE"),
            reset_limits(environment),
        )
            .all()?;
        Ok(Self {
            site,
            directory,
            sessions_table: sessions,
            services_table: services,
            changes_table: changes,
            status_history_table: status_history,
            users_table: users,
            reset_limits,
        })
    }
}

/// What this function needs.
pub struct Deps {
    site: Site,
    directory: Directory,
    files: BTreeMap<&'static str, File>,
    sessions: SessionsTable,
    services: ServicesTable,
    changes: ChangesTable,
    history: StatusHistoryTable,
    users: UsersTable,
    reset_limits: ResetLimits,
    /// Where the time is read.
    pub clock: Clock,
}

impl Deps {
    /// What the function needs with these settings.
    #[must_use]
    pub fn new(settings: Settings, client: &Client) -> Self {
        Self {
            site: settings.site,
            directory: settings.directory,
            files: assets::files(),
            sessions: SessionsTable::new(client, settings.sessions_table),
            services: ServicesTable::new(client, settings.services_table),
            changes: ChangesTable::new(client, settings.changes_table),
            history: StatusHistoryTable::new(client, settings.status_history_table),
            users: UsersTable::new(client, settings.users_table),
            reset_limits: settings.reset_limits,
            clock: Clock::system(),
        }
    }
}

/// Answers one request.
pub async fn handle(deps: &Deps, request: Request) -> Response {
    let path = PATHS.into_iter().find(|path| is_route(&request, path));
    let context = Context::with_path(&request, &deps.clock, &ENDPOINT, path);
    let render = |problem: PageProblem| {
        problem_page(&deps.site, &request, context.now, &context.request_id, &problem)
    };
    context.respond_with(answer(deps, &request, &context, path), render).await
}

async fn answer(
    deps: &Deps,
    request: &Request,
    context: &Context,
    path: Option<&str>,
) -> Result<Response, PageProblem> {
    match path {
        Some("/web") => start::answer(deps, request, context).await,
        Some("/web/mine") => mine::answer(deps, request, context).await,
        Some("/web/board/{id}") => board::answer(deps, request, context).await,
        Some("/web/board/{id}/changes") => changes::answer(deps, request, context).await,
        Some("/web/board/{id}/summary") => summary::answer(deps, request, context).await,
        Some("/web/services/{id}") => service::answer(deps, request, context).await,
        Some("/web/accessibility") => {
            let frame = Frame::new(&deps.site, "Accessibility statement", None);
            page(&deps.site, request, context.now, Statement { frame })
        }
        Some("/web/assets/{file}") => {
            let name = path_parameter(request, "file").unwrap_or_default();
            file(deps, &name, request.headers())
        }
        _ => Err(Problem::PathNotFound.into()),
    }
}

fn file(deps: &Deps, name: &str, headers: &HeaderMap) -> Result<Response, PageProblem> {
    let file = deps.files.get(name).ok_or(Problem::PathNotFound)?;
    Ok(deps.site.secured(file.answer(headers)?))
}

impl Deps {
    /// Who is signed in, and may read.
    async fn visitor(&self, request: &Request, context: &Context) -> Result<Visitor, PageProblem> {
        let visitor = Visitor::active(&self.site, &self.sessions, request, context).await?;
        visitor.require(Scope::Read)?;
        Ok(visitor)
    }

    /// What was asked for. Somebody who may not use the pages does not learn what is wrong with it.
    async fn asked<T>(
        &self,
        visitor: &Visitor,
        asked: Result<T, Problem>,
    ) -> Result<T, PageProblem> {
        if asked.is_err() {
            let user = read_user(&self.users, &visitor.subject).await;
            user.map_err(|error| PageProblem::of_read(error, &visitor.subject))?;
        }
        Ok(asked?)
    }

    /// The frame of a page that shows statuses.
    fn live_frame(&self, title: &str, user: &User, visitor: &Visitor) -> Frame {
        Frame::live(&self.site, title, Person::new(user, visitor))
    }
}
