// A lane that relays datagrams through a firewall of eight rules, in a process of its own: own port, port of the next, way.
import { LaneEngine } from '../../../runtime/lanes/engine/lane-engine.ts';
import { lowerCan } from '../../../runtime/protocols/can/rules.ts';
import { count, filter, portIn, portOut, wires } from '../../lanes/segment/graphs.ts';
import { eightRules } from '../eight-rules.ts';

const [own = '', next = '', use = ''] = process.argv.slice(2);
const module = new URL('../../../runtime/lanes/ports/udp.ts', import.meta.url).href;
const here = (port: number) => ({ address: '127.0.0.1', port });
const program = lowerCan({ rules: eightRules, logDenied: false });

const engine = new LaneEngine();
await engine.deploy({
  graph: {
    nodes: [portIn('in'), filter('firewall', program), count('seen'), portOut('out')],
    wires: wires('in firewall', 'firewall seen', 'seen out'),
  },
  ports: [
    {
      ...{ id: 'from', module, options: { own: here(Number(own)), use }, sends: [] },
      receives: { node: 'in', frameClass: 'can', tenant: 1, port: 1 },
    },
    { id: 'to', module, options: { own: here(0), peer: here(Number(next)), use }, sends: ['out'] },
  ],
});
process.stdout.write('ready\n');
