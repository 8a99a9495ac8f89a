// Konva as its guide to performance says: no perfect drawing, no listening where none is needed, cursors on a layer of
// their own, drawing asked for once a frame.
import Konva from "konva";
import { Camera, COLOURS, othersAtWork, scene } from "./scene.mjs";

const objects = scene();
const stage = new Konva.Stage({ container: "world", width: innerWidth, height: innerHeight });
const notes = new Konva.Layer();
const cursors = new Konva.Layer({ listening: false });
stage.add(notes, cursors);
const plain = { listening: false, perfectDrawEnabled: false };
const shapes = new Map();

for (const object of objects) {
  const isNote = object.type === "note";
  const group = new Konva.Group({ x: object.x, y: object.y, draggable: isNote, listening: isNote });
  const [fill, ink] = isNote ? COLOURS[object.colour] : [object.type === "zone" ? "#fffdf9" : "transparent", "#d9d1c3"];
  group.add(
    new Konva.Rect({
      width: object.w,
      height: object.h,
      fill,
      cornerRadius: isNote ? 3 : 14,
      perfectDrawEnabled: false,
      ...(isNote ? {} : { stroke: ink, listening: false }),
    }),
  );
  if (isNote) group.add(new Konva.Rect({ width: object.w, height: 10, fill: ink, ...plain }));
  group.add(
    new Konva.Text({
      x: 12,
      y: 20,
      width: object.w - 24,
      height: object.h - 44,
      text: object.text,
      fontSize: 15,
      fontFamily: "sans-serif",
      lineHeight: 1.28,
      fill: "#1b2733",
      ellipsis: true,
      ...plain,
    }),
  );
  if (isNote) {
    const author = { x: 12, y: object.h - 24, text: "Camille", fontSize: 13, fontFamily: "sans-serif", fill: ink };
    group.add(new Konva.Text({ ...author, ...plain }));
  }
  shapes.set(object.id, group);
  notes.add(group);
}

window.hit = (x, y) => Boolean(stage.getIntersection({ x, y }));

const camera = new Camera(objects, ({ x, y, zoom }) => {
  stage.scale({ x: zoom, y: zoom });
  stage.position({ x: -x * zoom, y: -y * zoom });
  stage.batchDraw();
});

const pointers = new Map();
window.others = (movers, count) =>
  othersAtWork(objects, movers, count, {
    move: ({ id }, x, y) => shapes.get(id).position({ x, y }),
    point(index, x, y) {
      let pointer = pointers.get(index);
      if (!pointer) {
        pointer = new Konva.Group(plain);
        pointer.add(new Konva.Circle({ radius: 6, fill: "#0b5563", ...plain }));
        pointer.add(new Konva.Text({ x: 10, text: `Personne ${index}`, fontSize: 13, ...plain }));
        cursors.add(pointer);
        pointers.set(index, pointer);
      }
      pointer.position({ x, y });
    },
  });
camera.panTo(0, 0);
document.body.toggleAttribute("data-ready", true);
