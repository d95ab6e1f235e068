// Makes a fresh clone ready: npm dependencies for everyone, Debian packages for the tests. Runs on the global Node
// (20 or later), before anything is installed, so it is plain JavaScript without dependencies.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, 'node_modules', '.gatewright-lock');
const lock = join(root, 'package-lock.json');
/** The Node that everything of ours runs on; it is one of the packages. */
const ourNode = join(root, 'node_modules', '.bin', 'node');

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(3);
}

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], cwd: root, ...options });
  if (result.error) fail(`${command} could not be started: ${result.error.message}`);
  if (result.status !== 0)
    fail(`${command} ${args.join(' ')} ended with ${result.status}. Mend what it says above, then start again.`);
}

/** The lock file's text is the version of node_modules; npm itself has no cheap check. */
function installDependencies() {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === readFileSync(lock, 'utf8')) return;
  process.stderr.write('Installing the npm packages Gatewright needs. This takes about a minute, once.\n');
  // npm runs this file with its own path in npm_execpath; a bare `npm` may be another one.
  const npm = process.env.npm_execpath;
  // stdout belongs to the command that called us (`gatewright --json`), so npm's own lines go to stderr.
  const stdio = ['ignore', process.stderr, 'inherit'];
  // Its warnings are about the Node that runs npm; all of ours runs on the one it installs.
  // WHY no scripts: nothing needs them, and npm socketcan's wants Python and the network; scripts/native.ts builds it instead.
  const quietly = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  if (npm?.endsWith('.js')) run(process.execPath, [npm, 'ci', ...quietly], { stdio });
  else run('npm', ['ci', ...quietly], { stdio });
  installForOurNode(quietly, stdio);
  buildNative(stdio);
  writeFileSync(stamp, readFileSync(lock, 'utf8'));
}

/** npm leaves out what is optional and wants a newer Node than the one it runs on, without a word: npm socketcan. */
function installForOurNode(quietly, stdio) {
  const npm = join(root, 'node_modules', 'npm', 'bin', 'npm-cli.js');
  if (existsSync(ourNode) && existsSync(npm)) run(ourNode, [npm, 'install', '--no-save', ...quietly], { stdio });
}

/**
 * Here too, and not at `npm start` alone: a gateway without an editor has nothing but its agent. What cannot be built is told, and
 * is no failure.
 */
function buildNative(stdio) {
  if (existsSync(ourNode)) spawnSync(ourNode, [join('scripts', 'native.ts')], { cwd: root, stdio });
}

/** Debian packages the tests need, each with the file that shows it is there. */
const HOST_PACKAGES = {
  'libvirt-daemon': '/usr/sbin/libvirtd',
  'libvirt-daemon-driver-qemu': '/usr/lib/x86_64-linux-gnu/libvirt/connection-driver/libvirt_driver_qemu.so',
  'libvirt-clients': '/usr/bin/virsh',
  'qemu-system-x86': '/usr/bin/qemu-system-x86_64',
  'qemu-utils': '/usr/bin/qemu-img',
  seabios: '/usr/share/seabios/bios-256k.bin',
  'ipxe-qemu': '/usr/lib/ipxe/qemu/efi-virtio.rom',
  cpio: '/bin/cpio',
  kmod: '/sbin/depmod',
  'xz-utils': '/usr/bin/xz',
  iproute2: '/sbin/ip',
  nftables: '/usr/sbin/nft',
  'dnsmasq-base': '/usr/sbin/dnsmasq',
  'iputils-ping': '/bin/ping',
  'netcat-openbsd': '/bin/nc.openbsd',
  tcpdump: '/usr/bin/tcpdump',
  tshark: '/usr/bin/tshark',
  'can-utils': '/usr/bin/candump',
  'busybox-static': '/bin/busybox',
  chromium: '/usr/bin/chromium',
  procps: '/bin/ps',
  'util-linux': '/usr/bin/setsid',
  openssl: '/usr/bin/openssl',
  socat: '/usr/bin/socat',
  mosquitto: '/usr/sbin/mosquitto',
  mbpoll: '/usr/bin/mbpoll',
  'python3-pymodbus': '/usr/lib/python3/dist-packages/pymodbus/__init__.py',
  'python3-serial-asyncio': '/usr/lib/python3/dist-packages/serial_asyncio/__init__.py',
  swtpm: '/usr/bin/swtpm',
  'swtpm-tools': '/usr/bin/swtpm_setup',
  'libtss2-tcti-swtpm0': '/usr/lib/x86_64-linux-gnu/libtss2-tcti-swtpm.so.0',
  'tpm2-tools': '/usr/bin/tpm2_checkquote',
  ovmf: '/usr/share/OVMF/OVMF_CODE_4M.secboot.fd',
  efitools: '/usr/bin/flash-var',
  sbsigntool: '/usr/bin/sbsign',
  'systemd-boot-efi': '/usr/lib/systemd/boot/efi/linuxx64.efi.stub',
  binutils: '/usr/bin/objcopy',
  mtools: '/usr/bin/mformat',
  gcc: '/usr/bin/gcc',
  'g++': '/usr/bin/g++',
  'libc6-dev': '/usr/include/stdio.h',
  'libmodbus-dev': '/usr/include/modbus/modbus.h',
};

function installHostPackages() {
  const missing = Object.entries(HOST_PACKAGES)
    .filter(([, file]) => !existsSync(file))
    .map(([name]) => name);
  if (missing.length === 0) return;
  if (!existsSync('/usr/bin/apt-get') || process.getuid?.() !== 0)
    fail(
      `The tests need these Debian packages: ${missing.join(' ')}. Run npm test as root on Debian, or install them first.`,
    );
  process.stderr.write(`Installing Debian packages for the tests: ${missing.join(' ')}\n`);
  // RUNLEVEL=1 keeps maintainer scripts from starting services.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  run('apt-get', ['update', '-q'], { env });
  run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...missing], { env });
  const still = missing.filter(name => !existsSync(HOST_PACKAGES[name]));
  if (still.length > 0) fail(`After installing, these are still not where the tests look: ${still.join(' ')}.`);
}

if (!statSync(lock, { throwIfNoEntry: false })) fail('package-lock.json is missing. Take a complete clone.');
installDependencies();
if (process.argv.includes('--host-packages')) installHostPackages();
