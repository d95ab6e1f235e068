// Both gateways of robot-cell in this process for a long time: guests that talk and try what they may not, and people who
// restart them, change the drawing and look at consoles. At the end memory has stayed, and every frame is accounted for.
import { setTimeout as elapsed } from 'node:timers/promises';
import { createCables } from '../../runtime/host/cables.ts';
import type { Host } from '../../runtime/host/host.ts';
import { localHost } from '../../runtime/host/local.ts';
import type { Address } from '../../runtime/model/address.ts';
import type { Observed } from '../../runtime/model/observed.ts';
import type { FrameCounters } from '../../runtime/switch/fabric/counters.ts';
import { type Figure, summarize } from '../bench/harness.ts';
import { type EmbeddedCell, openEmbeddedCell } from '../lab/embedded-cell.ts';
import { embeddedSettings } from '../lab/embedded-images.ts';
import { askGuest } from '../lab/guest-shell.ts';
import { standInForPlc } from '../lab/plc-station.ts';
import { drawn, GATEWAYS, type GatewayName } from '../real/robot-cell-drawing.ts';
import { type Ledger, openLedger } from './ledger.ts';
import { collector, type Reading, readMemory, rise, secondHalf } from './memory.ts';
import { trafficOf, VMS, type VmName } from './traffic.ts';

const TURN_MS = 10_000;
/** Firewall ports of vendor A that are drawn in turn; 503, which is tried all the time, is never among them. */
const PORTS = ['502,504', '502'];

export async function soak(minutes: number, note: (text: string) => void): Promise<readonly Figure[]> {
  const ledger = openLedger({ ...localHost, cables: createCables() } satisfies Host);
  /** Requests that reached the plant although nobody may make them. */
  let leaked = 0;
  let reached = 0;
  standInForPlc(ledger.host.cables, 'uplink.cell-7/plant', (source, port) => {
    reached += 1;
    if (source !== '192.168.50.21' || port !== 502) leaked += 1;
  });
  const cell = await openEmbeddedCell(ledger.host, { ...(await embeddedSettings()), hypervisor: 'v86' });
  try {
    const site = new Site(cell);
    await site.open();
    const readings = await live(site, ledger, minutes, note);
    note('everything stops, and is counted');
    await site.stop();
    await ledger.stands();
    const observed = await site.observe();
    const complaints = ledger.complaints(observed);
    for (const complaint of complaints) note(complaint);
    if (reached === 0) throw new Error('what vendor A may do never reached the plant');
    return [
      figure('time', 'how long two gateways with four guests ran, disturbed every ten seconds', minutes, 'min'),
      figure('frames', 'frames counted where they enter and leave switches and tunnels', ledger.seen(), 'frames'),
      figure('refused', 'frames that a switch refused by port security or rules', refused(observed), 'frames'),
      figure('lost', 'datagrams that the system lost between the gateways', ledger.lost(), 'datagrams'),
      figure(
        'unaccounted',
        'sums that do not add up, over all segments, legs and tunnels',
        complaints.length,
        'sums',
        0,
      ),
      figure('leaked', 'requests that reached the plant and were denied', leaked, 'requests', 0),
      ...memoryFigures(readings),
    ];
  } finally {
    await cell.close();
  }
}

function figure(id: string, what: string, value: number, unit: string, gate?: number): Figure {
  const plain = { id, what, value, spread: [value, value] as const, unit };
  return gate === undefined ? plain : { ...plain, goal: { better: 'lower', gate, extreme: gate } };
}

function memoryFigures(readings: readonly Reading[]): readonly Figure[] {
  const half = secondHalf(readings);
  const part = 'after a forced collection, in the second half';
  return [
    {
      id: 'rss',
      what: `resident memory of the process ${part}`,
      ...summarize(half.map(one => one.rssMiB)),
      unit: 'MiB',
    },
    figure(
      'rss-rise',
      'its rise over the second half, by least squares',
      rise(half, one => one.rssMiB),
      'MiB',
      MOST_RISE.rss,
    ),
    {
      id: 'heap',
      what: `objects and buffers of the main thread ${part}`,
      ...summarize(half.map(one => one.heapMiB)),
      unit: 'MiB',
    },
    figure(
      'heap-rise',
      'its rise over the second half, by least squares',
      rise(half, one => one.heapMiB),
      'MiB',
      MOST_RISE.heap,
    ),
  ];
}

/**
 * In MiB, over the ten minutes of the second half, in which some 25 guests start anew and 50 consoles are opened.
 * `rss`: an emulated PC is more than 150, so one that stays behind shows, and so do 2 MiB a start; readings jump by 20.
 * `heap`: agents keep their last 2,000 events and each console its last 256 KiB on purpose, which fills by less than 2; the
 * memory a guest starts from is 19, and one frame in twenty that is kept would be more than 4.
 */
