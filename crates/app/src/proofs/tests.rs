use std::io::{Read as _, Write as _};
use std::net::TcpListener;

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

fn with_proofs(test: impl FnOnce(Proofs<'_>)) {
    let folder = tempfile::tempdir().unwrap();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    test(Proofs::of_folder(folder.path(), &runtime).unwrap());
}

#[test]
fn a_file_is_kept_once_by_its_content_and_read_back() {
    with_proofs(|proofs| {
        let pdf = b"%PDF-1.7 a statement of work".to_vec();
        let kept = proofs.keep("../sow.exe", pdf.clone()).unwrap();
        assert_eq!((kept.name.as_str(), kept.media_type.as_str(), kept.bytes), ("sow.exe", "application/pdf", 28));
        assert_eq!(proofs.keep("again.pdf", pdf.clone()).unwrap().sha256, kept.sha256);
        assert_eq!(proofs.read(&kept.sha256).unwrap(), Some(pdf));
        assert_eq!(proofs.read(&"0".repeat(64)).unwrap(), None);
        assert_eq!(proofs.keep("note.txt", b"an e-mail".to_vec()).unwrap().media_type, "text/plain");
        assert_eq!(proofs.keep("x", vec![0, 1, 2]).unwrap().media_type, "application/octet-stream");
        assert_eq!(refusal(&proofs.keep("x", Vec::new()).unwrap_err()), "proof-empty");
        assert_eq!(refusal(&proofs.keep("x", vec![1; BYTES_MAX + 1]).unwrap_err()), "proof-too-large");
    });
}

#[test]
fn images_lose_what_they_say_about_their_making() {
    with_proofs(|proofs| {
        let mut png = Png::from_bytes(Bytes::from_static(PNG)).unwrap();
        png.chunks_mut().insert(1, PngChunk::new(*b"tEXt", Bytes::from_static(b"Author\0Ann of 12 Mill Lane")));
        let kept = proofs.keep("shot.png", png.encoder().bytes().into()).unwrap();
        assert!(kept.stripped);
        assert_eq!(proofs.read(&kept.sha256).unwrap().as_deref(), Some(PNG));

        let mut jpeg = Jpeg::from_bytes(Bytes::from_static(b"\xff\xd8\xff\xda\0\x02pixels\xff\xd9")).unwrap();
        jpeg.segments_mut().insert(0, JpegSegment::new_with_contents(markers::APP1, Bytes::from_static(b"Exif\0\0GPS 47.4 N")));
        jpeg.segments_mut().insert(0, JpegSegment::new_with_contents(markers::COM, Bytes::from_static(b"made by Ann")));
        let kept = proofs.keep("shot.jpg", jpeg.encoder().bytes().into()).unwrap();
        let content = proofs.read(&kept.sha256).unwrap().unwrap();
        assert!(kept.stripped && !content.windows(3).any(|three| three == b"GPS" || three == b"Ann"));

        assert_eq!(refusal(&proofs.keep("half.png", PNG[..20].to_vec()).unwrap_err()), "proof-damaged");
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
        assert!(proofs.keep("clean.txt", b"clean".to_vec()).unwrap().scanned);
        let proofs = proofs.scanned_by(&scanner(b"stream: Eicar-Test-Signature FOUND\0"));
        let error = proofs.keep("bad.txt", b"bad".to_vec()).unwrap_err();
        assert_eq!(refusal(&error), "proof-refused-by-scanner");
        assert!(error.to_string().contains("Eicar-Test-Signature"), "{error}");
        let proofs = proofs.scanned_by("127.0.0.1:1");
        assert!(proofs.keep("any.txt", b"any".to_vec()).unwrap_err().to_string().contains("does not answer"));
    });
}
