// Proves what a design wants of the box against the box itself, and keeps a record of it that the other agents of the box
// read: of two designs that want one device the second is refused, with the name of the first.
//
// The record is never narrower than what may be real. It is widened before anything is written into the journal and narrowed
// when a work has ended well, so a stop at any point leaves it wide, and the next work that ends well narrows it.
import { join } from 'node:path';
import { type Claim, claimsOf, isGiven } from '../../hardware/closure/claim.ts';
import { drawnBox } from '../../hardware/closure/drawn-box.ts';
import type { ClaimFinding } from '../../hardware/closure/finding.ts';
import { proveClaims } from '../../hardware/closure/prove.ts';
import { takeLock } from '../../host/file-lock.ts';
import { type Box, UNKNOWN_BOX } from '../../model/box.ts';
import type { GatewayDesign } from '../../model/design.ts';
import { GatewrightError } from '../../model/errors.ts';
import type { AgentOptions } from '../options.ts';
import { type RecordPlace, readNeighbours, writeRecord } from './record.ts';

/** Held for as long as it takes to look at the box, to read what others hold, and to write what we hold. */
const LOCK_FILE = '.claims.lock';
/** Findings that one refusal tells. */
const MOST_TOLD = 10;

type Options = Pick<AgentOptions, 'gateway' | 'host' | 'stateDirectory' | 'sharedBox'>;

export class ClaimKeeper {
  readonly #options: Options;
  readonly #look: () => Promise<Box>;
  /** The record is written by one at a time, in the order of asking. */
  #turn: Promise<unknown> = Promise.resolve();

  /** @param look  probes the box */
  constructor(options: Options, look: () => Promise<Box>) {
    this.#options = options;
    this.#look = look;
  }

  /** @throws GatewrightError GW_CLAIM_*, with everything that was found */
  async prove(design: GatewayDesign): Promise<void> {
    const place = this.#place();
    if (place !== undefined) await this.#prove(place, design);
  }

  /**
   * Proves a design, and records that all of these may be real from now on.
   * @param standing  what may be real already
   * @throws GatewrightError GW_CLAIM_*, GW_HOST_IO; what the signal was aborted with
   */
  reserve(design: GatewayDesign, standing: readonly GatewayDesign[], signal: AbortSignal): Promise<void> {
    return this.#inTurn(place => this.#reserve(place, design, standing, signal));
  }

  /** Records that this design and nothing else is real. @throws GatewrightError GW_HOST_IO */
  settle(design: GatewayDesign | undefined): Promise<void> {
    return this.#inTurn(place => writeRecord(place, design === undefined ? [] : this.#claimsOf(design)));
  }

  async #reserve(
    place: RecordPlace,
    design: GatewayDesign,
    standing: readonly GatewayDesign[],
    signal: AbortSignal,
  ): Promise<void> {
    const lock = await takeLock(join(place.neighbours, LOCK_FILE), { signal });
    try {
      await this.#prove(place, design);
      await writeRecord(place, distinct([design, ...standing].flatMap(each => this.#claimsOf(each))));
    } finally {
      await lock.release();
    }
  }

  async #inTurn(work: (place: RecordPlace) => Promise<void>): Promise<void> {
    const place = this.#place();
    if (place === undefined) return;
    const done = this.#turn.then(() => work(place));
    this.#turn = done.catch(() => undefined); // told to whoever asked for it
    return done;
  }

  #place(): RecordPlace | undefined {
    const { sharedBox, host, gateway, stateDirectory } = this.#options;
    return sharedBox && { host, gateway, stateDirectory, neighbours: sharedBox.neighbours };
  }

  #claimsOf({ resources }: GatewayDesign): readonly Claim[] {
    const own = Object.values(resources);
    return claimsOf(this.#options.sharedBox?.cards === false ? own.filter(({ kind }) => kind !== 'uplink') : own);
  }

  async #prove(place: RecordPlace, design: GatewayDesign): Promise<void> {
    const claims = this.#claimsOf(design);
    const elsewhere = await readNeighbours(place);
    // WHY not always: a probe reads a thousand files, and lines and cards of the host take nothing along.
    const box = [...claims, ...elsewhere].some(isGiven) ? await this.#look() : UNKNOWN_BOX;
    refuse(proveClaims({ box: drawnBox(box, design.gateway.hardware?.interfaces), claims, elsewhere }));
  }
}

/** @throws GatewrightError when there is an error among the findings */
function refuse(findings: readonly ClaimFinding[]): void {
  const errors = findings.filter(finding => finding.severity === 'error');
  const [first] = errors;
  if (first === undefined) return;
  const told = errors.slice(0, MOST_TOLD).map(({ summary, remedy }) => `${summary} ${remedy}`);
  const more = errors.length > MOST_TOLD ? [`There are ${errors.length - MOST_TOLD} more.`] : [];
  throw new GatewrightError(first.code, [...told, ...more].join(' '), { address: first.address });
}

function distinct(claims: readonly Claim[]): readonly Claim[] {
  return [...new Map(claims.map(claim => [JSON.stringify([claim.address, claim.owner, claim.held]), claim])).values()];
}
