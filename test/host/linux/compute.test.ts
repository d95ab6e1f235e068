// What a Linux host says of its CPUs and its memory, from the files of hosts that differ.
import assert from 'node:assert/strict';
import { createFakeHost } from '../../../runtime/host/fake.ts';
import { readCompute } from '../../../runtime/host/linux/compute.ts';
import { localHost } from '../../../runtime/host/local.ts';
import { Compute } from '../../../runtime/model/compute.ts';
import { cpusInWords, HostCpus, readCpuList } from '../../../runtime/model/host-cpus.ts';

const CPU = '/sys/devices/system/cpu';
const PAGES = '/sys/kernel/mm/hugepages';
const BOX = {
  [`${CPU}/online`]: '0-3\n',
  [`${CPU}/isolated`]: '2-3\n',
  '/proc/version': 'Linux version 6.1.0-rt (gcc) #1 SMP PREEMPT_RT Debian\n',
  '/proc/1/status': 'Name:\tsystemd\nCapBnd:\t000001ffffffffff\nSeccomp:\t0\n',
  '/proc/self/limits': 'Max locked memory         8388608              8388608              bytes     \n',
  '/proc/mounts': 'proc /proc proc rw 0 0\nhugetlbfs /dev/hugepages hugetlbfs rw,relatime,pagesize=2M 0 0\n',
  [`${PAGES}/hugepages-2048kB/nr_hugepages`]: '64\n',
  [`${PAGES}/hugepages-1048576kB/nr_hugepages`]: '2\n',
};
const read = (changes: Readonly<Record<string, string | undefined>> = {}) => {
  const files = Object.entries({ ...BOX, ...changes }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return readCompute(createFakeHost({ files: Object.fromEntries(files) }));
};

describe('what a Linux host has for VMs', () => {
  it('is its CPUs, those that are isolated, its kernel, and pages that QEMU can take', async () => {
    assert.deepEqual(await read(), {
      cpus: [0, 1, 2, 3],
      isolatedCpus: [2, 3],
      realtimeKernel: true,
      locksMemory: true,
      hugePages: [{ sizeMiB: 2, count: 64 }],
    });
  });

  it('has no pages of a size whose file system is not mounted', async () => {
    const mounts = 'none /huge hugetlbfs rw,pagesize=1024M 0 0\n';
    assert.deepEqual((await read({ '/proc/mounts': mounts })).hugePages, [{ sizeMiB: 1024, count: 2 }]);
    assert.deepEqual((await read({ '/proc/mounts': 'proc /proc proc rw 0 0\n' })).hugePages, []);
  });

  it('isolates no CPU when its kernel says nothing after the name', async () => {
    assert.deepEqual((await read({ [`${CPU}/isolated`]: '\n' })).isolatedCpus, []);
  });

  it('has an ordinary kernel when that does not say otherwise', async () => {
    const ordinary = { '/proc/version': 'Linux version 6.1.0 #1 SMP PREEMPT_DYNAMIC Debian' };
    assert.equal((await read(ordinary)).realtimeKernel, false);
    assert.equal((await read({ ...ordinary, '/sys/kernel/realtime': '1\n' })).realtimeKernel, true);
  });

  it('locks no memory in a container that may not, unless its limit is none', async () => {
    const contained = { '/proc/1/status': 'CapBnd:\t000001fffeffffff\n' };
    assert.equal((await read(contained)).locksMemory, false);
    const unlimited = 'Max locked memory         unlimited            unlimited            bytes     \n';
    assert.equal((await read({ ...contained, '/proc/self/limits': unlimited })).locksMemory, true);
  });

  it('is not known where it may not be read, or says what nobody understands', async () => {
    assert.deepEqual(await readCompute(createFakeHost()), {});
    assert.equal((await read({ [`${CPU}/online`]: '0-3,x' })).cpus, undefined);
  });

  it('has the shape that agents tell it in, on this machine too', async () => {
    const here = Compute.parse(await readCompute(localHost));
    assert.ok((here.cpus?.length ?? 0) > 0);
  });
});

describe('CPUs of a host', () => {
  it('are one or a range, written in one way only', () => {
    for (const text of ['0', '7', '2-3', '0-1023', '1023']) assert.ok(HostCpus.safeParse(text).success, text);
    for (const text of ['', '-', '2-', '3-2', '2-2', '02', '2-03', '1024', '1,2', '0-1024', ' 2'])
      assert.equal(HostCpus.safeParse(text).success, false, text);
  });

  it('are read from the list of a kernel, and told in words', () => {
    assert.deepEqual(readCpuList('0-2,8\n'), [0, 1, 2, 8]);
    assert.deepEqual(readCpuList(''), []);
    assert.equal(readCpuList('0-2;8'), undefined);
    assert.equal(cpusInWords([8, 2, 1, 0, 5]), 'CPUs 0 to 2, 5 and 8');
    assert.equal(cpusInWords([4]), 'CPU 4');
    assert.equal(cpusInWords([]), 'no CPU');
  });
});
