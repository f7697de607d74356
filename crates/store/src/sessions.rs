//! Sessions of people who are signed in, and links that are good once.

use jiff::Timestamp;

use crate::log::fixed;
use crate::row::Cells;
use crate::statements::{
    DROP_LINKS, DROP_LINKS_OF_KIND, DROP_OTHER_SESSIONS, DROP_SESSION, FIND_LINK, FIND_SESSION, FORGET_LINKS, FORGET_SESSIONS,
    LIST_SESSIONS, RECORD_LINK, RECORD_SESSION, SEE_SESSION, USE_LINK,
};
use crate::{Store, StoreError};

/// A session of somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the id in the cookie, hexadecimal.
    pub hash: String,
    /// The user.
    pub user_id: String,
    /// When the user signed in.
    pub made_at: Timestamp,
    /// When the session was used last.
    pub seen_at: Timestamp,
    /// When the session ends, however often it is used.
    pub ends_at: Timestamp,
    /// What vouched for the user: `password`, `link`, or the name of an identity provider.
    pub provider: String,
    /// The browser, in a few words.
    pub agent: String,
}

/// A link that is good once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// SHA-256 of the token in the address, hexadecimal.
    pub hash: String,
    /// The user that it is for.
    pub user_id: String,
    /// What it is good for.
    pub kind: String,
    /// When it ends.
    pub ends_at: Timestamp,
    /// When it was used.
    pub used_at: Option<Timestamp>,
}

impl Store {
    /// Begins a session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_session(&self, session: &Session) -> Result<(), StoreError> {
        let query = sqlx::query(RECORD_SESSION)
            .bind(session.hash.clone())
            .bind(session.user_id.clone())
            .bind(fixed(session.made_at))
            .bind(fixed(session.seen_at))
            .bind(fixed(session.ends_at))
            .bind(session.provider.clone())
            .bind(session.agent.clone());
        query.execute(&self.pool).await.map_err(StoreError::at("session/record"))?;
        Ok(())
    }

    /// A session; nothing when there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_session(&self, hash: &str) -> Result<Option<Session>, StoreError> {
        let statement = "session/find";
        let query = sqlx::query(FIND_SESSION).bind(hash.to_owned());
        let row = query.fetch_optional(&self.pool).await.map_err(StoreError::at(statement))?;
        row.map(|row| session(&Cells { row: &row, statement, table: "session" })).transpose()
    }

    /// The sessions of a user, the latest used first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_sessions(&self, user_id: &str) -> Result<Vec<Session>, StoreError> {
        let statement = "session/list";
        let query = sqlx::query(LIST_SESSIONS).bind(user_id.to_owned());
        let rows = query.fetch_all(&self.pool).await.map_err(StoreError::at(statement))?;
        rows.iter().map(|row| session(&Cells { row, statement, table: "session" })).collect()
    }

    /// Tells that a session was used.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn see_session(&self, hash: &str, now: Timestamp) -> Result<(), StoreError> {
        self.change("session/see", sqlx::query(SEE_SESSION).bind(hash.to_owned()).bind(fixed(now))).await.map(drop)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn drop_session(&self, hash: &str) -> Result<(), StoreError> {
        self.change("session/drop", sqlx::query(DROP_SESSION).bind(hash.to_owned())).await.map(drop)
    }

    /// Ends every session of a user but the one that is kept.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn drop_other_sessions(&self, user_id: &str, kept: &str) -> Result<(), StoreError> {
        let query = sqlx::query(DROP_OTHER_SESSIONS).bind(user_id.to_owned()).bind(kept.to_owned());
        self.change("session/drop_others", query).await.map(drop)
    }

    /// Forgets sessions that have ended by `now`, or were not used since `idle_since`, and links that have ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_ended(&self, now: Timestamp, idle_since: Timestamp) -> Result<(), StoreError> {
        self.change("session/forget", sqlx::query(FORGET_SESSIONS).bind(fixed(now)).bind(fixed(idle_since))).await?;
        self.change("one_time_link/forget", sqlx::query(FORGET_LINKS).bind(fixed(now))).await.map(drop)
    }

    /// Records a link.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_link(&self, link: &Link) -> Result<(), StoreError> {
        let Link { hash, user_id, kind, ends_at, used_at: _ } = link.clone();
        self.change("one_time_link/record", sqlx::query(RECORD_LINK).bind(hash).bind(user_id).bind(kind).bind(fixed(ends_at)))
            .await
            .map(drop)
    }

    /// A link; nothing when there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_link(&self, hash: &str) -> Result<Option<Link>, StoreError> {
        let statement = "one_time_link/find";
        let query = sqlx::query(FIND_LINK).bind(hash.to_owned());
        let row = query.fetch_optional(&self.pool).await.map_err(StoreError::at(statement))?;
        let Some(row) = row else { return Ok(None) };
        let cells = Cells { row: &row, statement, table: "one_time_link" };
        Ok(Some(Link {
            hash: cells.text("link_hash")?,
            user_id: cells.text("user_id")?,
            kind: cells.text("kind")?,
            ends_at: cells.instant("ends_at")?,
            used_at: cells.instant_if_any("used_at")?,
        }))
    }

    /// Uses a link; false when it was used before or has ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn use_link(&self, hash: &str, now: Timestamp) -> Result<bool, StoreError> {
        let used = self.change("one_time_link/use", sqlx::query(USE_LINK).bind(hash.to_owned()).bind(fixed(now))).await?;
        Ok(used == 1)
    }

    /// Ends the links of a kind: of one user, or of all.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn drop_links(&self, user_id: Option<&str>, kind: &str) -> Result<(), StoreError> {
        let query = match user_id {
            Some(user_id) => sqlx::query(DROP_LINKS).bind(user_id.to_owned()).bind(kind.to_owned()),
            None => sqlx::query(DROP_LINKS_OF_KIND).bind(kind.to_owned()),
        };
        self.change("one_time_link/drop", query).await.map(drop)
    }

    /// Runs a statement, and tells how many rows it changed.
    async fn change(
        &self,
        statement: &'static str,
        query: sqlx::query::Query<'_, sqlx::Any, sqlx::any::AnyArguments>,
    ) -> Result<u64, StoreError> {
        Ok(query.execute(&self.pool).await.map_err(StoreError::at(statement))?.rows_affected())
    }
}

fn session(cells: &Cells<'_>) -> Result<Session, StoreError> {
    Ok(Session {
        hash: cells.text("session_hash")?,
        user_id: cells.text("user_id")?,
        made_at: cells.instant("made_at")?,
        seen_at: cells.instant("seen_at")?,
        ends_at: cells.instant("ends_at")?,
        provider: cells.text("provider")?,
        agent: cells.text("agent")?,
    })
}
