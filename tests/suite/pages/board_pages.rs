//! A board of many services: page by page, within its read units.

use super::board::{board, counts, numbers, rows};
use crate::harness::{
    App, Meter, World, largest_rows,
    page_text::{links, text},
};

/// 10 > 20 > 1001 to 1450, of which every ninth is closed.
async fn many() -> App {
    let mut world = World::family();
    for id in 1001..=1450 {
        world = if id % 9 == 0 {
            world.inactive_service_below(id, "Closed", 20)
        } else {
            world.service(id, "Dentist", Some(20))
        };
    }
    world.start().await
}

/// The numbers on each page.
async fn walk(app: &App, address: &str) -> Vec<Vec<u64>> {
    let (top, query) = address.split_once('?').unwrap_or((address, ""));
    let (mut pages, mut next) = (Vec::new(), format!("{top}?{query}"));
    for _ in 0..10 {
        pages.push(numbers(app, &next).await);
        let page = board(app, &next).await;
        assert_eq!(counts(&page), "", "not of all of them");
        assert!(text(&page.text).contains("There are no counts here"));
        let links = links(&page.text, "Next page");
        let Some(link) = links.first() else { return pages };
        next = format!("{top}{link}");
    }
    panic!("a board without an end");
}

/// P6: each service is on one page, and no page counts a part as if it were all.
#[tokio::test]
async fn a_board_of_several_pages_has_each_service_once_and_no_counts() {
    let app = many().await;
    let pages = walk(&app, "20").await;
    assert!(pages.len() <= 4 && pages.iter().all(|page| page.len() <= 200), "{pages:?}");
    let all: Vec<u64> = pages.concat();
    // A path is a text, so 30 comes after 1450.
    let expected = std::iter::once(20).chain((1001..=1450).filter(|id| id % 9 != 0));
    assert_eq!(all, expected.chain([30]).collect::<Vec<_>>());
    let found = walk(&app, "20?name=dent").await.concat();
    assert_eq!(found.len(), 400);
}

/// A board that is just full has nothing after it. It has counts, as one with fewer services has.
#[tokio::test]
async fn a_board_of_200_services_is_one_page_and_one_of_201_is_two() {
    for (last, sizes) in [(1198, &[200][..]), (1199, &[200, 1])] {
        let mut world = World::family();
        for id in 1001..=last {
            world = world.service(id, "Dentist", Some(20));
        }
        let app = world.start().await;
        let page = board(&app, "20").await;
        assert_eq!(rows(&page).len(), 200);
        assert_eq!(counts(&page).is_empty(), sizes.len() > 1);
        let [next] = &links(&page.text, "Next page")[..] else {
            assert_eq!(sizes.len(), 1);
            continue;
        };
        assert_eq!(rows(&board(&app, &format!("20{next}")).await).len(), sizes[1]);
    }
}

#[tokio::test]
async fn a_filter_by_status_says_that_it_is_of_this_page_alone() {
    let app = many().await;
    let page = board(&app, "20?status=RED").await;
    let said = text(&page.text);
    assert!(said.contains("0 shown, 180 with another status not shown, on this page"), "{said}");
    assert!(said.contains("No service on this page matches."));
    assert_eq!(links(&page.text, "Next page").len(), 1);
}

#[tokio::test]
async fn a_cursor_of_another_list_shows_no_list() {
    let app = many().await;
    let page = board(&app, "20").await;
    let [next] = &links(&page.text, "Next page")[..] else { panic!("one link") };
    assert_eq!(rows(&board(&app, &format!("20{next}")).await).len(), 180);
    let first = links(&board(&app, &format!("20{next}")).await.text, "First page");
    assert_eq!(first, ["?"]);
    for address in [
        format!("10{next}"),
        format!("20{next}&name=dentist"),
        format!("20{next}&type=13"),
        format!("20{next}x"),
    ] {
        assert_eq!(board(&app, &address).await.status, 400, "{address}");
    }
}

/// The session, the user (half a unit), the services, those above, and what is queried (half a unit for 4 KB). The
/// service's own row is read once.
#[tokio::test]
async fn a_board_reads_what_it_shows_and_its_heading() {
    let mut world = World::family();
    for id in 1001..=1197 {
        world = world.service(id, "Dentist", Some(20));
    }
    let (app, meter) = Meter::below(&world.start().await);
    let browser = app.signed_in("reader").await;
    meter.take();
    let page = browser.get("/web/board/20").send().await;
    assert_eq!(rows(&page).len(), 199);
    let reads = meter.take();
    assert_eq!((reads.calls, reads.scans), (8, 0));
    assert_eq!(reads.units, 1.0 + 0.5 + 199.0 + 1.0 + 2.0);
    let page = browser.get("/web/board/30").send().await;
    assert_eq!(rows(&page).len(), 1);
    let reads = meter.take();
    assert_eq!((reads.calls, reads.units), (5, 1.0 + 0.5 + 1.0 + 2.0 + 0.5));
}

/// Names, towns and notes as long as they may be, in a hierarchy of ten levels.
#[tokio::test]
async fn a_page_of_the_largest_rows_reads_at_most_500_units() {
    let first = 999_999_999_999_999_000_u64;
    let bottom = first + 9;
    let services: Vec<_> =
        (first..=first + 259).map(|id| (id, (id > first).then_some(bottom.min(id - 1)))).collect();
    let app = largest_rows(&services).await;
    let (app, meter) = Meter::below(&app);
    let browser = app.signed_in("s").await;
    meter.take();
    let (mut seen, mut next) = (0, String::new());
    for _ in 0..5 {
        let page = browser.get(&format!("/web/board/{bottom}{next}")).send().await;
        let units = meter.take().units;
        assert!((200.0..=500.0).contains(&units) || seen > 150, "{units}");
        assert!(units <= 500.0, "{units}");
        seen += rows(&page).len();
        let links = links(&page.text, "Next page");
        let Some(link) = links.first() else { break };
        next.clone_from(link);
    }
    assert_eq!(seen, 251);
}
