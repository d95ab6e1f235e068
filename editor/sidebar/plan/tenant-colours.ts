// The colours of tenants as the drawing has them, for whatever names a tenant in the sidebar. As custom properties of a root, so
// that what was made before the drawing was there has them too.
import { element } from '../../element.ts';

const TENANT = 'gatewright-tenant';
/** How tenants may be called; anything else is no tenant of ours. */
const NAME = /^[a-z0-9-]{1,32}$/;
const COLOUR = /^#[0-9a-f]{6}$/i;

/** Keeps the colours below a root up to date. */
export function followTenantColours(root: HTMLElement): void {
  const paint = () =>
    RED.nodes.eachConfig(({ type, name, colour }) => {
      const fits = type === TENANT && typeof name === 'string' && NAME.test(name);
      if (fits && typeof colour === 'string' && COLOUR.test(colour))
        root.style.setProperty(`--gw-tenant-${name}`, colour);
      return undefined;
    });
  RED.events.on('flows:loaded', paint);
  for (const event of ['nodes:add', 'nodes:change'] as const)
    RED.events.on(event, (node: EditorNode) => {
      if (node.type === TENANT) paint();
    });
  paint();
}

/** A tenant's colour beside its name, as on its nodes; grey where none was chosen. */
export function tenantSign(tenant: string): HTMLElement {
  const sign = element('span', { class: 'gw-tenant-sign', attributes: { 'aria-hidden': 'true' } });
  if (NAME.test(tenant)) sign.style.background = `var(--gw-tenant-${tenant}, var(--red-ui-secondary-border-color))`;
  return sign;
}
