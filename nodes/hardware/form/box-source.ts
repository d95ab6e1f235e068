// Where the form has the profile of its box from: a model that can be bought, a file, the box itself, or nowhere.
import { RequestRefused } from '../../../editor/client.ts';
import { element } from '../../../editor/element.ts';
import type { Finding } from '../../../runtime/hardware/finding.ts';
import type { BoxProfile } from '../../../runtime/hardware/profile.ts';
import type { formFacts } from '../hardware.form-facts.ts';
import { type BoxModel, modelOf } from '../model.ts';
import { describeBox, probeBox } from './box-client.ts';

type BuiltInModels = typeof formFacts;

/** More findings of a file than anybody reads in a form. */
const MOST_FINDINGS = 8;
/** The worst first. */
const SEVERITIES = ['error', 'warning', 'info'] as const;

export interface BoxSourceWorld {
  readonly node: EditorNode;
  readonly models: BuiltInModels;
  /** Name of the gateway that is chosen now; empty when none is. */
  gateway(): string;
  /** Another box was chosen, whose values shall be filled in. */
  chosen(model: BoxModel): void;
  /** What is known of the box changed. */
  changed(): void;
}

export class BoxSource {
  readonly #world: BoxSourceWorld;
  #profile: BoxProfile | null;
  #selected: string;
  /** What the last question was about: an answer to an older one comes too late. */
  #asked = 0;

  constructor(world: BoxSourceWorld) {
    this.#world = world;
    const { node, models } = world;
    this.#profile = (node.profile as BoxProfile | null | undefined) ?? null;
    this.#selected = String(node.model ?? 'custom');
    const select = this.#select();
    for (const { id, title } of models) select.append($('<option>').val(id).text(title));
    select.on('change', () => this.#choose(String(select.val())));
    this.#showImported();
    select.val(this.#selected);
    $('#gw-box-probe').on('click', () => void this.#ask(() => this.#probe()));
    $('#gw-box-import').on('click', () => $('#gw-box-file').trigger('click'));
    $('#gw-box-file').on('change', event => void this.#ask(() => this.#import(event.target as HTMLInputElement)));
    this.#showSources();
  }

  /** The profile to keep in the node; `null` when the name of its model says all. */
  profile(): BoxProfile | null {
    return this.#selected === 'imported' ? this.#profile : null;
  }

  /** What is known of the box; `undefined` when it is drawn by hand. */
  model(): BoxModel | undefined {
    if (this.#selected === 'imported') return this.#profile === null ? undefined : modelOf(this.#profile);
    return this.#world.models.find(({ id }) => id === this.#selected);
  }

  /** Takes a profile without filling anything in. */
  keep(profile: BoxProfile): void {
    this.#profile = profile;
    this.#selected = 'imported';
    this.#showImported();
    this.#select().val('imported');
    this.#showSources();
    this.#world.changed();
  }

  /** Asks the box itself. What goes wrong is said in the form. @returns `undefined` when nothing came of it */
  async askBox(): Promise<BoxProfile | undefined> {
    let found: BoxProfile | undefined;
    await this.#ask(async () => {
      found = await this.#asking();
      return [];
    });
    return found;
  }

  #select(): JQuery {
    return $('#node-input-model');
  }

  // Node-RED says "change" once when the form opens; only a choice of the user fills anything in.
  #choose(id: string): void {
    if (id === this.#selected) return;
    this.#selected = id;
    this.#asked += 1;
    this.say('');
    this.#showFindings([]);
    this.#showSources();
    const model = this.model();
    if (model !== undefined) this.#world.chosen(model);
    this.#world.changed();
  }

  async #probe(): Promise<readonly Finding[]> {
    this.#fill(await this.#asking());
    return [];
  }

  async #asking(): Promise<BoxProfile> {
    const gateway = this.#world.gateway();
    if (gateway === '') throw new RequestRefused(this.#words('label.noGateway'), '');
    return probeBox(gateway);
  }

  async #import(input: HTMLInputElement): Promise<readonly Finding[]> {
    const [file] = input.files ?? [];
    if (file === undefined) return [];
    const text = await file.text();
    // So that the same file, corrected, can be chosen again.
    input.value = '';
    const { profile, findings } = await describeBox(text);
    this.#fill(profile);
    return findings;
  }

  #fill(profile: BoxProfile): void {
    this.keep(profile);
    this.#world.chosen(modelOf(profile));
    this.#world.changed();
  }

  /** Runs a question, and says what came of it. The buttons rest meanwhile. */
  async #ask(question: () => Promise<readonly Finding[]>): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    this.say(this.#words('label.asking'));
    $('.gw-box-buttons button').prop('disabled', true);
    try {
      const findings = await question();
      if (asked !== this.#asked) return;
      this.say('');
      this.#showFindings(findings);
    } catch (error) {
      if (asked === this.#asked) this.#refused(error);
    } finally {
      $('.gw-box-buttons button').prop('disabled', false);
    }
  }

  #refused(error: unknown): void {
    const { message, remedy } = error instanceof RequestRefused ? error : new RequestRefused(String(error), '');
    this.#showFindings([]);
    this.say([message === '' ? this.#words('label.noAnswer') : message, remedy].join(' ').trim(), true);
  }

  /** Says something below the model. */
  say(text: string, isFault = false): void {
    $('#gw-box-note').text(text).toggleClass('gw-fault', isFault).toggleClass('gw-hint', !isFault);
  }

  #showImported(): void {
    this.#select().find('option[value="imported"]').remove();
    if (this.#profile === null) return;
    const title = modelOf(this.#profile).title;
    const text = title === '' ? this.#words('choice.model.imported') : title;
    $('<option>').val('imported').text(text).insertAfter(this.#select().find('option[value="custom"]'));
  }

  /** Where the figures are from, so that nobody takes for a fact what is only remembered. */
  #showSources(): void {
    const items = (this.model()?.sources ?? []).map(({ confidence, source }) =>
      element('li', {}, `${this.#words(`label.confidence.${confidence}`)}: ${source}`),
    );
    $('#gw-model-sources')
      .empty()
      .append(...items);
  }

  #showFindings(findings: readonly Finding[]): void {
    const shown = SEVERITIES.flatMap(severity => findings.filter(finding => finding.severity === severity))
      .slice(0, MOST_FINDINGS)
      .map(({ severity, summary, remedy }) => element('li', { class: `gw-${severity}` }, `${summary} ${remedy}`));
    const more = findings.length - shown.length;
    $('#gw-box-findings')
      .empty()
      .append(...shown, ...(more > 0 ? [element('li', {}, this.#world.node._('label.moreFindings', { more }))] : []));
  }

  #words(key: string): string {
    return this.#world.node._(key);
  }
}
