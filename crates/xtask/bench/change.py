#!/usr/bin/env python3
"""Measures what a change costs beside crediting and scoring everything, and crediting from the lake beside a plain sum in SQL.

usage: change.py BINARY DATASET HOME

Imports DATASET into HOME unless it is there, credits from its lake, serves it, changes a link and a day of usage, and asks for
every score after each. The last scores are compared with those of a server that is started after the changes.
"""
import json, os, pathlib, shutil, subprocess, sys, tempfile, time, urllib.error, urllib.request

import duckdb

binary, dataset, home = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
AS_OF = "2024-10-31"  # the generated usage ends in this month


def run(*arguments):
    return subprocess.run([binary, "--home", str(home), *arguments], check=True, capture_output=True, text=True).stdout


def timed(what):
    start = time.perf_counter()
    given = what()
    return time.perf_counter() - start, given


def best(what, times=3):
    return min(timed(what)[0] for _ in range(times))


class Server:
    """The home, served: asked for every score with a token."""

    def __init__(self, token):
        self.token = token
        self.started = time.perf_counter()
        command = [binary, "--home", str(home), "serve", "--as-of", AS_OF, "--port", "0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        while "listening on " not in (line := self.process.stdout.readline()):
            if not line:
                sys.exit("the server did not start")
        self.url = line.split("listening on ")[1].split(" ")[0]

    def scores(self):
        request = urllib.request.Request(self.url + "api/v1/scores", headers={"Authorization": f"Bearer {self.token}"})
        with urllib.request.urlopen(request) as answer:
            return answer.read()

    def end(self):
        self.process.terminate()
        self.process.wait()


def imported(tables):
    """Imports a folder with a few rows."""
    with tempfile.TemporaryDirectory() as folder:
        for table, text in tables.items():
            pathlib.Path(folder, f"{table}.csv").write_text(text)
        run("import", folder)


if not home.is_dir():
    part = home.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    home, wanted = part, home
    seconds, _ = timed(lambda: run("import", dataset))
    part.rename(wanted)
    home = wanted
    print(f"    imported in {seconds:.1f} s")

with tempfile.TemporaryDirectory() as folder:
    out = str(pathlib.Path(folder, "credits.parquet"))
    credit = best(lambda: run("credit", "--as-of", AS_OF, "--group", "global-partner,tenant,service,month", "--out", out))
lake = f"{home}/lake/consumption/*/*/*.parquet"
plain = f"select sum(acr_usd), sum(length(tenant_id)), sum(length(service)) from '{lake}'"
with duckdb.connect() as connection:
    total = best(lambda: connection.sql(plain).fetchall())
print(f"    crediting from the lake {credit:.2f} s, DuckDB's sum of three columns of the same rows {total:.2f} s: {credit / total:.1f} times as long")

token = json.loads(run("token", "issue", "--purpose", "benchmark", "operator", "-o", "json"))["token"] if "operator" in run("user", "list", "-o", "json") else None
if token is None:
    Server("").end()  # makes the first user
    token = json.loads(run("token", "issue", "--purpose", "benchmark", "operator", "-o", "json"))["token"]

server = Server(token)
server.scores()
full = time.perf_counter() - server.started
print(f"    every score from nothing {full:.3f} s")
time.sleep(float(os.environ.get("SETTLE", "5")))  # the server prepares what pages ask for first; not measured
tenant, principal = "000007e7-0000-4000-8000-000000000005", f"principal-{time.time_ns()}"
link = {
    "pal_links": f"tenant_id,principal_id,partner_id,linked_on\n{tenant},{principal},100007,2024-09-01\n",
    "role_assignments": f"tenant_id,principal_id,role,scope,assigned_on\n{tenant},{principal},Owner,/,2024-09-01\n",
}
day = {"consumption": f"usage_date,tenant_id,subscription_id,service,acr_usd\n2024-09-29,{tenant},{principal},Key Vault,{time.time_ns() % 100000}.5\n"}
unchanged = best(server.scores)
for name, tables in (("a link", link), ("a day of a customer's usage", day)):
    imported(tables)
    seconds, answer = timed(server.scores)
    print(f"    every score after {name} {seconds:.3f} s, {100 * seconds / full:.2f} % of all; without the answer itself, {unchanged:.3f} s, {100 * (seconds - unchanged) / full:.2f} %")
server.end()
again = Server(token)
if again.scores() != answer:
    again.end()
    sys.exit("the scores differ from those of a server that was started after the changes")
again.end()
print("    the scores are those of a server that was started after the changes")
