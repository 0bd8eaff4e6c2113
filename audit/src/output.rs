//! Where reports go: standard output and files. A file appears as a whole or not at all.

use std::{
    collections::BTreeSet,
    fs::{self, File, OpenOptions},
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
    file: Target,
}

/// What is written to.
#[derive(Debug)]
enum Target {
    /// A file beside the report, which takes its place at the end.
    Beside(NamedTempFile),
    /// A device or a pipe, whose place nothing can take.
    Itself(File),
}

impl Outputs {
    /// Finds the format of each output, and opens the files. Nothing that exists is changed yet.
    ///
    /// # Errors
    /// A file has no format or two, is named twice, or cannot be written.
    pub fn open(paths: &[PathBuf], format: Option<Format>) -> Result<Self, Error> {
        let mut known = BTreeSet::new();
        let mut files = Vec::with_capacity(paths.len());
        for path in paths {
            if !known.insert(path) {
                return Err(Error::SameFile(path.clone()));
            }
            let format = of_file(path, format)?;
            let file = Target::open(path)
                .map_err(|source| Error::Unwritable { path: path.clone(), source })?;
            files.push(Output { path: path.clone(), format, file });
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
        for Output { path, format, file } in self.files {
            file.write(report, format, &path)
                .map_err(|source| Error::Unwritable { path, source })?;
        }
        let mut stdout = BufWriter::new(stdout);
        self.stdout
            .write(report, screen, &mut stdout)
            .and_then(|()| stdout.flush())
            .map_err(Error::Stdout)
    }
}

impl Target {
    fn open(path: &Path) -> io::Result<Self> {
        match fs::metadata(path) {
            Ok(there) if there.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
            Ok(there) if !there.is_file() => {
                Ok(Self::Itself(OpenOptions::new().write(true).open(path)?))
            }
            // A link stays a link: what it leads to is replaced.
            Ok(_) => {
                OpenOptions::new().write(true).open(path)?;
                beside(&fs::canonicalize(path)?)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => beside(path),
            Err(error) => Err(error),
        }
    }

    fn write(self, report: &Report, format: Format, path: &Path) -> io::Result<()> {
        match self {
            Self::Itself(file) => {
                let mut to = BufWriter::new(file);
                format.write(report, Screen::default(), &mut to)?;
                to.flush()
            }
            Self::Beside(file) => {
                let mut to = BufWriter::new(file);
                format.write(report, Screen::default(), &mut to)?;
                let file = to.into_inner().map_err(io::IntoInnerError::into_error)?;
                let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
                file.persist(place)?;
                Ok(())
            }
        }
    }
}

fn beside(path: &Path) -> io::Result<Target> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut builder = tempfile::Builder::new();
    builder.prefix(".metadata-guardrail-audit-");
    // As any other new file: who may read it is for the umask to say.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder.unwrap_or(Path::new("."))).map(Target::Beside)
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
