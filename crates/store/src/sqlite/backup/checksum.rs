//! The last line of a backup: a checksum of all that stands before it. SQLite counts pages by its header, reads the file as if
//! the line was not there, and finds damage only where it breaks the structure.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::Error;

/// What stands before the digest.
const LABEL: &str = "\nhookbox backup sha256 ";

/// Bytes of the line: the label, the digest in hexadecimal, and the line's end.
const LENGTH: u64 = LABEL.len() as u64 + 64 + 1;

/// Pages of a database have at least this many bytes, and their number is whole.
const PAGE_BYTES_MIN: u64 = 512;

/// Appends the line to a file that has none.
pub(super) fn append(path: &Path) -> Result<(), Error> {
    let failed = |e| Error::io(format!("writing the checksum of {}", path.display()), e);
    let mut file = OpenOptions::new().read(true).append(true).open(path).map_err(failed)?;
    let bytes = file.metadata().map_err(failed)?.len();
    let line = line_of(&mut file, bytes).map_err(failed)?;
    file.write_all(line.as_bytes()).map_err(failed)
}

/// Compares what the file holds with its line. `false` where it has none, as copies of earlier programs.
pub(super) fn compare(path: &Path) -> Result<bool, Error> {
    let failed = |e| Error::io(format!("reading {}", path.display()), e);
    let mut file = File::open(path).map_err(failed)?;
    let bytes = file.metadata().map_err(failed)?.len();
    if bytes.is_multiple_of(PAGE_BYTES_MIN) {
        return Ok(false);
    }
    let damaged = || Error::Damaged(format!("{} is damaged: it is not what its checksum was made of", path.display()));
    let held = bytes.checked_sub(LENGTH).ok_or_else(damaged)?;
    let expected = line_of(&mut file, held).map_err(failed)?;
    let mut found = Vec::new();
    file.read_to_end(&mut found).map_err(failed)?;
    if found == expected.as_bytes() { Ok(true) } else { Err(damaged()) }
}

/// The line for the first bytes of the file, which is left where they end.
fn line_of(file: &mut File, bytes: u64) -> std::io::Result<String> {
    file.seek(SeekFrom::Start(0))?;
    let mut digest = Sha256::new();
    let mut piece = [0; 64 << 10];
    let mut left = file.take(bytes);
    loop {
        match left.read(&mut piece)? {
            0 if left.limit() == 0 => break,
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            read => digest.update(&piece[..read]),
        }
    }
    let digest: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("{LABEL}{digest}\n"))
}
