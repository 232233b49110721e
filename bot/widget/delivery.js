// Delivery: the session, what waits to be sent, and what comes in. It knows nothing of the screen.
// The caller's `on` hears begun(), message(message, fresh), sent(item, id), state(item), typing(on), link(up), cleared(why):
// why is "expired" (a new session will follow) or "erased".
function delivery({ base, about, store, on }) {
  const TRIES = 6; // about 30 s of back-off, then the person is told
  const SILENCE = 45e3; // ms without a byte (keepalives come every 15 s) before a stream counts as dead
  const POLL = 3e3; // ms between polls when streams do not work here
  const backoff = (n) => Math.min(15e3, 500 * 2 ** n) * (0.75 + Math.random() / 2);

  let token = store.get().token;
  let restored = !token; // what was there before this page load is history, not news
  let lastId = ""; // the newest id that the server sent us; our own sends do not count, they may overtake
  let seen = new Set();
  let held = []; // a person's messages that may be the echo of one still being sent
  let outbox = [];
  let wanted = false;
  let listening = false;
  let flushing = false;
  let starting = null;
  let streaming = null;
  let heardAt = 0;
  const sendNap = nap();
  const listenNap = nap();

  function nap() {
    let wake = () => {};
    return {
      sleep: (ms) => new Promise((done) => { wake = done; setTimeout(done, ms); }),
      wake: () => wake(),
    };
  }

  function uuid() {
    if (crypto.randomUUID) return crypto.randomUUID();
    const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  // Throws an Error with the HTTP `status` (none when the network failed). A 401 ends the session here too.
  async function request(method, path, { body, headers, signal } = {}) {
    const used = token;
    const response = await fetch(base + "/api/chat/" + path, {
      method,
      signal,
      cache: "no-store",
      credentials: "omit",
      headers: {
        ...(used && { Authorization: "Bearer " + used }),
        ...(body && { "Content-Type": "application/json" }),
        ...headers,
      },
      body: body && JSON.stringify(body),
    });
    if (response.ok) return response;
    if (response.status === 401 && used && used === token) end("expired");
    throw Object.assign(new Error(path), { status: response.status });
  }

  async function call(method, path, body) {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), 20e3);
    try {
      const response = await request(method, path, { body, signal: late.signal });
      return response.status === 204 ? null : await response.json();
    } finally {
      clearTimeout(timer);
    }
  }

  function end(why) {
    if (why === "erased") {
      outbox = [];
      stop();
    }
    forget();
    on.cleared(why);
  }

  function forget() {
    token = null;
    restored = true;
    lastId = "";
    seen = new Set();
    held = [];
    store.set({ token });
    streaming?.abort();
  }

  function session() {
    if (token) return Promise.resolve();
    starting ??= begin().finally(() => { starting = null; });
    return starting;
  }

  async function begin() {
    const made = await call("POST", "sessions", about());
    token = made.token;
    store.set({ token, lines: made.lines });
    on.begun();
    made.messages.forEach((message) => take(message, true));
  }

  function take(message, fresh) {
    if (message.id > lastId) lastId = message.id;
    if (seen.has(message.id)) return;
    if (message.from === "person" && outbox.length) {
      held.push(message);
      return;
    }
    seen.add(message.id);
    on.message(message, fresh);
  }

  function settle(item, id) {
    outbox = outbox.filter((other) => other !== item);
    if (id) {
      seen.add(id);
      on.sent(item, id);
    }
    held.splice(0).forEach((message) => take(message, true));
  }

  function mark(item, state) {
    item.state = state;
    on.state(item);
  }

  // Sends in order, one at a time. A try keeps its client_id, so that the server takes it once only.
  async function flush() {
    if (flushing) return;
    flushing = true;
    for (let tries = 0; outbox.length; ) {
      const item = outbox[0];
      const started = Date.now();
      try {
        await session();
        const { id } = await call("POST", "messages", item.body);
        tries = 0;
        if (outbox[0] !== item) continue; // erased meanwhile
        settle(item, id);
        mark(item, "sent");
        setTimeout(catchUp, 2500, started);
      } catch ({ status }) {
        if (outbox[0] !== item) continue;
        if (status >= 400 && status < 500 && ![401, 408, 425, 429].includes(status)) {
          settle(item);
          mark(item, "failed");
        } else if (++tries < TRIES) {
          await sendNap.sleep(backoff(tries));
        } else {
          outbox.forEach((waiting) => mark(waiting, "failed"));
          break;
        }
      }
    }
    flushing = false;
  }

  // A stream can die without a sign. When it has been silent since a message was sent, ask once.
  function catchUp(since) {
    if (token && heardAt < since) poll().catch(() => {});
  }

  async function poll() {
    const { messages } = await call("GET", "messages" + (lastId && "?after=" + encodeURIComponent(lastId)));
    messages.forEach((message) => take(message, restored));
    restored = true;
  }

  // Resolves when a stream that worked has ended; throws when it never worked.
  async function stream() {
    streaming = new AbortController();
    const { signal } = streaming;
    let watch;
    let worked = false;
    const alive = () => {
      clearTimeout(watch);
      watch = setTimeout(() => streaming.abort(), SILENCE);
    };
    alive();
    try {
      const headers = { Accept: "text/event-stream", ...(lastId && { "Last-Event-ID": lastId }) };
      const response = await request("GET", "events", { headers, signal });
      const type = response.headers.get("Content-Type") || "";
      if (!type.startsWith("text/event-stream")) throw new Error(type);
      up();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        worked = true;
        heardAt = Date.now();
        alive();
        const events = (text + value).split(/\r?\n\r?\n/);
        text = events.pop();
        events.forEach(hear);
      }
    } catch (error) {
      if (!worked) throw error;
    } finally {
      clearTimeout(watch);
      on.typing(false);
    }
  }

  function hear(event) {
    const field = (name) =>
      event.split(/\r?\n/).filter((line) => line.startsWith(name + ":"))
        .map((line) => line.slice(name.length + 1).trimStart()).join("\n");
    const data = field("data");
    if (!data) return; // a keepalive comment
    const kind = field("event");
    if (kind === "closed") end("erased");
    else if (kind === "typing") on.typing(JSON.parse(data).on);
    else take(JSON.parse(data), true);
  }

  function up() {
    on.link(true);
    wakeOutbox();
  }

  function wakeOutbox() {
    if (!outbox.length) return;
    outbox.forEach((item) => item.state === "failed" && mark(item, "sending"));
    sendNap.wake();
    flush();
  }

  // The stream for as long as it lasts; where streams do not work, polling, with a new try now and then.
  async function listen() {
    wanted = true;
    if (listening) return;
    listening = true;
    for (let broken = 0, down = 0; wanted; ) {
      try {
        await session();
        if (!restored) await poll();
        let streamed = false;
        if (broken < 3 || broken % 10 === 0) streamed = await stream().then(() => true, () => false);
        if (!wanted) break;
        await poll();
        if (down) up();
        down = 0;
        broken = streamed ? 0 : broken + 1;
        await listenNap.sleep(broken < 3 ? 300 : POLL);
      } catch {
        down += 1;
        on.link(down < 2);
        await listenNap.sleep(backoff(down));
      }
    }
    listening = false;
  }

  function stop() {
    wanted = false;
    streaming?.abort();
    listenNap.wake();
  }

  function reconnect() {
    streaming?.abort();
    listenNap.wake();
    wakeOutbox();
  }

  addEventListener("online", reconnect);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && wanted && Date.now() - heardAt > SILENCE) reconnect();
  });

  return {
    listen,
    stop,
    send(content) {
      const item = { body: { client_id: uuid(), ...content }, state: "sending" };
      outbox.push(item);
      listen();
      wakeOutbox();
      return item;
    },
    retry(item) {
      if (!outbox.includes(item)) outbox.push(item);
      mark(item, "sending");
      wakeOutbox();
    },
    // Throws when the server could not be reached: then nothing was erased.
    async erase() {
      if (token) await call("DELETE", "session").catch((error) => { if (error.status !== 401) throw error; });
      if (token) end("erased"); // else the server's own word of it came first
    },
  };
}
