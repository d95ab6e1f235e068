// Whatever is drawn, asked and changed on the way: a VM hears the answers to its own requests, from a line it has a wire to and as
// its rules let it, and nothing else. Units that are dead or late, and VMs that leave, move and restart, are part of it.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { LinePort } from '../../../runtime/model/kinds/line.ts';
import type { LineFigures } from '../../../runtime/model/line-figures.ts';
import { modbusLine } from '../../../runtime/protocols/modbus/field-line.ts';
import { Master } from '../../drivers/lines/master.ts';
import { rule } from '../../drivers/lines/sample.ts';
import { type LabLine, LineLab, portOf, vmOf } from '../line-lab.ts';
import { answerTo, DEAD, LATE, PROMPT, Slaves } from './slaves.ts';
import { until } from './until.ts';

const NAMES = ['a', 'b', 'c', 'd'] as const;
const READS = [3, 4];
const FUNCTIONS = [...READS, 6];
const UNITS = [PROMPT, LATE, DEAD];
/** How often each line tries a read again. */
const RETRIES = [0, 1] as const;
/** Requests that are answered, or lost, between two changes. */
const PACE = 6;
const REFUSED = '01';
const SILENT = '0b';

interface Place {
  readonly line: 0 | 1;
  readonly tenant: string;
  /** What each firewall lets pass. */
  readonly walls: readonly (readonly Allowed[])[];
}
interface Allowed {
  readonly functions: readonly number[];
  readonly unit: number;
}
/** Where everybody is; `undefined` = wired to nothing. */
type Drawing = readonly (Place | undefined)[];

interface Request {
  readonly unit: number;
  readonly code: number;
}
/** A request on its way, and which drawings it may have met. */
interface Asked extends Request {
  readonly vm: number;
  readonly pdu: string;
  readonly first: number;
  last: number;
}

const allowed = fc.record({
  functions: fc.subarray(FUNCTIONS, { minLength: 1 }),
  unit: fc.constantFrom(...UNITS),
});
const place: fc.Arbitrary<Place> = fc.record({
  line: fc.constantFrom(0, 1),
  tenant: fc.constantFrom('one', 'two', 'three'),
  walls: fc.array(fc.array(allowed, { minLength: 1, maxLength: 4 }), { maxLength: 2 }),
});
const drawing: fc.Arbitrary<Drawing> = fc.tuple(...NAMES.map(() => place));
const vm = fc.nat(NAMES.length - 1);
const change = fc.oneof(
  fc.record({ kind: fc.constant('draw'), drawing }),
  fc.record({ kind: fc.constant('leave and return'), vm }),
  fc.record({ kind: fc.constant('restart'), vm }),
);
const request: fc.Arbitrary<Request> = fc.record({
  unit: fc.constantFrom(PROMPT, PROMPT, LATE, LATE, DEAD),
  code: fc.constantFrom(...FUNCTIONS),
});
const requests = fc.tuple(...NAMES.map(() => fc.array(request, { minLength: 10, maxLength: 25 })));
const story = fc.record({ start: drawing, changes: fc.array(change, { maxLength: 5 }), requests });

/** Read from the rules alone. */
const passes = ({ walls }: Place, { unit, code }: Request) =>
  walls.every(wall => wall.some(each => each.unit === unit && each.functions.includes(code)));

function drawn(name: string, { tenant, walls }: Place): LinePort {
  const guards = walls.map((wall, index) => ({
    firewall: `wall-${index + 1}`,
    rules: wall.map(({ functions, unit }, at) =>
      rule(`rule-${at}`, { functions, units: [{ first: unit, last: unit }] }),
    ),
  }));
  return portOf(name, tenant, guards);
}

class World {
  /** Every drawing there ever was; the last one counts, or is about to. */
  readonly drawings: Drawing[] = [[]];
  readonly asked: Asked[] = [];
  readonly masters: readonly Master[];
  /** How often a VM was pulled out of its line while it waited. */
  readonly pulled = NAMES.map(() => 0);
  readonly became = new Map<string, number>();
  concluded = 0;
  readonly #lines: readonly LabLine[];
  /** All lines have taken this drawing. */
  #taken = 0;

  constructor(lines: readonly LabLine[], masters: readonly Master[]) {
    this.#lines = lines;
    this.masters = masters;
  }

