//! Holds the imports of every module to the table of layers in `lib.rs`.

use std::{fs, path::Path};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The layers in the order of the table. Those in one row may import each other.
const ROWS: [&[&str]; 6] =
    [&["domain"], &["store"], &["operations"], &["telemetry"], &["auth", "http"], &["runtime"]];

/// What a layer must not name, because it knows nothing of it.
const UNKNOWN: [(&str, &[&str]); 6] = [
    ("domain", &["lambda_http", "lambda_runtime", "aws_sdk_dynamodb", "env", "SystemTime"]),
    ("store", &["lambda_http", "lambda_runtime", "env", "SystemTime"]),
    ("operations", &["lambda_http", "lambda_runtime", "env", "SystemTime", "tracing"]),
    ("telemetry", &["lambda_http", "lambda_runtime"]),
    ("auth", &["lambda_runtime", "env"]),
    ("http", &["lambda_runtime", "env"]),
];

fn row(layer: &str) -> Option<usize> {
    ROWS.iter().position(|row| row.contains(&layer))
}

/// The paths of a file's tokens: `crate::http::{Problem, Response}` is `crate, http` and what follows.
fn tokens(text: TokenStream, found: &mut Vec<TokenTree>) {
    for token in text {
        if let TokenTree::Group(group) = &token {
            found.push(token.clone());
            tokens(group.stream(), found);
        } else {
            found.push(token);
        }
    }
}

/// The layers that a file imports: by `crate::…`, or by as many `super::` as it is modules deep.
fn imports(text: &str, depth: usize) -> Vec<String> {
    let mut found = Vec::new();
    tokens(text.parse().expect("Rust"), &mut found);
    for pair in found.windows(2) {
        let TokenTree::Group(group) = &pair[1] else { continue };
        let mut inner = group.stream().into_iter();
        let is_use = pair[0].to_string() == ":" && group.delimiter() == Delimiter::Brace;
        assert!(
            !(is_use && inner.any(|token| token.to_string() == "super")),
            "import through `super` in braces: {group}"
        );
    }
    // Beyond the end nothing matters, but every window must be full.
    found.extend("; ; ;".parse::<TokenStream>().expect("Rust"));
    let mut layers = Vec::new();
    let mut supers = 0;
    for window in found.windows(4) {
        let word = window[0].to_string();
        let is_path = window[1].to_string() == ":" && window[2].to_string() == ":";
        match word.as_str() {
            "super" if is_path => supers += 1,
            ":" => continue,
            "crate" if is_path => supers = depth,
            _ => supers = 0,
        }
        if supers == depth {
            layers.extend(names(&window[3]));
        }
    }
    layers
}

/// The name at this place of a path, or the names of its braces.
fn names(token: &TokenTree) -> Vec<String> {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
            let mut starts = true;
            let names = group.stream().into_iter().filter_map(|token| {
                let is_comma = matches!(&token, TokenTree::Punct(mark) if mark.as_char() == ',');
                let name = (starts && !is_comma).then(|| token.to_string());
                starts = is_comma;
                name
            });
            names.collect()
        }
        token => vec![token.to_string()],
    }
}

/// Every file below a folder, with the number of modules that it is in.
fn files(folder: &Path, depth: usize) -> Vec<(std::path::PathBuf, usize)> {
    let entries =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let each = entries.flat_map(|path| {
        if path.is_dir() {
            return files(&path, depth + 1);
        }
        let is_rust = path.extension().is_some_and(|extension| extension == "rs");
        let own = usize::from(path.file_stem().is_some_and(|name| name != "mod"));
        if is_rust { vec![(path, depth + own)] } else { Vec::new() }
    });
    each.collect()
}

#[test]
fn every_module_imports_only_from_the_layers_above_its_own() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for layer in ROWS.concat() {
        for (file, depth) in files(&source.join(layer), 1) {
            let text = fs::read_to_string(&file).expect("a file");
            let own = row(layer).expect("a layer");
            for import in imports(&text, depth) {
                let above = row(&import).is_some_and(|other| other <= own);
                assert!(above, "{}: {layer} must not import {import}", file.display());
            }
        }
    }
}

#[test]
fn no_layer_names_what_it_knows_nothing_of() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (layer, unknown) in UNKNOWN {
        for (file, _) in files(&source.join(layer), 1) {
            let mut found = Vec::new();
            let text = fs::read_to_string(&file).expect("a file");
            tokens(text.parse().expect("Rust"), &mut found);
            for token in found {
                let name = token.to_string();
                assert!(!unknown.contains(&name.as_str()), "{}: {name}", file.display());
            }
        }
    }
}

#[test]
fn imports_are_found_however_they_are_written() {
    let text = "use crate::{http::{A, B}, store::C}; fn f() { crate::auth::g(); super::super::runtime::h() }";
    assert_eq!(imports(text, 2), ["http", "store", "auth", "runtime"]);
    assert_eq!(imports("use super::super::Response; use super::json_ok;", 3), [""; 0]);
}
