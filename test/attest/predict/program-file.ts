// Programs for UEFI as small as they can be, made by hand as "PE Format" of Microsoft says. Nothing in them runs.
const [PAGE, HEADERS, ENTRY] = [512, 1024, 40];

export interface Part {
  readonly name: string;
  readonly content: Buffer;
}

/** A PE32+ program of these sections, each on a page of its own; then what stands at its end as its signatures. */
export function programOf(parts: readonly Part[], signatures = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(HEADERS);
  head.write('MZ');
  head.writeUInt32LE(64, 0x3c);
  head.write('PE\0\0', 64);
  head.writeUInt16LE(0x8664, 68);
  head.writeUInt16LE(parts.length, 70);
  head.writeUInt16LE(240, 84); // optional header: 112 bytes and 16 directories
  const optional = 88;
  head.writeUInt16LE(0x20b, optional);
  head.writeUInt32LE(HEADERS, optional + 60);
  head.writeUInt32LE(0x1234, optional + 64); // the checksum, which is not measured
  head.writeUInt32LE(16, optional + 108);
  const pages: Buffer[] = [];
  let offset = HEADERS;
  for (const [index, { name, content }] of parts.entries()) {
    const page = Buffer.concat([content], Math.ceil(content.length / PAGE) * PAGE);
    const at = optional + 240 + index * ENTRY;
    head.write(name, at, 8, 'latin1');
    head.writeUInt32LE(content.length, at + 8);
    head.writeUInt32LE(0x1000 * (index + 1), at + 12);
    head.writeUInt32LE(page.length, at + 16);
    head.writeUInt32LE(offset, at + 20);
    pages.push(page);
    offset += page.length;
  }
  head.writeUInt32LE(signatures.length === 0 ? 0 : offset, optional + 112 + 32);
  head.writeUInt32LE(signatures.length, optional + 112 + 36);
  return Buffer.concat([head, ...pages, signatures]);
}

/** A unified kernel image. */
export function unifiedImage(kernel: Buffer, changes: Readonly<Record<string, Buffer>> = {}): Buffer {
  const parts = {
    ...{ '.text': Buffer.from('stub'), '.osrel': Buffer.from('ID=gw\nVERSION_ID=1\n') },
    ...{ '.cmdline': Buffer.from('console=ttyS0 quiet\0'), '.linux': kernel, '.initrd': Buffer.from('cell 7') },
    ...changes,
  };
  return programOf(Object.entries(parts).map(([name, content]) => ({ name, content })));
}
