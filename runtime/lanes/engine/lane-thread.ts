// A thread of lanes. It sleeps for at most 100 ms, so that whatever could be missed is noticed soon. Between two bursts it
// reads its orders.
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../model/errors.ts';
import { Doorbell } from '../memory/doorbell.ts';
import { LaneRunner } from './lane-runner.ts';
import { PortLost } from './open-ports.ts';
import type { Answer, Order, ThreadPlan } from './plan.ts';
import type { OpenPort } from './port.ts';

const MOST_SLEEP_MS = 100;
/** A thread cannot sleep in its event loop and in the kernel at once: so it looks after ports of the one kind again and again. */
const MIXED_SLEEP_MS = 2;

const { orders } = workerData as { readonly orders: MessagePort };
const say = (answer: Answer) => parentPort?.postMessage(answer);
// WHY not with the start of the thread: one stands ready before anyone knows what it will run.
const plan = await new Promise<ThreadPlan>(resolve => parentPort?.once('message', resolve));
const bell = new Doorbell(plan.bell);
const runner = new LaneRunner(plan, async module => ((await import(module)) as { openPort: OpenPort }).openPort);

async function deploy(next: ThreadPlan): Promise<void> {
  const { generation } = next;
  try {
    await runner.deploy(next);
    say({ said: 'deployed', generation });
  } catch (error) {
    say({ said: 'refused', generation, why: messageOf(error) });
    // Nothing is left that could go on; whoever comes next may have more luck with the ports.
    if (error instanceof PortLost) throw error;
  }
}

/** @returns false when the thread is to end */
async function obey(): Promise<boolean> {
  for (;;) {
    const received = receiveMessageOnPort(orders);
    if (received === undefined) return true;
    const order = received.message as Order;
    if (order.do === 'stop') return false;
    await deploy(order.plan);
  }
}

const BORN = performance.timeOrigin;
let time = Math.floor(BORN + performance.now());

/**
 * Milliseconds since 1970 that never run backwards. WHY one number per millisecond and not per turn: a number of that size is
 * an object, and the turns of a busy thread are a hundred thousand a second.
 */
function clock(): number {
  const now = Math.floor(BORN + performance.now());
  if (now !== time) time = now;
  return time;
}

const turnOfEvents = () => new Promise(resolve => setImmediate(resolve));

async function run(): Promise<void> {
  // What the thread begins with has been accepted before: when it fails now, the thread ends and is started again.
  await runner.deploy(plan);
  say({ said: 'deployed', generation: plan.generation });
  const hasWork = () => bell.isCalled || runner.hasWork();
  for (;;) {
    if (bell.wasCalled() && !(await obey())) break;
    const isBusy = runner.turn(clock());
    if (runner.needsEvents) {
      if (isBusy) await turnOfEvents();
      else await bell.sleepAside(runner.waitsInKernel ? MIXED_SLEEP_MS : MOST_SLEEP_MS, hasWork);
    } else if (!isBusy) runner.sleep(MOST_SLEEP_MS, hasWork);
  }
  await runner.close();
  say({ said: 'stopped' });
}

// An open port keeps the thread alive where only a wait of its own would be left.
orders.ref();
// What is thrown in here ends the thread; who started it starts it again.
await run();
orders.close();
