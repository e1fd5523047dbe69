//! What people see of requests and of the functions' output.

use anstream::adapter::strip_str;
use local_stack::{
    cargo_build, function_line,
    log_files::LogFiles,
    output::{self, Output, Stream},
    request_line::{Answer, RequestLine, invoked_function},
    schedule,
};
use serde_json::json;

use super::Folder;

const PROBLEM: &[u8] = br#"{"title": "Validation failed", "code": "VALIDATION_FAILED"}"#;

fn line(method: &str, path: &str, answer: Answer) -> RequestLine {
    let (method, path) = (method.to_owned(), path.to_owned());
    RequestLine { time: "09:05:00Z".to_owned(), method, path, answer, duration_ms: 12 }
}

fn plain(line: &RequestLine) -> String {
    strip_str(&line.to_string()).to_string()
}

#[test]
fn a_request_is_one_line_with_the_request_id_last() {
    let path = "/services/9000001101/capacitystatus";
    let answer = Answer::of_response(200, Some("r-1"), br#"{"status": "RED"}"#);
    let expected =
        "09:05:00Z  PUT    /services/9000001101/capacitystatus 200    12 ms  r-1".to_owned();
    assert_eq!(plain(&line("PUT", path, answer)), expected);
}

#[test]
fn a_refused_request_also_shows_its_code() {
    let answer = Answer::of_response(400, Some("r-1"), PROBLEM);
    let expected = "09:05:00Z  GET    /services                           400    12 ms  VALIDATION_FAILED  r-1";
    assert_eq!(plain(&line("GET", "/services", answer)), expected);
}

#[test]
fn only_problem_documents_have_a_code() {
    assert_eq!(Answer::of_response(200, None, br#"{"code": "no problem"}"#).code, None);
    assert_eq!(Answer::of_response(502, None, b"no JSON").code, None);
    assert_eq!(Answer::of_response(404, None, br#"{"message": "Not Found"}"#).code, None);
}

#[test]
fn an_event_shows_the_function_and_the_response_in_the_result() {
    let function = invoked_function("/2015-03-31/functions/get-status/invocations");
    assert_eq!(function, Some("get-status"));
    assert_eq!(invoked_function("/services/1/capacitystatus"), None);
    let body = str::from_utf8(PROBLEM).expect("text");
    let result = json!({"statusCode": 400, "headers": {"x-request-id": "r-2"}, "body": body});
    let answer = Answer::of_invocation(200, result.to_string().as_bytes());
    let expected = "09:05:00Z  invoke get-status                          400    12 ms  VALIDATION_FAILED  r-2";
    assert_eq!(plain(&line("invoke", "get-status", answer)), expected);
}

#[test]
fn the_result_of_the_scheduled_function_has_the_status_of_the_invocation() {
    let answer = Answer::of_invocation(200, br#"{"done": 3, "complete": true}"#);
    assert_eq!(answer, Answer { status: 200, code: None, request_id: None });
}

#[test]
fn each_class_of_status_has_its_colour() {
    let coloured = |status| line("GET", "/", Answer::of_response(status, None, b"")).to_string();
    for (status, colour) in [(200, 32), (304, 36), (404, 33), (503, 31)] {
        let expected = format!("\x1b[{colour}m{status}\x1b[0m");
        assert!(coloured(status).contains(&expected), "{:?}", coloured(status));
    }
}

/// What is shown of a line, without colours.
fn shown(line: &str) -> Option<String> {
    function_line::render("get-status", line).map(|text| strip_str(&text).to_string())
}

#[test]
fn an_error_of_a_function_is_shown_with_all_its_members() {
    let entry = json!({
        "timestamp": "2026-11-21T09:05:00.123456Z", "level": "ERROR", "message": "request_failed",
        "code": "INTERNAL", "request_id": "r-1", "retries": 2,
    });
    let expected = "09:05:00Z  ERROR get-status request_failed\n    code: INTERNAL\n    request_id: r-1\n    \
                    retries: 2";
    assert_eq!(shown(&entry.to_string()).as_deref(), Some(expected));
    let warning = r#"{"timestamp": "2026-11-21T09:05:00Z", "level": "WARN", "message": "late"}"#;
    assert_eq!(shown(warning).as_deref(), Some("09:05:00Z  WARN get-status late"));
}

#[test]
fn metrics_and_other_log_lines_are_not_shown() {
    assert_eq!(shown(r#"{"_aws": {"Timestamp": 1}, "Operation": "get-status"}"#), None);
    assert_eq!(shown(r#"{"level": "INFO", "message": "request_refused"}"#), None);
    let own = r#"{"level": "ERROR", "message": "Lambda Runtime API returned non-200 response"}"#;
    assert_eq!(shown(own), None);
    assert_eq!(shown("  "), None);
}

#[test]
fn text_that_a_developer_prints_is_shown() {
    assert_eq!(
        shown("[src/lib.rs:1:1] x = 2").as_deref(),
        Some("get-status | [src/lib.rs:1:1] x = 2")
    );
    assert_eq!(shown("[1, 2]").as_deref(), Some("get-status | [1, 2]"));
}

#[test]
fn what_cargo_does_is_told_from_warnings_and_errors() {
    let status = |line: &str| cargo_build::status(line);
    for (line, word) in [
        ("   Compiling shared v0.1.0 (/home/ann/api/shared)", "Compiling"),
        (
            "\u{1b}[1m\u{1b}[36m    Blocking\u{1b}[0m waiting for file lock on build directory",
            "Blocking",
        ),
        ("    Finished `dev` profile [unoptimized + debuginfo] target(s) in 1.10s", "Finished"),
    ] {
        assert_eq!(status(line).as_deref(), Some(word), "{line}");
    }
    for line in [
        "",
        "error[E0425]: cannot find value `x` in this scope",
        "warning: unused variable: `Word`",
        "  --> functions/get-status/src/lib.rs:42:9",
        "   |",
        "42 |     Ok(Some(x))",
        "   Compiling",
        "            Some text at the thirteenth column",
        "  é Compiling é",
    ] {
        assert_eq!(status(line), None, "{line}");
    }
}

/// A program reads what `--json` prints to standard output.
#[test]
fn with_json_only_log_lines_and_metrics_go_to_standard_output() {
    let shown = |line: &str, json| output::shown("get-status", Stream::Out, line, json);
    for entry in [r#"{"level": "INFO", "message": "request"}"#, r#"{"_aws": {"Timestamp": 1}}"#] {
        assert_eq!(shown(entry, true), Some((Stream::Out, entry.to_owned())));
        assert_eq!(shown(entry, false), None);
    }
    for text in ["x = 2", "[1, 2]", "\"a\"", "{x}"] {
        for json in [true, false] {
            let (stream, line) = shown(text, json).expect("a line");
            let line = strip_str(&line).to_string();
            assert_eq!((stream, line), (Stream::Err, format!("get-status | {text}")));
        }
    }
    assert_eq!(shown(" ", true), None);
}

/// It is built first after a change.
#[test]
fn the_function_in_use_is_the_last_that_logged_apart_from_the_scheduled_one() {
    let folder = Folder::new("latest");
    let output = Output::new(false, LogFiles::start(&folder.0, 1000).expect("a log file"));
    assert_eq!(output.latest_function(), None);
    for function in ["get-status", "list-services", schedule::FUNCTION] {
        output.program_line(function, Stream::Out, "{}");
    }
    output.program_line("cargo-lambda", Stream::Err, "");
    assert_eq!(output.latest_function().as_deref(), Some("list-services"));
}
