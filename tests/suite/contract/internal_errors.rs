//! Defects of the functions: the client learns only that there is one.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use serde_json::{Value, json, value::to_raw_value};
use shared::{
    http::{Clock, Context, dispatch},
    telemetry::log,
};

use crate::harness::{NOW, Reply, time};

/// Collects log lines that the harness would treat as a failure of this test.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic while held").write(line)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_panic_is_a_problem_document_a_log_line_and_a_fault() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = log::subscriber(None, move || writer.clone());
    let logging = tracing::subscriber::set_default(subscriber);
    let event = json!({
        "headers": {"x-request-id": "r-1"},
        "requestContext": {"http": {"method": "GET"}},
        "pathParameters": {"id": "30"},
    });
    let event = to_raw_value(&event).expect("JSON");
    let answered = dispatch(&event, async |request| {
        let clock = Clock::from_fn(|| time(NOW));
        let context = Context::new(&request, &clock, &get_status::ENDPOINT);
        let handler = async {
            tokio::task::yield_now().await;
            panic!("two hour wait");
        };
        context.respond(handler).await
    });
    let reply = Reply::from(answered.await.expect("an event"));
    drop(logging);

    let header = |name| reply.header(name);
    assert_eq!(
        (header("content-type"), header("x-request-id"), header("cache-control")),
        ("application/problem+json", "r-1", "no-store")
    );
    assert_eq!(reply.status.as_u16(), 500);
    assert_eq!(
        reply.body,
        json!({
            "type": "urn:capacity-status:problem:internal",
            "title": "Internal error",
            "status": 500,
            "detail": "the error was logged with this requestId",
            "instance": "/services/30/capacitystatus",
            "code": "INTERNAL",
            "requestId": "r-1",
        })
    );
    let lines = String::from_utf8(lines.0.lock().expect("no panic").clone()).expect("UTF-8");
    let [metrics, log] = lines.lines().collect::<Vec<_>>().try_into().expect("two lines");
    let [metrics, log] =
        [metrics, log].map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    assert_eq!((&metrics["Code"], &metrics["Faults"]), (&json!("INTERNAL"), &json!(1)));
    assert_eq!(
        (&log["level"], &log["message"], &log["code"], &log["request_id"], &log["error"]),
        (
            &json!("ERROR"),
            &json!("request_failed"),
            &json!("INTERNAL"),
            &json!("r-1"),
            &json!("the handler panicked")
        )
    );
}
