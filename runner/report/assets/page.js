"use strict";
(() => {
  const root = document.documentElement;
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");

  // Figures name their colours as the style sheet does, so that there is one palette; the browser tells their values.
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);
  function colour(name, known) {
    if (!known.has(name)) {
      probe.style.color = name;
      known.set(name, getComputedStyle(probe).color);
    }
    return known.get(name);
  }
  function painted(value, known) {
    if (typeof value === "string") return value.startsWith("var(--") ? colour(value, known) : value;
    if (Array.isArray(value)) return value.map((item) => painted(item, known));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, painted(item, known)]));
  }

  const config = {
    responsive: true, displaylogo: false, scrollZoom: false, doubleClick: false,
    displayModeBar: false, showTips: false,
  };
  // One drawing after the other: Plotly empties a figure before it draws it again. `drawn` names what is on the page.
  let drawing = Promise.resolve();
  function draw() {
    delete root.dataset.drawn;
    drawing = drawing.then(drawAll);
  }
  async function drawAll() {
    const theme = isDark() ? "dark" : "light";
    const known = new Map();
    for (const box of document.querySelectorAll("[data-figure]")) {
      const { plot, height } = figures[box.dataset.figure];
      const { data, layout } = painted(plot, known);
      await Plotly.react(box, data, { ...layout, height, autosize: true }, config);
    }
    root.dataset.drawn = theme;
  }

  const toggle = document.getElementById("theme");
  function isDark() {
    return root.dataset.theme ? root.dataset.theme === "dark" : prefersDark.matches;
  }
  function labelled() {
    toggle.querySelector(".label").textContent = isDark() ? toggle.dataset.light : toggle.dataset.dark;
  }
  toggle.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    labelled();
    draw();
  });
  prefersDark.addEventListener("change", () => { labelled(); draw(); });

  for (const button of document.querySelectorAll("[data-copy]")) {
    const words = button.textContent;
    button.addEventListener("click", async () => {
      const source = document.getElementById(button.dataset.copy);
      if (navigator.clipboard) {
        await navigator.clipboard.writeText(source.textContent);
      } else { // a page opened as a file has no clipboard in some browsers
        getSelection().selectAllChildren(source);
        document.execCommand("copy");
      }
      button.textContent = button.dataset.done;
      setTimeout(() => { button.textContent = words; }, 2000);
    });
  }

  const wide = matchMedia("(min-width: 66rem)");
  const contents = document.getElementById("contents");
  contents.open = wide.matches;
  wide.addEventListener("change", () => { contents.open = wide.matches; });

  // Paper is white, whatever the screen is.
  let screenTheme;
  addEventListener("beforeprint", () => { screenTheme = root.dataset.theme; root.dataset.theme = "light"; draw(); });
  addEventListener("afterprint", () => {
    if (screenTheme) root.dataset.theme = screenTheme; else delete root.dataset.theme;
    draw();
  });

  labelled();
  draw();
})();
