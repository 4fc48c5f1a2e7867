//! The case files below folders.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// One file.
pub(crate) struct CaseFile {
    /// `<area>/<file name without .json>`, which the case in it must be called.
    pub(crate) name: String,
    /// Where it is.
    pub(crate) path: PathBuf,
}

/// Every `*.json` below `folder`, itself if it is one.
///
/// # Errors
/// When a folder cannot be read, or there is no case below it: a mistyped folder must not pass.
pub(crate) fn below(folder: &Path) -> io::Result<Vec<CaseFile>> {
    let mut files = Vec::new();
    if fs::metadata(folder)?.is_dir() {
        collect(folder, &mut files)?;
    } else {
        files.push(folder.to_owned());
    }
    if files.is_empty() {
        return Err(io::Error::other("there is no case below it"));
    }
    Ok(files.into_iter().map(|path| CaseFile { name: name(&path), path }).collect())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        // A link to a folder is not followed: it may lead back.
        if entry.file_type()?.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    Ok(())
}

fn name(path: &Path) -> String {
    let area = path.parent().and_then(Path::file_name).unwrap_or_default();
    let stem = path.file_stem().unwrap_or_default();
    format!("{}/{}", area.to_string_lossy(), stem.to_string_lossy())
}
