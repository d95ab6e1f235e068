// Takes orders in the process of lines. Lines are changed one order after the other; everything else goes on meanwhile.
import type { Duplex } from 'node:stream';
import type { Address } from '../../model/address.ts';
import { isGatewrightError, messageOf } from '../../model/errors.ts';
import type { Lines } from './lines.ts';
import { MessageStream } from './message-stream.ts';
import { type Look, Order, type Report } from './orders.ts';
import { Tap } from './tap.ts';
import { Traffic } from './traffic.ts';

export class OrderTaker {
  readonly #lines: Lines;
  readonly #now: () => number;
  readonly #stream: MessageStream<Order, Report>;
  /** What goes on until it is stopped, by the id of its order. */
  readonly #ongoing = new Map<number, () => void>();
  #turn: Promise<unknown> = Promise.resolve();

  /** @param ended  called when no more orders will come, with why */
  constructor(stream: Duplex, lines: Lines, now: () => number, ended: (why: string) => void) {
    this.#lines = lines;
    this.#now = now;
    this.#stream = new MessageStream(stream, Order, order => void this.#take(order), ended);
    this.#stream.tell({ is: 'ready' });
  }

  /** Never rejects. */
  async #take(order: Order): Promise<void> {
    const { id } = order;
    try {
      const report = await this.#carryOut(order);
      if (report !== undefined) this.#stream.tell(report);
    } catch (error) {
      const code = isGatewrightError(error) ? error.code : 'GW_BUG';
      this.#stream.tell({ is: 'failed', id, code, message: messageOf(error) });
    }
  }

  async #carryOut(order: Order): Promise<Report | undefined> {
    const { id } = order;
    switch (order.do) {
      case 'put':
        await this.#inTurn(() => this.#lines.put(order.address, order.spec, order.was));
        return { is: 'done', id };
      case 'drop':
        await this.#inTurn(() => this.#lines.drop(order.address));
        return { is: 'done', id };
      case 'gate':
        await this.#inTurn(() => this.#lines.openGate(order.gate, order.forMs));
        return { is: 'done', id };
      case 'ask': {
        const answer = await this.#lines.get(order.address).ask(Buffer.from(order.request, 'base64'));
        return { is: 'answered', id, answer: Buffer.from(answer).toString('base64') };
      }
      case 'look':
        return { is: 'seen', id, lines: [...this.#lines.all()].map(look) };
      case 'tap':
        this.#tap(id, order.address);
        return { is: 'done', id };
      case 'traffic':
        this.#watch(id);
        return { is: 'done', id };
      case 'stop':
        this.#ongoing.get(id)?.();
        this.#ongoing.delete(id);
        return undefined;
    }
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {}); // told to whoever gave the order
    return done;
  }

  #tap(id: number, address: Address<'line'>): void {
    const stream = this.#stream;
    const tap = new Tap(
      (frames, lost) => {
        if (!stream.hasRoom) return false;
        stream.tell({ is: 'frames', id, frames: [...frames], lost });
        return true;
      },
      () => {
        this.#ongoing.delete(id);
        stream.tell({ is: 'ended', id });
      },
    );
    const silence = this.#lines.get(address).listen(tap);
    this.#ongoing.set(id, () => {
      silence();
      tap.stop();
    });
  }

  #watch(id: number): void {
    const stream = this.#stream;
    const traffic = new Traffic({
      lines: this.#lines,
      now: this.#now,
      ready: () => stream.hasRoom,
      tell: tick => stream.tell({ is: 'tick', tick: tick as (Report & { is: 'tick' })['tick'] }),
    });
    this.#ongoing.set(id, () => traffic.stop());
  }
}

function look([address, line]: readonly [Address<'line'>, ReturnType<Lines['get']>]): Look {
  return { address, spec: line.spec, figures: line.figures() as Look['figures'], log: [...line.log()] };
}
