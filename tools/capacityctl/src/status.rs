//! `status get`, `set` and `history`. A status is set by the function that clients' updates go to,
//! in the name of a user who has the right: there is no other way.

use std::collections::BTreeMap;

use serde_json::{Value, json, value::to_raw_value};
use shared::{
    domain::{Change, Service, ServiceId},
    http::{Clock, HistoryEntry, Representation, answer},
    store::{History, Window},
};

use crate::{
    Failure, Output,
    output::{particulars, status_style, table},
    service,
    target::{Target, USERS_TABLE},
    users,
};

/// What a status is to be.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Setting {
    /// Which service
    id: ServiceId,
    /// RED, AMBER or GREEN
    status: String,
    /// The user in whose name, and by whose right
    #[arg(long = "as", value_name = "USERNAME")]
    username: String,
    /// Minutes until AMBER or RED becomes GREEN; by default 240
    #[arg(long, value_name = "MINUTES", allow_negative_numbers = true)]
    reset_in: Option<String>,
    /// What referrers are to know. Never anything about a patient
    #[arg(long, value_name = "TEXT")]
    notes: Option<String>,
}

/// What readers are shown now.
pub(crate) async fn get(target: &Target, id: ServiceId) -> Result<Output, Failure> {
    let Service { directory, record } = service::read(target, id).await?;
    if !directory.active {
        return Err(Failure::NotInUse(id));
    }
    let shown = record.shown_at(Clock::system().now());
    let representation = Representation::new(id, &directory.name, shown);
    let representation = representation.map_err(|problem| unwritable(&problem))?;
    Ok(shown_to(&representation.into_response()))
}

fn unwritable(problem: &shared::http::Problem) -> Failure {
    Failure::Unwritable(problem.code().to_owned())
}

/// An answer of the API, as people read it.
fn shown_to(response: &shared::http::Response) -> Output {
    represented(serde_json::from_slice(response.body()).unwrap_or_default())
}

fn represented(status: Value) -> Output {
    let text = |name: &str| status.get(name)?.as_str().map(str::to_owned);
    let shown = particulars([
        ("id", status.get("id").map(ToString::to_string)),
        ("name", text("name")),
        ("status", text("status")),
        ("reset", text("resetDateTime")),
        ("notes", text("notes")),
        ("changed", text("modifiedDate")),
        ("by", text("modifiedBy")),
    ]);
    Output::new(shown, &status)
}

/// The newest changes, newest first.
pub(crate) async fn history(
    target: &Target,
    id: ServiceId,
    limit: usize,
) -> Result<Output, Failure> {
    service::read(target, id).await?;
    let mut settings = target.settings();
    let history = History::read(&mut settings, target.client());
    let history = settings.finish(history).map_err(Failure::Settings)?;
    let (now, mut changes, mut after) = (Clock::system().now(), Vec::new(), None);
    while changes.len() < limit {
        let room = (limit - changes.len()).min(PAGE);
        let page = history.page(id, Window::default(), after, room, now).await?;
        changes.extend(page.changes);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let lines = changes.iter().map(|change| (status_style(change.status.rag()), cells(change)));
    let text = table(["version", "date", "status", "reset", "by", "notes"], lines);
    let entries: Vec<HistoryEntry> = changes.into_iter().map(HistoryEntry::from).collect();
    Ok(Output::new(text, &entries))
}

/// How many changes are asked for at once.
const PAGE: usize = 100;

fn cells(change: &Change) -> [String; 6] {
    [
        change.version.to_string(),
        change.at.to_string(),
        change.status.rag().as_str().to_owned(),
        change.status.reset_at().map(|at| at.to_string()).unwrap_or_default(),
        change.by.username.clone(),
        change.notes.clone().unwrap_or_default(),
    ]
}

/// Sets a status as `PUT` does.
pub(crate) async fn set(target: &Target, setting: Setting) -> Result<Output, Failure> {
    let (client, table) = (target.client(), target.table(USERS_TABLE)?);
    let user = users::named(client, table, &setting.username).await?;
    let mut settings = target.settings();
    let deps = update_status::Deps::read(&mut settings, client);
    let deps = settings.finish(deps).map_err(Failure::Settings)?;
    let event = to_raw_value(&put(&user.subject, &setting))
        .map_err(|error| Failure::Unwritable(error.to_string()))?;
    let answered = answer(&event, async |request| update_status::handle(&deps, request).await);
    let answered = answered.await.map_err(|error| Failure::Unwritable(error.to_string()))?;
    let answered = serde_json::to_value(answered).unwrap_or_default();
    let member = |name| answered.get(name).cloned().unwrap_or_default();
    let body: Value =
        serde_json::from_str(member("body").as_str().unwrap_or_default()).unwrap_or_default();
    match member("statusCode").as_u64().and_then(|status| u16::try_from(status).ok()) {
        Some(200) => {
            let mut output = represented(body);
            output.text.push_str(&format!("\nstored in the tables {}", target.place()));
            Ok(output)
        }
        status => Err(Failure::Api { status: status.unwrap_or(500), detail: problem(&body) }),
    }
}

/// The request as the gateway would hand it on.
fn put(subject: &str, setting: &Setting) -> Value {
    let path = format!("/services/{}/capacitystatus", setting.id);
    let given = [
        ("status", Some(&setting.status)),
        ("resetStatusIn", setting.reset_in.as_ref()),
        ("notes", setting.notes.as_ref()),
    ];
    let given = given.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let body: BTreeMap<&str, &String> = given.collect();
    json!({
        "version": "2.0",
        "routeKey": "PUT /services/{id}/capacitystatus",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "pathParameters": {"id": setting.id.to_string()},
        "requestContext": {
            "http": {"method": "PUT", "path": path},
            "authorizer": {"jwt": {"claims": {
                "sub": subject, "token_use": "access", "scope": "capacity/write",
            }}},
        },
        "body": json!(body).to_string(),
        "isBase64Encoded": false,
    })
}

/// What a problem document says, every wrong field included.
fn problem(document: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let errors = document["errors"].as_array().into_iter().flatten();
    let errors = errors.map(|error| {
        format!(
            "; {} {}: {}",
            text(&error["code"]),
            text(&error["pointer"]),
            text(&error["detail"])
        )
    });
    let whole = [text(&document["code"]), ": ".to_owned(), text(&document["detail"])];
    whole.into_iter().chain(errors).collect()
}
