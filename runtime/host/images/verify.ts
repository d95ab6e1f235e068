// Whether a set of files is an image: the manifest, and exactly the files it names, each with the bytes it promises.
import { createHash } from 'node:crypto';
import { GatewrightError } from '../../model/errors.ts';
import { ImageManifest, MANIFEST_FILE } from '../../model/image.ts';

/** Files of an image by name, the manifest among them. */
export type ImageFiles = ReadonlyMap<string, Buffer>;

export interface VerifiedImage {
  /** SHA-256 of the manifest in hex; as the manifest has the hash of every file, it names the whole. */
  readonly id: string;
  readonly manifest: ImageManifest;
}

/** How whoever has no usable image gets one. */
export const HOW_TO_GET = 'run npm run embedded-image -- --install, or gatewright image fetch FILE|URL';

/** @param where  what the files came from, for the message */
export function unusable(where: string, why: string): GatewrightError {
  return new GatewrightError('GW_IMAGE_UNUSABLE', `${where} is no usable image: ${why}; ${HOW_TO_GET}`);
}

/** SHA-256 in hex. */
export function sha256(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

/**
 * Reads a manifest alone. @param where  what it came from, for the message
 * @throws GW_IMAGE_UNUSABLE when it is none, or names a file to boot from that it does not have
 */
export function readManifest(data: Buffer, where: string): ImageManifest {
  const parsed = ImageManifest.safeParse(parseJson(data));
  if (!parsed.success) throw unusable(where, `its ${MANIFEST_FILE} is not one (${parsed.error.issues[0]?.message})`);
  const { kernel, initrd, bios, vgaBios, notice, files } = parsed.data;
  const lacking = [kernel, initrd, bios, vgaBios, notice].find(
    name => name !== undefined && !Object.hasOwn(files, name),
  );
  if (lacking !== undefined) throw unusable(where, `its ${MANIFEST_FILE} does not list ${lacking}`);
  return parsed.data;
}

/**
 * Checks every byte.
 * @param where  what the files came from, for the message
 * @throws GW_IMAGE_UNUSABLE when a file is missing, changed or not of the image
 */
export function verifyImage(files: ImageFiles, where: string): VerifiedImage {
  const data = files.get(MANIFEST_FILE);
  if (data === undefined) throw unusable(where, `it has no ${MANIFEST_FILE}`);
  const manifest = readManifest(data, where);
  for (const [name, { bytes, sha256: hash }] of Object.entries(manifest.files)) {
    const file = files.get(name);
    if (file === undefined) throw unusable(where, `${name} is missing`);
    if (file.length !== bytes || sha256(file) !== hash) throw unusable(where, `${name} was changed or is damaged`);
  }
  const strange = [...files.keys()].find(name => name !== MANIFEST_FILE && !Object.hasOwn(manifest.files, name));
  if (strange !== undefined) throw unusable(where, `${strange} does not belong to it`);
  return { id: sha256(data), manifest };
}

function parseJson(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString('utf8'));
  } catch {
    return undefined;
  }
}
