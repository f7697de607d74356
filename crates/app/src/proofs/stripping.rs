//! What images say about their making (place, camera, author, comments), taken out. The picture itself stays as it is, to the byte.

use img_parts::jpeg::{Jpeg, markers};
use img_parts::png::Png;
use img_parts::webp::WebP;
use img_parts::{Bytes, Error, ImageEXIF as _};

/// Chunks of PNG that tell about the making.
const PNG_CHUNKS: [[u8; 4]; 5] = [*b"tEXt", *b"zTXt", *b"iTXt", *b"eXIf", *b"tIME"];

/// Segments of JPEG that do: EXIF and XMP, IPTC, comments. Colour profiles (APP2) and what decoders need stay.
const JPEG_SEGMENTS: [u8; 3] = [markers::APP1, markers::APP13, markers::COM];

/// The content without what it says about its making, and whether there was anything. Other types than JPEG, PNG and WebP stay as they are.
///
/// # Errors
/// When the content is no whole image of its type.
pub fn strip(media_type: &str, content: Vec<u8>) -> Result<(Vec<u8>, bool), Error> {
    let before = content.len();
    let bytes = Bytes::from(content);
    let stripped: Bytes = match media_type {
        "image/jpeg" => {
            let mut image = Jpeg::from_bytes(bytes)?;
            JPEG_SEGMENTS.into_iter().for_each(|marker| image.remove_segments_by_marker(marker));
            image.encoder().bytes()
        }
        "image/png" => {
            let mut image = Png::from_bytes(bytes)?;
            PNG_CHUNKS.into_iter().for_each(|kind| image.remove_chunks_by_type(kind));
            image.encoder().bytes()
        }
        "image/webp" => {
            let mut image = WebP::from_bytes(bytes)?;
            image.set_exif(None);
            image.remove_chunks_by_id(*b"XMP ");
            image.encoder().bytes()
        }
        _ => return Ok((bytes.into(), false)),
    };
    let is_less = stripped.len() < before;
    Ok((stripped.into(), is_less))
}
