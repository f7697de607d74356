//! Proofs: files that people add to claims, kept by their content.
//!
//! Nothing of what a file says about itself is trusted: its type comes from its content, its name is a label and never a path, images lose
//! what they say about their making, and a scanner looks at the file when one is set up. A file is kept under the hash of what is kept, so
//! the same file twice is kept once.

/// Names of files as labels.
mod names;

/// What images say about their making, taken out.
mod stripping;

use std::env;

use anyhow::{Context, Result};
use domain::record::desk::ActError;
use domain::record::refusal::Refusal;
use serde::Serialize;

use crate::contents::{Contents, hash};

pub use names::label;

/// The variable that names the scanner, ClamAV's `clamd`: `HOST:PORT` or the path of its socket.
const SCANNER: &str = "COUNTERFOIL_CLAMD";

/// The largest file that is kept, in bytes.
pub const BYTES_MAX: usize = 25 << 20;

/// What is known of a file that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// The name, a label.
    pub name: String,
    /// The type of the content.
    pub media_type: String,
    /// The length of what is kept, in bytes.
    pub bytes: u64,
    /// The hash of what is kept, SHA-256, hexadecimal.
    pub sha256: String,
    /// Whether something that the file said about its making was taken out.
    pub stripped: bool,
    /// Whether a scanner looked at it.
    pub scanned: bool,
}

/// A file that was looked over, and is not kept yet: first its adder's right to add it is asked about.
pub struct Looked {
    /// What there is to know of it.
    pub of: Kept,
    content: Vec<u8>,
}

/// Where proofs are kept.
pub struct Proofs {
    contents: Contents,
    scanner: Option<String>,
}

impl Proofs {
    /// The proofs of a home.
    pub fn of(contents: Contents) -> Self {
        let scanner = env::var(SCANNER).ok().filter(|address| !address.is_empty());
        Self { contents, scanner }
    }

    /// The same proofs with a scanner at an address.
    #[cfg(test)]
    fn scanned_by(mut self, address: &str) -> Self {
        self.scanner = Some(address.to_owned());
        self
    }

    /// Looks a file over, and keeps nothing yet.
    ///
    /// # Errors
    /// When the file is empty, too large, an image that is damaged, or one that the scanner refuses (the cause is an [`ActError`]); or when
    /// it cannot be scanned.
    pub fn look(&self, name: &str, content: Vec<u8>) -> Result<Looked> {
        let name = label(name);
        if content.is_empty() {
            return refuse("proof-empty", format!("`{name}` is empty"), "add the file again; it may not have been written to its end");
        }
        if content.len() > BYTES_MAX {
            let message = format!("`{name}` has {} bytes, and at most {BYTES_MAX} are kept", content.len());
            return refuse("proof-too-large", message, "make it smaller, or split it into several files");
        }
        let scanned = self.scan(&name, &content)?;
        let media_type = media_type(&content);
        let Ok((content, stripped)) = stripping::strip(media_type, content) else {
            let message = format!("`{name}` begins as an image ({media_type}) and is damaged");
            return refuse("proof-damaged", message, "open it and save it again, or add it as a PDF");
        };
        let sha256 = hash(&content);
        let bytes = content.len() as u64;
        Ok(Looked { of: Kept { name, media_type: media_type.to_owned(), bytes, sha256, stripped, scanned }, content })
    }

    /// Keeps a file that was looked over.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep(&self, looked: Looked) -> Result<()> {
        self.contents.keep(looked.content)?;
        Ok(())
    }

    /// The content of a file that is kept; nothing when there is none of that hash.
    ///
    /// # Errors
    /// When it cannot be read, or is not what was kept any more.
    pub fn read(&self, sha256: &str) -> Result<Option<Vec<u8>>> {
        self.contents.read(sha256)
    }

    /// Whether a scanner looked at the content; one that is set up and does not answer lets nothing pass.
    fn scan(&self, name: &str, content: &[u8]) -> Result<bool> {
        let Some(address) = &self.scanner else { return Ok(false) };
        let answer = if address.contains('/') {
            scan_at_socket(address, content)
        } else {
            clamav_client::scan_buffer(content, clamav_client::Tcp { host_address: address.as_str() }, None)
        };
        let answer = answer.with_context(|| format!("the scanner at `{address}` does not answer; start it, or unset `{SCANNER}`"))?;
        if clamav_client::clean(&answer).unwrap_or(false) {
            return Ok(true);
        }
        let found = String::from_utf8_lossy(&answer).trim_matches(['\0', '\n', ' ']).to_owned();
        refuse("proof-refused-by-scanner", format!("the scanner refuses `{name}`: {found}"), "add a file that is clean")
    }
}

#[cfg(unix)]
fn scan_at_socket(path: &str, content: &[u8]) -> std::io::Result<Vec<u8>> {
    clamav_client::scan_buffer(content, clamav_client::Socket { socket_path: path }, None)
}

#[cfg(not(unix))]
fn scan_at_socket(_: &str, _: &[u8]) -> std::io::Result<Vec<u8>> {
    Err(std::io::Error::other("this system has no such sockets; name the scanner by HOST:PORT"))
}

fn refuse<T>(code: &'static str, message: String, cure: &str) -> Result<T> {
    Err(ActError::from(Refusal::invalid(code, message, cure)).into())
}

