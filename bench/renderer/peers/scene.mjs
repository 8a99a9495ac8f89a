// What both peers show and obey: the same objects as ours, the same gestures, and others' changes on a timer.

export const COLOURS = {
  jonc: ["#fede6c", "#6b5000"],
  abricot: ["#fcb07c", "#7c3206"],
  rose: ["#fec2da", "#8a2254"],
  lilas: ["#c0a6e4", "#472a8c"],
  ciel: ["#a8e1ff", "#0f4670"],
  menthe: ["#9cc8b2", "#0a4a38"],
  anis: ["#e3f0a9", "#4f5a00"],
  sable: ["#f4e8d4", "#5e5546"],
};

const MARGIN = 28;

// A camera like ours: wheel pans, Ctrl+wheel zooms at the pointer, 0 and 1 are keys.
export class Camera {
  constructor(objects, apply) {
    this.objects = objects;
    this.apply = apply;
    this.x = 0;
    this.y = 0;
    this.zoom = 1;
    this.due = false;
    addEventListener("keydown", ({ key }) => {
      if (key === "1") this.fit();
      if (key === "0") this.zoomTo(1, innerWidth / 2, innerHeight / 2);
    });
    addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        if (event.ctrlKey) this.zoomTo(this.zoom * Math.exp(-event.deltaY * 0.01), event.clientX, event.clientY);
        else this.panTo(this.x + event.deltaX / this.zoom, this.y + event.deltaY / this.zoom);
      },
      { passive: false },
    );
  }

  panTo(x, y) {
    this.x = x;
    this.y = y;
    this.draw();
  }

  zoomTo(zoom, x, y) {
    const [left, top] = [this.x + x / this.zoom, this.y + y / this.zoom];
    this.zoom = Math.min(3, Math.max(0.1, zoom));
    this.panTo(left - x / this.zoom, top - y / this.zoom);
  }

  fit() {
    const left = Math.min(...this.objects.map(({ x }) => x));
    const top = Math.min(...this.objects.map(({ y }) => y));
    const w = Math.max(...this.objects.map((object) => object.x + object.w)) - left;
    const h = Math.max(...this.objects.map((object) => object.y + object.h)) - top;
    this.zoom = Math.max(0.1, Math.min((innerWidth - 2 * MARGIN) / w, (innerHeight - 2 * MARGIN) / h, 1));
    this.panTo(left + w / 2 - innerWidth / 2 / this.zoom, top + h / 2 - innerHeight / 2 / this.zoom);
  }

  // Once a frame, as ours.
  draw() {
    if (this.due) return;
    this.due = true;
    requestAnimationFrame(() => {
      this.due = false;
      this.apply(this);
    });
  }
}

// Others at work: `movers` notes move ten times a second, `cursors` pointers too; told twenty times a second.
export function othersAtWork(objects, movers, cursors, { move, point }) {
  const notes = objects.filter(({ type }) => type === "note");
  const chosen = Array.from({ length: movers }, (_, index) => notes[Math.floor((index * notes.length) / movers)]);
  const homes = chosen.map(({ x, y }) => ({ x, y }));
  let turn = 0;
  setInterval(() => {
    turn += 1;
    for (let index = turn % 2; index < movers; index += 2) {
      const angle = turn / 7 + index;
      move(chosen[index], homes[index].x + 60 * Math.cos(angle), homes[index].y + 60 * Math.sin(angle));
    }
    for (let index = turn % 2; index < cursors; index += 2) {
      const angle = turn / 5 + index;
      const home = homes[index % homes.length];
      point(index, home.x + 200 * Math.cos(angle), home.y + 200 * Math.sin(angle));
    }
  }, 50);
}

export const scene = () => JSON.parse(document.getElementById("scene").textContent);
