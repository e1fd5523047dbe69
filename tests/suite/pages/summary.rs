//! `/web/board/{id}/summary`: a region's table of counts.

use serde_json::json;

use crate::harness::{
    App, World,
    page_text::{links, words},
};

const PAGE: &str = "/web/board/10/summary";

async fn page(app: &App, address: &str) -> String {
    let reply = app.signed_in("reader").await.get(address).send().await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.text
}

#[tokio::test]
async fn a_table_has_the_counts_of_a_region_and_of_each_child() {
    let app = World::family().service(25, "Other <b>", Some(10)).start().await;
    let red = json!({"status": "RED", "resetStatusIn": 30});
    app.put(30, red).by("editor").send().await.ok();
    app.spoil(25).await;
    let reply = app.signed_in("reader").await.get(PAGE).send().await;
    let old = "? Not known";
    let row = |name: &str, cells: [&str; 8]| {
        let headings = [
            "All",
            "RED",
            "AMBER",
            "GREEN",
            "GREEN not confirmed",
            "Not known",
            "Review overdue",
            "Next ends at",
        ];
        let cells = headings.into_iter().zip(cells);
        let cells = cells.map(|(heading, cell)| format!("{heading} {cell}{old}"));
        format!("{name} {}", cells.collect::<Vec<_>>().join(" "))
    };
    let rows = [
        row("All of Region", ["4", "1", "0", "2", "2", "1", "0", "09:30 GMT"]),
        row("Provider", ["2", "1", "0", "1", "1", "0", "0", "09:30 GMT"]),
        row("Service 25", ["1", "0", "0", "0", "0", "1", "0", "None"]),
    ];
    let text = words(&reply);
    for row in rows {
        assert!(text.contains(&row), "{row}: {text}");
    }
    // A count is old at the first deadline in it.
    let until = "data-live=\"20-red\" data-until=\"1795253400\"";
    assert!(reply.text.contains(until), "{}", reply.text);
    assert_eq!(links(&reply.text, "Provider"), ["/web/board/20"]);
    // The board leads to it.
    let board = page(&app, "/web/board/10").await;
    assert_eq!(links(&board, "Counts of each part"), [PAGE]);
}

#[tokio::test]
async fn what_was_not_counted_has_no_numbers() {
    let mut world = World::family();
    for id in 1_000..1_299 {
        world = world.service(id, "Ward", Some(20));
    }
    let app = world.start().await;
    let reply = app.signed_in("reader").await.get(PAGE).send().await;
    let text = words(&reply);
    assert!(
        text.contains("All of Region All 302? Not known Too many to count here. Provider"),
        "{text}"
    );
    assert!(text.contains("Too many to count here. Counts of Provider"), "{text}");
    assert_eq!(links(&reply.text, "Counts of Provider"), ["/web/board/20/summary"]);
    let app = World::family().start().await;
    app.fill_index().await;
    let text = page(&app, "/web/board/40/summary").await;
    assert!(text.contains("too many services below this one to count them"), "{text}");
}
