//! A client that asks over one connection, and many of them at once: each asks again as soon as it is answered.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use super::dice::Dice;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// What is asked: an address, and the token that is sent along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Path and query.
    pub path: String,
    /// The bearer token; none where pages ask for nobody's.
    pub token: Option<String>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// Status and body in a number: equal for equal answers.
    pub fn mark(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.status, &self.body).hash(&mut hasher);
        hasher.finish()
    }
}

/// A connection that is kept.
pub struct Connection {
    stream: BufReader<TcpStream>,
    host: String,
}

impl Connection {
    /// Connects to `HOST:PORT`.
    ///
    /// # Errors
    /// When nobody listens there.
    pub fn open(host: &str) -> Result<Self> {
        let stream = TcpStream::connect(host).with_context(|| format!("cannot connect to `{host}`"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream: BufReader::with_capacity(1 << 16, stream), host: host.to_owned() })
    }

    /// Asks, and waits for the whole answer.
    ///
    /// # Errors
    /// When the connection breaks, or the answer is no HTTP/1.1 with a length.
    pub fn get(&mut self, ask: &Ask) -> Result<Answer> {
        self.send("GET", ask, "")
    }

    /// Sends JSON, and waits for the whole answer.
    ///
    /// # Errors
    /// As [`Connection::get`].
    pub fn post(&mut self, ask: &Ask, json: &str) -> Result<Answer> {
        self.send("POST", ask, json)
    }

    fn send(&mut self, method: &str, ask: &Ask, json: &str) -> Result<Answer> {
        let token = ask.token.as_ref().map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
        let length =
            if json.is_empty() { String::new() } else { format!("Content-Type: application/json\r\nContent-Length: {}\r\n", json.len()) };
        let text = format!("{method} {} HTTP/1.1\r\nHost: {}\r\n{token}{length}\r\n{json}", ask.path, self.host);
        self.stream.get_mut().write_all(text.as_bytes())?;
        self.read().with_context(|| format!("no answer to `{method} {}`", ask.path))
    }

    fn read(&mut self) -> Result<Answer> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok()).with_context(|| format!("`{line}` is no HTTP/1.1"))?;
        let mut length: Option<usize> = None;
        loop {
            line.clear();
            if self.stream.read_line(&mut line)? == 0 {
                bail!("the connection ended within the headers");
            }
            match line.trim_end().split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.trim().parse().ok(),
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length.context("the answer does not tell its length")?];
        self.stream.read_exact(&mut body)?;
        Ok(Answer { status, body })
    }
}

/// What a load gave.
#[derive(Debug, Default)]
pub struct Loaded {
    /// How long each answer took, in seconds, the shortest first.
    pub seconds: Vec<f64>,
    /// How long it all took, in seconds.
    pub took: f64,
    /// Answers that were no `200`, that differ from those when asked alone, or that never came.
    pub wrong: usize,
    /// The first of them, in words.
    pub first_wrong: Option<String>,
}

impl Loaded {
    /// The time within which this share of answers came, in seconds.
    pub fn within(&self, share: f64) -> f64 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in a list is small and not negative")]
        let place = (share * self.seconds.len() as f64).ceil() as usize;
        self.seconds.get(place.clamp(1, self.seconds.len().max(1)) - 1).copied().unwrap_or_default()
    }

    /// Answers in a second.
    pub fn a_second(&self) -> f64 {
        self.seconds.len() as f64 / self.took.max(f64::EPSILON)
    }
}

/// Asks from `clients` connections at once for a time, each after the other of `asks` at random; `marks` are those of their right answers.
pub fn load(host: &str, asks: &[Ask], marks: &[u64], clients: u64, lasting: Duration) -> Loaded {
    let start = Instant::now();
    let parts: Vec<Loaded> = thread::scope(|scope| {
        let one = |client| scope.spawn(move || ask_on(host, asks, marks, Dice::new(client), start + lasting));
        let running: Vec<_> = (0..clients).map(one).collect();
        running.into_iter().map(|client| client.join().unwrap_or_default()).collect()
    });
    let mut all = Loaded { took: start.elapsed().as_secs_f64(), ..Loaded::default() };
    for part in parts {
        all.seconds.extend(part.seconds);
        all.wrong += part.wrong;
        all.first_wrong = all.first_wrong.or(part.first_wrong);
    }
    all.seconds.sort_by(f64::total_cmp);
    all
}

fn ask_on(host: &str, asks: &[Ask], marks: &[u64], mut dice: Dice, until: Instant) -> Loaded {
    let mut loaded = Loaded::default();
    let mut connection = Connection::open(host);
    while Instant::now() < until {
        let at = dice.below(asks.len());
        let asked = Instant::now();
        let answer = match &mut connection {
            Ok(connection) => connection.get(&asks[at]),
            Err(error) => Err(anyhow::anyhow!("{error:#}")),
        };
        let trouble = match answer {
            Ok(answer) => {
                loaded.seconds.push(asked.elapsed().as_secs_f64());
                (answer.mark() != marks[at])
                    .then(|| format!("`{}` was answered otherwise than alone, with {}", asks[at].path, answer.status))
            }
            Err(error) => {
                connection = Connection::open(host);
                Some(format!("{error:#}"))
            }
        };
        loaded.wrong += usize::from(trouble.is_some());
        loaded.first_wrong = loaded.first_wrong.or(trouble);
    }
    loaded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_answers_came_within_the_time_of_the_last_one_among_them() {
        let loaded = Loaded { seconds: (1..=100).map(f64::from).collect(), took: 50.0, ..Loaded::default() };
        assert_eq!((loaded.within(0.5), loaded.within(0.99), loaded.within(1.0)), (50.0, 99.0, 100.0));
        assert_eq!(loaded.a_second(), 2.0);
        assert_eq!(Loaded::default().within(0.5), 0.0);
    }
}
