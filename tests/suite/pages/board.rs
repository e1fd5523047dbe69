//! `/web/board/{id}`: what a board shows, and where it leads.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;

use crate::harness::{
    App, Reply, World,
    page_text::{links, part, parts, text},
};

/// The text of each row.
pub(super) fn rows(page: &Reply) -> Vec<String> {
    assert_eq!(page.status, 200, "{}", page.text);
    parts(&page.text, "<li class=\"app-row\">", "<div class=\"app-old\"")
}

/// The text of the counts; empty if there are none.
pub(super) fn counts(page: &Reply) -> String {
    part(&shown(&page.text), "<div class=\"app-counts\" data-live=\"counts\">", "</ul>")
}

/// A board without the counts that are none, which are hidden.
fn shown(html: &str) -> String {
    let mut parts = html.split(" data-some hidden>");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        // The number has a span of its own.
        let (end, last) = if shown.ends_with("<li") { ("</li>", 1) } else { ("</span>", 2) };
        shown.push('>');
        shown.push_str(part.splitn(last + 1, end).last().unwrap_or_default());
    }
    shown
}

pub(super) async fn board(app: &App, address: &str) -> Reply {
    app.signed_in("reader").await.get(&format!("/web/board/{address}")).send().await
}

/// The numbers of the rows of a board, in its order.
pub(super) async fn numbers(app: &App, address: &str) -> Vec<u64> {
    let rows = rows(&board(app, address).await);
    let number = |row: &String| row.split("number ").nth(1)?.split(' ').next()?.parse().ok();
    rows.iter().filter_map(number).collect()
}

pub(super) async fn set(app: &App, id: u64, status: &str, minutes: u32) {
    let body = json!({"status": status, "resetStatusIn": minutes, "reason": "STAFFING"});
    app.put(id, body).by("editor").send().await.ok();
}

#[tokio::test]
async fn a_row_says_what_the_service_is_and_what_its_status_comes_from() {
    let app = World::family().service(31, "Dentist, Low Road", Some(20)).start().await;
    app.set_attribute(31, "typeId", AttributeValue::N("12".to_owned())).await;
    set(&app, 30, "RED", 60).await;
    set(&app, 31, "AMBER", 5).await;
    app.later(12 * 60);
    let page = board(&app, "20").await;
    assert_eq!(
        rows(&page),
        [
            "Provider Pharmacy, Ambridge, number 20 ● GREEN Normal Never set",
            "Pharmacy, High Street Pharmacy, Ambridge, number 30 ■ RED Full Until 10:00 GMT Staffing \
             Set by editor-name, 12 minutes ago",
            "Dentist, Low Road Dental practice, Ambridge, number 31 ● GREEN Normal Automatic, not \
             confirmed, 7 minutes ago",
        ]
    );
    assert_eq!(
        counts(&page),
        "All services of this board: 3 ■ 1 RED ▲ 0 AMBER ● 2 GREEN, 1 automatic and not \
         confirmed, 1 never set"
    );
}

/// P21: a name is not enough.
#[tokio::test]
async fn services_of_one_name_are_told_apart_by_town_and_number() {
    let app = World::family().service(31, "Pharmacy, High Street", Some(20)).start().await;
    app.set_attribute(31, "town", AttributeValue::S("Borchester".to_owned())).await;
    let rows = rows(&board(&app, "20").await);
    let about: Vec<_> = rows.iter().filter(|row| row.starts_with("Pharmacy, High")).collect();
    assert!(about[0].contains("Ambridge, number 30"), "{}", about[0]);
    assert!(about[1].contains("Borchester, number 31"), "{}", about[1]);
}

/// P20: nobody has confirmed either of them.
#[tokio::test]
async fn a_green_that_nobody_confirmed_does_not_look_like_one_that_somebody_did() {
    let app = World::family().start().await;
    let row = async || rows(&board(&app, "30").await)[0].clone();
    let never = row().await;
    set(&app, 30, "RED", 5).await;
    app.later(300);
    let automatic = row().await;
    set(&app, 30, "GREEN", 0).await;
    let confirmed = row().await;
    assert!(never.ends_with("GREEN Normal Never set"), "{never}");
    assert!(automatic.ends_with("GREEN Normal Automatic, not confirmed, just now"), "{automatic}");
    assert!(confirmed.ends_with("GREEN Normal Set by editor-name, just now"), "{confirmed}");
}

