// What an agent tells, as lines for the log. Progress within a step is no event. Pure but for what is remembered of gates, of
// which only changes are told.
import type { Address } from '../model/address.ts';
import type { GateStanding, TrustState } from '../model/attestation.ts';
import type { AgentEvent } from '../model/events.ts';
import type { Step } from '../model/plan.ts';
import type { LoggedEvent } from './logged-event.ts';

const MOST_CHARACTERS = 500;
/** Differences that are named; the rest is counted. */
const MOST_NAMED = 3;

type Line = Pick<LoggedEvent, 'severity' | 'kind' | 'text'> & { readonly address?: Address };

/** Knows how gates stood, so that it tells what is new of them. */
export class EventWords {
  readonly #gates = new Map<Address, TrustState>();

  linesOf(event: AgentEvent): readonly LoggedEvent[] {
    const { atMs, gateway } = event;
    return this.#lines(event).map(line => ({ atMs, gateway, ...line, text: line.text.slice(0, MOST_CHARACTERS) }));
  }

  #lines(event: AgentEvent): readonly Line[] {
    switch (event.type) {
      case 'step-started':
      case 'step-progress':
        return [];
      case 'apply-started':
        return [line('info', 'apply-started', `generation ${event.generation}, ${event.steps} steps`)];
      case 'step-done':
        return [
          { ...line('info', 'step-done', `${event.step} (${event.done} of ${event.steps})`), address: event.address },
        ];
      case 'step-failed': {
        // What was told to stop has not failed; that it was told to is an event of its own.
        if (event.code === 'GW_CANCELLED') return [];
        const text = `${event.step}: ${event.message} [${event.code}]`;
        return [{ ...line('error', 'step-failed', text), address: event.address }];
      }
      case 'apply-ended':
        return [line(severityOf(event.outcome), 'apply-ended', `${event.outcome}: ${event.message}`)];
      case 'drift':
        return [driftLine(event.steps)];
      case 'attestation':
        return event.standings.flatMap(standing => this.#gateLine(standing));
      case 'alarm':
        return [line('error', 'alarm', `${event.message} [${event.code}]`)];
    }
  }

  #gateLine({ gate, machine, state, findings }: GateStanding): readonly Line[] {
    if (this.#gates.get(gate) === state) return [];
    this.#gates.set(gate, state);
    const [first] = findings;
    const why = first === undefined ? '' : `: ${first.message}`;
    const severity = state === 'trusted' ? 'info' : state === 'mismatch' ? 'error' : 'warning';
    return [{ ...line(severity, 'gate', `${gate}, ${machine} ${state}${why}`), address: gate }];
  }
}

function line(severity: Line['severity'], kind: Line['kind'], text: string): Line {
  return { severity, kind, text };
}

function severityOf(outcome: 'applied' | 'failed' | 'cancelled' | 'rolled-back'): Line['severity'] {
  if (outcome === 'failed') return 'error';
  return outcome === 'cancelled' ? 'warning' : 'info';
}

function driftLine(steps: readonly Step[]): Line {
  const [first] = steps;
  if (first === undefined) return line('info', 'drift', 'fits what was applied again');
  const named = steps.slice(0, MOST_NAMED).map(({ address }) => address);
  const more = steps.length - named.length;
  const text = `differs from what was applied: ${named.join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
  return { ...line('warning', 'drift', text), address: first.address };
}
