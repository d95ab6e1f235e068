// What goes over the lines and networks of the smart-meter drawing while the editor looks, as the test of its traffic tells it.
import type { Address } from '../../runtime/model/address.ts';
import type { EndFigures, TrafficTick } from '../../runtime/model/line-figures.ts';
import type { LineFrame } from '../../runtime/model/line-frame.ts';
import { endOf, type FakeLines, NOTHING } from '../server/fake-lines.ts';

export const GATEWAY = 'substation-1';
const METERS: Address<'line'> = `line.${GATEWAY}/meters`;
const VEHICLE: Address<'line'> = `line.${GATEWAY}/vehicle`;
const READER: Address<'vm'> = `vm.${GATEWAY}/reader`;
const TAP_CHANGER: Address<'vm'> = `vm.${GATEWAY}/tap-changer`;
const LOGGER: Address<'vm'> = `vm.${GATEWAY}/logger`;

/** What goes over the lines, twice a second: the reader asks 12 times a second, the tap changer is refused twice. */
export class Scene {
  readonly #lines: FakeLines;
  readonly #timer: NodeJS.Timeout;
  readonly #began = Date.now();
  #ticks = 0;
  /** Cards of VMs are counted, too: the reader sends 40 frames a second and hears 6, of which 2 find nobody. */
  cards = false;
  /** No frames any more; what was counted stays. */
  quiet = false;

  constructor(lines: FakeLines) {
    this.#lines = lines;
    this.#timer = setInterval(() => this.#tick(), 500);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    if (!this.quiet) this.#ticks += 1;
    const atMs = this.#began + this.#ticks * 500;
    const frames = this.quiet
      ? { modbus: [], can: [] }
      : { modbus: modbusFrames(atMs, this.#ticks), can: canFrames(atMs) };
    const tick: TrafficTick = {
      atMs,
      lines: [
        {
          line: METERS,
          figures: { state: 'open', ends: metersEnds(this.#ticks, atMs), more: { silentUnits: [7, 12] } },
          frames: frames.modbus,
          lost: 2,
        },
        {
          line: VEHICLE,
          figures: { state: 'waiting', why: 'can0 is not there; plug the adapter in', ends: vehicleEnds(this.#ticks) },
          frames: frames.can,
          lost: 0,
        },
      ],
    };
    const n = this.#ticks;
    if (this.cards)
      this.#lines.counted = [
        { port: `port.${GATEWAY}/reader.eth0`, in: { frames: 20 * n, dropped: 0 }, out: { frames: 3 * n, dropped: n } },
      ];
    this.#lines.say(GATEWAY, tick);
    this.#lines.tell(METERS, frames.modbus);
    this.#lines.tell(VEHICLE, frames.can);
  }
}

function metersEnds(n: number, atMs: number): readonly EndFigures[] {
  const rule = (id: string, hits: number, lastHit?: number) => ({
    id,
    hits,
    over: 0,
    ...(lastHit === undefined ? {} : { lastHit }),
  });
  return [
    endOf(READER, {
      ...{
        plugged: true,
        in: { ...NOTHING, frames: 6 * n, bytes: 48 * n },
        out: { ...NOTHING, frames: 6 * n, bytes: 150 * n },
      },
      firewalls: [{ firewall: 'billing-guard', rules: [rule('meters', 6 * n, atMs), rule('otherwise', 0)] }],
    }),
    endOf(TAP_CHANGER, {
      ...{
        plugged: true,
        in: { ...NOTHING, frames: 2 * n, bytes: 16 * n, denied: n },
        out: { ...NOTHING, frames: 2 * n, bytes: 20 * n },
      },
      firewalls: [
        {
          firewall: 'grid-guard',
          rules: [rule('read-all', n, atMs), rule('tap-position', 0), rule('otherwise', n, atMs)],
        },
      ],
    }),
    endOf('device', {
      plugged: true,
      in: { ...NOTHING, frames: 7 * n, bytes: 170 * n },
      out: { ...NOTHING, frames: 7 * n, bytes: 56 * n },
    }),
    endOf('messages'),
  ];
}

function vehicleEnds(n: number): readonly EndFigures[] {
  return [
    endOf(LOGGER, { plugged: false, out: { ...NOTHING, dropped: 5 * n } }),
    endOf('device', { in: { ...NOTHING, frames: 5 * n, bytes: 80 * n } }),
  ];
}

function modbusFrames(atMs: number, n: number): readonly LineFrame[] {
  return [
    {
      atMs: atMs - 40,
      end: READER,
      direction: 'in',
      frame: '0303000a0002',
      answer: `0304${(n & 0xffff).toString(16).padStart(4, '0')}0010`,
    },
    {
      atMs: atMs - 20,
      end: TAP_CHANGER,
      direction: 'in',
      frame: '1e0600640007',
      answer: '8601',
      refusedBy: 'grid-guard',
    },
  ];
}

function canFrames(atMs: number): readonly LineFrame[] {
  return [{ atMs, end: 'device', direction: 'in', frame: '2301000008000000401f010000000000' }];
}
