// Reads a CAN interface into a lane with a firewall of eight rules, by the addon. Each line of input is a number of frames to wait for.
import { LaneEngine } from '../../../runtime/lanes/engine/lane-engine.ts';
import { lowerCan } from '../../../runtime/protocols/can/rules.ts';
import { filter, portIn, portOut, wires } from '../../lanes/segment/graphs.ts';
import { eightRules } from '../eight-rules.ts';
import { answerWhenRead } from './answer-when-read.ts';

const [name = ''] = process.argv.slice(2);
const port = (file: string) => new URL(file, import.meta.url).href;
const engine = new LaneEngine();
await engine.deploy({
  graph: {
    nodes: [portIn('in'), filter('firewall', lowerCan({ rules: eightRules, logDenied: false })), portOut('out')],
    wires: wires('in firewall', 'firewall out'),
  },
  ports: [
    {
      ...{ id: 'from', module: port('../../../runtime/lanes/ports/can.ts'), options: { interface: name }, sends: [] },
      receives: { node: 'in', frameClass: 'can', tenant: 1, port: 1 },
    },
    { id: 'to', module: port('./nowhere-port.ts'), options: {}, sends: ['out'] },
  ],
});
answerWhenRead(() => engine.figures('out')?.tx ?? 0);
