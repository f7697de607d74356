//! Object storage: folders, S3 and Azure Blob Storage, each by its URL.
//!
//! This is the one place where a URL becomes a store. Credentials and endpoints come from the variables that other tools read as well;
//! a URL holds none, so it can be shown, logged and kept.

/// URLs, and what they open.
mod address;

/// Some row groups of Parquet files.
#[cfg(feature = "cluster")]
mod row_groups;

/// What went wrong with an object, and its cure.
mod trouble;

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use object_store::path::Path as Location;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt as _, PutMode, PutOptions, WriteMultipart};
use tokio::runtime::Runtime;

pub use address::{is_url, joined};
pub use trouble::ObjectsError;

/// How many objects are fetched, written or deleted at once.
const AT_ONCE: usize = 8;

/// The part of a large object that is sent at once, in bytes; smaller objects are sent whole.
const PART_BYTES: usize = 8 << 20;

/// A place in an object store: everything below a URL.
#[derive(Clone)]
pub struct Objects {
    url: String,
    kind: address::Kind,
    store: Arc<dyn ObjectStore>,
    prefix: Location,
    runtime: Arc<Runtime>,
}

impl std::fmt::Debug for Objects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Objects").field(&self.url).finish()
    }
}

/// An object of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Where it is below the place that was listed, with `/`.
    pub path: String,
    /// Its length, in bytes.
    pub bytes: u64,
    /// What the store calls this version of it, when it has such a word.
    pub version: Option<String>,
    /// When it was last written.
    pub modified: Timestamp,
}

impl Objects {
    /// The place of a URL: `file:///folder` or a folder's path, `s3://bucket/prefix`, `az://container/prefix`, `abfs[s]://…`.
    /// A folder must be there; whether a bucket is, is told by what is done first.
    ///
    /// # Errors
    /// When the URL is of another form, holds credentials, or the variables of the environment do not suffice.
    pub fn open(url: &str, runtime: &Arc<Runtime>) -> Result<Self, ObjectsError> {
        let address::Opened { url, kind, store, prefix } = address::open(url)?;
        Ok(Self { url, kind, store, prefix, runtime: Arc::clone(runtime) })
    }

    /// As [`Objects::open`], and a folder is made when it is not there.
    ///
    /// # Errors
    /// As [`Objects::open`], and when the folder cannot be made.
    pub fn make(url: &str, runtime: &Arc<Runtime>) -> Result<Self, ObjectsError> {
        address::make_folder(url)?;
        Self::open(url, runtime)
    }

    /// The URL, without credentials, as it is shown and kept.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The place below this one.
    #[must_use]
    pub fn below(&self, folder: &str) -> Self {
        Self { url: joined(&self.url, folder), prefix: self.location(folder), ..self.clone() }
    }

    /// Everything below the place, by path.
    ///
    /// # Errors
    /// When it cannot be listed.
    pub fn list(&self) -> Result<Vec<Listed>, ObjectsError> {
        let list = self.store.list(Some(&self.prefix)).try_collect::<Vec<ObjectMeta>>();
        let found = self.runtime.block_on(list).map_err(|error| self.trouble("", error))?;
        let mut listed: Vec<Listed> = found.iter().filter_map(|object| self.listed(object)).collect();
        listed.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(listed)
    }

    /// What the URL names: everything below it, or the one object that it is the URL of, which lies below the place that is given back.
    ///
    /// # Errors
    /// When there is nothing, or it cannot be listed.
    pub fn find(&self) -> Result<(Self, Vec<Listed>), ObjectsError> {
        let below = match self.list() {
            // a file is no folder to list
            Err(_) if self.kind == address::Kind::Folder => Vec::new(),
            below => below?,
        };
        if !below.is_empty() {
            return Ok((self.clone(), below));
        }
        let nothing = || ObjectsError::missing(self.kind, &self.url);
        let Some((url, _)) = self.url.rsplit_once('/').filter(|_| self.prefix.parts().next().is_some()) else { return Err(nothing()) };
        let one = match self.runtime.block_on(self.store.head(&self.prefix)) {
            Err(object_store::Error::NotFound { .. }) => return Err(nothing()),
            found => found.map_err(|error| self.trouble("", error))?,
        };
        let parts: Vec<_> = self.prefix.parts().collect();
        let prefix = Location::from_iter(parts[..parts.len() - 1].iter().map(|part| part.as_ref().to_owned()));
        let place = Self { url: url.to_owned(), prefix, ..self.clone() };
        let listed = place.listed(&one).into_iter().collect();
        Ok((place, listed))
    }

