// Runs the provider, unchanged, and plays the browsers of people who sign in by it. Says the issuer first; is then told, a line each, the
// address that the pages say they have, and the one that they really have.

import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const { Provider } = await import(pathToFileURL(`${process.env.CLIENTS_NODE}/node_modules/oidc-provider/lib/index.js`));

const accounts = {
  paul: { email: "paul@partner.example", email_verified: true, name: "Paul Reyes", tid: "t-1", groups: ["claimers"] },
  olga: { email: "olga@alpine.example", email_verified: true, name: "Olga Berg", tid: "t-2", groups: ["owners"] },
  rena: { email: "rena@operator.example", email_verified: true, name: "Rena Osei", tid: "t-0", groups: ["deciders"] },
  nina: { email: "nina@nowhere.example", email_verified: true, name: "Nina Holt", tid: "t-9", groups: ["claimers"] },
};

/** A browser without scripts: it keeps cookies by site, follows redirects and sends the forms that the provider shows. */
class Browser {
  constructor(said, real) {
    this.jars = new Map();
    this.real = real;
    this.where = (url) => new URL(url.href.startsWith(said) ? url.href.replace(said, real) : url.href);
  }

  jar(origin) {
    if (!this.jars.has(origin)) this.jars.set(origin, new Map());
    return this.jars.get(origin);
  }

  async ask(url, body) {
    const jar = this.jar(url.origin);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { cookie, ...(body ? { "content-type": "application/x-www-form-urlencoded" } : {}) };
    const answer = await fetch(url, { method: body ? "POST" : "GET", headers, body, redirect: "manual" });
    for (const line of answer.headers.getSetCookie()) {
      const [pair] = line.split(";");
      jar.set(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1));
    }
    return answer;
  }

  /** Goes to an address and on, until a page of the pages is shown, or until the way back when `stops`; `turns` changes addresses on the way. */
  async go(start, user, { turns = (url) => url, stops = false } = {}) {
    let [url, body] = [this.where(new URL(start)), undefined];
    for (let step = 0; step < 20; step += 1) {
      const answer = await this.ask(url, body);
      const text = await answer.text();
      body = undefined;
      const form = /<form[^>]*action="([^"]+)"/.exec(text);
      const prompt = /name="prompt" value="(\w+)"/.exec(text);
      if (answer.headers.has("location")) {
        url = this.where(turns(new URL(answer.headers.get("location"), url)));
        if (stops && url.pathname.startsWith("/sign-in/back/")) return { url };
      } else if (form && prompt) {
        url = this.where(new URL(form[1], url));
        body = new URLSearchParams({ prompt: prompt[1], login: user, password: "any" });
      } else {
        return { url, status: answer.status, text };
      }
    }
    throw new Error(`${user} is led in a circle at ${url}`);
  }
}

const plain = (text) => text.replace(/<[^>]+>/g, "").replace(/&#39;|&#x27;/g, "'").replace(/\s+/g, " ").trim();

const server = createServer();
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const issuer = `http://127.0.0.1:${server.address().port}`;
console.log(issuer);

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const said = (await lines.next()).value;
const real = (await lines.next()).value;

const provider = new Provider(issuer, {
  clients: ["counterfoil", "another"].map((client_id) => ({
    client_id,
    client_secret: "the words of both sides",
    redirect_uris: [`${said}/sign-in/back/keys`],
  })),
  ttl: { IdToken: 60, AccessToken: 60, AuthorizationCode: 60, Grant: 600, Interaction: 600, Session: 600 },
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"], groups: ["groups", "tid"] },
  scopes: ["openid", "email", "profile", "groups"],
  conformIdTokenClaims: false,
  cookies: { keys: ["for the test only"] },
  findAccount: async (_, id) => ({ accountId: id, claims: async () => ({ sub: id, ...accounts[id] }) }),
});
server.on("request", provider.callback());

const start = (provider, next) => `${real}/sign-in/with/${provider}?next=${encodeURIComponent(next)}`;

/** Tells what a page says, and whether the browser is signed in. */
async function tell(what, browser, { url, status, text }) {
  const path = url.href.startsWith(real) ? url.pathname : "at the provider";
  const head = plain(/<h1[^>]*>([\s\S]*?)<\/h1>/.exec(text)?.[1] ?? text.slice(0, 200));
  const why = status === 200 ? "" : `: ${plain(/<p class="said">([\s\S]*?)<\/p>/.exec(text)?.[1] ?? "")}`;
  const inside = await browser.ask(new URL(`${real}/account`));
  console.log(`${what}: ${status} ${path}, ${head}${why} ${inside.status === 200 ? "(signed in)" : "(not signed in)"}`);
}

async function signIn(what, user, options, provider = "keys", next = "/account") {
  const browser = new Browser(said, real);
  await tell(what, browser, await browser.go(start(provider, next), user, options));
  return browser;
}

await signIn("a partner's user", "paul");
await signIn("a customer's user", "olga");
await signIn("a reviewer", "rena");
await signIn("another site as the page to go to", "olga", {}, "keys", "https://example.com/");
await signIn("an unknown tenant", "nina");
await signIn("an issuer that calls itself something else", "paul", {}, "other");

// what the browser is made to send on the way there and back
const set = (name, value) => ({ turns: (url) => (url.searchParams.has(name) && url.searchParams.set(name, value), url) });
await signIn("another nonce", "paul", set("nonce", "x".repeat(64)));
await signIn("another challenge", "paul", set("code_challenge", "x".repeat(43)));
await signIn("another client", "paul", set("client_id", "another"));
await signIn("another issuer on the way back", "paul", set("iss", "https://elsewhere.example"));
await signIn("another state", "paul", set("state", "0".repeat(64)));
await signIn("a code that was never given", "paul", set("code", "x".repeat(43)));

// the provider's clock is wrong: its ID tokens have ended, or are of the future
const clock = Date.now;
for (const [what, minutes] of [["ended", -10], ["is of the future", 10]]) {
  Date.now = () => clock() + minutes * 60_000;
  await signIn(`an ID token that ${what}`, "paul");
  Date.now = clock;
}

// one way back: in another browser, with another cookie, as it should be, and once more
const browser = new Browser(said, real);
const { url } = await browser.go(start("keys", "/account"), "olga", { stops: true });
const jar = browser.jar(new URL(real).origin);
const kept = jar.get("counterfoil_sign_in");
const come = async (what, browser) => tell(what, browser, await browser.go(url, "olga"));
await come("the way back without the cookie", new Browser(said, real));
jar.set("counterfoil_sign_in", "0".repeat(64));
await come("the way back with another cookie", browser);
jar.set("counterfoil_sign_in", kept);
await come("the way back", browser);
const again = new Browser(said, real);
again.jar(new URL(real).origin).set("counterfoil_sign_in", kept);
await come("the way back once more", again);

// what the provider says changes
const open = await signIn("before the role is taken away", "paul");
accounts.paul.groups = ["everybody"];
await signIn("after the role is taken away", "paul");
console.log(`the session from before: ${(await open.ask(new URL(`${real}/account`))).status}`);
accounts.rena.email_verified = false;
await signIn("an address that is not verified", "rena");
server.close();
server.closeAllConnections();
process.exit(0);
