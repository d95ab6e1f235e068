import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localHost } from '../../../runtime/host/local.ts';
import { portFinding } from '../../../runtime/model/serial-name.ts';
import { lastingNames } from '../../../runtime/protocols/serial/identity.ts';
import { serial } from '../../../runtime/protocols/serial/protocol.ts';

const PATH = '/dev/serial/by-id/usb-FTDI_FT232R_A50285BI-if00-port0';

describe('the settings of a serial line', () => {
  it('are 9600 baud, 8 data bits, no parity and 1 stop bit when nothing is said', () => {
    const { baudRate, dataBits, parity, stopBits, flow, direction } = serial.options.parse({ path: PATH });
    assert.deepEqual([baudRate, dataBits, parity, stopBits, flow, direction], [9600, 8, 'none', 1, 'none', 'adapter']);
  });

  it('take numbers as a form stores them, and nothing that npm serialport cannot do', () => {
    const good = serial.options.parse({ path: PATH, baudRate: '115200', stopBits: '2', dataBits: '7' });
    assert.deepEqual([good.baudRate, good.stopBits, good.dataBits], [115200, 2, 7]);
    const bad = [
      { path: '' },
      { path: 'COM3' },
      { path: '/dev/../etc/passwd\n' },
      { path: PATH, parity: 'mark' },
      { path: PATH, stopBits: 1.5 },
      { path: PATH, dataBits: 9 },
      { path: PATH, baudRate: 0 },
      { path: PATH, queueBytes: 1e9 },
    ];
    assert.deepEqual(
      bad.map(options => serial.options.safeParse(options).success),
      bad.map(() => false),
    );
  });
});

describe('the name of a serial port', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'serial-names-'));
    for (const name of ['by-id', 'by-path']) mkdirSync(join(folder, name));
    for (const name of ['ttyUSB0', 'ttyUSB1']) writeFileSync(join(folder, name), '');
    symlinkSync('../ttyUSB0', join(folder, 'by-id/usb-FTDI_A'));
    symlinkSync('../ttyUSB1', join(folder, 'by-id/usb-FTDI_B'));
    symlinkSync('../ttyUSB1', join(folder, 'by-path/pci-0-usb-2'));
    symlinkSync('../ttyUSB9', join(folder, 'by-path/pci-0-usb-9'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('is found by serial number first and then by socket, from any of the names of a port', async () => {
    const named = (path: string) => lastingNames(localHost, join(folder, path), folder);
    const both = ['by-id/usb-FTDI_B', 'by-path/pci-0-usb-2'].map(name => join(folder, name));
    assert.deepEqual(await named('ttyUSB1'), both);
    assert.deepEqual(await named('by-path/pci-0-usb-2'), both);
    assert.deepEqual(await named('ttyUSB0'), [join(folder, 'by-id/usb-FTDI_A')]);
    assert.deepEqual(await named('ttyS0'), []);
    assert.deepEqual(await lastingNames(localHost, '/dev/ttyS0', join(folder, 'nothing')), []);
  });

  it('is a finding when the next start may give it to another adapter', () => {
    const finding = portFinding('/dev/ttyUSB0', [PATH]);
    assert.equal(finding?.code, 'GW_SERIAL_UNSTABLE');
    assert.match(finding.summary, /\/dev\/ttyUSB0 may be another adapter/);
    assert.ok(finding.remedy.includes(PATH));
    assert.match(portFinding('/dev/ttyACM12')?.remedy ?? '', /by-id/);
    for (const stays of [PATH, '/dev/serial/by-path/x', '/dev/ttyS0', '/dev/ttyAMA0', '/dev/scale'])
      assert.equal(portFinding(stays), undefined);
  });
});
