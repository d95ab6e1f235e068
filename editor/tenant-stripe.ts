// Paints the colour of a tenant as a thin stripe at the left edge of its nodes.
import { svgElement } from './element.ts';

const WIDTH = 4;
const drawn = new WeakMap<Element, SVGElement>();

export function addTenantStripes(): void {
  RED.hooks.add('viewRedrawNode.gatewright-tenant', event => {
    const colour = colourOf(event.node);
    const stripe = drawn.get(event.el);
    if (colour === undefined) {
      stripe?.remove();
      drawn.delete(event.el);
      return;
    }
    place(stripe ?? addStripe(event.el), event.node, colour);
  });
  // The stripes follow when a tenant is edited.
  RED.events.on('nodes:change', (tenant: EditorNode) => {
    if (tenant.type !== 'gatewright-tenant') return;
    RED.nodes.eachNode(node => {
      if (node.tenant === tenant.id) node.dirty = true;
      return undefined;
    });
    RED.view.redraw();
  });
}

function colourOf(node: EditorNode): string | undefined {
  const reference = node.tenant;
  const tenant = typeof reference === 'string' && reference !== '' ? RED.nodes.node(reference) : null;
  const colour = tenant?.type === 'gatewright-tenant' ? tenant.colour : undefined;
  return typeof colour === 'string' && /^#[0-9a-f]{6}$/i.test(colour) ? colour : undefined;
}

function addStripe(parent: SVGGElement): SVGElement {
  const stripe = svgElement('rect', { class: 'gw-tenant-stripe', width: WIDTH, rx: 2 });
  // Over the node and below its ports, which stand on the same edge.
  parent.firstElementChild?.after(stripe);
  drawn.set(parent, stripe);
  return stripe;
}

function place(stripe: SVGElement, node: EditorNode, colour: string): void {
  stripe.setAttribute('x', String(-WIDTH / 2));
  stripe.setAttribute('y', '3');
  stripe.setAttribute('height', String(Math.max(0, node.h - 6)));
  stripe.setAttribute('fill', colour);
}
