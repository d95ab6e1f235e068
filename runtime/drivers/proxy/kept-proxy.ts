// The process of one proxy, kept running: whenever it has started, it gets its rules first, and until then it lets nothing pass.
import { KeptOpen } from '../../host/kept-open.ts';
import { GatewrightError, messageOf } from '../../model/errors.ts';
import type { ProxyRules } from '../../protocols/modbus/proxy/judge.ts';
import { type Place, type Session, startSession } from './session.ts';

/** Pauses before it is started again. */
const PAUSES = { againMs: 100, againMostMs: 5_000 };
/** How long a change waits for a process that is being started. */
const UP_WITHIN_MS = 30_000;

export class KeptProxy {
  readonly #kept: KeptOpen<Session>;
  #rules: ProxyRules;
  #why = 'it is being started';

  /** Starts it. @param rules  that were checked */
  constructor(place: Place, rules: ProxyRules) {
    this.#rules = rules;
    const open = async (lost: (why: unknown) => void) => {
      const session = await startSession(place, lost);
      try {
        await session.give({ do: 'judge', rules: this.#rules });
        return session;
      } catch (error) {
        await session.close();
        throw error;
      }
    };
    const away = (why: unknown) => {
      this.#why = messageOf(why);
    };
    this.#kept = new KeptOpen<Session>(open, PAUSES, {
      opened: () => {},
      lost: away,
      failed: away,
    });
    this.#kept.start();
  }

  /** Takes other rules between two requests. Resolves when it judges by them. @throws GatewrightError GW_PROXY_AWAY */
  async change(rules: ProxyRules): Promise<void> {
    this.#rules = rules;
    await (await this.#up()).give({ do: 'judge', rules });
  }

  /** What people see. Never rejects. */
  async status(): Promise<Readonly<Record<string, unknown>>> {
    const session = this.#kept.held;
    if (session === undefined) return { state: 'closed', why: this.#why };
    try {
      const report = await session.give({ do: 'look' });
      return { state: 'open', pid: session.pid, ...(report.is === 'seen' ? report.figures : {}) };
    } catch (error) {
      return { state: 'closed', why: messageOf(error) };
    }
  }

  /** Ends the process. Never rejects. */
  close(): Promise<void> {
    return this.#kept.close();
  }

  async #up(): Promise<Session> {
    const session = await this.#kept.whenOpen(UP_WITHIN_MS);
    if (session === undefined) throw new GatewrightError('GW_PROXY_AWAY', this.#why);
    return session;
  }
}
