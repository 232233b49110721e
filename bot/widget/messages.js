// Messages as DOM nodes. Words of a message are only ever text: nothing here parses markup.
function el(name, props, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(props || {})) {
    if (key.startsWith("on") || key === "className" || key === "hidden") node[key] = value;
    else if (value != null) node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child != null));
  return node;
}

function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

const unseen = (...children) => el("span", { className: "unseen" }, ...children);

// `words` and `language()` follow the window's language; a message keeps the words it came with.
function messageNodes({ words, language, onChoose, onRetry, onPrint }) {
  // A blank line ends a paragraph; "- " and "1. " at the start of a line make list items.
  function blocks(text, glossary) {
    const nodes = [];
    const explained = explainer(glossary);
    for (const paragraph of text.trim().split(/\n\s*\n/)) {
      let last = null; // a list goes on over lines of its kind, within one paragraph
      for (const line of paragraph.split("\n")) {
        const [, number, rest] = /^(?:-|(\d{1,2})\.)\s+(.*)$/.exec(line) || [];
        const kind = rest === undefined ? "p" : number ? "ol" : "ul";
        if (last?.localName !== kind) {
          last = el(kind);
          nodes.push(last);
        } else if (kind === "p") last.append(el("br"));
        last.append(...(kind === "p" ? explained(line) : [el("li", kind === "ol" && { value: number }, ...explained(rest))]));
      }
    }
    return nodes;
  }

  // Only calls, texts and secure pages: anything else is shown as words that lead nowhere.
  function link(href, label, className) {
    if (!/^(tel:|sms:|https:\/\/|http:\/\/(localhost|127\.0\.0\.1)[:/])/i.test(href)) return el("span", { className: "nowhere" }, label);
    if (!/^http/i.test(href)) return el("a", { className, href }, label);
    const away = { className, href, target: "_blank", rel: "noopener noreferrer" };
    return el("a", away, label, unseen(` (${words.new_tab})`));
  }

  const reach = (list) => el("p", { className: "actions" }, ...list.map((a) => link(a.href, a.label, "action")));

  // Things side by side. The cells stand below their head, not beside it: so three columns fit a phone.
  function table({ title, columns, rows }) {
    const row = (cells, name, props) => el("tr", null, ...cells.map((cell) => el(name, props, cell)));
    return el("table", null, el("caption", null, title), el("thead", null, row(columns, "th", { scope: "col" })),
      ...rows.map(({ head, cells }) => el("tbody", null, row([head], "th", { scope: "rowgroup", colspan: cells.length }), row(cells, "td"))));
  }

  // A visit sheet: each section opens and closes. Only questions are counted, as people speak of them by number.
  const sheet = ({ title, sections }) => el("div", { className: "card sheet", role: "group", "aria-label": title }, el("h3", null, title),
    ...sections.map((section) => el("details", null, el("summary", null, section.title),
      el(section.id === "questions" ? "ol" : "ul", null,
        ...section.lines.map(({ text, why }) => el("li", null, text, why ? el("p", { className: "note" }, why) : null))))));

  function card(it) {
    if (it.sections) return sheet(it);
    if (it.rows) return table(it);
    const { type, title, lines, actions, note } = it;
    return el("div", { className: "card " + (type === "line" ? "line" : "provider"), role: "group", "aria-label": title },
      el("h3", null, title),
      ...(lines || []).map((line) => el("p", null, line)),
      actions?.length ? reach(actions) : null,
      note ? el("p", { className: "note" }, note) : null);
  }

  function sources(list) {
    const links = list.flatMap(({ name, url }, i) => [i ? " · " : "", link(url, name)]);
    return el("p", { className: "sources" }, words.sources + " ", ...links);
  }

  function reviewed(on) {
    const day = new Intl.DateTimeFormat(language(), { dateStyle: "long", timeZone: "UTC" }).format(new Date(on));
    return el("p", { className: "sources" }, words.reviewed.replace("{date}", day));
  }

  function choices(message) {
    const buttons = message.choices.map((choice) => {
      const onclick = (event) => onChoose(choice, event);
      return el("button", { type: "button", className: "choice", onclick }, choice.label);
    });
    return el("div", { className: "choices", role: "group", "aria-label": words.choices }, ...buttons);
  }

  function author({ from, author: name }) {
    if (from === "staff") return el("p", { className: "author" }, name || words.from_staff);
    return unseen((words["from_" + from] || words.from_system) + " ");
  }

  // One message; its choices only when it is the newest (the caller removes them later).
  function message(m, withChoices) {
    const own = m.from === "person";
    const node = el("div", { className: `message ${own ? "own" : m.from} is-${m.kind}`, lang: m.lang },
      author(m),
      m.text ? el("div", { className: "bubble" }, ...(own ? [m.text] : blocks(m.text, m.glossary))) : null,
      ...(m.cards || []).map(card),
      m.sources?.length ? sources(m.sources) : null,
      m.reviewed_on ? reviewed(m.reviewed_on) : null);
    if (m.print || m.cards?.some((one) => one.sections)) {
      node.append(el("button", { type: "button", className: "choice", onclick: () => onPrint(node) }, words.print));
    }
    if (withChoices && m.choices?.length) node.append(choices(m));
    return node;
  }

  // What became of a person's own message. Not announced from here: the log speaks of new messages only.
  function state(item) {
    const node = el("p", { className: "state " + item.state, "aria-live": "off" });
    if (item.state === "sending" || item.state === "waiting") node.append(words[item.state]);
    if (item.state === "long") node.append(words.too_long);
    if (item.state === "failed") {
      node.append(words.failed + " ", el("button", { type: "button", className: "again", onclick: () => onRetry(item) }, words.try_again));
    }
    return node;
  }

  return { message, state, link, reach };
}