const MOST_RISE = { rss: 40, heap: 4 };

function refused(observed: readonly Observed[]): number {
  const resources = observed.flatMap(one => Object.values(one.resources));
  return resources.reduce((sum, { status }) => {
    const drops = (status.frames as FrameCounters | undefined)?.drops;
    return sum + (drops?.refused ?? 0) + (drops?.filtered ?? 0);
  }, 0);
}

/** Disturbs in turn until the time is over. @throws Error when a tenant's guests stop talking */
async function live(site: Site, ledger: Ledger, minutes: number, note: (text: string) => void) {
  const collect = collector();
  const readings: Reading[] = [];
  const startMs = performance.now();
  let before = sentBySegment(await site.observe());
  for (let turn = 0; performance.now() - startMs < minutes * 60_000; turn += 1) {
    const nextMs = performance.now() + TURN_MS;
    const what = await site.disturb(turn);
    await elapsed(Math.max(0, nextMs - performance.now()));
    collect();
    const reading = readMemory(startMs);
    readings.push(reading);
    const now = sentBySegment(await site.observe());
    note(
      `${reading.minutes.toFixed(1)} min: ${what}; ${reading.rssMiB.toFixed(0)} and ${reading.heapMiB.toFixed(1)} MiB, ${ledger.seen()} frames`,
    );
    for (const [segment, sent] of now)
      if (sent === before.get(segment)) throw new Error(`nothing moved on ${segment} during a turn`);
    before = now;
  }
  return readings;
}

function sentBySegment(observed: readonly Observed[]): ReadonlyMap<string, number> {
  const segments = observed.flatMap(one => Object.values(one.resources)).filter(({ kind }) => kind === 'segment');
  return new Map(segments.map(({ address, status }) => [address, (status.frames as FrameCounters).sent]));
}

/** The two gateways as people change them. */
class Site {
  readonly #cell: EmbeddedCell;
  #ports = 0;
  /** How often each VM was drawn anew. */
  readonly #drawn: Record<VmName, number> = { a7: 0, a8: 0, b7: 0, b8: 0 };

  constructor(cell: EmbeddedCell) {
    this.#cell = cell;
  }

  async open(): Promise<void> {
    const designs = this.#designs();
    await Promise.all(GATEWAYS.map(gateway => this.#cell.apply(designs[gateway])));
    await Promise.all(VMS.map(vm => this.#work(vm)));
  }

  /** One thing that happens in a running plant. @returns what it was */
  async disturb(turn: number): Promise<string> {
    const vm = VMS[(turn >> 2) % VMS.length] as VmName;
    switch (turn % 4) {
      case 0:
        await this.#power(vm, 'stop');
        await this.#power(vm, 'start');
        await this.#work(vm);
        return `${vm} was switched off and on`;
      case 1:
        for (const each of VMS) await askGuest(...this.#find(each), 'dmesg | tail -n 5');
        return 'four consoles were opened';
      case 2:
        this.#ports += 1;
        await this.#cell.apply(this.#designs()['cell-7']);
        return 'the firewall was changed';
      default:
        this.#drawn[vm] += 1;
        await this.#cell.apply(this.#designs()[gatewayOf(vm)]);
        await this.#work(vm);
        return `${vm} was drawn anew`;
    }
  }

  observe(): Promise<readonly Observed[]> {
    return Promise.all(GATEWAYS.map(gateway => this.#cell.agents[gateway].observe()));
  }

  async stop(): Promise<void> {
    for (const vm of VMS) await this.#power(vm, 'stop');
  }

  #designs(): ReturnType<typeof drawn> {
    return drawn(node => {
      if (node.name === 'fw-a') {
        const rules = (node.rules as readonly object[]).map(rule => ({
          ...rule,
          ports: PORTS[this.#ports % PORTS.length],
        }));
        return { ...node, rules };
      }
      const vm = VMS.find(each => each === node.name);
      // A word that no guest knows, so that it is another VM to the drawing and the same to itself.
      return vm === undefined
        ? node
        : { ...node, kernelArguments: `${node.kernelArguments} gw.drawn=${this.#drawn[vm]}` };
    }, 'embedded');
  }

  #find(vm: VmName) {
    const gateway = gatewayOf(vm);
    return [this.#cell.agents[gateway], `vm.${gateway}/${vm}` satisfies Address<'vm'>] as const;
  }

  async #work(vm: VmName): Promise<void> {
    await askGuest(...this.#find(vm), trafficOf(vm));
  }

  async #power(vm: VmName, action: 'stop' | 'start'): Promise<void> {
    const [agent, address] = this.#find(vm);
    await agent.power(address, action);
  }
}

function gatewayOf(vm: VmName): GatewayName {
  return `cell-${vm[1] as '7' | '8'}`;
}
