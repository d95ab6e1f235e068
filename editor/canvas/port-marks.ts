// Draws the shape of its kind over each port of our nodes. Node-RED's own square stays below it, unseen: it is what the mouse takes.
import { drawingOf, factsOf, wiredNode } from '../drawing.ts';
import { svgElement } from '../element.ts';
import { commonPlug, kindsShownIn, kindsShownOut, OUTLINES, type Plug } from './port-looks.ts';

interface Port {
  readonly node: EditorNode;
  readonly isInput: boolean;
  readonly index: number;
}

interface Mark {
  readonly port: Port;
  path?: SVGElement;
  plug?: Plug | undefined;
}

/** After these the ports of firewalls may carry something else. */
const REWIRED = ['links:add', 'links:remove'];

const PORTS = '.red-ui-flow-port-input, .red-ui-flow-port-output';

export function addPortMarks(): void {
  const marks = new WeakMap<Element, Mark>();
  const waiting = new Set<Element>();
  const changed = new Set<string>();
  let rewired = false;
  let asked = false;

  /** Once before the next picture, however much has changed: an import adds thousands of ports and wires. */
  const soon = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(paint);
  };
  const paint = () => {
    asked = false;
    if (rewired || changed.size > 0)
      for (const element of document.querySelectorAll(PORTS)) {
        const node = marks.get(element)?.port.node;
        if (node === undefined) continue;
        if (changed.has(node.id) || (rewired && factsOf(node)?.passes === true)) waiting.add(element);
      }
    for (const element of waiting) {
      const mark = marks.get(element);
      if (mark !== undefined) draw(element, mark);
    }
    waiting.clear();
    changed.clear();
    rewired = false;
  };
  RED.hooks.add('viewAddPort.gatewright-ports', ({ node, port, portType, portIndex }) => {
    if (port === undefined || factsOf(node) === undefined) return;
    marks.set(port, { port: { node, isInput: portType === 'input', index: portIndex ?? 0 } });
    waiting.add(port);
    soon();
  });
  for (const event of REWIRED)
    RED.events.on(event, () => {
      rewired = true;
      soon();
    });
  RED.events.on('nodes:change', (node: EditorNode) => {
    changed.add(node.id);
    soon();
  });
}

function draw(element: Element, mark: Mark): void {
  const plug = plugNow(mark.port);
  element.setAttribute('role', 'img');
  element.setAttribute('aria-label', labelOf(mark.port));
  if (mark.path !== undefined && mark.plug === plug) return;
  mark.path?.remove();
  mark.plug = plug;
  element.classList.toggle('gw-port', plug !== undefined);
  if (plug === undefined) return;
  mark.path = svgElement('path', { d: OUTLINES[plug], class: `gw-plug gw-plug-${plug}` });
  element.append(mark.path);
}

function plugNow({ node, isInput, index }: Port): Plug | undefined {
  const wired = wiredNode(node);
  return commonPlug(isInput ? kindsShownIn(wired, drawingOf()) : kindsShownOut(wired, index, drawingOf()));
}

function labelOf({ node, isInput, index }: Port): string {
  const { inputLabels, outputLabels } = node._def;
  return (isInput ? inputLabels : outputLabels)?.call(node, index)?.replace('\n', ', ') ?? '';
}
