//! Runs `cargo ctl` command lines on a world of their own.

use std::{
    ffi::OsString,
    io::{self, Read as _, Write},
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use aws_sdk_dynamodb::types::AttributeValue;
use capacityctl::{
    Error, Output, cli, concurrency::Interrupt, dialog::Dialog, stack_file::StackFile,
};
use clap::Parser as _;
use local_stack::engine::REGION;
use serde_json::Value;

use crate::harness::{App, World, audit_table, endpoint, token_verifier::issuer_key_der};

/// The family 10 > 20 > 30 and others, with a stack file that points to it.
pub(super) struct Ctl {
    pub(super) app: App,
    pub(super) state: PathBuf,
}

impl Ctl {
    pub(super) async fn start() -> Self {
        Self::start_with(World::family()).await
    }

    /// Another world.
    pub(super) async fn start_with(world: World) -> Self {
        static FOLDERS: AtomicU32 = AtomicU32::new(0);
        let app = world.start().await;
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let name = format!("capacity-{}-ctl-{number}", std::process::id());
        let state = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&state).expect("a folder");
        std::fs::write(state.join("key"), issuer_key_der()).expect("a key");
        let ctl = Self { app, state };
        ctl.point_to(&endpoint());
        ctl
    }

    pub(super) fn point_to(&self, endpoint: &str) {
        let stack = StackFile {
            api_url: "http://127.0.0.1:1".to_owned(),
            dynamodb_endpoint: endpoint.to_owned(),
            region: REGION.to_owned(),
            tables: self.app.tables.clone(),
            audit_table: audit_table(&self.app.tables),
            issuer: "http://127.0.0.1:1".to_owned(),
            client_id: "client".to_owned(),
            key_file: self.state.join("key"),
        };
        stack.write(&self.state).expect("a stack file");
    }

    pub(super) async fn run(&self, words: &[&str]) -> Result<Output, Error> {
        self.run_until(Interrupt::never(), words).await
    }

    pub(super) async fn run_until(
        &self,
        interrupt: Interrupt,
        words: &[&str],
    ) -> Result<Output, Error> {
        capacityctl::run(self.arguments(words), interrupt, nobody_to_ask(), &mut io::sink()).await
    }

    /// Runs the command line, and answers what it asks. Returns what it showed, too.
    pub(super) async fn run_answering(
        &self,
        answer: &'static str,
        words: &[&str],
    ) -> (Result<Output, Error>, String) {
        let (mut shown, questions) = io::pipe().expect("a pipe");
        let dialog = Dialog::new(questions, Some(Box::new(answer.as_bytes())));
        let result =
            capacityctl::run(self.arguments(words), Interrupt::never(), dialog, &mut io::sink())
                .await;
        let mut text = Vec::new();
        shown.read_to_end(&mut text).expect("what was shown");
        (result, plain(&text))
    }

    fn arguments(&self, words: &[&str]) -> cli::Arguments {
        let state = self.state.to_str().expect("a path");
        let words: Vec<&str> =
            ["capacityctl", "--state", state].iter().chain(words).copied().collect();
        cli::Arguments::try_parse_from(words).expect("a command line")
    }

    /// Runs the command line as the process does.
    pub(super) async fn execute(&self, words: &[&str]) -> Finished {
        let mut stdout = Vec::new();
        let (code, stderr) = self.execute_with_stdout(words, &mut stdout).await;
        Finished { code, stdout: plain(&stdout), stderr }
    }

    /// Runs the command line with this standard output. Returns the exit code and standard error.
    pub(super) async fn execute_with_stdout(
        &self,
        words: &[&str],
        stdout: &mut dyn Write,
    ) -> (u8, String) {
        let state = self.state.to_str().expect("a path");
        let words = [&["capacityctl", "--state", state], words].concat();
        let words = words.into_iter().map(OsString::from);
        let mut stderr = Vec::new();
        let (interrupt, dialog) = (Interrupt::never(), nobody_to_ask());
        let code = capacityctl::execute(words, interrupt, dialog, stdout, &mut stderr).await;
        (code, plain(&stderr))
    }

    pub(super) async fn text(&self, words: &[&str]) -> String {
        let output = self.run(words).await.expect("a result");
        anstream::adapter::strip_str(&output.text).to_string()
    }

    pub(super) async fn json(&self, words: &[&str]) -> Value {
        self.run(words).await.expect("a result").json.expect("JSON")
    }

    pub(super) async fn failure(&self, words: &[&str]) -> Error {
        self.run(words).await.expect_err("a failure")
    }

    /// Sets or removes an attribute of a service's row, bypassing the importer.
    pub(super) async fn alter(&self, id: u64, attribute: &str, value: Option<AttributeValue>) {
        let clause = if value.is_some() { "SET #name = :value" } else { "REMOVE #name" };
        let values = value.map(|value| [(":value".to_owned(), value)].into());
        let update = self.app.client.update_item().table_name(&self.app.tables.services);
        let update = update.key("id", AttributeValue::N(id.to_string())).update_expression(clause);
        let update = update.expression_attribute_names("#name", attribute);
        update.set_expression_attribute_values(values).send().await.expect("an update");
    }

    /// Leaves the table as an import does that is killed after moving 20 below 40 and before moving
    /// 30.
    pub(super) async fn interrupted_move(&self) {
        self.alter(20, "path", Some(AttributeValue::S("/40/20/".to_owned()))).await;
        self.alter(20, "parentId", Some(AttributeValue::N("40".to_owned()))).await;
        self.alter(20, "region", Some(AttributeValue::N("40".to_owned()))).await;
    }

    /// A file in the folder.
    pub(super) fn file(&self, name: &str, text: &str) -> String {
        let file = self.state.join(name);
        std::fs::write(&file, text).expect("a file");
        file.to_str().expect("a path").to_owned()
    }
}

impl Drop for Ctl {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.state);
    }
}

pub(super) fn nobody_to_ask() -> Dialog {
    Dialog::new(io::sink(), None)
}

/// What a process printed and its exit code.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Finished {
    pub(super) code: u8,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

fn plain(bytes: &[u8]) -> String {
    let text = std::str::from_utf8(bytes).expect("UTF-8");
    anstream::adapter::strip_str(text).to_string()
}

/// The exit code of the process, as `cargo ctl --help` lists it.
pub(super) fn exit_code(error: &Error) -> String {
    error.exit_code().to_string()
}
