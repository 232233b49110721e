// A conversation as plain text, from what the server has kept of it.
function transcript({ words, language, name }, { what_this_is: about, messages }) {
  const time = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  const when = (at) => time.format(new Date(typeof at === "number" ? at * 1e3 : at));

  function card({ title, sections, lines, actions, note, columns, rows }) {
    const told = (rows || []).flatMap(({ head, cells }) => [head, ...cells.map((cell, i) => `  ${columns[i]}: ${cell}`)]);
    const reached = (actions || []).map(({ label, href }) => `${label}: ${href.replace(/^(tel|sms):|[?&]+body=.*/g, "")}`);
    const listed = (sections || []).flatMap((one) => [one.title, ...one.lines.map(({ text }) => "- " + text)]);
    return [title, ...(lines || told), ...listed, ...reached, note].filter(Boolean).join("\n  ");
  }

  function said(m) {
    const from = m.from || m.sender;
    const who = m.author || (words["from_" + from] || words.from_system).replace(/:$/, "");
    const sources = (m.sources || []).map((source) => `${source.name}: ${source.url}`);
    const body = [m.text, ...(m.cards || []).map(card), ...(sources.length ? [words.sources, ...sources] : [])];
    return [`${who} (${when(m.at)})`, ...body].filter(Boolean).join("\n");
  }

  const head = words.saved.replace("{name}", name).replace("{date}", when(Date.now() / 1e3));
  return [head, about, ...messages.filter((m) => m.text || m.cards?.length).map(said)].filter(Boolean).join("\n\n") + "\n";
}
