// Makes DOM elements. Text goes in as text: names in a drawing may hold anything, and none of it is ever read as HTML.

export interface ElementOptions {
  readonly class?: string;
  readonly title?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly onClick?: () => void;
}

/** An element with children; strings become text. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  options: ElementOptions = {},
  ...children: readonly (Node | string | undefined)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (options.class !== undefined) made.className = options.class;
  if (options.title !== undefined) made.title = options.title;
  for (const [name, value] of Object.entries(options.attributes ?? {})) made.setAttribute(name, value);
  if (options.onClick !== undefined) made.addEventListener('click', options.onClick);
  made.append(...children.filter(child => child !== undefined));
  return made;
}

const SVG = 'http://www.w3.org/2000/svg';

/** An SVG element; `text` becomes its text. */
export function svgElement(
  tag: string,
  attributes: Readonly<Record<string, string | number>>,
  ...children: readonly (SVGElement | string)[]
): SVGElement {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

/** A real button, so that the keyboard reaches it. */
export function button(
  label: string,
  onClick: () => void,
  options: { readonly class?: string; readonly icon?: string } = {},
) {
  const made = element(
    'button',
    { class: `red-ui-button red-ui-button-small ${options.class ?? ''}`, attributes: { type: 'button' }, onClick },
    options.icon === undefined
      ? undefined
      : element('i', { class: `fa fa-${options.icon}`, attributes: { 'aria-hidden': 'true' } }),
    options.icon === undefined ? label : ` ${label}`,
  );
  return made;
}
