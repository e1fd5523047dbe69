//! `POST /web/services/{id}`: a person sets the status of a service, or extends it, with a page's form.

mod change;
mod refusal;

use aws_sdk_dynamodb::Client;
use lambda_http::Request;
use shared::{
    auth::Scope,
    domain::ResetLimits,
    http::{Clock, Context, Endpoint, Response, record_changes, service_id},
    operations::Updated,
    runtime::{AllSettings as _, Environment, SettingsError, reset_limits, table_names},
    store::{SessionsTable, TableNames, UpdateTables},
};
use web::{form::Form, problem::PageProblem, site::Site, visitor::Visitor};

use self::{change::SentForm, refusal::Refusal};

/// What this function answers.
pub const ENDPOINT: Endpoint =
    Endpoint { function: "web-update", method: "POST", path: "/web/services/{id}" };

/// The settings of this function.
#[derive(Debug)]
pub struct Settings {
    site: Site,
    sessions_table: String,
    tables: TableNames,
    reset_limits: ResetLimits,
}

impl Settings {
    /// Reads the settings.
    ///
    /// # Errors
    /// One of them is missing or invalid.
    pub fn read(environment: &Environment) -> Result<Self, SettingsError> {
        let (site, sessions_table, tables, reset_limits) = (
            Site::read(environment),
            environment.required("SESSIONS_TABLE"),
            table_names(environment),
            reset_limits(environment),
        )
            .all()?;
        Ok(Self { site, sessions_table, tables, reset_limits })
    }
}

/// What this function needs.
pub struct Deps {
    site: Site,
    sessions: SessionsTable,
    tables: UpdateTables,
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
            sessions: SessionsTable::new(client, settings.sessions_table),
            tables: UpdateTables::new(client, settings.tables),
            reset_limits: settings.reset_limits,
            clock: Clock::system(),
        }
    }
}

/// Answers one request.
pub async fn handle(deps: &Deps, request: Request) -> Response {
    let context = Context::new(&request, &deps.clock, &ENDPOINT);
    let render = |refusal: Refusal| refusal.response(&deps.site, &request, &context);
    context.respond_with(post(deps, &request, &context), render).await
}

async fn post(deps: &Deps, request: &Request, context: &Context) -> Result<Response, Refusal> {
    let visitor = Visitor::of_request(&deps.site, &deps.sessions, request, context).await?;
    let form = Form::of_visitor(&deps.site, &visitor, request)?;
    visitor.require(Scope::Write).map_err(PageProblem::from)?;
    let sent = SentForm::read(&form, &visitor, service_id(request))?;
    let updated = match sent.apply(deps, context).await {
        Ok(updated) => updated,
        Err(error) => return Err(sent.refused(deps, context, error).await),
    };
    record_changes(&updated, context);
    Ok(deps.site.see_other(&deps.site.path(&done(&updated))))
}

/// The page that says what became of the change.
fn done(Updated { service, changes, .. }: &Updated) -> String {
    let version = changes.last().map_or(0, |change| change.change.version);
    format!("/web/services/{}?done={version}", service.path.id())
}
