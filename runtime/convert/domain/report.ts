// What became of a domain of libvirt, part by part. Plain JSON.
import type { NewNode } from '../conversion.ts';

export interface DomainPart {
  /** `network card 1`, `device 0000:02:00.0` */
  readonly what: string;
  readonly outcome: 'converted' | 'partly' | 'not-converted';
  /** Names of what it became. */
  readonly became: readonly string[];
  /** What was lost or left open, and what to do. */
  readonly notes: readonly string[];
}

export interface DomainReport {
  readonly gateway: string;
  readonly vm: string;
  readonly parts: readonly DomainPart[];
}

export interface ImportedDomain {
  readonly report: DomainReport;
  readonly added: readonly NewNode[];
}

export function partOf(what: string, became: readonly string[], notes: readonly string[] = []): DomainPart {
  return { what, outcome: notes.length === 0 ? 'converted' : 'partly', became, notes };
}

export function lostPart(what: string, why: string): DomainPart {
  return { what, outcome: 'not-converted', became: [], notes: [why] };
}
