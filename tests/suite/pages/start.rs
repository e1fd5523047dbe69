//! `/web`: signing in, the regions, and the way to a service by its number.

use crate::harness::{
    App, Meter, Reply, World,
    page_text::{links, part, text},
};

/// The region of the setting `REGIONS`.
const REGION: u64 = 9_000_001_000;

async fn start(app: &App, query: &str) -> Reply {
    app.signed_in("reader").await.get(&format!("/web{query}")).send().await
}

#[tokio::test]
async fn who_is_not_signed_in_may_sign_in_and_say_that_others_use_the_computer_too() {
    let app = World::family().start().await;
    let page = app.browser().get("/web?to=%2Fweb%2Fboard%2F20%3Fstatus%3DRED").send().await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("<form method=\"get\" action=\"/web/sign-in\">"), "{}", page.text);
    assert!(page.text.contains("name=\"to\" value=\"/web/board/20?status=RED\""));
    assert!(page.text.contains("name=\"shared\" type=\"checkbox\" value=\"yes\""));
    assert_eq!(links(&page.text, "Boards"), Vec::<String>::new());
    let plain = app.browser().get("/web").send().await;
    assert!(!plain.text.contains("name=\"to\""));
}

#[tokio::test]
async fn the_regions_of_the_setting_have_links() {
    let app = World::family().service(REGION, "Northmoor Region", None).start().await;
    let page = start(&app, "").await;
    assert_eq!(links(&page.text, "Northmoor Region"), ["/web/board/9000001000"]);
    assert_eq!(links(&page.text, "My services"), Vec::<String>::new());
    let editor = app.signed_in("editor").await.get("/web").send().await;
    assert_eq!(links(&editor.text, "My services"), ["/web/mine", "/web/mine"]);
}

/// P5.
#[tokio::test]
async fn a_region_that_cannot_be_read_or_does_not_exist_is_said_so() {
    let app = World::family().start().await;
    let missing = text(&start(&app, "").await.text);
    assert!(missing.contains("Service 9000001000: it does not exist, or it has been closed"));
    let app = World::family().service(REGION, "Northmoor Region", None).start().await;
    app.spoil(REGION).await;
    let unreadable = text(&start(&app, "").await.text);
    assert!(unreadable.contains("Service 9000001000: its record cannot be read."), "{unreadable}");
}

#[tokio::test]
async fn a_number_leads_to_its_service() {
    let app = World::family().start().await;
    let reply = start(&app, "?service=+30+").await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, "/web/services/30"));
    for wrong in ["", "x", "0", "3.0", "%22%3E%3Cscript%3E"] {
        let page = start(&app, &format!("?service={wrong}")).await;
        assert_eq!(page.status, 400, "{wrong}");
        let summary = part(&page.text, "<div class=\"nhsuk-error-summary\">", "</ul>");
        assert_eq!(summary, "There is a problem Enter the number of a service: 1 to 18 digits");
        assert!(!page.text.contains("<script>"), "{}", page.text);
    }
    // Who is not signed in has to sign in first.
    let page = app.browser().get("/web?service=x").send().await;
    assert_eq!(part(&page.text, "<h1>", "</h1>"), "Sign in");
}

#[tokio::test]
async fn who_is_not_registered_sees_their_subject_and_may_sign_out() {
    let app = World::family().start().await;
    let browser = app.signed_in("somebody-new").await;
    for address in ["/web", "/web/mine", "/web/board/20", "/web/services/30"] {
        let page = browser.get(address).send().await;
        assert_eq!(page.status, 403, "{address}");
        assert!(page.text.contains("<code>somebody-new</code>"), "{}", page.text);
        assert!(page.text.contains("action=\"/web/sign-out\""));
        assert!(page.text.contains(&format!("name=\"token\" value=\"{}\"", browser.token)));
    }
}

/// The session, the user (half a unit) and the region.
#[tokio::test]
async fn the_first_page_reads_the_regions_at_once() {
    let app = World::family().service(REGION, "Northmoor Region", None).start().await;
    let (app, meter) = Meter::below(&app);
    let browser = app.signed_in("reader").await;
    meter.take();
    browser.get("/web").send().await;
    let reads = meter.take();
    assert_eq!((reads.calls, reads.units), (3, 2.5));
}
