//! A simple first version of the API's three operations, with the SDK's defaults. It does not authorise the
//! caller, has no versions and no resets, and writes a minimal history item.

use std::{
    collections::HashMap,
    env,
    time::{SystemTime, UNIX_EPOCH},
};

use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, KeysAndAttributes, Put, TransactWriteItem, Update},
};
use lambda_http::{
    Body, Error, Request, RequestExt, Response, http::Method, request::RequestContext, run,
    service_fn, tracing,
};
use serde::{Deserialize, Serialize};

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Service {
    id: u64,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reset_date_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified_date: Option<i64>,
}

#[derive(Serialize)]
struct Page {
    items: Vec<Service>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewStatus {
    status: String,
    reset_status_in: Option<i64>,
    notes: Option<String>,
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let client = Client::new(&config);
    run(service_fn(|request| handle(&client, request))).await
}

async fn handle(client: &Client, request: Request) -> Result<Response<Body>, Error> {
    let id = request.path_parameters().first("id").map(ToOwned::to_owned);
    match (request.method(), id) {
        (&Method::GET, Some(id)) => get(client, id).await,
        (&Method::PUT, Some(id)) => put(client, id, request).await,
        _ => list(client).await,
    }
}

async fn get(client: &Client, id: String) -> Result<Response<Body>, Error> {
    let found = client
        .get_item()
        .table_name(env::var("SERVICES_TABLE")?)
        .key("id", AttributeValue::N(id))
        .send()
        .await?;
    match found.item {
        Some(item) => json_response(&serde_dynamo::from_item::<_, Service>(item)?),
        None => Ok(Response::builder().status(404).body(Body::Empty)?),
    }
}

async fn list(client: &Client) -> Result<Response<Body>, Error> {
    let found = client.scan().table_name(env::var("SERVICES_TABLE")?).limit(25).send().await?;
    let items = serde_dynamo::from_items(found.items.unwrap_or_default())?;
    json_response(&Page { items })
}

async fn put(client: &Client, id: String, request: Request) -> Result<Response<Body>, Error> {
    let new: NewStatus = serde_json::from_slice(request.body())?;
    let (services, users) = (env::var("SERVICES_TABLE")?, env::var("USERS_TABLE")?);
    let subject = subject(&request).ok_or("no subject")?;
    let found = client
        .batch_get_item()
        .request_items(&services, key("id", AttributeValue::N(id.clone()))?)
        .request_items(&users, key("subject", AttributeValue::S(subject.clone()))?)
        .send()
        .await?;
    let mut found = found.responses.unwrap_or_default();
    let item = found.get_mut(&services).and_then(Vec::pop).ok_or("no such service")?;
    let mut service: Service = serde_dynamo::from_item(item)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs() as i64;
    service.status = Some(new.status.clone());
    service.reset_date_time = Some(now + 60 * new.reset_status_in.unwrap_or(240));
    service.notes = new.notes;
    service.modified_by = Some(subject.clone());
    service.modified_date = Some(now);
    let update = Update::builder()
        .table_name(&services)
        .key("id", AttributeValue::N(id.clone()))
        .update_expression(
            "SET #status = :status, resetDateTime = :reset, notes = :notes, modifiedBy = :by, \
             modifiedDate = :at",
        )
        .expression_attribute_names("#status", "status")
        .expression_attribute_values(":status", AttributeValue::S(new.status.clone()))
        .expression_attribute_values(
            ":reset",
            AttributeValue::N(service.reset_date_time.unwrap_or_default().to_string()),
        )
        .expression_attribute_values(
            ":notes",
            AttributeValue::S(service.notes.clone().unwrap_or_default()),
        )
        .expression_attribute_values(":by", AttributeValue::S(subject.clone()))
        .expression_attribute_values(":at", AttributeValue::N(now.to_string()))
        .build()?;
    let entry = Put::builder()
        .table_name(env::var("STATUS_HISTORY_TABLE")?)
        .item("serviceId", AttributeValue::N(id))
        .item("at", AttributeValue::S(format!("{now:012}")))
        .item("status", AttributeValue::S(new.status))
        .item("subject", AttributeValue::S(subject))
        .build()?;
    client
        .transact_write_items()
        .transact_items(TransactWriteItem::builder().update(update).build())
        .transact_items(TransactWriteItem::builder().put(entry).build())
        .send()
        .await?;
    json_response(&service)
}

fn subject(request: &Request) -> Option<String> {
    let RequestContext::ApiGatewayV2(context) = request.request_context() else { return None };
    context.authorizer?.jwt?.claims.get("sub").cloned()
}

fn key(name: &str, value: AttributeValue) -> Result<KeysAndAttributes, Error> {
    Ok(KeysAndAttributes::builder().keys(HashMap::from([(name.to_owned(), value)])).build()?)
}

fn json_response(body: &impl Serialize) -> Result<Response<Body>, Error> {
    let body = serde_json::to_string(body)?;
    Ok(Response::builder()
        .status(200)
        .header("content-type", "application/json")
        .body(body.into())?)
}
