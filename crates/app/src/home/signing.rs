//! What people sign in with, their sessions, and links that are good once: as the database keeps them.

use anyhow::Result;
use domain::parties::User;
use domain::record::entry::{By, Entry as _};
use jiff::Timestamp;
use store::accounts::Account;
use store::devices::Device;
use store::log::Part;
use store::pending::{Pending, Subject};
use store::sessions::{Link, Session};

use super::Home;

/// Declares what the home hands to its database.
macro_rules! kept {
    ($( $(#[$doc:meta])* $name:ident($($given:ident: $kind:ty),*) -> $answer:ty; )*) => {
        impl Home {$(
            $(#[$doc])*
            ///
            /// # Errors
            /// When the database fails.
            pub fn $name(&self, $($given: $kind),*) -> Result<$answer> {
                Ok(self.runtime.block_on(self.store.$name($($given),*))?)
            }
        )*}
    };
}

kept! {
    /// What a user signs in with; nothing when that was never set.
    find_account(user_id: &str) -> Option<Account>;
    /// Records what a user signs in with.
    record_account(account: &Account) -> ();
    /// Counts one more sign-in that failed, and tells how many there are now.
    count_failure(user_id: &str) -> u64;
    /// Refuses every sign-in of a user until an instant.
    lock_account(user_id: &str, until: Timestamp) -> ();
    /// Forgets the failures of a user.
    forget_failures(user_id: &str) -> ();
    /// Takes the code of a half minute; false when it, or a later one, was taken before.
    take_code(user_id: &str, step: u64) -> bool;
    /// Begins a session.
    record_session(session: &Session) -> ();
    /// A session; nothing when there is none.
    find_session(hash: &str) -> Option<Session>;
    /// The sessions of a user, the latest used first.
    list_sessions(user_id: &str) -> Vec<Session>;
    /// Tells that a session was used.
    see_session(hash: &str, now: Timestamp) -> ();
    /// Ends a session.
    drop_session(hash: &str) -> ();
    /// Ends every session of a user but the one that is kept.
    drop_other_sessions(user_id: &str, kept: &str) -> ();
    /// Forgets sessions that have ended by `now`, or were not used since `idle_since`, and links that have ended.
    forget_ended(now: Timestamp, idle_since: Timestamp) -> ();
    /// Records a link.
    record_link(link: &Link) -> ();
    /// A link; nothing when there is none.
    find_link(hash: &str) -> Option<Link>;
    /// Uses a link; false when it was used before or has ended.
    use_link(hash: &str, now: Timestamp) -> bool;
    /// Ends the links of a kind: of one user, or of all.
    drop_links(user_id: Option<&str>, kind: &str) -> ();
    /// Records a sign-in by a provider that begins, and forgets those that nobody came back from by `now`.
    record_pending(pending: &Pending, now: Timestamp) -> ();
    /// Takes a sign-in that comes back; nothing when there is none, or it has ended.
    take_pending(state_hash: &str, now: Timestamp) -> Option<Pending>;
    /// Records a sign-in of a program that begins, and forgets those that have ended by `now`.
    record_device(device: &Device, now: Timestamp) -> ();
    /// What waits for an answer under a code that people type.
    find_device(user_code: &str) -> Option<Device>;
    /// What a program began, by the hash of the code that it keeps.
    look_device(device_hash: &str) -> Option<Device>;
    /// Answers a sign-in of a program; false when it was answered before, has ended, or never was.
    answer_device(user_code: &str, answer: &str, now: Timestamp) -> bool;
    /// Takes a sign-in of a program away; false when somebody did before.
    take_device(device_hash: &str) -> bool;
    /// Gives a subject of a provider a user, for good; false when the subject has one, or the user is another's.
    record_vouched_user(of: &Subject, user_id: &str) -> bool;
    /// The user that a subject of a provider is; nothing when it has none.
    find_vouched_user(of: &Subject) -> Option<String>;
    /// The provider that vouches for a user; nothing when none does.
    provider_of_user(user_id: &str) -> Option<String>;
}

impl Home {
    /// Whether the home has users; without any it is whoever's runs the program.
    ///
    /// # Errors
    /// When the registers cannot be read.
    pub fn has_users(&self) -> Result<bool> {
        let one = Part { most: Some(1), ..Part::default() };
        Ok(!self.runtime.block_on(self.store.list_entries(User::REGISTER, &By::default(), &one))?.is_empty())
    }
}
