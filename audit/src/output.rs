//! Where reports go: standard output and files. A file appears as a whole or not at all.

use std::{
    collections::BTreeSet,
    fs::{self, File, OpenOptions, Permissions},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use clap::ValueEnum;
use tempfile::NamedTempFile;

use crate::{
    error::Error,
    format::{Format, Screen},
    report::Report,
};

/// Where the reports of one audit go. All files are known to be writable before the audit begins.
#[derive(Debug)]
pub struct Outputs {
    stdout: Format,
    files: Vec<Output>,
}

#[derive(Debug)]
struct Output {
    path: PathBuf,
    format: Format,
    opened: Opened,
}

/// Where a report goes, before anything is opened.
#[derive(Debug)]
enum Destination {
    /// A device or a pipe.
    Special(PathBuf),
    /// A file, which need not be there yet. No part of its path is a link.
    File { path: PathBuf, permissions: Option<Permissions> },
}

/// What is written to.
#[derive(Debug)]
enum Opened {
    /// A new file, which takes this place at the end.
    Beside { file: NamedTempFile, place: PathBuf },
    /// A device or a pipe, whose place nothing can take.
    Itself(File),
}

impl Outputs {
    /// Finds the format of each output, and opens the files. Nothing that exists is changed yet.
    ///
    /// # Errors
    /// A file has no format or two, is named twice, or cannot be written.
    pub fn open(paths: &[PathBuf], format: Option<Format>) -> Result<Self, Error> {
        let unwritable = |path: &PathBuf, source| Error::Unwritable { path: path.clone(), source };
        let mut known = BTreeSet::new();
        let mut places = Vec::with_capacity(paths.len());
        for path in paths {
            let format = of_file(path, format)?;
            let place = Destination::of(path).map_err(|source| unwritable(path, source))?;
            if !known.insert(place.path().to_owned()) {
                return Err(Error::SameFile(path.clone()));
            }
            places.push((path, format, place));
        }
        // A pipe waits until somebody reads it. Whoever interrupts that finds no new file.
        places.sort_by_key(|(.., place)| place.is_file());
        let mut files = Vec::with_capacity(paths.len());
        for (path, format, place) in places {
            let opened = place.open().map_err(|source| unwritable(path, source))?;
            files.push(Output { path: path.clone(), format, opened });
        }
        let stdout = format.filter(|_| paths.is_empty()).unwrap_or(Format::Table);
        Ok(Self { stdout, files })
    }

    /// Writes a report to every output; standard output comes last.
    ///
    /// # Errors
    /// One of them cannot be written.
    pub fn write(
        self,
        report: &Report,
        screen: Screen,
        stdout: &mut impl Write,
    ) -> Result<(), Error> {
        for Output { path, format, opened } in self.files {
            opened
                .write(report, format)
                .map_err(|source| Error::Unwritable { path, source })?;
        }
        let mut stdout = BufWriter::new(stdout);
        self.stdout
            .write(report, screen, &mut stdout)
            .and_then(|()| stdout.flush())
            .map_err(Error::Stdout)
    }
}

impl Destination {
    fn of(path: &Path) -> io::Result<Self> {
        match fs::metadata(path) {
            Ok(there) if there.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
            Ok(there) if !there.is_file() => Ok(Self::Special(path.to_owned())),
            Ok(there) => Ok(Self::File {
                path: fs::canonicalize(path)?,
                permissions: Some(there.permissions()),
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Ok(Self::File { path: not_there_yet(path)?, permissions: None })
            }
            Err(error) => Err(error),
        }
    }

    fn path(&self) -> &Path {
        match self {
            Self::Special(path) | Self::File { path, .. } => path,
        }
    }

    fn is_file(&self) -> bool {
        match self {
            Self::Special(_) => false,
            Self::File { .. } => true,
        }
    }

    fn open(self) -> io::Result<Opened> {
        match self {
            Self::Special(path) => OpenOptions::new().write(true).open(path).map(Opened::Itself),
            Self::File { path: place, permissions } => {
                let file = beside(&place)?;
                if let Some(permissions) = permissions {
                    // Nobody may replace what they may not write.
                    OpenOptions::new().write(true).open(&place)?;
                    file.as_file().set_permissions(permissions)?;
                }
                Ok(Opened::Beside { file, place })
            }
        }
    }
}

impl Opened {
    fn write(self, report: &Report, format: Format) -> io::Result<()> {
        match self {
            Self::Itself(file) => {
                let mut to = BufWriter::new(file);
                format.write(report, Screen::default(), &mut to)?;
                to.flush()
            }
            Self::Beside { file, place } => {
                let mut to = BufWriter::new(file);
                format.write(report, Screen::default(), &mut to)?;
                let file = to.into_inner().map_err(io::IntoInnerError::into_error)?;
                file.persist(place)?;
                Ok(())
            }
        }
    }
}

/// Where a file will be. If a link leads to it, the link stays a link.
fn not_there_yet(path: &Path) -> io::Result<PathBuf> {
    if let Ok(next) = fs::read_link(path) {
        return not_there_yet(&folder(path).join(next));
    }
    let name = path.file_name().ok_or(io::ErrorKind::NotFound)?;
    Ok(fs::canonicalize(folder(path))?.join(name))
}

/// The folder that a path is in.
fn folder(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// A new file in the folder of another one.
fn beside(path: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".metadata-guardrail-audit-");
    // As any other new file: who may read it is for the umask to say.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    // Its error would name the new file, which nobody knows.
    builder.tempfile_in(folder(path)).map_err(|error| error.kind().into())
}

/// The format of a file: what its suffix says, and otherwise what the option says.
fn of_file(path: &Path, option: Option<Format>) -> Result<Format, Error> {
    match (Format::of_suffix(path), option) {
        (Some(suffix), Some(option)) if suffix != option => {
            let name = option.to_possible_value().map(|value| value.get_name().to_owned());
            let format = name.unwrap_or_default();
            Err(Error::TwoFormats { path: path.to_owned(), format })
        }
        (Some(format), _) | (None, Some(format)) => Ok(format),
        (None, None) => Err(Error::NoFormat(path.to_owned())),
    }
}