  /** Who moves has left before it comes, as it can have one line at a time. */
  async draw(next: Drawing): Promise<void> {
    const before = this.drawings.at(-1) ?? [];
    await this.#take(next.map((at, index) => (at?.line === before[index]?.line ? at : undefined)));
    await this.#take(next);
  }

  async leaveAndReturn(index: number): Promise<void> {
    const now = this.drawings.at(-1) ?? [];
    await this.draw(now.map((at, each) => (each === index ? undefined : at)));
    await this.draw(now);
  }

  /** Asks one after the other, as a master does. */
  async ask(index: number, all: readonly Request[]): Promise<void> {
    for (const each of all) {
      const pdu = this.#pdu(index, each.code);
      await this.masters[index]?.plugged();
      const asked: Asked = { ...each, vm: index, pdu, first: this.#taken, last: Number.POSITIVE_INFINITY };
      this.asked.push(asked);
      const answer = await this.masters[index]?.ask(pdu, each.unit).catch(() => undefined);
      this.concluded += 1;
      if (answer === undefined) this.pulled[index] = (this.pulled[index] ?? 0) + 1;
      else asked.last = this.drawings.length - 1;
      this.#check(asked, answer);
    }
  }

  /** Where a VM may have been while it was asked for. */
  met({ vm: index, first, last }: Asked): readonly Place[] {
    return this.drawings.slice(first, last + 1).flatMap(each => each[index] ?? []);
  }

  #check(asked: Asked, answer: string | undefined): void {
    const exception =
      Number.parseInt(answer?.slice(0, 2) ?? '', 16) === (asked.code | 0x80) ? answer?.slice(2) : undefined;
    const met = this.met(asked);
    const may = met.filter(at => passes(at, asked));
    const said = JSON.stringify({ asked, answer });
    if (answer === undefined) this.#count('pulled out');
    else if (exception === REFUSED) {
      this.#count('refused');
      assert.ok(may.length < met.length, `refused although all rules let it pass: ${said}`);
    } else if (exception === SILENT) {
      this.#count('silent');
      assert.ok(may.length > 0, `asked although no rule lets it pass: ${said}`);
    } else {
      this.#count('answered');
      const right = may.map(({ line }) => answerTo(Buffer.from(asked.pdu, 'hex'), line, asked.unit).toString('hex'));
      assert.ok(asked.unit !== DEAD && right.includes(answer), `not its answer: ${said}`);
    }
  }

  #count(what: string): void {
    this.became.set(what, (this.became.get(what) ?? 0) + 1);
  }

  async #take(next: Drawing): Promise<void> {
    this.drawings.push(next);
    const ports = (line: number) =>
      NAMES.flatMap((name, index) => {
        const at = next[index];
        return at?.line === line ? [drawn(name, at)] : [];
      });
    await Promise.all(this.#lines.map(({ line }, index) => line.change(ports(index))));
    this.#taken = this.drawings.length - 1;
  }

  /** No two are equal: two registers from an even address on, or one register. */
  #pdu(index: number, code: number): string {
    const address = 2 * (this.asked.length * NAMES.length + index);
    const pdu = Buffer.from([code, 0, 0, 0, 2]);
    pdu.writeUInt16BE(address, 1);
    return pdu.toString('hex');
  }
}

describe('tenants on two Modbus lines', () => {
  it('hear the answers to what they asked, and nothing else, whatever is dead, late or changed', async () => {
    const lab = new LineLab();
    const slaves = [new Slaves(0), new Slaves(1)];
    const masters = await Promise.all(NAMES.map(name => new Master(lab.socketOf(vmOf(name))).on()));
    const lines: LabLine[] = [];
    try {
      for (const [index, each] of slaves.entries()) {
        const settings = { carrier: 'rtu-over-tcp', host: '127.0.0.1', port: await each.listen(), turnaroundMs: 0 };
        lines.push(await lab.open(modbusLine, { ...settings, answerMs: 25, retries: RETRIES[index], againMs: 10 }));
      }
      await until(() => lines.every(({ line }) => line.figures().state === 'open'));
      const world = new World(lines, masters);
      await fc.assert(
        fc.asyncProperty(story, async ({ start, changes, requests: all }) => {
          await world.draw(start);
          let finished = false;
          const asking = Promise.all(all.map((each, index) => world.ask(index, each))).finally(() => {
            finished = true;
          });
          const changing = (async () => {
            for (const each of changes) {
              const reached = world.concluded + PACE;
              await until(() => finished || world.concluded >= reached);
              if ('drawing' in each) await world.draw(each.drawing);
              else if (each.kind === 'restart') await masters[each.vm]?.off().then(() => masters[each.vm]?.on());
              else await world.leaveAndReturn(each.vm);
            }
          })();
          await Promise.all([asking, changing]);
          assert.deepEqual(
            masters.flatMap(({ unexpected }) => unexpected),
            [],
            'nothing twice, and nothing unasked',
          );
          await until(() => lines.every(({ line }, index) => isQuiet(line.figures(), slaves[index])));
          for (const { line } of lines) assertCounted(world, line.figures().ends);
        }),
        { numRuns: 20, endOnFailure: true },
      );
      for (const [index, each] of slaves.entries()) assertAsked(world, index, each);
      assert.deepEqual([...world.became.keys()].sort(), ['answered', 'pulled out', 'refused', 'silent']);
    } finally {
      await lab.close();
      await Promise.all([...masters.map(master => master.off()), ...slaves.map(each => each.close())]);
    }
  }).timeout(60_000);
});

