/** Fields of objects as plain values: whatever is given, a value that the type allows comes out. */

import { clamp, WORLD_LIMIT } from "./geometry";

export interface FieldSpec {
  kind: string;
  default: string | number | boolean;
  required?: boolean;
  size?: number;
  minimum?: number;
  maximum?: number;
  choices?: readonly string[];
}

/** `value` if the field may hold it, brought within its limits; its default otherwise. */
export function readPlain(spec: FieldSpec, value: unknown): string | number | boolean {
  switch (spec.kind) {
    case "number":
    case "integer": {
      if (typeof value !== "number" || !Number.isFinite(value)) return spec.default;
      const bounded = clamp(value, spec.minimum ?? -WORLD_LIMIT, spec.maximum ?? WORLD_LIMIT);
      return spec.kind === "integer" ? Math.round(bounded) : bounded;
    }
    case "choice":
      return typeof value === "string" && spec.choices?.includes(value) ? value : spec.default;
    case "flag":
      return value === true;
    default:
      return typeof value === "string" ? value.slice(0, spec.size) : spec.default;
  }
}
