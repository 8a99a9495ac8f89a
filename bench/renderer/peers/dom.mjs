// The plain way: one element for each object, all of them, in one element that the camera moves.
import { Camera, COLOURS, othersAtWork, scene } from "./scene.mjs";

const objects = scene();
const world = document.getElementById("world");
const elements = new Map();

for (const object of objects) {
  const element = document.createElement("div");
  element.className = object.type;
  element.style.width = `${object.w}px`;
  element.style.height = `${object.h}px`;
  if (object.type === "note") {
    const [fill, ink] = COLOURS[object.colour];
    element.style.background = fill;
    const band = document.createElement("i");
    band.style.background = ink;
    element.append(band);
  }
  const words = document.createElement("p");
  words.textContent = object.text;
  element.append(words);
  if (object.type === "note") {
    const author = document.createElement("small");
    author.textContent = "Camille";
    element.append(author);
  }
  element.dataset.id = object.id;
  elements.set(object.id, element);
  put(object, object.x, object.y);
  world.append(element);
}

function put(object, x, y) {
  object.x = x;
  object.y = y;
  elements.get(object.id).style.transform = `translate(${x}px, ${y}px)`;
}

const camera = new Camera(objects, ({ x, y, zoom }) => {
  world.style.transform = `translate(${-x * zoom}px, ${-y * zoom}px) scale(${zoom})`;
});

window.hit = (x, y) => document.elementFromPoint(x, y)?.closest(".note") != null;

let held = null;
addEventListener("pointerdown", (event) => {
  const element = event.target.closest(".note");
  const object = element && objects.find(({ id }) => id === element.dataset.id);
  if (object) held = { object, dx: object.x - event.clientX / camera.zoom, dy: object.y - event.clientY / camera.zoom };
});
addEventListener("pointermove", (event) => {
  if (held) put(held.object, event.clientX / camera.zoom + held.dx, event.clientY / camera.zoom + held.dy);
});
addEventListener("pointerup", () => {
  held = null;
});

const pointers = new Map();
window.others = (movers, cursors) =>
  othersAtWork(objects, movers, cursors, {
    move: put,
    point(index, x, y) {
      let pointer = pointers.get(index);
      if (!pointer) {
        pointer = document.createElement("b");
        pointer.textContent = `Personne ${index}`;
        world.append(pointer);
        pointers.set(index, pointer);
      }
      pointer.style.transform = `translate(${x}px, ${y}px)`;
    },
  });
camera.panTo(0, 0);
document.body.toggleAttribute("data-ready", true);