describe('a VM that comes back to a Modbus line', () => {
  it('is not answered what was asked before it went, which may have been for another tenant', async () => {
    const lab = new LineLab();
    const slaves = new Slaves(0);
    const master = await new Master(lab.socketOf(vmOf('a'))).on();
    try {
      const settings = { carrier: 'rtu-over-tcp', host: '127.0.0.1', port: await slaves.listen(), turnaroundMs: 0 };
      const { line } = await lab.open(modbusLine, { ...settings, answerMs: 1_500, retries: 0 });
      await until(() => line.figures().state === 'open');
      await line.change([portOf('a', 'one')]);
      const gone = assert.rejects(master.ask('0300000002', DEAD), /pulled out/);
      await until(() => slaves.heard.length === 1);
      await master.off();
      await gone;
      await line.change([portOf('a', 'two')]);
      await master.on();
      await master.plugged();
      assert.match(JSON.stringify(line.figures()), /"silent":0/, 'it is back before its request has ended');
      await until(() => /"silent":1/.test(JSON.stringify(line.figures())));
      assert.equal(await master.ask('0300000002', PROMPT), '030400000001');
      assert.deepEqual(master.unexpected, []);
    } finally {
      await lab.close();
      await Promise.all([master.off(), slaves.close()]);
    }
  });
});

/** What the line has sent was heard, and has ended. */
function isQuiet({ more }: LineFigures, slaves: Slaves | undefined): boolean {
  const {
    sent = 0,
    answered = 0,
    silent = 0,
    garbled = 0,
  } = (more?.requests ?? {}) as Readonly<Record<string, number>>;
  return more?.waiting === 0 && sent === answered + silent + garbled && sent === slaves?.heard.length;
}

/** Each request was answered or is counted; a VM that was pulled out may have asked anew before the answer was there. */
function assertCounted(world: World, ends: LineFigures['ends']): void {
  for (const [index, name] of NAMES.entries()) {
    const end = ends.find(each => each.end === vmOf(name));
    if (end === undefined) continue;
    const open = end.in.frames - end.out.frames - end.out.dropped;
    assert.ok(
      open >= 0 && open <= (world.pulled[index] ?? 0),
      `${open} requests of ${name} are neither answered nor counted`,
    );
  }
}

/** The devices heard what somebody on their line may ask, a write once, and a read no oftener than it is tried. */
function assertAsked(world: World, line: number, { heard }: Slaves): void {
  const asked = new Map(world.asked.map(each => [each.pdu, each]));
  const times = new Map<string, number>();
  for (const { unit, pdu } of heard) {
    if (pdu.startsWith('08')) continue; // the line itself asks whether a unit is in step
    const by = asked.get(pdu) ?? assert.fail(`nobody asked ${pdu}`);
    times.set(pdu, (times.get(pdu) ?? 0) + 1);
    assert.equal(unit, by.unit);
    assert.ok(
      (times.get(pdu) ?? 0) <= (READS.includes(by.code) ? 1 + (RETRIES[line] ?? 0) : 1),
      `${pdu} was asked too often`,
    );
    assert.ok(
      world.met(by).some(at => at.line === line && passes(at, by)),
      `${pdu} came from elsewhere, or by no rule`,
    );
  }
}
