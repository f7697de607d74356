//! The table of results.

use super::client::Loaded;

/// One line: a kind of request by so many clients, of the server and of the bare handler.
pub struct Line {
    /// What is asked.
    pub name: &'static str,
    /// What the bare handler runs for it.
    pub statements: &'static str,
    /// How many ask at once.
    pub clients: u64,
    /// The server's answers.
    pub server: Loaded,
    /// The bare handler's.
    pub bare: Loaded,
}

impl Line {
    /// How many times as many answers the bare handler gives in the same time.
    fn ratio(&self) -> f64 {
        self.bare.a_second() / self.server.a_second().max(f64::EPSILON)
    }
}

/// Prints all lines.
pub fn print(lines: &[Line]) {
    let head = ["p50", "p90", "p99", "max", "a second", "bare p50", "bare p99", "a second", "bare is", "wrong"];
    print!("\n{:<22}  {:>7}", "request", "clients");
    head.iter().for_each(|name| print!("  {name:>8}"));
    println!("  the bare handler runs");
    for line in lines {
        let ms = |loaded: &Loaded, share: f64| format!("{:.2} ms", loaded.within(share) * 1e3);
        let cells = [
            ms(&line.server, 0.5),
            ms(&line.server, 0.9),
            ms(&line.server, 0.99),
            ms(&line.server, 1.0),
            format!("{:.0}", line.server.a_second()),
            ms(&line.bare, 0.5),
            ms(&line.bare, 0.99),
            format!("{:.0}", line.bare.a_second()),
            format!("{:.1} ×", line.ratio()),
            (line.server.wrong + line.bare.wrong).to_string(),
        ];
        print!("{:<22}  {:>7}", line.name, line.clients);
        cells.iter().for_each(|cell| print!("  {cell:>8}"));
        println!("  {}", line.statements);
    }
    println!(
        "\nbare is: how many times as many answers the bare handler gives in the same time; wrong: answers that were no 200, or differ from \
         those when asked alone"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_tells_how_many_times_as_many_answers_the_bare_handler_gives() {
        let loaded = |answers: usize| Loaded { seconds: vec![0.001; answers], took: 2.0, ..Loaded::default() };
        let line = Line { name: "score", statements: "", clients: 1, server: loaded(100), bare: loaded(250) };
        assert_eq!(line.ratio(), 2.5);
    }
}
