// Delivery: the session, what waits to be sent, and what comes in. It knows nothing of the screen.
// The caller's `on` hears begun(clinic), message(message, fresh), sent(item, id), state(item), typing(on, who),
// handoff(handoff), busy(lines), link(up), refused(status), cleared(why). `why`: "expired" (a new session follows when
// the chat is open), "erased", "elsewhere" (another tab ended it), "anew" (another tab began a new one).
function delivery({ base, about, kept, on }) {
  const TRIES = 6; // about 30 s of back-off, then the person is told
  const SILENCE = 45e3; // ms without a byte (keepalives come every 15 s) before a stream counts as dead
  const POLL = 3e3; // ms between polls when streams do not work here
  const backoff = (n) => Math.min(15e3, 500 * 2 ** n) * (0.75 + Math.random() / 2);

  let { token, id: chat } = kept.chat();
  let restored = !token; // what was there before this page load is history, not news
  let lastId = ""; // the newest id that the server sent us; our own sends do not count, they may overtake
  let seen = new Set();
  let held = []; // a person's messages that may be the echo of one still being sent
  let outbox = [];
  let wanted = false;
  let listening = false;
  let flushing = false;
  let pausing = {};
  let starting = null;
  let streaming = null;
  let heardAt = 0;
  const sendNap = nap();
  const listenNap = nap();
  const { request, call } = calls(base, () => token, () => end("expired"));

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

  // --- the session ---

  function end(why) {
    if (kept.chat().token === token) kept.end();
    if (why === "erased") {
      outbox = [];
      wanted = false;
    }
    change();
    on.cleared(why);
  }

  // Be of another chat, or of none.
  function change(to, id) {
    token = to;
    chat = id;
    restored = !to;
    lastId = "";
    seen = new Set();
    held = [];
    streaming?.abort();
    listenNap.wake();
  }

  // Another tab has begun, changed or ended the chat: be of one mind with it. True when there is a chat now.
  function follow() {
    const { token: theirs, id } = kept.chat();
    if (id && id === chat) token = theirs; // the same chat; its language may have changed
    else if (theirs !== token) {
      const had = token;
      change(theirs, id);
      if (had) on.cleared(theirs ? "anew" : "elsewhere");
    }
    return !!token;
  }

  function session() {
    if (token) return Promise.resolve();
    starting ??= alone(begin).finally(() => { starting = null; });
    return starting;
  }

  // One tab at a time, so that two do not begin two chats.
  const alone = (work) => navigator.locks ? navigator.locks.request("care-navigator", work) : work();

  async function begin() {
    if (follow()) return;
    const asked = about();
    const made = await call("POST", "sessions", asked).catch((error) => {
      if (error.status === 403 || error.status === 404) on.refused(error.status);
      throw error;
    });
    token = made.token;
    chat = uuid();
    kept.keep({ token, id: chat, lines: made.lines, language: made.language || asked.language, read: "" });
    on.begun(made.clinic);
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
        if (!outbox.includes(item)) continue; // erased meanwhile
        settle(item, id);
        mark(item, "sent");
        setTimeout(catchUp, 2500, started);
      } catch ({ status, wait, lines }) {
        if (!outbox.includes(item)) continue;
        item.tried = true;
        if (status === 429) {
          mark(item, "waiting");
          on.busy(lines);
          await pause(wait, true, true);
        } else if (status >= 400 && status < 500 && ![401, 408, 425].includes(status)) {
          settle(item);
          mark(item, status === 413 ? "long" : "failed");
        } else if (tries < TRIES - 1) {
          tries += await pause(backoff(tries + 1), tries > 0);
        } else {
          outbox.forEach((waiting) => mark(waiting, "failed"));
          break;
        }
      }
    }
    flushing = false;
  }

  // Waits before the next try. In real trouble each message `first` gets its turn, also one written meanwhile: one
  // about danger is answered even when the others must wait. Resolves with 1 after a wait that was not cut short so.
  async function pause(ms, first, firm) {
    pausing = { until: Date.now() + ms, firm };
    let next = null;
    const untried = () => first && outbox.find((item) => !item.tried);
    while (!(next = untried()) && Date.now() < pausing.until) await sendNap.sleep(pausing.until - Date.now());
    if (!next) outbox.sort((one, other) => one.at - other.at).forEach((item) => { item.tried = false; });
    else outbox = [next, ...outbox.filter((item) => item !== next)];
    return next ? 0 : 1;
  }

  // A stream can die without a sign. When it has been silent since a message was sent, ask once.
  function catchUp(since) {
    if (token && heardAt < since) poll().catch(() => {});
  }

  async function poll() {
    const { messages, handoff } = await call("GET", "messages" + (lastId && "?after=" + encodeURIComponent(lastId)));
    messages.forEach((message) => take(message, restored));
    restored = true;
    on.handoff(handoff || null);
  }

  function hear(kind, data) {
    if (kind === "closed") end("erased");
    else if (kind === "typing") on.typing(data.on, data.who);
    else if (kind === "handoff") on.handoff(data);
    else if (kind === "language") on.language(data.language);
    else take(data, true);
  }

  async function stream() {
    streaming = new AbortController();
    const headers = { Accept: "text/event-stream", ...(lastId && { "Last-Event-ID": lastId }) };
    const open = () => request("GET", "events", { headers, signal: streaming.signal });
    try {
      await readEvents({ open, silence: SILENCE, control: streaming, up, alive: () => { heardAt = Date.now(); }, hear });
    } finally {
      on.typing(false);
    }
  }

  function up() {
    on.link(true);
    wakeOutbox();
  }

  function wakeOutbox() {
    if (!outbox.length) return;
    outbox.forEach((item) => item.state === "failed" && mark(item, "sending"));
    if (!pausing.firm) pausing.until = 0;
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
      } catch ({ status, wait }) {
        down += 1;
        on.link(down < 2);
        await listenNap.sleep(status === 429 ? wait : backoff(down));
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
  addEventListener("pageshow", ({ persisted }) => persisted && reconnect());
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && wanted && Date.now() - heardAt > SILENCE) reconnect();
  });
  // What is on its way when the page goes is sent once more, by the browser itself; the server takes it once.
  addEventListener("pagehide", () => {
    if (!token) return;
    outbox.forEach(({ body }) => request("POST", "messages", { body, keepalive: true }).catch(() => {}));
  });

  return {
    listen,
    stop,
    follow,
    send(content) {
      const item = { body: { client_id: uuid(), ...content }, state: "sending", at: performance.now() };
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
    // Nobody waits for these two: a page that goes away, a sign that somebody writes.
    eraseBehind: () => { if (token) request("DELETE", "session", { keepalive: true }).catch(() => {}); },
    typing: (yes) => { if (token) call("POST", "typing", { on: yes }).catch(() => {}); },
    endHandoff: () => call("DELETE", "handoff"),
    expire: () => end("expired"),
    export: () => call("GET", "export"),
    async speak(language) {
      const made = await call("POST", "language", { language });
      token = made.token;
      kept.keep({ token, language: made.language, lines: made.lines });
    },
  };
}
