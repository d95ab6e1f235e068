// A CAN bus over an interface of the kernel, read by the thread of the lane. Its peers are can-utils; the interface is one in user
// space, as the kernel here may have none.
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type CanSockets, openCanSockets } from '../../lab/can-sockets.ts';
import { until } from './bus-world.ts';

const BUS = fileURLToPath(new URL('./interface-bus.ts', import.meta.url));

const ASK_EVERY_MS = 50;

describe('a CAN bus with an interface of the kernel', function () {
  this.timeout(60_000);
  let sockets: CanSockets;
  const running: ChildProcess[] = [];
  before(async () => {
    sockets = openCanSockets();
    await sockets.addBus('can0');
  });
  after(async () => {
    for (const child of running) child.kill();
    await sockets.close();
  });

  /** A program that sees the interface, and the lines that it says. */
  function start(...[program, ...args]: readonly [string, ...string[]]) {
    const env = { ...process.env, ...sockets.environment };
    const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
    running.push(child);
    let said = '';
    child.stdout?.on('data', text => {
      said += text;
    });
    return {
      child,
      lines: () => said.split('\n').slice(0, -1),
      type: (text: string) => child.stdin?.write(`${text}\n`),
    };
  }
  const send = (frame: string) =>
    execFileSync('cansend', ['can0', frame], { env: { ...process.env, ...sockets.environment } });

  it('waits until it is up, carries frames both ways through the firewall, and gives it up while it is down', async () => {
    const bus = start(process.execPath, BUS);
    const said = (text: string | RegExp) => until(() => bus.lines().some(line => line.match(text) !== null));
    const latest = (text: RegExp) =>
      until(() =>
        text.test(
          bus
            .lines()
            .filter(line => !line.startsWith('heard'))
            .at(-1) ?? '',
        ),
      );
    await latest(/^waiting the CAN interface can0 is down; .* in=0 out=0/);
    bus.type('say 110');
    await latest(/out=0 dropped=1$/);
    bus.type('flags 0x81');
    await latest(/^open {2}in=0/);

    const dump = start('candump', '-L', 'can0');
    const frames = () => dump.lines().flatMap(line => line.match(/\S+#\S*$/) ?? []);
    // candump does not say when it is there. Asked in a hurry, the interface would be full when it is.
    while (!frames().includes('120#')) {
      bus.type('say 120');
      await new Promise(resolve => setTimeout(resolve, ASK_EVERY_MS));
    }
    send('123#DEADBEEF');
    send('223#01');
    send('124#');
    await said('heard 124');
    bus.type('say 300');
    bus.type('say 1ff');
    await until(() => frames().includes('1FF#'));
    assert.ok(!frames().includes('300#'));
    assert.deepEqual(
      bus.lines().filter(line => line.startsWith('heard')),
      ['heard 123', 'heard 124'],
    );
    await latest(/in=3 /);

    bus.type('flags 0x80');
    await latest(/^waiting the CAN interface can0 is down/);
    bus.type('flags 0x81');
    // Not while it is opening: what is sent meanwhile nobody hears.
    await latest(/^open {2}in=/);
    send('125#');
    await said('heard 125');
    const exited = once(bus.child, 'exit');
    bus.child.stdin?.end();
    assert.deepEqual(await exited, [0, null]);
  });
});
