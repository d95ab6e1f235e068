// What is proven, made to count: whatever waits for a gate is opened for as long as the gate's proof is good. Whoever holds it closes it
// again by itself, so that nothing stays open because this process died.
import type { Kind } from '../model/address.ts';
import type { Attestation, GateStanding } from '../model/attestation.ts';
import type { Handle } from '../model/driver.ts';
import { GatewrightError, isGatewrightError, messageOf } from '../model/errors.ts';
import type { Backend } from './backend.ts';
import { coalesced } from './coalesced.ts';
import type { Watchers } from './watchers.ts';

/** What could not be opened is tried again after so long. */
const RETRY_MS = 2_000;

export class Gates {
  readonly #attests: Handle | undefined;
  readonly #watchers: Watchers;
  readonly #stop: () => void;
  /** Of each kind that has something to open: how it is done as the gates stand now. */
  readonly #openers: readonly (() => Promise<void>)[];
  #standings: readonly GateStanding[] = [];
  /** What was told last, to tell only what is new. */
  #told = '';
  #opening: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(backend: Backend, watchers: Watchers) {
    this.#watchers = watchers;
    const handles = new Map<Kind, Handle>(backend.facts.map(({ kind }) => [kind, backend.handle(kind)]));
    this.#attests = handles.get('gate');
    this.#openers = [...handles.values()]
      .filter(({ openGate }) => openGate !== undefined)
      .map(one => this.#opener(one));
    this.#stop = this.#attests?.gates?.(standings => this.#hear(standings)) ?? (() => {});
  }

  /** @throws GatewrightError GW_KIND_UNSUPPORTED where nobody attests */
  get attestation(): Attestation {
    const desk = this.#attests?.attestation;
    if (desk !== undefined) return desk;
    throw new GatewrightError('GW_KIND_UNSUPPORTED', 'this back end attests nothing; choose another back end');
  }

  /** Opens what there is now as the gates stand now: what was just made is closed. Never rejects. */
  async renew(): Promise<void> {
    this.#opening = Promise.all(this.#openers.map(open => open()));
    await this.#opening;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stop();
    await this.#opening;
  }

  #hear(standings: readonly GateStanding[]): void {
    const alarming = standings.filter(standing => this.#isAlarming(standing));
    this.#standings = standings;
    void this.renew();
    // How long it is open changes all the time, and is no news.
    const now = JSON.stringify(standings.map(({ openMs, ...rest }) => ({ ...rest, open: openMs > 0 })));
    if (now === this.#told) return;
    this.#told = now;
    this.#watchers.tell({ type: 'attestation', standings });
    for (const standing of alarming) this.#alarm(standing);
  }

  /** After a start of the box everything is stale for a moment, and nobody has to come. */
  #isAlarming({ gate, state }: GateStanding): boolean {
    const was = this.#standings.find(standing => standing.gate === gate)?.state;
    return state === 'mismatch' ? was !== 'mismatch' : state === 'stale' && was === 'trusted';
  }

  #alarm({ gate, machine, state, findings }: GateStanding): void {
    const why = findings[0]?.message ?? 'Nobody knows why.';
    const fact =
      state === 'mismatch' ? `${machine} runs something else than it may` : `the proof of ${machine} is too old`;
    const code = state === 'mismatch' ? 'GW_ATTEST_MISMATCH' : 'GW_ATTEST_CLOSED';
    this.#watchers.tell({ type: 'alarm', code, message: `${gate} closed: ${fact}. ${why}` });
  }

  /** Each kind for itself: one that takes long, or cannot be reached, keeps none of the others open nor closed. */
  #opener(handle: Handle): () => Promise<void> {
    let complaint = '';
    let retry: NodeJS.Timeout | undefined;
    const open = coalesced(async () => {
      clearTimeout(retry);
      // How long they are open ran on while other work was done.
      const tasks = this.#standingsNow().map(({ gate, openMs }) => handle.openGate?.(gate, openMs));
      const failed = (await Promise.allSettled(tasks)).find(result => result.status === 'rejected');
      if (this.#closed) return;
      if (failed === undefined) {
        complaint = '';
        return;
      }
      const message = messageOf(failed.reason);
      const code = isGatewrightError(failed.reason) ? failed.reason.code : 'GW_BUG';
      // Once, however often it is tried again.
      if (message !== complaint) this.#watchers.tell({ type: 'alarm', code, message });
      complaint = message;
      retry = setTimeout(() => void (this.#closed || open()), RETRY_MS).unref();
    });
    return open;
  }

  #standingsNow(): readonly GateStanding[] {
    let now: readonly GateStanding[] = [];
    this.#attests?.gates?.(standings => {
      now = standings;
    })();
    return now;
  }
}
