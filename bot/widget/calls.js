// Calls to the server. A failure throws an Error with the HTTP `status` (none when the network failed), for a
// status of 429 also `wait` (ms) and the help `lines` that came with it.
function calls(base, token, onUnauthorized) {
  const PATIENCE = 20e3;
  const HOLD = 5e3; // ms to wait after a 429 that does not say how long

  async function request(method, path, { body, headers, signal, keepalive } = {}) {
    const used = token();
    const response = await fetch(base + "/api/chat/" + path, {
      method,
      signal,
      keepalive,
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
    const { status } = response;
    if (status === 401 && used && used === token()) onUnauthorized();
    const { lines } = status === 429 ? await response.json().catch(() => ({})) : {};
    const wait = response.headers.get("Retry-After") * 1e3 || HOLD;
    throw Object.assign(new Error(path), { status, lines, wait });
  }

  async function call(method, path, body) {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), PATIENCE);
    try {
      const response = await request(method, path, { body, signal: late.signal });
      return response.status === 204 ? null : await response.json();
    } finally {
      clearTimeout(timer);
    }
  }

  return { request, call };
}

// What everybody may know of a clinic; null when the server cannot be reached now.
// Throws an Error that says why the chat may not show on this page.
async function clinicFacts(base, clinic) {
  const PATIENCE = 4e3;
  const url = `${base}/api/chat/clinics/${encodeURIComponent(clinic)}`;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), PATIENCE);
  let blocked = false;
  const onBlocked = ({ blockedURI }) => { blocked ||= blockedURI.startsWith(base); };
  document.addEventListener("securitypolicyviolation", onBlocked);
  try {
    const response = await fetch(url, { credentials: "omit", signal: late.signal });
    if (response.ok) return await response.json();
    refuse(response.status);
  } catch (error) {
    if (error.refused) throw error;
    // A page cannot read a refusal that lacks CORS headers: it looks like a dead server. A request that reads nothing
    // tells the two apart.
    const there = await fetch(url, { mode: "no-cors", credentials: "omit", signal: late.signal }).then(() => true, () => false);
    await new Promise((told) => setTimeout(told)); // the page hears of a blocked request a moment later
    if (blocked) refuse("csp");
    if (there) refuse(403);
  } finally {
    clearTimeout(timer);
    document.removeEventListener("securitypolicyviolation", onBlocked);
  }
  return null;

  function refuse(status) {
    const why = refusal(status, clinic, base);
    if (why) throw Object.assign(new Error(why), { refused: true });
  }
}

// Why a clinic's chat may not show here, for who looks in the console; undefined when that is not what `status` means.
function refusal(status, clinic, base) {
  return {
    404: `no clinic has the key "${clinic}" (data-clinic)`,
    403: `the clinic "${clinic}" does not list the origin ${location.origin}`,
    csp: `this page's Content-Security-Policy does not let it connect to ${base} (connect-src)`,
  }[status];
}
