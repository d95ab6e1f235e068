// The guests of robot-cell seen from inside: which run where, what they reach, what reached them.
import assert from 'node:assert/strict';
import { GuestConsole } from '../lab/guest-console.ts';
import { masterAnswer, masterCommand } from '../lab/guest-master.ts';
import { PLC, type RobotCellSite } from './robot-cell-site.ts';

export const GUESTS = { a7: 'cell-7', b7: 'cell-7', a8: 'cell-8', b8: 'cell-8' } as const;
export type Guest = keyof typeof GUESTS;
export const NOBODY = 'nobody answers';

export class RobotCellGuests {
  readonly #site: RobotCellSite;
  readonly #consoles = new Map<Guest, GuestConsole>();

  constructor(site: RobotCellSite) {
    this.#site = site;
  }

  /** Waits until a guest has booted, for the first time or again, and takes its console. */
  async boot(guest: Guest): Promise<void> {
    this.#consoles.get(guest)?.close();
    const { console } = await this.status(guest);
    this.#consoles.set(guest, await GuestConsole.open(String(console)));
  }

  /** What the agent says of a guest's domain. */
  async status(guest: Guest): Promise<Readonly<Record<string, unknown>>> {
    const gateway = GUESTS[guest];
    const { resources } = await this.#site.gateways[gateway].process.agent.observe();
    const status = resources[`vm.${gateway}/${guest}`]?.status;
    assert.ok(status !== undefined, `${guest} is not there`);
    return status;
  }

  inside(guest: Guest): GuestConsole {
    const found = this.#consoles.get(guest);
    assert.ok(found !== undefined, `${guest} has not booted`);
    return found;
  }

  /** Pings from a guest, after it has forgotten where its neighbours were. */
  async ping(guest: Guest, address: string): Promise<void> {
    await this.inside(guest).run('ip neigh flush dev eth0');
    await this.inside(guest).run(`ping -c 3 -W 10 ${address}`);
  }

  /** Calls a port of the PLC from a guest; resolves with what the PLC says of the call. */
  async call(guest: Guest, port: number): Promise<string> {
    const { output } = await this.inside(guest).attempt(`nc -w 3 ${PLC} ${port}`);
    return /^port .*$/m.exec(output)?.[0] ?? NOBODY;
  }

  /** Asks a device on the guest's field line once. @returns the PDU of the answer; `pdu` and it in hex */
  async modbus(guest: Guest, unit: number, pdu: string, answerBytes: number): Promise<string> {
    return masterAnswer(await this.inside(guest).run(masterCommand(unit, pdu, answerBytes)));
  }

  /** Frames that came in at a guest's interface since it booted. */
  async received(guest: Guest): Promise<number> {
    return Number(await this.inside(guest).run('cat /sys/class/net/eth0/statistics/rx_packets'));
  }

  async uptimeSeconds(guest: Guest): Promise<number> {
    return Number(await this.inside(guest).run('cut -d" " -f1 /proc/uptime'));
  }

  close(): void {
    for (const console of this.#consoles.values()) console.close();
  }
}
