//! docs/hazards.md names tests that there are.

use crate::harness::root;

/// Every test, or module of tests, that a document names in backticks as `module::name`.
#[test]
fn every_test_that_the_hazards_name_exists() {
    let text = std::fs::read_to_string(root().join("docs/hazards.md")).expect("a document");
    let rows = text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| control"));
    let mut named = 0;
    for cell in rows.map(|row| row.rsplit('|').nth(1).expect("a last cell")) {
        for name in cell.split('`').skip(1).step_by(2) {
            named += 1;
            assert!(exists(name.trim_end_matches("::")), "{name}");
        }
    }
    assert!(named > 40, "{named}");
}

/// Whether the suite has that module, or that test in its module.
fn exists(name: &str) -> bool {
    let suite = root().join("tests/suite");
    let text = |module: &str| {
        let path = suite.join(module.replace("::", "/"));
        let file = std::fs::read_to_string(path.with_extension("rs"));
        file.or_else(|_| std::fs::read_to_string(path.join("mod.rs"))).ok()
    };
    let test = |module: &str, test: &str| {
        text(module).is_some_and(|text| text.contains(&format!("fn {test}(")))
    };
    text(name).is_some() || name.rsplit_once("::").is_some_and(|(module, name)| test(module, name))
}
