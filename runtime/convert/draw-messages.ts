// The messages of a line: what asked it asks the bus, and what heard it hears the bus.
import { textOf } from '../compile/flow-node.ts';
import type { DrawnLine } from './draw-line.ts';
import type { FlowView } from './flow-view.ts';
import type { Ask } from './foreign-type.ts';
import { FreeNames, slug } from './names.ts';
import type { NewDrawing } from './new-drawing.ts';
import { type FoundLine, type FoundUse, labelOf } from './read-flow.ts';

/** What stands in for a node of another pack. */
export interface Stand {
  readonly node: FoundUse['node'];
  /** New nodes that take what was sent to it. */
  readonly inputs: readonly string[];
  /** New outputs that send what it sent, by its own output. */
  readonly outputs: readonly { readonly of: number; readonly from: string; readonly port: number }[];
}

/** Height of a row of nodes in pixels. */
const ROW = 60;

/** Draws them, and says what stands in for whom. Users in a subflow stay as they are: nothing outside can be wired to them. */
export function drawMessages(
  found: FoundLine,
  drawn: DrawnLine,
  drawing: NewDrawing,
  flow: FlowView,
): readonly Stand[] {
  const names = new FreeNames([]);
  const users = found.uses
    .filter(({ node }) => !flow.isInSubflow(node))
    .map(use => ({ ...use, asker: names.take(slug(labelOf(use.node), 'asker')) }));
  const answered = users.filter(({ reading }) => reading.asks.some(({ output }) => output !== undefined));
  const sorter =
    answered.length === 0
      ? undefined
      : drawSorter(
          answered.map(({ asker }) => asker),
          drawn,
          drawing,
        );
  const ports = new Map(answered.map(({ asker }, port) => [asker, port]));
  let row = 0;
  return users.map(({ node, reading, asker }) => {
    const place = (x: number) => ({ z: textOf(node, 'z') ?? drawn.tab, x, y: drawn.y + ROW * ++row });
    const asks = reading.asks.map(ask => {
      const draft = askNode(ask, labelOf(node), asker);
      const id = drawing.add(`${node.id}-ask`, { ...draft, ...place(drawn.x - 260) });
      drawing.wire(id, 0, drawn.bus);
      return { id, takes: ask.every === undefined };
    });
    const port = ports.get(asker);
    const answers = sorter === undefined || port === undefined ? [] : [{ of: 0, from: sorter, port }];
    const hears = reading.hears === undefined ? [] : [hearNode(node, reading.hears, drawing, place(drawn.x + 220))];
    for (const id of hears) drawing.wire(drawn.bus, 0, id);
    return {
      node,
      inputs: asks.filter(({ takes }) => takes).map(({ id }) => id),
      outputs: [...answers, ...hears.map(from => ({ of: 0, from, port: 0 }))],
    };
  });
}

/** All answers come out of one output of the bus; `msg.asker` says whose they are. */
function drawSorter(askers: readonly string[], { bus, tab, x, y }: DrawnLine, drawing: NewDrawing): string {
  const id = drawing.add(`${bus}-answers`, {
    ...{ type: 'switch', z: tab, x: x + 220, y: y + ROW, name: 'answers', property: 'asker', propertyType: 'msg' },
    rules: askers.map(asker => ({ t: 'eq', v: asker, vt: 'str' })),
    ...{ checkall: 'false', repair: false, outputs: askers.length },
  });
  drawing.wire(bus, 1, id);
  return id;
}

function askNode({ every, question, output }: Ask, name: string, asker: string) {
  if (every === undefined || typeof question === 'string')
    return functionNode(name, `${textOfQuestion(question)}${output === undefined ? '' : `\nmsg.asker = '${asker}';`}`);
  const sent = [{ p: 'payload' }, { p: 'topic', vt: 'str' }, { p: 'asker', v: asker, vt: 'str' }];
  return {
    ...{ type: 'inject', name, props: sent, repeat: String(every.seconds), crontab: '', once: true },
    ...{
      onceDelay: every.firstAfterSeconds,
      topic: every.topic,
      payload: JSON.stringify(question),
      payloadType: 'json',
    },
  };
}

function textOfQuestion(question: Ask['question']): string {
  return typeof question === 'string' ? question : `msg.payload = ${JSON.stringify(question)};`;
}

function hearNode(node: FoundUse['node'], body: string, drawing: NewDrawing, place: object): string {
  // What a listener was too slow for is told as a number.
  const code = `if ('lost' in msg.payload) return null;\n${body}`;
  return drawing.add(`${node.id}-hear`, { ...functionNode(labelOf(node), code), ...place });
}

function functionNode(name: string, body: string) {
  const func = `${body}\nreturn msg;`;
  return { type: 'function', name, func, outputs: 1, timeout: 0, noerr: 0, initialize: '', finalize: '', libs: [] };
}
