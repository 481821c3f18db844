const draw = (source) => {
  const figure = JSON.parse(source.textContent), place = document.getElementById(source.dataset.for);
  if (place.clientWidth < 480) {
    figure.layout.font.size = 11;
    figure.layout.legend = {...figure.layout.legend, font: {size: 11}};
  }
  return Plotly.newPlot(place, figure.data, figure.layout, {displayModeBar: false, responsive: true});
};
const sources = [...document.querySelectorAll("script[data-for]")];
const near = new IntersectionObserver((entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => {
  near.unobserve(entry.target);
  draw(document.querySelector(`script[data-for="${entry.target.id}"]`));
}), {rootMargin: "600px"});
document.querySelectorAll(".plot").forEach((place) => near.observe(place));
addEventListener("beforeprint", () => sources.forEach(draw));
addEventListener("afterprint", () => sources.forEach(draw));

const links = [...document.querySelectorAll("nav a")];
const mark = (id) => links.forEach((link) => {
  if (link.hash === `#${id}`) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
});
const reading = new IntersectionObserver((entries) => entries.filter((entry) => entry.isIntersecting).forEach(
  (entry) => mark(entry.target.id)), {rootMargin: "-20% 0px -75% 0px"});
document.querySelectorAll("section").forEach((section) => reading.observe(section));
