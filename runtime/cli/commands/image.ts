// `gatewright image`: the guest images of this machine.
import { readBundle } from '../../host/images/bundle.ts';
import { readBundleSource } from '../../host/images/bundle-source.ts';
import { ImageStore, type InstalledImage, type ListedImage } from '../../host/images/store.ts';
import { sha256, unusable } from '../../host/images/verify.ts';
import { EXIT, type ExitCode, UsageError } from '../exit.ts';
import type { CliDocument } from '../shapes.ts';
import type { Terminal } from '../terminal.ts';

type ImageEntry = CliDocument<'image'>['images'][number];

export interface FetchOption {
  /** Expected SHA-256 of the bundle in hex. */
  readonly sha256?: string;
}

/**
 * Installs an image from a bundle.
 * @param source     path or http(s) address of a bundle
 * @param directory  of the store
 * @throws UsageError for a hash that is none, GatewrightError GW_IMAGE_UNUSABLE, GW_HOST_IO
 */
export async function fetchImage(
  terminal: Terminal,
  directory: string,
  source: string,
  option: FetchOption,
): Promise<ExitCode> {
  const expected = option.sha256?.toLowerCase();
  if (expected !== undefined && !/^[0-9a-f]{64}$/.test(expected))
    throw new UsageError('--sha256 takes 64 hex digits; copy them from where the bundle is offered');
  const bundle = await readBundleSource(source, { progress: (done, all) => tell(terminal, done, all) });
  if (expected !== undefined && sha256(bundle) !== expected)
    throw unusable(source, `its SHA-256 is ${sha256(bundle)} and not the one you gave`);
  const image = await new ImageStore(directory).install(readBundle(bundle, source), source);
  const { name, architecture } = image.manifest;
  terminal.result({ version: 1, command: 'image', ok: true, images: [entryOf(image)] }, [
    `${name} (${architecture}) is in ${image.directory}, id ${image.id}`,
  ]);
  return EXIT.ok;
}

/** Shows every image of the store; exits with 1 when one cannot be used. @param directory  of the store */
export async function listImages(terminal: Terminal, directory: string): Promise<ExitCode> {
  const listed = await new ImageStore(directory).list();
  const sound = listed.every(image => image.problem === undefined);
  const lines = listed.map(image =>
    image.problem === undefined
      ? `${image.name} (${image.architecture}) in ${image.directory}, id ${image.id}`
      : image.problem,
  );
  const document = { version: 1, command: 'image', ok: sound, images: listed.map(listedEntry) } as const;
  terminal.result(document, lines.length === 0 ? [`There are no images in ${directory}.`] : lines);
  return sound ? EXIT.ok : EXIT.findings;
}

function listedEntry(image: ListedImage): ImageEntry {
  if (image.problem === undefined) return entryOf(image);
  const { name, architecture, directory, problem } = image;
  return { name, architecture, directory, problem };
}

function entryOf({ id, manifest: { name, architecture }, directory }: InstalledImage): ImageEntry {
  return { name, architecture, directory, id };
}

function tell(terminal: Terminal, done: number, all: number | undefined): void {
  const mebibytes = (bytes: number) => (bytes / 1024 / 1024).toFixed(1);
  terminal.progress(`fetched ${mebibytes(done)}${all === undefined ? '' : ` of ${mebibytes(all)}`} MiB`);
}
