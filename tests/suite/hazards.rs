//! docs/hazards.md names existing tests.

use std::fs;

use crate::harness::root;

/// Every test or test module that the document names in backticks, as `module::name` or, in a browser, as
/// `file.test.mjs: name`.
#[test]
fn every_test_named_in_the_hazards_exists() {
    let text = fs::read_to_string(root().join("docs/hazards.md")).expect("a document");
    let rows = text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| control"));
    let mut named = 0;
    for cell in rows.map(|row| row.rsplit('|').nth(1).expect("a last cell")) {
        for name in cell.split('`').skip(1).step_by(2) {
            named += 1;
            let in_browser = name.split_once(".test.mjs: ").map(|(file, test)| is_in(file, test));
            assert!(in_browser.unwrap_or_else(|| exists(name)), "{name}");
        }
    }
    assert!(named > 40, "{named}");
}

/// Whether a file of browser tests has that test.
fn is_in(file: &str, test: &str) -> bool {
    let file = root().join(format!(".ci/browser/{file}.test.mjs"));
    fs::read_to_string(file).is_ok_and(|text| text.contains(test))
}

/// Whether the suite, `shared` or `web` has that module, or that test in its module.
fn exists(name: &str) -> bool {
    let text = |module: &str| {
        let module = module.trim_end_matches("::tests").replace("::", "/");
        let paths = ["tests/suite", "shared/src", "web/src"]
            .map(|folder| root().join(folder).join(&module));
        let files = paths.iter().flat_map(|path| [path.with_extension("rs"), path.join("mod.rs")]);
        files.filter_map(|file| fs::read_to_string(file).ok()).next()
    };
    let test = |module: &str, test: &str| {
        text(module).is_some_and(|text| text.contains(&format!("fn {test}(")))
    };
    text(name).is_some() || name.rsplit_once("::").is_some_and(|(module, name)| test(module, name))
}