#[tokio::test]
async fn a_review_that_is_overdue_is_shown_and_counted() {
    let app = World::family().start().await;
    app.set_review_after(30, 60).await;
    set(&app, 30, "RED", 120).await;
    let page = board(&app, "30").await;
    assert!(!page.text.contains("Review overdue") && !counts(&page).contains("overdue"));
    app.later(60 * 60);
    let page = board(&app, "30").await;
    assert!(rows(&page)[0].contains("Review overdue"), "{:?}", rows(&page));
    assert!(counts(&page).ends_with("1 review overdue"), "{}", counts(&page));
}

#[tokio::test]
async fn a_board_leads_to_the_boards_above_and_below_it() {
    let app = World::family().service(31, "Pharmacy, Low Road", Some(20)).start().await;
    let region = board(&app, "10").await;
    assert_eq!(part(&region.text, "<h1>", "</h1>"), "Board: Region");
    assert_eq!(links(&region.text, "Board of Provider"), ["/web/board/20"]);
    assert_eq!(links(&region.text, "Board of Region"), Vec::<String>::new());
    assert_eq!(links(&region.text, "Provider"), ["/web/services/20"]);
    let service = board(&app, "30").await;
    assert_eq!(
        part(&service.text, "<nav class=\"nhsuk-breadcrumb\"", "</nav>"),
        "Boards Region Provider"
    );
    assert_eq!(links(&service.text, "Region"), ["/web/board/10"]);
}

#[tokio::test]
async fn a_name_is_shown_as_it_is_and_never_as_html() {
    let app = World::family().start().await;
    let name = "<script>alert('1')</script> & \"Sons\"";
    app.set_attribute(30, "name", AttributeValue::S(name.to_owned())).await;
    let page = board(&app, "20").await;
    assert!(!page.text.contains("<script>alert"));
    assert!(text(&page.text).contains(name), "{}", text(&page.text));
}

#[tokio::test]
async fn there_is_no_board_of_what_does_not_exist_or_was_closed() {
    let app = World::family().start().await;
    for id in ["7", "50", "0", "x", "30%20"] {
        let page = board(&app, id).await;
        assert_eq!(page.status, 404, "{id}");
        assert_eq!(part(&page.text, "<h1>", "</h1>"), "There is no such service");
    }
}

/// P14.
#[tokio::test]
async fn who_is_deactivated_or_removed_sees_nothing_from_the_next_request_on() {
    let app = World::family().start().await;
    let browser = app.signed_in("reader").await;
    assert_eq!(browser.get("/web/board/20").send().await.status, 200);
    let update = app.client.update_item().table_name(&app.tables.users);
    let update = update.key("subject", AttributeValue::S("reader".to_owned()));
    let update = update.update_expression("SET active = :no");
    let update = update.expression_attribute_values(":no", AttributeValue::Bool(false));
    update.send().await.expect("an update");
    for address in ["/web", "/web/mine", "/web/board/20", "/web/board/20?status=x"] {
        let page = browser.get(address).send().await;
        assert_eq!(page.status, 403, "{address}");
        assert_eq!(part(&page.text, "<h1>", "</h1>"), "Your access has ended");
        assert!(page.text.contains(&format!("name=\"token\" value=\"{}\"", browser.token)));
    }
    let delete = app.client.delete_item().table_name(&app.tables.users);
    let delete = delete.key("subject", AttributeValue::S("reader".to_owned()));
    delete.send().await.expect("a deletion");
    let page = browser.get("/web/board/20").send().await;
    assert_eq!(page.status, 403);
    assert!(page.text.contains("<code>reader</code>"), "{}", page.text);
}

#[tokio::test]
async fn a_page_without_scripts_reloads_until_that_is_switched_off() {
    let app = World::family().start().await;
    for address in ["20?status=RED&type=13&name=Ph", "20"] {
        let page = board(&app, address).await;
        let [stop] = &links(&page.text, "Stop reloading")[..] else { panic!("{}", page.text) };
        assert!(page.text.contains("http-equiv=\"refresh\""), "{}", page.text);
        let stopped = board(&app, &format!("20{stop}")).await;
        assert!(!stopped.text.contains("http-equiv=\"refresh\""));
        assert_eq!(rows(&stopped), rows(&page));
        let [again] = &links(&stopped.text, "Reload every minute")[..] else { panic!() };
        assert!(board(&app, &format!("20{again}")).await.text.contains("http-equiv=\"refresh\""));
    }
}
