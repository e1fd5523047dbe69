//! The examples of pages in openapi.yaml are answers of the API.

use serde_json::{Value, json};

use crate::harness::{document, sample_app};

const LIST: &str = "/paths/~1services/get";
const HISTORY: &str = "/paths/~1services~1{id}~1capacitystatus~1history/get";

/// The example of a page, and of the header that links to the next one.
fn page_example(pointer: &str) -> (Value, Value) {
    let document = document("openapi.yaml");
    let answer = &document.pointer(pointer).expect("an operation")["responses"]["200"];
    let page = &answer["content"]["application/json"]["examples"]["page"]["value"];
    (page.clone(), answer["headers"]["Link"]["example"].clone())
}

/// The examples come from the sample directory, so their cursors are real.
#[tokio::test]
async fn the_examples_of_pages_are_what_the_sample_directory_answers() {
    let app = sample_app().await;
    let service = 9_000_001_101_u64;
    for _ in 0..6 {
        app.put(service, json!({"status": "AMBER"})).by("sample-editor").send().await.ok();
    }
    app.at(5 * 60);
    let full = json!({"status": "RED", "reason": "staffing", "notes": "no doctor until 13:00"});
    app.put(service, full).by("sample-editor").send().await.ok();

    let first = app.list("region=9000001000&limit=2").by("sample-reader").send().await;
    let next = first.body["next"].as_str().expect("a cursor");
    let second = app.list(&format!("limit=2&cursor={next}")).by("sample-reader").send().await;
    let shown = (second.ok().clone(), json!(second.header("link")));
    assert_eq!(shown, page_example(LIST));

    app.later(4 * 60 * 60);
    let history = app.past(service, "limit=2").by("sample-reader").send().await;
    let shown = (history.ok().clone(), json!(history.header("link")));
    assert_eq!(shown, page_example(HISTORY));
}
