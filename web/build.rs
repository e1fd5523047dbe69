//! Compresses the files that pages load, and names each by its content, so that browsers may keep it for a year.

use std::{
    error::Error,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};
use sha2::{Digest as _, Sha256};

/// The files, with the constant that holds each one's name.
const FILES: [(&str, &str, &str); 4] = [
    ("CSS", "pages.css", "text/css; charset=utf-8"),
    ("SCRIPT", "pages.js", "text/javascript; charset=utf-8"),
    ("ICON", "icon.svg", "image/svg+xml"),
    ("LICENCE", "nhsuk-frontend-LICENSE.txt", "text/plain; charset=utf-8"),
];

fn main() -> Result<(), Box<dyn Error>> {
    let target = PathBuf::from(std::env::var("OUT_DIR")?);
    let (mut names, mut all) = (String::new(), String::new());
    for (constant, file, media_type) in FILES {
        let path = Path::new("assets").join(file);
        println!("cargo::rerun-if-changed={}", path.display());
        let bytes = fs::read(path)?;
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&bytes)?;
        let compressed = target.join(format!("{file}.gz"));
        fs::write(&compressed, encoder.finish()?)?;
        let digest = Sha256::digest(&bytes);
        let hash: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        let (stem, extension) = file.rsplit_once('.').ok_or("a file without an extension")?;
        let name = format!("{stem}-{hash}.{extension}");
        names += &format!(
            "/// The name of `{file}` in its address.\npub const {constant}: &str = {name:?};\n"
        );
        all += &format!("    ({constant}, {media_type:?}, include_bytes!({compressed:?})),\n");
    }
    let text = format!(
        "{names}\n/// Each file's name, media type and compressed content.\n\
         const FILES: [(&str, &str, &[u8]); {}] = [\n{all}];\n",
        FILES.len()
    );
    Ok(fs::write(target.join("assets.rs"), text)?)
}