    /// The content of an object; nothing when there is none of that path.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(&self, path: &str) -> Result<Option<Vec<u8>>, ObjectsError> {
        let read = async { self.store.get(&self.location(path)).await?.bytes().await };
        match self.runtime.block_on(read) {
            Ok(content) => Ok(Some(content.into())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.trouble(path, error)),
        }
    }

    /// Writes an object that is not there yet; one that is there stays as it is.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn create(&self, path: &str, content: Vec<u8>) -> Result<(), ObjectsError> {
        let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        match self.runtime.block_on(self.store.put_opts(&self.location(path), content.into(), options)) {
            Ok(_) | Err(object_store::Error::AlreadyExists { .. }) => Ok(()),
            Err(error) => Err(self.trouble(path, error)),
        }
    }

    /// Fetches objects into files below a folder, several at a time. Each is whole when it has its name, and is first written in the folder
    /// `aside`, on the same disk. `told` is called after each, with how many there are by then.
    ///
    /// # Errors
    /// When one is not there or cannot be read, or a file cannot be written.
    pub fn fetch(&self, paths: &[String], to: &Path, aside: &Path, told: &mut dyn FnMut(usize)) -> Result<(), ObjectsError> {
        std::fs::create_dir_all(aside).map_err(|error| ObjectsError::file(aside, error))?;
        let one = |path: &String| self.fetch_one(path.clone(), to.join(path), aside);
        self.several(paths.iter().map(one).collect(), told)
    }

    /// Writes files below a folder as objects of the same paths, several at a time; as [`Objects::fetch`].
    ///
    /// # Errors
    /// When a file cannot be read, or an object not be written.
    pub fn put(&self, paths: &[String], from: &Path, told: &mut dyn FnMut(usize)) -> Result<(), ObjectsError> {
        let one = |path: &String| self.put_one(path.clone(), from.join(path));
        self.several(paths.iter().map(one).collect(), told)
    }

    /// Deletes objects; one that is not there is well.
    ///
    /// # Errors
    /// When one cannot be deleted.
    pub fn delete(&self, paths: &[String]) -> Result<(), ObjectsError> {
        let one = |path: &String| {
            let (path, location) = (path.clone(), self.location(path));
            async move {
                match self.store.delete(&location).await {
                    Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
                    Err(error) => Err(self.trouble(&path, error)),
                }
            }
        };
        self.several(paths.iter().map(one).collect(), &mut |_| {})
    }

    fn several<F: Future<Output = Result<(), ObjectsError>>>(&self, all: Vec<F>, told: &mut dyn FnMut(usize)) -> Result<(), ObjectsError> {
        self.runtime.block_on(async {
            let mut done = 0;
            let mut running = stream::iter(all).buffer_unordered(AT_ONCE);
            while let Some(one) = running.next().await {
                one?;
                done += 1;
                told(done);
            }
            Ok(())
        })
    }

    async fn fetch_one(&self, path: String, to: PathBuf, aside: &Path) -> Result<(), ObjectsError> {
        let trouble = |error| self.trouble(&path, error);
        let file_trouble = |error| ObjectsError::file(&to, error);
        let object = self.store.get(&self.location(&path)).await.map_err(trouble)?;
        let bytes = object.meta.size;
        let mut file = tempfile::NamedTempFile::new_in(aside).map_err(file_trouble)?;
        let mut content = object.into_stream();
        let mut read = 0;
        while let Some(part) = content.try_next().await.map_err(trouble)? {
            read += part.len() as u64;
            file.write_all(&part).map_err(file_trouble)?;
        }
        if read != bytes {
            return Err(ObjectsError::cut(&joined(&self.url, &path), read, bytes));
        }
        if let Some(folder) = to.parent() {
            std::fs::create_dir_all(folder).map_err(file_trouble)?;
        }
        file.persist(&to).map_err(|error| ObjectsError::file(&to, error.error))?;
        Ok(())
    }

    async fn put_one(&self, path: String, from: PathBuf) -> Result<(), ObjectsError> {
        let file_trouble = |error| ObjectsError::file(&from, error);
        let (location, trouble) = (self.location(&path), |error| self.trouble(&path, error));
        let mut file = std::fs::File::open(&from).map_err(file_trouble)?;
        if file.metadata().map_err(file_trouble)?.len() <= PART_BYTES as u64 {
            let mut content = Vec::new();
            file.read_to_end(&mut content).map_err(file_trouble)?;
            return self.store.put(&location, content.into()).await.map(|_| ()).map_err(trouble);
        }
        let upload = self.store.put_multipart(&location).await.map_err(trouble)?;
        let mut upload = WriteMultipart::new_with_chunk_size(upload, PART_BYTES);
        let mut part = vec![0; PART_BYTES];
        loop {
            let read = file.read(&mut part).map_err(file_trouble)?;
            if read == 0 {
                break;
            }
            upload.wait_for_capacity(AT_ONCE).await.map_err(trouble)?;
            upload.write(&part[..read]);
        }
        upload.finish().await.map(|_| ()).map_err(trouble)
    }

    fn location(&self, path: &str) -> Location {
        let below = path.split('/').filter(|part| !part.is_empty()).map(str::to_owned);
        // what was listed is spelled as the store spells it
        match Location::parse(self.prefix.parts().map(|part| part.as_ref().to_owned()).chain(below.clone()).collect::<Vec<_>>().join("/")) {
            Ok(location) => location,
            Err(_) => Location::from_iter(self.prefix.parts().map(|part| part.as_ref().to_owned()).chain(below)),
        }
    }

    fn listed(&self, object: &ObjectMeta) -> Option<Listed> {
        let parts: Vec<_> = object.location.prefix_match(&self.prefix)?.map(|part| part.as_ref().to_owned()).collect();
        let modified = Timestamp::from_millisecond(object.last_modified.timestamp_millis()).ok()?;
        Some(Listed { path: parts.join("/"), bytes: object.size, version: object.e_tag.clone(), modified })
    }

    fn trouble(&self, path: &str, error: object_store::Error) -> ObjectsError {
        ObjectsError::of(self.kind, &joined(&self.url, path), error)
    }
}
