//! Reads docs/permissions.md.

use std::collections::BTreeMap;

use serde_json::Value;

use super::callers::CALLERS;
use crate::harness::{document, published_path, root};

/// The document.
pub(super) struct Matrix {
    /// The meaning of each word in a table: the status, and the code of a problem.
    pub(super) answers: BTreeMap<String, (u16, Option<String>)>,
    /// The operations that need no token: `METHOD /path`.
    pub(super) public: Vec<String>,
    pub(super) sections: Vec<Section>,
}

/// Operations with the same rules, and their table.
pub(super) struct Section {
    /// `METHOD /path`
    pub(super) operations: Vec<String>,
    pub(super) scope: Option<String>,
    /// The word in each column, by caller.
    pub(super) rows: BTreeMap<String, Vec<String>>,
}

impl Matrix {
    pub(super) fn read() -> Self {
        let (text, _) = split_document();
        let mut parts = text.split("\n## ");
        let beginning = parts.next().expect("a beginning");
        let public = beginning.split_once("\nPublic").map_or("", |(_, public)| public);
        let public = public.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        let answers =
            rows(beginning).into_iter().map(|(word, cells)| (word, answer(&cells[0]))).collect();
        let mut sections: Vec<_> = parts.map(section).collect();
        name_all(&mut sections);
        Self { answers, public, sections }
    }
}

/// The document, and its part about pages (`permissions::page_tables`).
pub(crate) fn split_document() -> (String, String) {
    let text = std::fs::read_to_string(root().join("docs/permissions.md")).expect("a document");
    let (of_the_api, of_pages) = text.split_once("\n## Pages for people\n").expect("two parts");
    (of_the_api.to_owned(), of_pages.to_owned())
}

/// Replaces `*` by the operations it stands for: those without a table of their own.
fn name_all(sections: &mut [Section]) {
    let named: Vec<_> = sections.iter().flat_map(|section| section.operations.clone()).collect();
    let others: Vec<_> =
        of_the_api().into_keys().filter(|operation| !named.contains(operation)).collect();
    for section in sections {
        let stars = section.operations.extract_if(.., |operation| operation.ends_with('*'));
        for star in stars.collect::<Vec<_>>() {
            let covered = others.iter().filter(|one| one.starts_with(star.trim_end_matches('*')));
            section.operations.extend(covered.cloned());
        }
    }
}

/// The operations that are no pages.
pub(super) fn of_the_api() -> BTreeMap<String, Value> {
    let mut operations = operations();
    operations.retain(|name, _| !name.contains(" /web"));
    operations
}

/// The operations of openapi.yaml, `METHOD /path`, with the security each requires. HEAD is not among them: it is
/// decided as GET.
pub(crate) fn operations() -> BTreeMap<String, Value> {
    let document = document("openapi.yaml");
    let methods = ["get", "put", "post", "delete", "options", "patch", "trace"];
    let mut operations = BTreeMap::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in methods.into_iter().filter(|method| !item[*method].is_null()) {
            let name = format!("{} {}", method.to_uppercase(), published_path(path));
            operations.insert(name, item[method]["security"].clone());
        }
    }
    operations
}

/// `401 `UNAUTHENTICATED``
fn answer(cell: &str) -> (u16, Option<String>) {
    let (status, code) = cell.split_once(' ').unwrap_or((cell, ""));
    let code = Some(code.trim_matches('`').to_owned()).filter(|code| !code.is_empty());
    (status.parse().expect("a status"), code)
}

fn section(text: &str) -> Section {
    let quoted: Vec<&str> = text.split('`').skip(1).step_by(2).collect();
    let (scopes, operations): (Vec<_>, Vec<_>) =
        quoted.into_iter().partition(|quoted| quoted.starts_with("capacity/"));
    Section {
        operations: operations.into_iter().map(str::to_owned).collect(),
        scope: scopes.first().map(ToString::to_string),
        rows: rows_of_callers(text),
    }
}

/// The rows by caller. A row's first cell names the callers on a line each, or `Everybody`.
fn rows_of_callers(text: &str) -> BTreeMap<String, Vec<String>> {
    let mut by_caller = BTreeMap::new();
    for (callers, cells) in rows(text) {
        let everybody = callers == "Everybody";
        let named = if everybody { CALLERS.to_vec() } else { callers.split("<br>").collect() };
        for caller in named {
            let former = by_caller.insert(caller.to_owned(), cells.clone());
            assert_eq!(former, None, "{caller} is in two rows");
        }
    }
    by_caller
}

/// The rows of a table below its head, by the first cell.
pub(crate) fn rows(text: &str) -> BTreeMap<String, Vec<String>> {
    let lines = text.lines().filter(|line| line.starts_with('|')).skip(2);
    let cells = lines.map(|line| {
        let mut cells = line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned());
        (cells.next().expect("a first cell"), cells.collect())
    });
    cells.collect()
}
