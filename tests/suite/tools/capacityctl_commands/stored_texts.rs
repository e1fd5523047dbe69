//! Rows that hold what an import refuses: they were written by hand, or before there were limits.

use aws_sdk_dynamodb::types::AttributeValue;

use super::{ctl::Ctl, lines, users::rename_user};

fn text(text: impl Into<String>) -> Option<AttributeValue> {
    Some(AttributeValue::S(text.into()))
}

#[tokio::test]
async fn the_doctor_names_services_and_users_that_an_import_refuses() {
    let ctl = Ctl::start().await;
    ctl.alter(20, "name", text("n".repeat(201))).await;
    ctl.alter(30, "town", text("a\nb")).await;
    ctl.alter(40, "postcode", text("DY1 1LQ 123")).await;
    let name = "u".repeat(256);
    rename_user(&ctl, "editor", &name).send().await.expect("a username");
    let doctor = ctl.run(&["doctor"]).await.expect("findings");
    assert!(doctor.healthy, "{}", doctor.text);
    let shown = "u".repeat(40);
    assert_eq!(
        lines(&doctor.json.expect("JSON"), "warning"),
        [
            (
                "limits of services".to_owned(),
                "3 of 5 that an import refuses: 20, 30, 40".to_owned()
            ),
            ("limits of users".to_owned(), format!("1 of 2 that an import refuses: \"{shown}\"…")),
        ]
    );
}
