// An image as one file: a plain tar archive of its files, the manifest first. The same image always gives the same bytes. Reads
// nothing but plain files without folders, and never more than an image may have.
import { Header } from 'tar';
import { MANIFEST_FILE } from '../../model/image.ts';
import { type ImageFiles, readManifest, unusable, verifyImage } from './verify.ts';

/** Of a tar archive; headers and padding fill whole blocks. */
const BLOCK = 512;
const MAX_MANIFEST_BYTES = 64 * 1024;
/** The largest bundle that is read. */
export const MAX_BUNDLE_BYTES = 256 * 1024 * 1024;

/** @throws GW_IMAGE_UNUSABLE when the files are no image */
export function writeBundle(files: ImageFiles): Buffer {
  verifyImage(files, 'this set of files');
  const rest = [...files.keys()].filter(name => name !== MANIFEST_FILE).sort();
  const members = [MANIFEST_FILE, ...rest].flatMap(path => member(path, files.get(path) ?? Buffer.alloc(0)));
  return Buffer.concat([...members, Buffer.alloc(2 * BLOCK)]);
}

/**
 * The files of a bundle, every byte checked.
 * @param where  what the bundle came from, for messages
 * @throws GW_IMAGE_UNUSABLE when it is cut, damaged, or holds anything that is not of the image
 */
export function readBundle(data: Buffer, where: string): ImageFiles {
  const files = new Map<string, Buffer>();
  let expected: Readonly<Record<string, { readonly bytes: number }>> = {
    [MANIFEST_FILE]: { bytes: MAX_MANIFEST_BYTES },
  };
  for (let at = 0; at < data.length; ) {
    const header = headerAt(data, at, where);
    if (header === undefined) break;
    const { path, size } = header;
    const limit = Object.hasOwn(expected, path) ? expected[path] : undefined;
    if (limit === undefined || files.has(path)) throw unusable(where, `it holds ${JSON.stringify(path)} out of turn`);
    if (size > limit.bytes) throw unusable(where, `${path} is larger than it may be`);
    at += BLOCK;
    if (at + size > data.length) throw unusable(where, `it ends in the middle of ${path}`);
    const content = Buffer.from(data.subarray(at, at + size));
    files.set(path, content);
    if (path === MANIFEST_FILE) expected = readManifest(content, where).files;
    at += Math.ceil(size / BLOCK) * BLOCK;
  }
  verifyImage(files, where);
  return files;
}

/** `undefined` at the end mark. */
function headerAt(
  data: Buffer,
  at: number,
  where: string,
): { readonly path: string; readonly size: number } | undefined {
  if (at + BLOCK > data.length) throw unusable(where, 'it is cut');
  const header = new Header(data, at);
  if (header.nullBlock) return undefined;
  const { cksumValid, type, path, size } = header;
  if (!cksumValid || path === undefined || size === undefined || !Number.isSafeInteger(size) || size < 0)
    throw unusable(where, 'it is not a tar archive, or it is damaged');
  if (type !== 'File') throw unusable(where, `${JSON.stringify(path)} in it is not a plain file`);
  return { path, size };
}

function member(path: string, data: Buffer): Buffer[] {
  const block = Buffer.alloc(BLOCK);
  const extended = new Header({
    path,
    size: data.length,
    mode: 0o644,
    mtime: new Date(0),
    type: 'File',
    uid: 0,
    gid: 0,
  }).encode(block, 0);
  if (extended) throw new Error(`${path} does not fit a plain tar header`);
  return [block, data, Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK)];
}
