// Style sheets and paper. A sheet made by script is the one kind that every host page's CSP lets through.
// Returns a function that takes the sheet away again.
function dress(place, css, nonce) {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    place.adoptedStyleSheets = [...place.adoptedStyleSheets, sheet];
    return () => { place.adoptedStyleSheets = place.adoptedStyleSheets.filter((one) => one !== sheet); };
  } catch {
    const style = el("style", { nonce: nonce || null }, css);
    (place.head || place).append(style);
    return () => style.remove();
  }
}

// Prints one message and nothing else of the page.
function printAlone(host, message) {
  const undo = dress(document, "@media print { body > :not(care-navigator) { display: none !important } }");
  message.classList.add("printed");
  message.querySelectorAll("details").forEach((one) => { one.open = true; });
  host.dataset.printing = "";
  addEventListener("afterprint", () => {
    undo();
    message.classList.remove("printed");
    delete host.dataset.printing;
  }, { once: true });
  print();
}

// Hands the person a text file.
function saveAs(name, text) {
  const href = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  el("a", { href, download: name }).click();
  setTimeout(URL.revokeObjectURL, 6e4, href);
}
