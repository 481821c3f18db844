const root = document.documentElement;
const themes = {"": "Theme: as the system", light: "Theme: light", dark: "Theme: dark"};
const kept = (() => { try { return localStorage.getItem("theme") || ""; } catch { return ""; } })();
const switches = [...document.querySelectorAll(".theme")];
const dress = (theme) => {
  if (theme) root.dataset.theme = theme; else delete root.dataset.theme;
  switches.forEach((button) => { button.textContent = themes[theme]; });
  try { localStorage.setItem("theme", theme); } catch { /* a file may not be allowed to remember */ }
};
dress(kept in themes ? kept : "");
switches.forEach((button) => button.addEventListener("click", () => {
  const names = Object.keys(themes);
  dress(names[(names.indexOf(root.dataset.theme || "") + 1) % names.length]);
}));

const links = [...document.querySelectorAll("nav a")];
const mark = (id) => links.forEach((link) => {
  if (link.hash === `#${id}`) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
});
const reading = new IntersectionObserver((entries) => entries.filter((entry) => entry.isIntersecting).forEach(
  (entry) => mark(entry.target.id)), {rootMargin: "-20% 0px -75% 0px"});
document.querySelectorAll("section").forEach((section) => reading.observe(section));