/// The type of a content; the name is not asked.
fn media_type(content: &[u8]) -> &'static str {
    match infer::get(content) {
        Some(kind) => kind.mime_type(),
        None if std::str::from_utf8(content).is_ok_and(|text| !text.contains('\0')) => "text/plain",
        None => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    use engine::objects::Objects;
    use img_parts::Bytes;
    use img_parts::jpeg::{Jpeg, JpegSegment, markers};
    use img_parts::png::{Png, PngChunk};
    use tokio::runtime::Builder;

    use super::*;

    /// The smallest PNG: one pixel.
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\0\x05\0\x01\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82";

    fn refusal(error: &anyhow::Error) -> &'static str {
        match error.downcast_ref::<ActError>() {
            Some(ActError::Refused(refusal)) => refusal.code,
            _ => "no refusal",
        }
    }

    /// Looks a file over and keeps it.
    fn add(proofs: &Proofs, name: &str, content: Vec<u8>) -> Result<Kept> {
        let looked = proofs.look(name, content)?;
        let of = looked.of.clone();
        proofs.keep(looked).map(|()| of)
    }

    fn with_proofs(test: impl FnOnce(Proofs)) {
        let folder = tempfile::tempdir().unwrap();
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let objects = Objects::make(&folder.path().to_string_lossy(), &runtime.into()).unwrap();
        test(Proofs::of(Contents::of(objects)));
    }

    #[test]
    fn a_file_is_kept_once_by_its_content_and_read_back() {
        with_proofs(|proofs| {
            let pdf = b"%PDF-1.7 a statement of work".to_vec();
            let kept = add(&proofs, "../sow.exe", pdf.clone()).unwrap();
            assert_eq!((kept.name.as_str(), kept.media_type.as_str(), kept.bytes), ("sow.exe", "application/pdf", 28));
            assert_eq!(add(&proofs, "again.pdf", pdf.clone()).unwrap().sha256, kept.sha256);
            assert_eq!(proofs.read(&kept.sha256).unwrap(), Some(pdf));
            assert_eq!(proofs.read(&"0".repeat(64)).unwrap(), None);
            assert_eq!(add(&proofs, "note.txt", b"an e-mail".to_vec()).unwrap().media_type, "text/plain");
            assert_eq!(add(&proofs, "x", vec![0, 1, 2]).unwrap().media_type, "application/octet-stream");
            assert_eq!(refusal(&add(&proofs, "x", Vec::new()).unwrap_err()), "proof-empty");
            assert_eq!(refusal(&add(&proofs, "x", vec![1; BYTES_MAX + 1]).unwrap_err()), "proof-too-large");
        });
    }

    #[test]
    fn images_lose_what_they_say_about_their_making() {
        with_proofs(|proofs| {
            let mut png = Png::from_bytes(Bytes::from_static(PNG)).unwrap();
            png.chunks_mut().insert(1, PngChunk::new(*b"tEXt", Bytes::from_static(b"Author\0Ann of 12 Mill Lane")));
            let kept = add(&proofs, "shot.png", png.encoder().bytes().into()).unwrap();
            assert!(kept.stripped);
            assert_eq!(proofs.read(&kept.sha256).unwrap().as_deref(), Some(PNG));

            let mut jpeg = Jpeg::from_bytes(Bytes::from_static(b"\xff\xd8\xff\xda\0\x02pixels\xff\xd9")).unwrap();
            jpeg.segments_mut().insert(0, JpegSegment::new_with_contents(markers::APP1, Bytes::from_static(b"Exif\0\0GPS 47.4 N")));
            jpeg.segments_mut().insert(0, JpegSegment::new_with_contents(markers::COM, Bytes::from_static(b"made by Ann")));
            let kept = add(&proofs, "shot.jpg", jpeg.encoder().bytes().into()).unwrap();
            let content = proofs.read(&kept.sha256).unwrap().unwrap();
            assert!(kept.stripped && !content.windows(3).any(|three| three == b"GPS" || three == b"Ann"));

            assert_eq!(refusal(&add(&proofs, "half.png", PNG[..20].to_vec()).unwrap_err()), "proof-damaged");
        });
    }

    /// A scanner that gives one answer, in the protocol of `clamd`.
    fn scanner(answer: &'static [u8]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut command = [0; 10];
            stream.read_exact(&mut command).unwrap();
            assert_eq!(&command, b"zINSTREAM\0");
            loop {
                let mut length = [0; 4];
                stream.read_exact(&mut length).unwrap();
                let length = u32::from_be_bytes(length);
                if length == 0 {
                    break;
                }
                std::io::copy(&mut (&mut stream).take(length.into()), &mut std::io::sink()).unwrap();
            }
            stream.write_all(answer).unwrap();
        });
        address
    }

    #[test]
    fn a_scanner_that_is_set_up_is_asked_and_lets_nothing_pass_when_it_is_away() {
        with_proofs(|proofs| {
            let proofs = proofs.scanned_by(&scanner(b"stream: OK\0"));
            assert!(add(&proofs, "clean.txt", b"clean".to_vec()).unwrap().scanned);
            let proofs = proofs.scanned_by(&scanner(b"stream: Eicar-Test-Signature FOUND\0"));
            let error = add(&proofs, "bad.txt", b"bad".to_vec()).unwrap_err();
            assert_eq!(refusal(&error), "proof-refused-by-scanner");
            assert!(error.to_string().contains("Eicar-Test-Signature"), "{error}");
            let proofs = proofs.scanned_by("127.0.0.1:1");
            assert!(add(&proofs, "any.txt", b"any".to_vec()).unwrap_err().to_string().contains("does not answer"));
        });
    }
}
