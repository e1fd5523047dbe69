//! `/web/mine`: what a person may update, and nothing else.

use shared::domain::Session;

use crate::harness::{
    App, Meter, Reply, World,
    page_text::{links, parts, text},
};

fn cards(page: &Reply) -> Vec<String> {
    assert_eq!(page.status, 200, "{}", page.text);
    parts(&page.text, "<li class=\"app-card\">", "<div class=\"app-old\"")
}

async fn mine(app: &App, query: &str) -> Reply {
    app.signed_in("editor").await.get(&format!("/web/mine{query}")).send().await
}

#[tokio::test]
async fn each_service_has_one_step_to_each_status() {
    let app = World::family().start().await;
    let page = mine(&app, "").await;
    assert_eq!(
        cards(&page),
        [
            "Provider Pharmacy, Ambridge, number 20 ● GREEN Normal Never set",
            "Pharmacy, High Street Pharmacy, Ambridge, number 30 ● GREEN Normal Never set",
        ]
    );
    for status in ["RED", "AMBER", "GREEN"] {
        let link = format!(
            "href=\"/web/services/30?set={status}#set\" aria-label=\"Set {status}: Pharmacy, High Street\""
        );
        assert_eq!(page.text.matches(&link).count(), 1, "{link}");
    }
    assert_eq!(links(&page.text, "Provider"), ["/web/services/20"]);
}

/// By keyboard: the skip link (two presses), then each stop one press, and one to follow the link. The form has the rest of
/// twelve.
#[tokio::test]
async fn the_first_step_to_red_is_at_most_five_presses_away() {
    let app = World::family().start().await;
    let page = mine(&app, "").await;
    let main = page.text.split("<main").nth(1).expect("the page's own part");
    let before = main.split("?set=RED#set").next().expect("a step to RED");
    let stops = ["<a ", "<button", "<input", "<select", "<summary"];
    let stops: usize = stops.iter().map(|stop| before.matches(stop).count()).sum();
    // The address follows the start of its own link, which is one of them.
    assert!(stops <= 2, "{stops} stops: {before}");
}

/// The script of an open page takes a redirection for the end of the session.
#[tokio::test]
async fn who_may_no_longer_update_is_not_said_to_be_signed_out() {
    let app = World::family().start().await;
    let editor = app.signed_in("editor").await;
    app.permit("editor", false).await;
    let by_script = editor.get("/web/mine").header("x-refresh", "1").send().await;
    assert_eq!((by_script.status.as_u16(), by_script.header("location")), (403, ""));
    assert_eq!(editor.get("/web/mine").send().await.header("location"), "/web");
}

#[tokio::test]
async fn who_may_update_nothing_is_led_to_the_boards() {
    let world = World::family().editor("new", &[]).editor("late", &[50]);
    let app = world.start().await;
    for subject in ["reader", "new"] {
        let reply = app.signed_in(subject).await.get("/web/mine").send().await;
        assert_eq!((reply.status.as_u16(), reply.header("location")), (303, "/web"), "{subject}");
        let start = app.signed_in(subject).await.get("/web").send().await;
        assert!(text(&start.text).contains("To set one, ask the person who administers"));
    }
    // Assigned to a service that was closed.
    let page = app.signed_in("late").await.get("/web/mine").send().await;
    assert!(
        text(&page.text).contains("None of the services that you are registered for exists now.")
    );
    assert_eq!(links(&page.text, "Boards"), ["/web", "/web"], "above and below");
}

/// P14: from the next request on.
#[tokio::test]
async fn a_permission_that_was_taken_away_shows_no_steps_any_more() {
    let app = World::family().start().await;
    let browser = app.signed_in("editor").await;
    assert_eq!(cards(&browser.get("/web/mine").send().await).len(), 2);
    app.permit("editor", false).await;
    assert_eq!(browser.get("/web/mine").send().await.status, 303);
    app.permit("editor", true).await;
    assert_eq!(cards(&browser.get("/web/mine").send().await).len(), 2);
}

#[tokio::test]
async fn a_sign_in_without_the_right_to_write_has_no_steps() {
    let app = World::family().start().await;
    let scope = "openid capacity/read".to_owned();
    let session = Session::begin("editor".to_owned(), scope, false, app.now());
    let page = app.with_session(&session).await.get("/web/mine").send().await;
    assert_eq!(cards(&page).len(), 2);
    assert!(!page.text.contains("?set="));
}

/// P5.
#[tokio::test]
async fn a_service_of_mine_that_cannot_be_read_is_not_known() {
    let app = World::family().start().await;
    app.spoil(30).await;
    for query in ["", "?name=high"] {
        let page = mine(&app, query).await;
        let last = cards(&page).pop();
        let unknown = "Service 30 ? Not known Its record cannot be read. Ring the service";
        assert_eq!(last.as_deref(), Some(unknown), "{query}");
        assert!(!page.text.contains("/web/services/30"), "nobody sets what they do not see");
    }
}

#[tokio::test]
async fn many_services_of_mine_have_a_filter_and_pages() {
    let mut world = World::family();
    for id in 1001..=1150 {
        world = world.service(id, "Dentist", Some(20));
    }
    let app = world.start().await;
    let page = mine(&app, "").await;
    assert_eq!(cards(&page).len(), 100);
    assert!(page.text.contains("name=\"name\""));
    let [next] = &links(&page.text, "Next page")[..] else { panic!("one link") };
    let rest = mine(&app, next).await;
    assert_eq!(cards(&rest).len(), 52);
    assert_eq!(links(&rest.text, "First page"), ["?"]);
    let found = mine(&app, "?name=HIGH").await;
    assert_eq!(cards(&found).len(), 1);
    assert!(text(&found.text).contains("It shows only names with “HIGH”. Show all my services"));
    assert!(text(&mine(&app, "?name=x").await.text).contains("No service matches."));
    for query in ["?cursor=x", "?status=RED", "?type=13", &format!("{next}&name=x")] {
        assert_eq!(mine(&app, query).await.status, 400, "{query}");
    }
}

/// The session, the user (half a unit), the two services, and a query (half a unit).
#[tokio::test]
async fn a_page_of_two_services_reads_four_units() {
    let (app, meter) = Meter::below(&World::family().start().await);
    let browser = app.signed_in("editor").await;
    meter.take();
    assert_eq!(cards(&browser.get("/web/mine").send().await).len(), 2);
    let reads = meter.take();
    assert_eq!((reads.calls, reads.units), (5, 4.0));
}
