//! The Merkle tree over the log, as RFC 6962 section 2.1 describes it (SHA-256): what proves that the log was only ever added to.
//!
//! A leaf is the hash of an event's text. The tree over the first `n` leaves has one root; who holds the root of an earlier size can be
//! shown, by a handful of hashes, that the log of today begins with the same leaves.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use sha2::{Digest, Sha256};

/// A hash of the tree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

/// Why a text is no hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected 64 hexadecimal digits in lower case")]
pub struct NoHash;

impl Hash {
    /// The hash of a leaf.
    #[must_use]
    pub fn leaf(text: &[u8]) -> Self {
        Self(Sha256::new().chain_update([0]).chain_update(text).finalize().into())
    }

    /// The hash of the node above two others.
    #[must_use]
    pub fn node(left: Self, right: Self) -> Self {
        Self(Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0).finalize().into())
    }

    /// The root of the tree without leaves.
    #[must_use]
    pub fn empty() -> Self {
        Self(Sha256::digest([]).into())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(to, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, to)
    }
}

impl FromStr for Hash {
    type Err = NoHash;

    fn from_str(text: &str) -> Result<Self, NoHash> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(NoHash),
        };
        let mut hash = [0; 32];
        if text.len() != 64 {
            return Err(NoHash);
        }
        for (byte, pair) in hash.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Ok(Self(hash))
    }
}

/// The right edge of a tree: the roots of its complete subtrees, the largest first. All that appending and the root need.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edge {
    size: u64,
    roots: Vec<Hash>,
}

impl Edge {
    /// How many leaves the tree has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf: as many nodes are made as the size ends on ones.
    pub fn push(&mut self, leaf: Hash) {
        let mut node = leaf;
        for _ in 0..self.size.trailing_ones() {
            let left = self.roots.pop().expect("the edge has one root for each one of its size");
            node = Hash::node(left, node);
        }
        self.roots.push(node);
        self.size += 1;
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut roots = self.roots.iter().rev().copied();
        let last = roots.next();
        last.map_or_else(Hash::empty, |last| roots.fold(last, |right, left| Hash::node(left, right)))
    }

    /// The edge as a line of text.
    #[must_use]
    pub fn text(&self) -> String {
        self.roots.iter().map(Hash::to_string).collect()
    }

    /// The edge of a tree of `size` leaves from a line of text; nothing when the text is of no tree of that size.
    #[must_use]
    pub fn read(size: u64, text: &str) -> Option<Self> {
        let roots = text.as_bytes().chunks(64).map(|hash| std::str::from_utf8(hash).ok()?.parse().ok()).collect::<Option<Vec<Hash>>>()?;
        (roots.len() == size.count_ones() as usize).then_some(Self { size, roots })
    }
}

/// The hashes that lead from a leaf to the root of the tree over `leaves`, from the bottom.
///
/// # Panics
/// When there is no such leaf.
#[must_use]
pub fn inclusion(leaves: &[Hash], index: usize) -> Vec<Hash> {
    assert!(index < leaves.len(), "a proof is about a leaf that is there");
    if leaves.len() == 1 {
        return Vec::new();
    }
    let split = split(leaves.len());
    let (mut path, other) = if index < split {
        (inclusion(&leaves[..split], index), root(leaves, split..leaves.len()))
    } else {
        (inclusion(&leaves[split..], index - split), root(leaves, 0..split))
    };
    path.push(other);
    path
}

/// The hashes that show that the tree over `leaves` begins with its first `size` leaves.
///
/// # Panics
/// When there are fewer leaves, or `size` is zero.
#[must_use]
pub fn consistency(leaves: &[Hash], size: usize) -> Vec<Hash> {
    assert!(0 < size && size <= leaves.len(), "a proof is about an earlier tree with leaves");
    part(leaves, size, true)
}

/// SUBPROOF of RFC 6962, section 2.1.2.
fn part(leaves: &[Hash], size: usize, whole: bool) -> Vec<Hash> {
    if size == leaves.len() {
        return if whole { Vec::new() } else { vec![root(leaves, 0..size)] };
    }
    let split = split(leaves.len());
    let (mut path, other) = if size <= split {
        (part(&leaves[..split], size, whole), root(leaves, split..leaves.len()))
    } else {
        (part(&leaves[split..], size - split, false), root(leaves, 0..split))
    };
    path.push(other);
    path
}

