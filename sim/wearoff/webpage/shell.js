"use strict";
// The shell: the parts of the page, the links between them, the wall, and the first picture.
{
  const links = new Map();
  const sections = new Map();
  const what = document.getElementById("what");
  let wall = null;

  app.currentPart = () => app.parts.find((part) => part.name === app.settings.part);

  const makeShell = () => {
    const nav = document.getElementById("parts");
    const main = document.getElementById("main");
    for (const part of app.parts) {
      const link = app.element("a", { href: `#part=${part.name}` }, app.say(`part.${part.name}`));
      link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        app.set({ part: part.name });
      });
      links.set(part.name, link);
      nav.append(link);
      sections.set(part.name, app.element("div", { class: `part part-${part.name}`, hidden: true }));
      main.append(sections.get(part.name));
    }
    const toggleWall = () => app.set({ wall: app.settings.wall === "on" ? "off" : "on" });
    wall = app.button(app.say("wall"), toggleWall, { id: "wall", "aria-pressed": "false" });
    document.getElementById("tools").append(
      wall,
      app.button(app.say("print"), () => window.print(), { id: "print" }),
    );
    document.getElementById("skip").addEventListener("click", (event) => {
      event.preventDefault();
      main.focus();
    });
  };

  /** Draw the current part with the settings. */
  app.draw = () => {
    const current = app.currentPart();
    for (const [name, link] of links) {
      if (name === current.name) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
      link.href = `#${app.writeAddress({ ...app.settings, part: name })}`;
    }
    for (const [name, section] of sections) section.hidden = name !== current.name;
    const onWall = app.settings.wall === "on";
    document.documentElement.classList.toggle("wall", onWall);
    wall.setAttribute("aria-pressed", String(onWall));
    // On the wall nothing else says what is shown.
    what.hidden = !onWall;
    app.write(what, onWall ? current.describe(app.settings) : "");
    const section = sections.get(current.name);
    if (section.childElementCount === 0) current.build(section);
    current.show(app.settings);
  };

  makeShell();
  app.follow();
  window.addEventListener("hashchange", app.follow);
  document.documentElement.dataset.ready = "yes";
}
