//! Checks the code against the tables of pages in docs/permissions.md: every page, by every visitor, on several
//! services. A page has no problem code, so an answer's code is that of the log.
//!
//! The document is written by hand and is authoritative; nothing here knows the policy.

mod visitors;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use self::visitors::{VISITORS, Visitor};
use super::decision_tables::{SERVICES, Town, operations, rows, split_document};
use crate::harness::{App, Reply, log::take_lines};

/// How many services of each kind are requested.
const EACH: usize = 2;

/// Pages with the same rules, and their table.
struct Section {
    /// `METHOD /path`
    pages: Vec<String>,
    /// The word in each column, by visitor.
    rows: BTreeMap<String, Vec<String>>,
}

/// What each word of the tables means: the status and the code.
type Answers = BTreeMap<String, (u16, String)>;

/// What the tables of the document say, what their words mean, and which pages are public.
fn document() -> (Vec<Section>, Answers, Vec<String>) {
    let (_, pages) = split_document();
    let mut parts = pages.split("\n### ");
    let beginning = parts.next().expect("a beginning").to_owned();
    let answers = rows(&beginning).into_iter().map(|(word, cells)| {
        let (status, code) = cells[0].split_once(' ').unwrap_or((&cells[0], ""));
        (word, (status.parse().expect("a status"), code.trim_matches('`').to_owned()))
    });
    let public = beginning.split_once("\nPublic").map_or("", |(_, public)| public);
    let quoted = |text: &str| {
        let quoted = text.split('`').skip(1).step_by(2);
        quoted.filter(|text| text.contains(" /")).map(str::to_owned).collect()
    };
    let sections = parts.map(|text| {
        let mut by_visitor = BTreeMap::new();
        for (visitors, cells) in rows(text) {
            for visitor in visitors.split("<br>") {
                let former = by_visitor.insert(visitor.to_owned(), cells.clone());
                assert_eq!(former, None, "{visitor} is in two rows");
            }
        }
        Section { pages: quoted(text), rows: by_visitor }
    });
    (sections.collect(), answers.collect(), quoted(public))
}

#[test]
fn every_page_has_a_table_with_every_visitor_and_every_kind_of_service() {
    let (sections, _, public) = document();
    let mut all = operations();
    all.retain(|name, _| name.contains(" /web"));
    assert!(all.values().all(|security| *security == json!([])), "{all:?}");
    let mut described = BTreeSet::from_iter(public);
    for section in &sections {
        let visitors: BTreeSet<&str> = section.rows.keys().map(String::as_str).collect();
        assert_eq!(visitors, BTreeSet::from(VISITORS), "{:?}", section.pages);
        let is_of_service = section.pages.iter().any(|page| page.contains("{id}"));
        let columns = if is_of_service { SERVICES.len() } else { 1 };
        assert!(section.rows.values().all(|cells| cells.len() == columns), "{:?}", section.pages);
        described.extend(section.pages.iter().cloned());
    }
    assert_eq!(described, all.into_keys().collect());
}

#[tokio::test]
async fn decisions_on_visitors_match_the_tables() {
    let (town, app) = Town::start().await;
    let (sections, answers, _) = document();
    let (mut wrong, mut changes) = (Vec::new(), BTreeMap::<u64, usize>::new());
    for section in &sections {
        for (visitor, column, number) in every_visitor_and_service(section) {
            let id = town.services()[column][number];
            let written = &section.rows[visitor][column];
            for page in &section.pages {
                let (method, path) = page.split_once(' ').expect("method and path");
                let found = decision(&app, visitor, method, path, id).await;
                if found != answers[written] {
                    wrong.push(format!("{page} {} {visitor}: {found:?}", SERVICES[column]));
                }
                *changes.entry(id).or_default() +=
                    usize::from(written == "done" && path == "/web/services/{id}");
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong: {wrong:#?}", wrong.len());
    // A refused form changes nothing; an accepted one stores one change.
    for (id, expected) in changes {
        assert_eq!(app.history(id).await.len(), expected, "service {id}");
    }
}

/// The status of an answer, and its code in the log. A HEAD must be decided as its GET.
async fn decision(
    app: &App,
    visitor: &'static str,
    method: &str,
    path: &str,
    id: u64,
) -> (u16, String) {
    let visitor = Visitor::of(app, visitor, id).await;
    let call = visitor.request(method, path, id).await;
    take_lines();
    let reply = call.send().await;
    let lines = take_lines();
    let code = lines.iter().find_map(|line| line["code"].as_str()).unwrap_or_default().to_owned();
    if method == "GET" {
        let head: Reply = visitor.request(method, path, id).await.head().send().await;
        assert_eq!(head.status, reply.status, "HEAD {path} {id}");
    }
    (reply.status.as_u16(), code)
}

fn every_visitor_and_service(
    section: &Section,
) -> impl Iterator<Item = (&'static str, usize, usize)> {
    let columns = section.rows.values().next().expect("a row").len();
    let services = (0..columns).flat_map(|kind| (0..EACH).map(move |at| (kind, at)));
    services.flat_map(|(kind, at)| VISITORS.into_iter().map(move |visitor| (visitor, kind, at)))
}
