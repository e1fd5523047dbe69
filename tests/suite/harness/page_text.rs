//! Pages as people read them.

use super::Reply;

/// The text of the main part of a page.
pub(crate) fn words(reply: &Reply) -> String {
    let (_, main) = reply.text.split_once("<main").expect("a main part");
    text(&format!("<main{main}"))
}

/// The text of a piece of HTML: without tags, in single spaces.
pub(crate) fn text(html: &str) -> String {
    let mut text = String::new();
    for part in html.split('<') {
        let (tag, after) = part.split_once('>').unwrap_or(("", part));
        if !matches!(
            tag.trim_start_matches('/').split(' ').next(),
            Some("span" | "strong" | "time" | "a")
        ) {
            text.push(' ');
        }
        text.push_str(after);
    }
    let text = text.replace("&#60;", "<").replace("&#62;", ">").replace("&#34;", "\"");
    let text = text.replace("&#39;", "'").replace("&#38;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text of each part of a page between these two.
pub(crate) fn parts(html: &str, from: &str, to: &str) -> Vec<String> {
    let starts = html.split(from).skip(1);
    starts.map(|rest| text(rest.split(to).next().unwrap_or_default())).collect()
}

/// The text of the part of a page between these two; empty if there is none.
pub(crate) fn part(html: &str, from: &str, to: &str) -> String {
    parts(html, from, to).into_iter().next().unwrap_or_default()
}

/// The addresses of the links with this text.
pub(crate) fn links(html: &str, name: &str) -> Vec<String> {
    let links = html.split("<a ").skip(1).filter_map(|link| {
        let (attributes, rest) = link.split_once('>')?;
        let address = attributes.split("href=\"").nth(1)?.split('"').next()?;
        (text(rest.split("</a>").next()?) == name).then(|| text(address))
    });
    links.collect()
}
