// One stream of server-sent events, read by hand: an EventSource cannot send a token.
// Resolves when a stream that worked has ended; throws when it never worked. `control` aborts it, as does `silence` ms
// without a byte. `up()` hears that it is open, `alive()` each time something comes, `hear(kind, data)` each event.
async function readEvents({ open, silence, control, up, alive, hear }) {
  let watch;
  let worked = false;
  const rewind = () => {
    clearTimeout(watch);
    watch = setTimeout(() => control.abort(), silence);
  };

  function part(event) {
    const field = (name) =>
      event.split(/\r?\n/).filter((line) => line.startsWith(name + ":"))
        .map((line) => line.slice(name.length + 1).trimStart()).join("\n");
    const data = field("data");
    if (data) hear(field("event"), JSON.parse(data)); // else a keepalive comment
  }

  rewind();
  try {
    const response = await open();
    const type = response.headers.get("Content-Type") || "";
    if (!type.startsWith("text/event-stream")) throw new Error(type);
    up();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      worked = true;
      alive();
      rewind();
      const events = (text + value).split(/\r?\n\r?\n/);
      text = events.pop();
      events.forEach(part);
    }
  } catch (error) {
    if (!worked) throw error;
  } finally {
    clearTimeout(watch);
  }
}
