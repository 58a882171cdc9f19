// LINE's keywords in CSS pixels (measured from LINE's own simulator). Unknown values give null.
export const SPACE = { none: 0, xs: 2, sm: 4, md: 8, lg: 12, xl: 16, xxl: 20 };
export const FONT = { xxs: 11, xs: 13, sm: 14, md: 16, lg: 19, xl: 22, xxl: 29, "3xl": 35, "4xl": 48, "5xl": 74 };
export const IMAGE = { xxs: 40, xs: 60, sm: 80, md: 100, lg: 120, xl: 140, xxl: 160, "3xl": 180, "4xl": 200, "5xl": 220 };
export const BORDER = { none: 0, light: 0.5, normal: 1, medium: 2, "semi-bold": 3, bold: 4 };

const LENGTH = /^-?\d+(\.\d+)?(px|%)$/;
const COLOUR = /^#([0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})$/i;

export function size(value, table = {}) {
  if (value === undefined) return null;
  if (Object.hasOwn(table, value)) return `${table[value]}px`;
  return LENGTH.test(value) ? value : null;
}

export const colour = (value) => (COLOUR.test(value ?? "") ? value : null);

export function ratio(value, fallback) {
  const match = /^(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)$/.exec(value ?? "");
  return match ? `${match[1]} / ${match[2]}` : fallback;
}

export function set(node, name, value) {
  if (value !== null && value !== undefined) node.style.setProperty(name, value);
}
