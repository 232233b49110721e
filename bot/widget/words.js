// The words of the window, in one language at a time. `words` is filled anew when it changes.
function wording(all, wish) {
  let language = all[wish] ? wish : "en";
  const words = { ...all[language] };
  const puts = [];
  return {
    words,
    language: () => language,
    // Gives a node its words, now and whenever the language changes: by attribute, `text` for what is inside.
    worded(node, keys) {
      const put = () => {
        for (const [name, key] of Object.entries(keys)) {
          if (name === "text") node.textContent = words[key];
          else node.setAttribute(name, words[key]);
        }
      };
      puts.push(put);
      put();
      return node;
    },
    turnTo(next) {
      if (all[next]) language = next;
      Object.assign(words, all[language]);
      puts.forEach((put) => put());
    },
    // The first of these languages that it is not in, with its own name.
    other(languages) {
      const next = languages.find((one) => one !== language && all[one]);
      return next && { language: next, name: all[next].language };
    },
  };
}