/// The largest power of two below a size, which is at least two.
fn split(size: usize) -> usize {
    1 << (usize::BITS - 1 - (size - 1).leading_zeros())
}

fn root(leaves: &[Hash], range: Range<usize>) -> Hash {
    let mut edge = Edge::default();
    leaves[range].iter().for_each(|leaf| edge.push(*leaf));
    edge.root()
}

/// Whether a path leads from the leaf at `index` to the root of a tree of `size` leaves. RFC 9162, section 2.1.3.2.
#[must_use]
pub fn includes(root: Hash, size: u64, index: u64, leaf: Hash, path: &[Hash]) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last, mut node) = (index, size - 1, leaf);
    for other in path {
        if last == 0 {
            return false;
        }
        if at % 2 == 1 || at == last {
            node = Hash::node(*other, node);
            while at.is_multiple_of(2) && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            node = Hash::node(node, *other);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    last == 0 && node == root
}

/// Whether a path shows that the tree of `new` begins with that of `old`, each with its size. RFC 9162, section 2.1.4.2.
#[must_use]
pub fn continues(old: (u64, Hash), new: (u64, Hash), path: &[Hash]) -> bool {
    let ((old_size, old_root), (new_size, new_root)) = (old, new);
    if old_size == 0 || old_size >= new_size {
        return old_size == new_size && path.is_empty() && old_root == new_root;
    }
    let whole = old_size.is_power_of_two().then_some(old_root);
    let mut hashes = whole.into_iter().chain(path.iter().copied());
    let Some(first) = hashes.next() else { return false };
    let below = (old_size - 1).trailing_ones();
    let (mut at, mut last) = ((old_size - 1) >> below, (new_size - 1) >> below);
    let (mut old_node, mut new_node) = (first, first);
    for other in hashes {
        if last == 0 {
            return false;
        }
        if at % 2 == 1 || at == last {
            old_node = Hash::node(other, old_node);
            new_node = Hash::node(other, new_node);
            while at.is_multiple_of(2) && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            new_node = Hash::node(new_node, other);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    last == 0 && old_node == old_root && new_node == new_root
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(count: usize) -> Vec<Hash> {
        (0..count).map(|ix| Hash::leaf(ix.to_string().as_bytes())).collect()
    }

    /// The inputs and roots that implementations of RFC 6962 test with.
    #[test]
    fn roots_are_those_of_the_reference() {
        let inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let mut edge = Edge::default();
        assert_eq!(edge.root().to_string(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        for (input, root) in inputs.into_iter().zip(roots) {
            let bytes: Vec<u8> = (0..input.len()).step_by(2).map(|at| u8::from_str_radix(&input[at..at + 2], 16).unwrap()).collect();
            edge.push(Hash::leaf(&bytes));
            assert_eq!(edge.root().to_string(), root);
            assert_eq!(Edge::read(edge.size(), &edge.text()), Some(edge.clone()));
        }
        assert_eq!(Edge::read(7, &edge.text()), None);
    }

    #[test]
    fn proofs_hold_for_every_leaf_and_every_earlier_tree_and_for_nothing_else() {
        let leaves = leaves(40);
        for size in 1..=leaves.len() {
            let (known, now) = (&leaves[..size], root(&leaves, 0..size));
            for index in 0..size {
                let path = inclusion(known, index);
                assert!(includes(now, size as u64, index as u64, known[index], &path));
                assert!(!includes(now, size as u64, index as u64, Hash::leaf(b"other"), &path));
                assert!(index + 1 == size || !includes(now, size as u64, index as u64 + 1, known[index], &path));
                let (early, path) = (root(&leaves, 0..index + 1), consistency(known, index + 1));
                assert!(continues((index as u64 + 1, early), (size as u64, now), &path));
                assert!(!continues((index as u64 + 1, Hash::empty()), (size as u64, now), &path));
                let mut shorter = path.clone();
                assert!(shorter.pop().is_none() || !continues((index as u64 + 1, early), (size as u64, now), &shorter));
            }
        }
    }
}
