/** How each type of placed object is drawn. A new type is one file beside this one and one line here. */

import type { PlacedObject } from "../model/objects";
import { imageView } from "./image";
import { linkView } from "./link";
import { noteView } from "./note";
import { strokeView } from "./stroke";
import { textView } from "./text";
import { unknownView } from "./unknown";
import type { ObjectView } from "./view";
import { zoneView } from "./zone";

export const OBJECT_VIEWS: {
  readonly [Type in PlacedObject["type"]]: ObjectView<Extract<PlacedObject, { type: Type }>>;
} = {
  note: noteView,
  text: textView,
  image: imageView,
  stroke: strokeView,
  link: linkView,
  zone: zoneView,
  unknown: unknownView,
};

/** The view of any placed object. */
export const viewOf = (object: PlacedObject): ObjectView<PlacedObject> =>
  OBJECT_VIEWS[object.type] as ObjectView<PlacedObject>;
