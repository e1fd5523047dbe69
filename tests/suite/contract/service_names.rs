//! The filter `name` finds names as people write them.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::harness::{App, World};

async fn found(app: &App, name: &str) -> Vec<u64> {
    let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
    // The table and an index: both have the name.
    let mut ids = app.list(&format!("name={name}")).by("lead").send().await.ids();
    let in_region = app.list(&format!("name={name}&region=1")).by("lead").send().await.ids();
    assert_eq!(ids.len(), in_region.len(), "{name}");
    ids.sort_unstable();
    ids
}

/// Services 2, 3, … with these names.
async fn named(names: &[&str]) -> App {
    let mut world = World::default().service(1, "Region", None).editor("lead", &[1]);
    for (id, name) in (2..).zip(names) {
        world = world.service(id, name, Some(1));
    }
    world.start().await
}

#[tokio::test]
async fn a_name_is_found_however_it_is_written() {
    let names =
        ["St Mary’s", "St Mary's", "Ysgol Môn", "Ysgol Mo\u{302}n", "Straße", "ΟΔΟΣ", "A–B"];
    let app = named(&names).await;
    for (searched, ids) in [
        ("st mary's", vec![2, 3]),
        ("ST MARY’S", vec![2, 3]),
        ("St\u{a0}Mary‘s", vec![2, 3]),
        ("St  Mary`s", vec![2, 3]),
        ("môn", vec![4, 5]),
        ("MO\u{302}N", vec![4, 5]),
        ("mon", vec![]),
        ("STRASSE", vec![6]),
        ("straẞe", vec![6]),
        ("Σ", vec![7]),
        ("οδος", vec![7]),
        ("οδοσ", vec![7]),
        ("a-b", vec![8]),
        ("Ａ—Ｂ", vec![8]),
        ("a\u{ad}\u{2011}b", vec![8]),
        ("a b", vec![]),
        // Pasted with what was around it.
        ("st mary's ", vec![2, 3]),
        ("\u{feff}\u{a0}st mary's\r\n", vec![2, 3]),
    ] {
        assert_eq!(found(&app, searched).await, ids, "{searched}");
    }
}

/// A cursor has the folded name.
#[tokio::test]
async fn a_cursor_goes_with_its_name_however_it_is_written() {
    let app = named(&["St Mary’s", "St Mary's"]).await;
    let page = app.list("region=1&name=mary%27s&limit=1").by("lead").send().await;
    let next = page.ok()["next"].as_str().expect("a cursor");
    for same in ["", "&region=1&name=mary%27s", "&region=1&name=MARY%E2%80%99S"] {
        let rest = app.list(&format!("cursor={next}{same}")).by("lead").send().await;
        assert_eq!((page.ids(), rest.ids()), (vec![2], vec![3]), "{same}");
    }
    let other = app.list(&format!("region=1&name=mary&cursor={next}")).by("lead").send().await;
    assert_eq!(other.refused(400), "INVALID_CURSOR");
}

/// API Gateway takes 10,240 bytes of request line and headers.
#[tokio::test]
async fn a_cursor_is_not_too_long_for_a_gateway_whatever_its_name() {
    for name in ["\u{fdfa}".repeat(100), ";%".repeat(50), "\u{10ffff}".repeat(100)] {
        let app = named(&[&name, &name]).await;
        let encoded = utf8_percent_encode(&name, NON_ALPHANUMERIC);
        let page = app.list(&format!("name={encoded}&limit=1")).by("lead").send().await;
        let next = page.ok()["next"].as_str().expect("a cursor");
        assert!(next.len() < 5_000, "{} bytes for {name}", next.len());
        let rest = app.list(&format!("name={encoded}&cursor={next}")).by("lead").send().await;
        assert_eq!([page.ids(), rest.ids()].concat().len(), 2, "{name}");
    }
}
