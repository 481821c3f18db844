const library = (async () => {
  const packed = Uint8Array.from(atob(document.getElementById("plotly").textContent), (letter) => letter.charCodeAt(0));
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = document.createElement("script");
  script.textContent = await new Response(unpacked).text();
  document.head.append(script);
})();

// Pictures are written in the colours of the light theme; each stands for the variable that the page has it under.
const colours = {"#1f2933": "--ink", "#9aa5b1": "--grey", "#e4e7eb": "--line", "#f1f4f7": "--fill", "#ffffff": "--paper",
  "#0072b2": "--blue", "#d55e00": "--orange", "#56b4e9": "--sky", "#00436b": "--deep"};
const drawn = new Set();
const draw = async (source, onPaper = false) => {
  await library;
  const style = getComputedStyle(root), place = document.getElementById(source.dataset.for);
  const now = (light) => onPaper ? light : style.getPropertyValue(colours[light]).trim() || light;
  const figure = JSON.parse(source.textContent.replace(/"(#[0-9a-f]{6})"/g, (all, colour) => colour in colours ? `"${now(colour)}"` : all));
  if (place.clientWidth < 480) {
    figure.layout.font.size = 11;
    figure.layout.legend = {...figure.layout.legend, font: {size: 11}};
  }
  drawn.add(source);
  return Plotly.newPlot(place, figure.data, figure.layout, {displayModeBar: false, responsive: true});
};
const sources = [...document.querySelectorAll("script[data-for]")];
const near = new IntersectionObserver((entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => {
  near.unobserve(entry.target);
  draw(document.querySelector(`script[data-for="${entry.target.id}"]`));
}), {rootMargin: "600px"});
document.querySelectorAll(".plot").forEach((place) => near.observe(place));
const again = () => drawn.forEach((source) => draw(source));
switches.forEach((button) => button.addEventListener("click", again));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
addEventListener("beforeprint", () => sources.forEach((source) => draw(source, true)));
addEventListener("afterprint", () => sources.forEach((source) => draw(source)));
document.querySelectorAll("[data-save]").forEach((button) => button.addEventListener("click", async () => {
  const place = document.getElementById(button.dataset.of);
  await library;
  Plotly.downloadImage(place, {format: button.dataset.save, filename: button.dataset.name, scale: 2,
    width: place.clientWidth, height: place.clientHeight});
}));
