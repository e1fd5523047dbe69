//! Where to go after signing in: never to another site.

/// The page to go to after signing in: its path in openapi.yaml, perhaps with a query. `None` if it is not a page that
/// people look at. Its path has no dots and no percent signs, so that no browser reads another path in it.
#[must_use]
pub fn own_page(to: &str) -> Option<&str> {
    let path = to.split('?').next().unwrap_or_default();
    let is_page = ["/web", "/web/mine", "/web/accessibility"].contains(&path)
        || ["/web/board/", "/web/services/"].iter().any(|folder| path.starts_with(folder));
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'/';
    let is_visible = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
    (is_page && path.bytes().all(is_plain) && to.bytes().all(is_visible)).then_some(to)
}

#[cfg(test)]
mod tests {
    use super::own_page;

    const OTHER: [&str; 36] = [
        "",
        "/",
        "web",
        "//example.org",
        "//example.org/web/mine",
        "/\\example.org",
        "/web\\@example.org",
        "/web/mine?a=\\",
        "https://example.org/web/mine",
        "https:example.org",
        "javascript:alert(1)",
        "%2f%2fexample.org",
        "/%2f%2fexample.org",
        "/%2fexample.org/web",
        "/webevil",
        "/web.example.org",
        "/web@example.org",
        "/web#/mine",
        "/WEB/mine",
        "/web/../services",
        "/web/board/../../admin",
        "/web/board/%2e%2e/%2e%2e/admin",
        "/web/board/.%2e/x",
        "/web/mine/",
        "/web/mine-evil",
        "/web/mine\t",
        "/web/mine\r\nSet-Cookie:a=b",
        "/web/mine?a=\u{7f}",
        "/web/mine?a=\u{e9}",
        " /web/mine",
        "/v1/web/mine",
        "/web/sign-in",
        "/web/sign-in?to=/web",
        "/web/sign-out",
        "/web/callback?code=1",
        "/web/assets/pages.js",
    ];

    #[test]
    fn after_signing_in_people_go_to_a_page_of_this_site() {
        for page in [
            "/web",
            "/web?reload=off",
            "/web/mine",
            "/web/mine?page=2",
            "/web/board/20?status=RED&name=St+Mary%27s",
            "/web/services/30?set=RED#set",
            "/web/board/20?name=//example.org",
        ] {
            assert_eq!(own_page(page), Some(page), "{page}");
        }
        for other in OTHER {
            assert_eq!(own_page(other), None, "{other:?}");
        }
    }
}
