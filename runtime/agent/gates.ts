// What is proven, made to count: whatever waits for a gate is opened for as long as the gate's proof is good. Whoever holds it closes it
// again by itself, so that nothing stays open because this process died.
import { KINDS } from '../model/address.ts';
import type { Attestation, GateStanding } from '../model/attestation.ts';
import type { Handle } from '../model/driver.ts';
import { GatewrightError, isGatewrightError, messageOf } from '../model/errors.ts';
import type { Backend } from './backend.ts';
import type { Watchers } from './watchers.ts';

/** What could not be opened is tried again after so long. */
const RETRY_MS = 2_000;

export class Gates {
  readonly #backend: Backend;
  readonly #watchers: Watchers;
  readonly #stop: () => void;
  #standings: readonly GateStanding[] = [];
  /** What was told last, to tell only what is new. */
  #told = '';
  #opening: Promise<void> = Promise.resolve();
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(backend: Backend, watchers: Watchers) {
    this.#backend = backend;
    this.#watchers = watchers;
    this.#stop = gatesOf(backend)?.gates?.(standings => this.#hear(standings)) ?? (() => {});
  }

  /** @throws GatewrightError GW_KIND_UNSUPPORTED where nobody attests */
  get attestation(): Attestation {
    const desk = gatesOf(this.#backend)?.attestation;
    if (desk !== undefined) return desk;
    throw new GatewrightError('GW_KIND_UNSUPPORTED', 'this back end attests nothing; choose another back end');
  }

  /** Opens what there is now as the gates stand: what was just made is closed. */
  renew(): Promise<void> {
    this.#opening = this.#opening.then(() => this.#open());
    return this.#opening;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stop();
    clearTimeout(this.#retry);
    await this.#opening;
  }

  #hear(standings: readonly GateStanding[]): void {
    const closed = standings.filter(({ state, gate }) => state !== 'trusted' && this.#was(gate) === 'trusted');
    this.#standings = standings;
    void this.renew();
    // How long it is open changes all the time, and is no news.
    const now = JSON.stringify(standings.map(({ openMs, ...rest }) => ({ ...rest, open: openMs > 0 })));
    if (now === this.#told) return;
    this.#told = now;
    this.#watchers.tell({ type: 'attestation', standings });
    for (const standing of closed) this.#alarm(standing);
  }

  #was(gate: GateStanding['gate']): GateStanding['state'] | undefined {
    return this.#standings.find(standing => standing.gate === gate)?.state;
  }

  #alarm({ gate, machine, state, findings }: GateStanding): void {
    const why = findings[0]?.message ?? 'Nobody knows why.';
    const fact =
      state === 'mismatch' ? `${machine} runs something else than it may` : `the proof of ${machine} is too old`;
    const code = state === 'mismatch' ? 'GW_ATTEST_MISMATCH' : 'GW_ATTEST_CLOSED';
    this.#watchers.tell({ type: 'alarm', code, message: `${gate} closed: ${fact}. ${why}` });
  }

  async #open(): Promise<void> {
    clearTimeout(this.#retry);
    try {
      for (const { gate, openMs } of this.#standings)
        for (const kind of KINDS) await handleOf(this.#backend, kind)?.openGate?.(gate, openMs);
    } catch (error) {
      if (this.#closed) return;
      const code = isGatewrightError(error) ? error.code : 'GW_BUG';
      this.#watchers.tell({ type: 'alarm', code, message: messageOf(error) });
      this.#retry = setTimeout(() => void this.renew(), RETRY_MS);
      this.#retry.unref();
    }
  }
}

function gatesOf(backend: Backend): Handle<'gate'> | undefined {
  return handleOf(backend, 'gate') as Handle<'gate'> | undefined;
}

function handleOf(backend: Backend, kind: (typeof KINDS)[number]): Handle | undefined {
  return backend.facts.some(facts => facts.kind === kind) ? backend.handle(kind) : undefined;
}
