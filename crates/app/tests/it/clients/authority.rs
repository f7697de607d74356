//! A certificate authority that lives as long as a test.

use std::fs::write as write_file;
use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose};

/// Writes `server.pem` and `server.key` for this machine into a folder, and gives the file with the authority's certificate.
pub fn write(folder: &Path) -> PathBuf {
    let mut authority = CertificateParams::new([]).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    authority.distinguished_name.push(rcgen::DnType::CommonName, "Counterfoil test authority");
    let own_key = KeyPair::generate().unwrap();
    let own = authority.self_signed(&own_key).unwrap();
    let issuer = Issuer::new(authority, own_key);

    let mut server = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    server.use_authority_key_identifier_extension = true;
    server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate().unwrap();
    let certificate = server.signed_by(&key, &issuer).unwrap();

    let trusted = folder.join("authority.pem");
    write_file(&trusted, own.pem()).unwrap();
    write_file(folder.join("server.pem"), certificate.pem()).unwrap();
    write_file(folder.join("server.key"), key.serialize_pem()).unwrap();
    trusted
}
