//! A board that shows a part of its services says so, and says what it does not know.

use aws_sdk_dynamodb::types::AttributeValue;

use super::board::{board, counts, numbers, rows, set};
use crate::harness::{
    App, World,
    faulty::{Fate, FaultyStore},
    log::{take_lines, take_metrics},
    page_text::{links, part, text},
};

/// 30 is RED, 31 AMBER, 32 GREEN; 33 is a dental practice.
async fn four_services() -> App {
    let world = World::family().service(31, "Pharmacy, Low Road", Some(20));
    let world = world.service(32, "Pharmacy, Mill Lane", Some(20));
    let app = world.service(33, "Dentist, Mill Lane", Some(20)).start().await;
    app.set_attribute(33, "typeId", AttributeValue::N("12".to_owned())).await;
    for (id, status) in [(30, "RED"), (31, "AMBER"), (32, "GREEN")] {
        set(&app, id, status, 60).await;
    }
    app
}

/// P7: whatever is chosen, the counts and the text say how many RED ones are not shown.
#[tokio::test]
async fn a_filter_is_said_in_words_with_what_it_hides() {
    let app = four_services().await;
    let page = board(&app, "20?status=GREEN").await;
    assert_eq!(
        part(&page.text, "<div class=\"app-filtered\">", "<p class=\"app-old\""),
        "This list is filtered. It shows only GREEN. Show all services 3 shown, 2 with another status not \
         shown"
    );
    assert!(
        counts(&page)
            .starts_with("All services of this board: 5 ■ 1 RED ▲ 1 AMBER ● 3 GREEN, 2 never set")
    );
    let page = board(&app, "20?status=RED&status=AMBER&type=13&name=road").await;
    assert_eq!(
        part(&page.text, "<div class=\"app-filtered\">", "<p class=\"app-old\""),
        "This list is filtered. It shows only RED or AMBER, the type Pharmacy, names with “road”. Show \
         all services 1 shown, 0 with another status not shown"
    );
    assert_eq!(
        counts(&page),
        "Of the services of this board that have that type and that name, with any status: 1 ■ 0 RED ▲ \
         1 AMBER ● 0 GREEN"
    );
    assert_eq!(links(&page.text, "Show all services"), ["?"]);
    let all = board(&app, "20").await;
    assert!(!all.text.contains("This list is filtered"));
}

#[tokio::test]
async fn an_address_shows_the_same_filter_to_everybody() {
    let app = four_services().await;
    for (query, shown) in [
        ("", &[20, 30, 31, 32, 33][..]),
        ("?status=RED", &[30]),
        ("?status=AMBER&status=RED", &[30, 31]),
        ("?status=amber,red", &[30, 31]),
        ("?type=12", &[33]),
        ("?type=99", &[]),
        ("?name=MILL%20lane", &[32, 33]),
        ("?name=mill+lane&type=13&status=GREEN", &[32]),
        // A form sends fields that were left empty.
        ("?status=RED&type=&name=", &[30]),
        ("?type=&name=+", &[20, 30, 31, 32, 33]),
    ] {
        assert_eq!(numbers(&app, &format!("20{query}")).await, shown, "{query}");
    }
    let none = board(&app, "20?type=99").await;
    assert!(text(&none.text).contains("It shows only the type Type 99."), "{}", none.text);
    assert!(text(&none.text).contains("No service matches."));
}

#[tokio::test]
async fn an_address_that_is_not_understood_shows_no_list() {
    let app = four_services().await;
    for query in [
        "status=BLUE",
        "status=RED&status=BLUE",
        "staus=RED",
        "type=x",
        "type=12&type=13",
        "name=%00",
        "name=%ff",
        "cursor=x",
        "reload=maybe",
        "limit=5",
    ] {
        let page = board(&app, &format!("20?{query}")).await;
        assert_eq!(page.status, 400, "{query}");
        assert_eq!(part(&page.text, "<h1>", "</h1>"), "This address is not complete", "{query}");
        assert!(!page.text.contains("app-row"));
    }
}

#[tokio::test]
async fn the_order_is_the_directorys_whatever_the_statuses_are() {
    let app = four_services().await;
    assert_eq!(numbers(&app, "10").await, [10, 20, 30, 31, 32, 33]);
    for (id, status) in [(33, "RED"), (30, "GREEN"), (32, "AMBER")] {
        set(&app, id, status, 30).await;
        assert_eq!(numbers(&app, "10").await, [10, 20, 30, 31, 32, 33]);
        assert!(numbers(&app, "10?status=RED,AMBER").await.is_sorted());
    }
}

