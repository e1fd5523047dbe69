//! The smallest possible function: it greets the caller.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(async |event: LambdaEvent<Value>| {
        let id = event.context.request_id;
        Ok::<Value, Error>(json!({"statusCode": 200, "body": format!("Hello, {id}!")}))
    }))
    .await
}
