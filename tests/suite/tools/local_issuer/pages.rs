//! What people see of the issuer.

use local_stack::sample::{PEOPLE, users};

use super::{Browser, issuer, issuer_for, request, with};
use crate::harness::NOW;

#[tokio::test]
async fn the_page_has_a_button_for_each_sample_person() {
    let issuer = issuer();
    let page = Browser::new(issuer).authorize(&request()).await.body;
    for person in PEOPLE {
        let (name, may) = (person.username, person.may);
        let button = format!(
            r#"<button name="user" value="{name}"><strong>{name}</strong>: {may}</button>"#
        );
        assert!(page.contains(&button), "{page}");
    }
    assert_eq!(page.matches("<button").count(), PEOPLE.len() + 1);
    assert!(page.contains(r#"<button name="cancel" value="yes">Cancel</button>"#));
    assert!(page.contains("This is a sample sign-in page"));
    assert!(page.contains("You will go back to http://127.0.0.1:9000/web/callback."));
}

#[tokio::test]
async fn the_page_is_a_complete_document_without_script() {
    let issuer = issuer();
    let page = Browser::new(issuer).authorize(&request()).await.body;
    assert!(page.starts_with("<!doctype html>\n<html lang=\"en\">"), "{page}");
    for part in ["<title>Choose a sample user - sample sign-in</title>", "<main>", "<h1>"] {
        assert_eq!(page.matches(part).count(), 1, "{part}");
    }
    assert!(
        page.contains(r#"<meta name="viewport" content="width=device-width, initial-scale=1">"#)
    );
    assert!(!page.contains("<script") && !page.contains("javascript:"));
}

#[tokio::test]
async fn what_a_page_shows_is_escaped() {
    let markup = r#"<script>alert("1")</script>&'"#;
    let escaped = "&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;&#38;&#39;";
    let url = format!("http://127.0.0.1:9000/{markup}");
    let issuer = &issuer_for(&[&url], || NOW as u64);
    let callback = format!("{url}/web/callback");
    let asked = with(request(), "redirect_uri", &callback);
    let client = with(asked.clone(), "client_id", markup);
    let address = with(request(), "redirect_uri", markup);
    for parameters in [asked, client, address] {
        let page = Browser::new(issuer).authorize(&parameters).await.body;
        assert!(page.contains(escaped) && !page.contains("<script"), "{page}");
    }
}

/// Pages can then be tried with somebody whom the users table does not have.
#[test]
fn every_sample_person_but_the_unregistered_one_is_in_the_users_table() {
    let users = users();
    let known = |name: &str| users.iter().any(|user| user.subject == name);
    let unknown: Vec<_> =
        PEOPLE.iter().map(|person| person.username).filter(|name| !known(name)).collect();
    assert_eq!(unknown, ["sample-unregistered"]);
}
