// The process of a proxy by itself, in a network namespace that ends with it.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../../runtime/drivers/proxy/process.ts', import.meta.url));
/** As the driver makes the namespace of a proxy: whoever listens there needs no right for it. */
const INSIDE = 'echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start; exec "$@"';

describe('the process of a Modbus proxy', function () {
  this.timeout(60_000);
  let folder: string;
  let server: Server;
  let program: ChildProcess;
  let driver: Socket;
  let said: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gw-proxy-'));
    const path = join(folder, 'orders');
    server = createServer();
    await new Promise<void>(resolve => server.listen(path, resolve));
    const connected = once(server, 'connection');
    said = '';
    program = spawn('unshare', ['--net', '--', 'sh', '-c', INSIDE, '-', process.execPath, PROGRAM, path], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    program.stderr?.on('data', text => {
      said += String(text);
    });
    [driver] = (await connected) as [Socket];
    assert.equal(await heard(), '{"is":"ready"}\n', said);
  });
  afterEach(async () => {
    program.kill('SIGKILL');
    driver.destroy();
    await new Promise(resolve => server.close(resolve));
    await rm(folder, { recursive: true, force: true });
  });

  const heard = async () => String((await once(driver, 'data'))[0]);
  const ended = async () => (program.exitCode === null ? (await once(program, 'exit'))[0] : program.exitCode);

  it('reports that it judges by other rules, and what it has counted', async () => {
    driver.write('{"do":"judge","rules":{"guards":[{"firewall":"plc-guard","rules":[]}],"vms":["10.0.0.7"]}}\n');
    assert.equal(await heard(), '{"is":"done"}\n');
    driver.write('{"do":"look"}\n');
    const report = JSON.parse(await heard());
    assert.deepEqual(report.figures.firewalls, [
      { firewall: 'plc-guard', rules: [{ id: 'otherwise', hits: 0, over: 0 }] },
    ]);
  });

  it('ends when its driver is gone, however that ended', async () => {
    driver.destroy();
    assert.equal(await ended(), 0);
  });

  it('ends when it is told something that no driver of its version says', async () => {
    driver.write('{"do":"open","port":22}\n');
    assert.notEqual(await ended(), 0);
  });
});
