// What answers for the TPM in a VM, without the VM: the channel as scripts/guest/attest.sh has it, before an emulated TPM. How it behaves
// can be changed while it is asked.
import { mkdirSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { unseal } from '../../../runtime/attest/sealed.ts';
import { openSwtpm } from '../../../runtime/host/tpm/swtpm.ts';
import type { TpmTransport } from '../../../runtime/model/tpm.ts';

export type Manner = 'honest' | 'silent' | 'endless' | 'nonsense';

export interface PretendGuest {
  manner: Manner;
  /** Socket of the TPM behind it. */
  tpm: string;
  /** What the firmware has written down. */
  log: Buffer;
  /** Secrets that it got, by name; each time again. */
  readonly secrets: [name: string, secret: string][];
  /** Lines that it was told. */
  readonly heard: string[];
  close(): Promise<void>;
}

/** @param path  of the channel's socket */
export async function pretendGuest(path: string, tpm: string): Promise<PretendGuest> {
  const connections = new Set<Socket>();
  const guest: PretendGuest = {
    ...{ manner: 'honest', tpm, log: Buffer.alloc(0), secrets: [], heard: [] },
    async close() {
      for (const connection of connections) connection.destroy();
      await new Promise(resolve => server.close(resolve));
    },
  };
  mkdirSync(dirname(path), { recursive: true });
  const server: Server = createServer(connection => {
    connections.add(connection);
    connection.on('close', () => connections.delete(connection)).on('error', () => {});
    void serve(guest, connection).catch(() => connection.destroy());
  });
  await new Promise<void>(resolve => server.listen(path, resolve));
  return guest;
}

async function serve(guest: PretendGuest, connection: Socket): Promise<void> {
  let tpm: TpmTransport | undefined;
  const parts: Buffer[] = [];
  connection.on('close', () => void tpm?.close());
  for await (const line of createInterface({ input: connection })) {
    const [word = '', ...rest] = line.split(' ');
    if (line === '') continue;
    guest.heard.push(line);
    if (guest.manner === 'silent') continue;
    if (guest.manner === 'nonsense' && word !== 'HELLO') connection.write('ANSWER zz\n');
    else if (guest.manner === 'endless' && word !== 'HELLO') connection.write(Buffer.alloc(16 * 1024 * 1024, 'a'));
    else if (word === 'HELLO') {
      await tpm?.close();
      tpm = await openSwtpm(guest.tpm);
      connection.write(`${line}\n`);
    } else if (word === 'LOG') connection.write(`LOG ${guest.log.toString('hex')}\n`);
    else if (word === 'COMMAND') {
      const answer = await tpm?.transmit(Buffer.from(rest[0] ?? '', 'hex'));
      connection.write(`ANSWER ${Buffer.from(answer ?? []).toString('hex')}\n`);
    } else if (word === 'SECRET') {
      const [name = '', index, count, command = ''] = rest;
      const answer = Buffer.from((await tpm?.transmit(Buffer.from(command, 'hex'))) ?? []);
      // Header, size of the parameters, and of the digest: what follows is one part.
      parts[Number(index)] = answer.subarray(16, 48);
      if (Number(index) + 1 === Number(count)) guest.secrets.push([name, opened(name, parts.splice(0))]);
      connection.write(`ANSWER ${answer.subarray(0, 10).toString('hex')}\n`);
    }
  }
}

function opened(name: string, contents: readonly Buffer[]): string {
  const nothing = { idObject: '', encryptedSecret: '' };
  return unseal({ name, parts: contents.map(() => nothing) }, contents).toString();
}
