// Packages of Debian for another architecture, fetched as an ordinary user: with lists and a cache of our own, so that apt's
// own state and the packages installed here do not matter.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.ts';

/** A list is fetched in seconds; what takes so long does not come. */
const UPDATE_MS = 120_000;

export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  /** Path of the `.deb`. */
  readonly file: string;
}

export class Debian {
  readonly #folder: string;
  readonly #architecture: string;
  readonly #options: readonly string[];

  /** @param folder  for lists and packages; kept between builds */
  constructor(folder: string, architecture: string) {
    this.#folder = folder;
    this.#architecture = architecture;
    const lists = join(folder, 'lists');
    const cache = join(folder, 'cache');
    mkdirSync(join(lists, 'partial'), { recursive: true });
    mkdirSync(join(cache, 'archives', 'partial'), { recursive: true });
    mkdirSync(join(folder, 'packages'), { recursive: true });
    this.#options = [
      `-oAPT::Architecture=${architecture}`,
      `-oAPT::Architectures=${architecture}`,
      `-oDir::State::Lists=${lists}`,
      `-oDir::Cache=${cache}`,
      '-oDir::State::status=/dev/null',
      '-oAPT::Sandbox::User=',
      '-oDebug::NoLocking=1',
      // Somebody may be waiting for the first start, and without a network it goes on without an image.
      '-oAcquire::http::Timeout=20',
      '-oAcquire::Retries=1',
    ];
  }

  /** Whether this machine can fetch packages at all. */
  static available(): boolean {
    return ['apt-get', 'dpkg-deb'].every(program => spawnSync(program, ['--version']).status === 0);
  }

  /**
   * Asks the archive what there is. It says nothing here when the archive does not answer, or one source of it has no such
   * architecture: the fetch decides.
   * @param maxAgeMs  what was asked no longer ago is still good
   */
  update(maxAgeMs: number): void {
    const stamp = join(this.#folder, 'asked');
    if (existsSync(stamp) && Date.now() - statSync(stamp).mtimeMs < maxAgeMs) return;
    spawnSync('apt-get', [...this.#options, '-q', 'update'], { stdio: 'ignore', timeout: UPDATE_MS });
    if (readdirSync(join(this.#folder, 'lists')).some(name => name.includes('_Packages'))) writeFileSync(stamp, '');
  }

  /** What a meta package depends on, the first one that fits. @throws Error when the archive does not know it */
  dependency(name: string, fits: RegExp): string {
    const said = run('apt-cache', [...this.#options, 'depends', name]);
    const found = [...said.matchAll(/Depends: (\S+)/g)].map(match => match[1] ?? '').find(one => fits.test(one));
    if (found === undefined) throw new Error(`${name} depends on nothing like ${fits.source}; look at the archive`);
    return found;
  }

  /** Fetches the newest version, once. @throws Error when the archive does not answer or does not have it */
  fetch(name: string): DebianPackage {
    const folder = join(this.#folder, 'packages');
    const { version, file } = this.#candidate(name);
    const path = join(folder, file);
    if (!existsSync(path)) run('apt-get', [...this.#options, '-q', 'download', `${name}=${version}`], folder);
    if (!existsSync(path)) throw new Error(`apt-get left no ${file}, but ${readdirSync(folder).join(' ')}`);
    return { name, version, file: path };
  }

  #candidate(name: string): { readonly version: string; readonly file: string } {
    const said = run('apt-cache', [...this.#options, 'show', '--no-all-versions', name]);
    const version = /^Version: (\S+)$/m.exec(said)?.[1];
    const architecture = /^Architecture: (\S+)$/m.exec(said)?.[1] ?? this.#architecture;
    if (version === undefined) throw new Error(`the archive has no ${name} for ${this.#architecture}`);
    return { version, file: `${name}_${version.replaceAll(':', '%3a')}_${architecture}.deb` };
  }
}
