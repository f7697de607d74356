//! Which addresses messages may go to: none of this machine, and none of the networks that only this side of the internet reaches. The
//! check is made on what a name resolves to, at the moment of connecting, so that no name can be turned around in between.

use std::net::{IpAddr, Ipv6Addr};

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// Resolves names to addresses that messages may go to.
#[derive(Debug)]
pub struct Public {
    /// Whether addresses of this machine and its networks will do as well; never those of [`is_metadata`].
    pub private_too: bool,
}

impl Resolver for Public {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let found = DefaultResolver::default().resolve(uri, config, timeout)?;
        let mut allowed = self.empty();
        for address in found.iter().filter(|address| is_allowed(address.ip(), self.private_too)) {
            allowed.push(*address);
        }
        if allowed.is_empty() { Err(Error::HostNotFound) } else { Ok(allowed) }
    }
}

fn is_allowed(address: IpAddr, private_too: bool) -> bool {
    !is_metadata(address) && (private_too || is_public(address))
}

/// Whether an address is link-local, or one where clouds tell machines their own secrets: nobody's webhooks or sign-ins are there.
/// AWS, Azure, Google and others: 169.254.169.254; AWS also fd00:ec2::254, Google fd20:ce::254, Alibaba 100.100.100.200, Oracle
/// 192.0.0.192, Azure's host 168.63.129.16.
fn is_metadata(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_link_local() || matches!(v4.octets(), [100, 100, 100, 200] | [192, 0, 0, 192] | [168, 63, 129, 16]),
        IpAddr::V6(v6) => match (embedded(v6), v6.segments()) {
            (Some(v4), _) => is_metadata(v4),
            (None, segments) => {
                segments[0] & 0xffc0 == 0xfe80
                    || matches!(segments, [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254] | [0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254])
            }
        },
    }
}

/// Whether an address is one that anybody on the internet reaches.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            let is_shared = a == 100 && (64..128).contains(&b);
            let is_special = a == 0 || a >= 240 || (a == 192 && b == 0 && c == 0) || (a == 198 && (b == 18 || b == 19));
            let is_near = v4.is_loopback() || v4.is_private() || v4.is_link_local() || v4.is_multicast() || v4.is_documentation();
            !(is_near || is_shared || is_special)
        }
        IpAddr::V6(v6) => match embedded(v6) {
            Some(v4) => is_public(v4),
            None => {
                let first = v6.segments()[0];
                let is_local = first & 0xfe00 == 0xfc00 || first & 0xffc0 == 0xfe80;
                let is_documentation = first == 0x2001 && v6.segments()[1] == 0x0db8;
                !(v6.is_loopback() || v6.is_unspecified() || v6.is_multicast() || is_local || is_documentation)
            }
        },
    }
}

/// The address of the old kind that is written as one of the new kind: mapped, or behind a translator (64:ff9b::/96).
fn embedded(address: Ipv6Addr) -> Option<IpAddr> {
    let translated = address.segments()[..6] == [0x64, 0xff9b, 0, 0, 0, 0];
    let last = u32::try_from(u128::from(address) & 0xffff_ffff).ok()?;
    if translated { Some(IpAddr::V4(last.into())) } else { address.to_ipv4_mapped().map(IpAddr::V4) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_this_machine_and_its_networks_are_not_public() {
        let near = [
            "127.0.0.1",
            "10.1.2.3",
            "172.20.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "::ffff:127.0.0.1",
            "64:ff9b::10.0.0.1",
            "ff02::1",
        ];
        for address in near {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        let metadata = [
            "169.254.169.254",
            "169.254.1.1",
            "100.100.100.200",
            "168.63.129.16",
            "fe80::1",
            "febf::1",
            "fd00:ec2::254",
            "fd20:ce::254",
            "::ffff:169.254.169.254",
            "64:ff9b::169.254.169.254",
        ];
        for address in metadata {
            assert!(!is_allowed(address.parse().unwrap(), true), "{address}");
        }
        for address in ["127.0.0.1", "10.1.2.3", "192.168.1.1", "::1", "fd00::1", "fd00:ec2::253", "93.184.216.34"] {
            assert!(is_allowed(address.parse().unwrap(), true), "{address}");
        }
        for address in ["93.184.216.34", "2606:4700::1111", "64:ff9b::93.184.216.34"] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }
}
