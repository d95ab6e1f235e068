// Where the form has the profile of its box from: a model that can be bought, a file, the box itself, or nowhere.
import { RequestRefused } from '../../../editor/client.ts';
import { element } from '../../../editor/element.ts';
import type { Finding } from '../../../runtime/hardware/finding.ts';
import type { BoxProfile } from '../../../runtime/hardware/profile.ts';
import type { formFacts } from '../hardware.form-facts.ts';
import { type BoxModel, modelOf } from '../model.ts';
import { plainProfile } from '../plain-profile.ts';
import { describeBox, probeBox } from './box-client.ts';

/** More findings of a file than anybody reads in a form. */
const MOST_FINDINGS = 8;
/** The worst first. */
const SEVERITIES = ['error', 'warning', 'info'] as const;

export interface BoxSourceWorld {
  readonly node: EditorNode;
  readonly models: typeof formFacts;
  /** Name of the gateway that is chosen now; empty when none is. */
  gateway(): string;
  /** Another box was chosen, whose values shall be filled in. */
  chosen(model: BoxModel): void;
  /** What is known of the box changed. */
  changed(): void;
}

/** A profile that came from elsewhere, with what is to be said of it. */
interface Answer {
  readonly profile: BoxProfile;
  readonly findings: readonly Finding[];
  readonly note: string;
}

type Own = { readonly profile: BoxProfile; readonly model: BoxModel };

export class BoxSource {
  readonly #world: BoxSourceWorld;
  readonly #select: JQuery;
  /** The profile of the node itself, when it has one. */
  #own: Own | undefined;
  #selected: string;
  /** Counts the questions: an answer to an older one comes too late. */
  #asked = 0;

  constructor(world: BoxSourceWorld) {
    this.#world = world;
    this.#select = $('#node-input-model');
    const { node, models } = world;
    const profile = node.profile as BoxProfile | null | undefined;
    this.#own = profile ? { profile, model: modelOf(profile) } : undefined;
    this.#selected = String(node.model ?? 'custom');
    for (const { id, title } of models) this.#select.append($('<option>').val(id).text(title));
    this.#showOwn();
    this.#select.val(this.#selected).on('change', () => this.#choose(String(this.#select.val())));
    $('#gw-box-probe').on('click', () => this.askBox(found => this.#fill(found)));
    $('#gw-box-import').on('click', () => $('#gw-box-file').trigger('click'));
    $('#gw-box-file').on('change', event => this.#import(event.target as HTMLInputElement));
    this.#showSources();
  }

  /** The profile to keep in the node; `null` when the name of its model says all. */
  profile(): BoxProfile | null {
    return this.#selected === 'imported' ? (this.#own?.profile ?? null) : null;
  }

  /** What is known of the box; `undefined` when it is drawn by hand. */
  model(): BoxModel | undefined {
    if (this.#selected === 'imported') return this.#own?.model;
    return this.#world.models.find(({ id }) => id === this.#selected);
  }

  /** Takes a profile without filling anything in. */
  keep(taken: BoxProfile): void {
    const profile = plainProfile(taken);
    this.#own = { profile, model: modelOf(profile) };
    this.#selected = 'imported';
    this.#showOwn();
    this.#select.val('imported');
    this.#showSources();
    this.#world.changed();
  }

  /** Asks the box itself. What goes wrong is said in the form. @param use  called with what it has */
  askBox(use: (found: BoxProfile) => void): void {
    void this.#ask(() => this.#probe(), use);
  }

  /** Says something below the model. */
  say(text: string, isFault = false): void {
    $('#gw-box-note').text(text).toggleClass('gw-fault', isFault).toggleClass('gw-hint', !isFault);
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

  async #probe(): Promise<Answer> {
    const { node, gateway } = this.#world;
    const name = gateway();
    if (name === '') throw new RequestRefused(node._('label.noGateway'), '');
    const { profile, label = 'real' } = await probeBox(name);
    return { profile, findings: [], note: label === 'real' ? '' : node._(`label.box.${label}`, { gateway: name }) };
  }

  #import(input: HTMLInputElement): void {
    const [file] = input.files ?? [];
    if (file === undefined) return;
    const read = async () => ({ ...(await describeBox(await file.text())), note: '' });
    void this.#ask(read, profile => this.#fill(profile)).then(() => {
      // So that the same file, corrected, can be chosen again.
      input.value = '';
    });
  }

  #fill(profile: BoxProfile): void {
    this.keep(profile);
    this.#world.chosen(modelOf(profile));
    this.#world.changed();
  }

  /** Asks, uses the answer, and says what is to be said of it. The buttons rest meanwhile. Never rejects. */
  async #ask(question: () => Promise<Answer>, use: (profile: BoxProfile) => void): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    // The form may be closed by then, and that of another node be open.
    const isLate = () => asked !== this.#asked || !this.#isOpen();
    this.say(this.#world.node._('label.asking'));
    $('.gw-box-buttons button').prop('disabled', true);
    try {
      const { profile, findings, note } = await question();
      if (isLate()) return;
      this.say(note);
      this.#showFindings(findings);
      use(profile);
    } catch (error) {
      if (!isLate()) this.#refused(error);
    } finally {
      if (this.#isOpen()) $('.gw-box-buttons button').prop('disabled', false);
    }
  }

  #isOpen(): boolean {
    return this.#select[0]?.isConnected === true;
  }

  #refused(error: unknown): void {
    const { message, remedy } = error instanceof RequestRefused ? error : new RequestRefused(String(error), '');
    this.#showFindings([]);
    const fact = message === '' ? this.#world.node._('label.noAnswer') : message;
    this.say([fact, remedy].join(' ').trim(), true);
  }

  #showOwn(): void {
    this.#select.find('option[value="imported"]').remove();
    if (this.#own === undefined) return;
    const { title } = this.#own.model;
    const text = title === '' ? this.#world.node._('choice.model.imported') : title;
    $('<option>').val('imported').text(text).insertAfter(this.#select.find('option[value="custom"]'));
  }

  /** Where the figures are from, so that nobody takes for a fact what is only remembered. */
  #showSources(): void {
    const { node } = this.#world;
    const items = (this.model()?.sources ?? []).map(({ confidence, source }) =>
      element('li', {}, `${node._(`label.confidence.${confidence}`)}: ${source}`),
    );
    $('#gw-model-sources')
      .empty()
      .append(...items);
  }

  #showFindings(findings: readonly Finding[]): void {
    const { node } = this.#world;
    const shown = SEVERITIES.flatMap(severity => findings.filter(finding => finding.severity === severity))
      .slice(0, MOST_FINDINGS)
      .map(({ severity, summary, remedy }) => element('li', { class: `gw-${severity}` }, `${summary} ${remedy}`));
    const more = findings.length - shown.length;
    $('#gw-box-findings')
      .empty()
      .append(...shown, ...(more > 0 ? [element('li', {}, node._('label.moreFindings', { more }))] : []));
  }
}
