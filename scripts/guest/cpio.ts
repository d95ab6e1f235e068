// Writes a cpio archive in the `newc` format (Linux Documentation/driver-api/early-userspace/buffer-format.rst), which is
// what the kernel unpacks as its first root file system. Knows nothing of what is in it.

export interface CpioEntry {
  /** Path without a leading slash. Folders must come before what is in them. */
  readonly path: string;
  /** File type and permissions, as in stat(2): 0o040755 folder, 0o100644 file, 0o120777 link, 0o020600 character device. */
  readonly mode: number;
  readonly data?: Buffer;
  /** Major and minor number of a device. */
  readonly device?: readonly [major: number, minor: number];
}

/** One archive of the entries in their order. The same entries always give the same bytes: no time, no owner, own inodes. */
export function writeCpio(entries: readonly CpioEntry[]): Buffer {
  const members = entries.map((entry, index) => member(entry, index + 1));
  return Buffer.concat([...members, member({ path: 'TRAILER!!!', mode: 0 }, 0)]);
}

function member({ path, mode, data = Buffer.alloc(0), device = [0, 0] }: CpioEntry, inode: number): Buffer {
  const name = Buffer.from(`${path}\0`);
  const links = 1;
  const fields = [inode, mode, 0, 0, links, 0, data.length, 0, 0, ...device, name.length, 0];
  const header = `070701${fields.map(field => field.toString(16).padStart(8, '0')).join('')}`;
  return Buffer.concat([pad4(Buffer.concat([Buffer.from(header), name])), pad4(data)]);
}

function pad4(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}