/// P5 and P6: it is there, it is counted, and nothing hides it.
#[tokio::test]
async fn a_service_that_cannot_be_read_is_not_known_whatever_the_filter() {
    let app = four_services().await;
    app.spoil(31).await;
    take_lines();
    take_metrics();
    let page = board(&app, "20").await;
    let unknown = "Service 31 ? Not known Its record cannot be read. Ring the service";
    assert_eq!(rows(&page).last().map(String::as_str), Some(unknown));
    assert_eq!(rows(&page).len(), 5);
    assert!(counts(&page).starts_with("All services of this board: 5"), "{}", counts(&page));
    assert!(counts(&page).ends_with("? 1 not known"), "{}", counts(&page));
    let [line] = take_lines().try_into().expect("one line");
    assert_eq!(
        (&line["message"], &line["rows"]),
        (&"rows_unreadable".into(), &"service 31".into())
    );
    assert!(take_metrics().iter().any(|metric| metric["UnreadableRows"] == 1));
    for query in ["?status=GREEN", "?status=RED", "?type=13", "?name=low"] {
        let page = board(&app, &format!("20{query}")).await;
        assert_eq!(rows(&page).last().map(String::as_str), Some(unknown), "{query}");
    }
}

#[tokio::test]
async fn a_board_whose_own_service_cannot_be_read_says_that_others_may_be_missing() {
    let app = four_services().await;
    let warning = "Services below it may be missing here.";
    app.spoil(20).await;
    let page = board(&app, "20").await;
    assert_eq!(part(&page.text, "<h1>", "</h1>"), "Board: Service 20");
    assert!(text(&page.text).contains(warning));
    assert_eq!((rows(&page).len(), counts(&page).as_str()), (5, ""));
    // Then nothing says where they are.
    app.set_attribute(20, "path", AttributeValue::S("x".to_owned())).await;
    let page = board(&app, "20").await;
    assert!(text(&page.text).contains(warning));
    assert_eq!((rows(&page).len(), counts(&page).as_str()), (1, ""));
}

/// P22: nothing is known, and the page says so.
#[tokio::test]
async fn a_store_that_fails_is_no_empty_board() {
    let app = four_services().await;
    let browser = app.signed_in("reader").await;
    let cookies = browser.cookies.clone();
    let gone = app.without_store();
    tokio::time::pause();
    for address in ["/web", "/web/mine", "/web/board/20"] {
        let mut elsewhere = gone.browser();
        elsewhere.cookies.clone_from(&cookies);
        let page = elsewhere.get(address).send().await;
        assert_eq!(page.status, 503, "{address}");
        assert!(text(&page.text).contains("Ring the service. Try again in a minute."));
        assert_eq!(page.header("x-as-at"), "", "no page with statuses");
    }
}

#[tokio::test]
async fn a_user_who_cannot_be_read_sees_nothing() {
    let app = four_services().await;
    let browser = app.signed_in("reader").await;
    let user = app.client.put_item().table_name(&app.tables.users);
    let user = user.item("subject", AttributeValue::S("reader".to_owned()));
    user.send().await.expect("a row");
    for address in
        ["/web", "/web/mine", "/web/board/20", "/web/board/20/summary", "/web/services/30"]
    {
        let page = browser.get(address).header("x-request-id", "r-1").send().await;
        assert_eq!(page.status, 500, "{address}");
        assert!(text(&page.text).contains("Ring the service if you need its status now."));
        assert!(page.text.contains("<code>r-1</code>"), "{}", page.text);
    }
}

/// P22: from any of its calls on.
#[tokio::test]
async fn a_store_that_fails_half_way_is_no_shorter_board() {
    let app = four_services().await;
    let cookies = app.signed_in("editor").await.cookies;
    for (address, calls) in [("/web", 3), ("/web/mine", 5), ("/web/board/20", 6)] {
        for first in 0..=calls {
            let (faulty, ..) = FaultyStore::below(&app, None, move |call| {
                let is_well = call.number < first;
                (if is_well { Fate::Passed } else { Fate::Failed }).into()
            });
            let mut browser = faulty.browser();
            browser.cookies.clone_from(&cookies);
            tokio::time::pause();
            let page = browser.get(address).send().await;
            tokio::time::resume();
            let status = if first < calls { 503 } else { 200 };
            assert_eq!(page.status, status, "{address}: {first} calls");
        }
    }
}
