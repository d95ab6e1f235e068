// The images of a machine: `<images>/<name>/<architecture>/…`, each there whole or not at all, and checked before it is used.
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isGatewrightError } from '../../model/errors.ts';
import type { ImageManifest } from '../../model/image.ts';
import { ioError, listFolder, removePath, removeUnfinishedOf, replaceFile, UNFINISHED } from '../local-files.ts';
import { type ImageFiles, unusable, type VerifiedImage, verifyImage } from './verify.ts';

/** No file of an image is larger; a larger one is not read at all. */
const MAX_FILE_BYTES = 256 * 1024 * 1024;
/** An install takes seconds; what is older was left by a kill. */
const LEFT_OVER_MS = 60 * 60 * 1000;
/** Others may install the same image at once; each round one of them is done. */
const MOST_ROUNDS = 20;

export interface InstalledImage extends VerifiedImage {
  /** Folder with the manifest and the files it names. */
  readonly directory: string;
}

/** An image of the list that cannot be used has `problem` in place of an id. */
export type ListedImage =
  | ({ readonly name: string; readonly architecture: string; readonly problem?: undefined } & InstalledImage)
  | { readonly name: string; readonly architecture: string; readonly directory: string; readonly problem: string };

/** Reads the files of an image's folder and checks them all. @throws GW_IMAGE_UNUSABLE, GW_HOST_IO */
export async function readImageFolder(directory: string): Promise<InstalledImage & { readonly files: ImageFiles }> {
  const files = new Map<string, Buffer>();
  for (const name of await listFolder(directory)) files.set(name, await readWhole(join(directory, name)));
  if (files.size === 0) throw unusable(directory, 'there is nothing');
  return { ...verifyImage(files, directory), directory, files };
}

export class ImageStore {
  readonly #directory: string;

  /** @param directory  of the store; need not be there yet */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * An image, every byte of it checked.
   * @throws GW_IMAGE_UNUSABLE with what to do, when it is not there or was changed; GW_HOST_IO
   */
  async open(
    name: string,
    architecture: ImageManifest['architecture'],
  ): Promise<InstalledImage & { readonly files: ImageFiles }> {
    const directory = this.#place(name, architecture);
    if ((await listFolder(directory)).length === 0)
      throw unusable(`${name} (${architecture})`, `it is not in ${this.#directory}`);
    const image = await readImageFolder(directory);
    if (image.manifest.name !== name || image.manifest.architecture !== architecture)
      throw unusable(directory, `it is ${image.manifest.name} for ${image.manifest.architecture}`);
    return image;
  }

  /**
   * Checks an image and puts it into the store in place of an older one of its name. Safe beside another install, and when
   * killed: the store then has the old image, the new one or none.
   * @param where  what the files came from, for messages
   * @throws GW_IMAGE_UNUSABLE, GW_HOST_IO
   */
  async install(files: ImageFiles, where: string): Promise<InstalledImage> {
    const image = verifyImage(files, where);
    const directory = this.#place(image.manifest.name, image.manifest.architecture);
    const installed = { ...image, directory };
    if (await this.#has(directory, image.id)) return installed;
    const half = this.#unfinished();
    try {
      await mkdir(half, { recursive: true });
      for (const [name, data] of files) await replaceFile(join(half, name), data, 0o644);
      await mkdir(join(this.#directory, image.manifest.name), { recursive: true });
      await this.#swap(half, directory);
    } catch (cause) {
      throw isGatewrightError(cause) ? cause : ioError('install an image in', this.#directory, cause);
    } finally {
      await removePath(half);
    }
    await removeUnfinishedOf(this.#directory, LEFT_OVER_MS);
    return installed;
  }

  /** Everything that lies in the store, sorted by name; images of other back ends are not listed. @throws GW_HOST_IO */
  async list(): Promise<readonly ListedImage[]> {
    const listed: ListedImage[] = [];
    for (const name of await listFolder(this.#directory))
      for (const architecture of ['amd64', 'i386'] as const) {
        const directory = this.#place(name, architecture);
        if ((await listFolder(directory)).length > 0) listed.push(await this.#look(name, architecture, directory));
      }
    return listed;
  }

  /** Names of what lies in the store for one of some processors, sorted; nothing is looked into. @throws GW_HOST_IO */
  async names(architectures: readonly ImageManifest['architecture'][]): Promise<readonly string[]> {
    const names: string[] = [];
    for (const name of await listFolder(this.#directory)) {
      const folders = await Promise.all(architectures.map(one => listFolder(this.#place(name, one))));
      if (folders.some(files => files.length > 0)) names.push(name);
    }
    return names;
  }

  async #look(name: string, architecture: ImageManifest['architecture'], directory: string): Promise<ListedImage> {
    try {
      const { id, manifest } = await this.open(name, architecture);
      return { name, architecture, directory, id, manifest };
    } catch (error) {
      if (!isGatewrightError(error)) throw error;
      return { name, architecture, directory, problem: error.message };
    }
  }

  #place(name: string, architecture: string): string {
    return join(this.#directory, name, architecture);
  }

  #unfinished(): string {
    return join(this.#directory, `${UNFINISHED}${randomBytes(6).toString('hex')}`);
  }

  async #has(directory: string, id: string): Promise<boolean> {
    try {
      return (await readImageFolder(directory)).id === id;
    } catch {
      return false;
    }
  }

  /** A folder cannot be replaced in one step, so the old one is put aside first. */
  async #swap(half: string, directory: string): Promise<void> {
    for (let round = 1; ; round++) {
      const aside = this.#unfinished();
      await rename(directory, aside).catch(ignore('ENOENT'));
      await removePath(aside);
      try {
        return await rename(half, directory);
      } catch (cause) {
        const code = (cause as NodeJS.ErrnoException).code;
        if (round === MOST_ROUNDS || (code !== 'ENOTEMPTY' && code !== 'EEXIST')) throw cause;
      }
    }
  }
}

function ignore(code: string): (cause: NodeJS.ErrnoException) => undefined {
  return cause => {
    if (cause.code !== code) throw cause;
  };
}

async function readWhole(path: string): Promise<Buffer> {
  try {
    const found = await stat(path);
    if (!found.isFile() || found.size > MAX_FILE_BYTES) throw unusable(path, 'no such file belongs to an image');
    return await readFile(path);
  } catch (cause) {
    throw isGatewrightError(cause) ? cause : ioError('read', path, cause);
  }
}
