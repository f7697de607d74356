//! A PostgreSQL server of our own, for as long as the tests need it.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

use anyhow::{Context, Result, bail};

use crate::shell;

const START_LIMIT: Duration = Duration::from_secs(60);

/// A running server in a temporary folder; dropping it stops it and removes the folder.
#[derive(Debug)]
pub struct Server {
    programs: PathBuf,
    folder: PathBuf,
    user: Option<&'static str>,
    port: u16,
    child: Child,
}

impl Server {
    /// Starts a server that listens on loopback only, with the programs in `programs`.
    ///
    /// # Errors
    /// When the folder cannot be made or the server does not come up.
    pub fn start(programs: &Path) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("counterfoil-postgres-{}", std::process::id()));
        fs::create_dir_all(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
        // The server refuses to run as root.
        let user = if shell::is_root() { Some(unprivileged()?) } else { None };
        if let Some(user) = user {
            shell::output(shell::command("chown").arg(user).arg(&folder))?;
        }
        let data = folder.join("data");
        let mut init = as_user(user, &programs.join("initdb"));
        init.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "-D"]).arg(&data);
        shell::output(init.current_dir(&folder))?;

        let port = free_port()?;
        let log = fs::File::create(folder.join("log")).context("cannot write the log of the server")?;
        let mut serve = as_user(user, &programs.join("postgres"));
        serve.arg("-D").arg(&data).arg("-k").arg(&folder).args(["-h", "127.0.0.1", "-p", &port.to_string()]);
        for setting in ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=300"] {
            serve.args(["-c", setting]);
        }
        let child = serve.current_dir(&folder).stdout(log.try_clone()?).stderr(log).spawn().context("cannot start `postgres`")?;
        let mut server = Self { programs: programs.to_owned(), folder, user, port, child };
        server.wait()?;
        Ok(server)
    }

    /// Where tests find the server: its administrator may create databases.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    fn wait(&mut self) -> Result<()> {
        let began = Instant::now();
        loop {
            let mut ready = shell::command(self.programs.join("pg_isready"));
            ready.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]);
            if ready.status().is_ok_and(|status| status.success()) {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("`postgres` ended with {status}:\n{}", self.log());
            }
            if began.elapsed() > START_LIMIT {
                bail!("`postgres` is not ready after {} seconds:\n{}", START_LIMIT.as_secs(), self.log());
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut stop = as_user(self.user, &self.programs.join("pg_ctl"));
        stop.args(["stop", "-s", "-w", "-m", "immediate", "-D"]).arg(self.folder.join("data")).current_dir(&self.folder);
        if stop.stdout(Stdio::null()).status().map_or(true, |status| !status.success()) {
            // Nothing more can be done about a server that does not stop when told.
            drop(self.child.kill());
        }
        drop(self.child.wait());
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// `program` run as `user`; it is told to stop when xtask is killed.
fn as_user(user: Option<&str>, program: &Path) -> Command {
    let Some(user) = user else { return shell::command(program) };
    let mut command = shell::command("setpriv");
    command.args([&format!("--reuid={user}"), "--init-groups", "--pdeathsig=INT"]).arg(format!("--regid={}", group_of(user)));
    command.arg("--").arg(program);
    command
}

fn group_of(user: &str) -> String {
    let id = shell::output(shell::command("id").args(["-g", user]));
    id.map_or_else(|_| user.to_owned(), |id| id.trim().to_owned())
}

fn unprivileged() -> Result<&'static str> {
    let exists = |user: &&str| shell::output(shell::command("id").args(["-u", user])).is_ok();
    ["postgres", "nobody"].into_iter().find(exists).context("no user `postgres` or `nobody` to run the server as")
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port on loopback")?;
    Ok(listener.local_addr()?.port())
}
