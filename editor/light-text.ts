// Whether words on a node must be light. Knows nothing of the editor, so that pictures of nodes are drawn by the same rule.

/** Node-RED writes labels in dark grey; on a dark node they would be hard to read (WCAG 2.2, 1.4.3 relative luminance). */
export function needsLightText(color: string): boolean {
  const [red, green, blue] = [1, 3, 5].map(at => (Number.parseInt(color.slice(at, at + 2), 16) / 255) ** 2.2);
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0) < 0.24;
}
