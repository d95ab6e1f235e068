// The settings of a bus in its form, drawn from what the protocol declares: what means nothing is hidden, what is seldom changed
// is folded away, and only what differs from the defaults is kept.
import type { DrawnField } from '../../editor/define-node.ts';
import { outputsInto } from '../../editor/drawing.ts';
import { element } from '../../editor/element.ts';
import { askFaults, type FieldFault } from '../../editor/field-faults.ts';
import type { ProtocolForm } from './bus.form-facts.ts';
import { hasVariable, type OptionFault, optionFaults } from './option-faults.ts';
import { type OptionInput, optionInput } from './option-input.ts';
import { counts, differences, type Settings } from './options.ts';

/** Long enough that nobody is asked at every key. */
const ASK_AFTER_MS = 400;
const PLACE = '#gw-form-settings';
const PROTOCOL = '#node-input-protocol';

/** @param protocols  in the language of the editor, which is known only later */
export function settingsField(protocols: () => readonly ProtocolForm[]): DrawnField {
  const formOf = (name: unknown) => protocols().find(protocol => protocol.name === name);
  let open: SettingsForm | undefined;
  return {
    prepare(node) {
      const select = $(PROTOCOL);
      for (const { name, title } of protocols()) select.append($('<option>').val(name).text(title));
      select.val(String(node.protocol ?? ''));
      // What was filled in for one protocol is there again when somebody comes back to it.
      const drafts = new Map<string, Settings>([[String(node.protocol), settingsOf(node.settings)]]);
      let shown = String(node.protocol);
      const show = () => {
        if (open !== undefined) drafts.set(shown, open.read());
        shown = String(select.val() ?? '');
        open?.close();
        const protocol = formOf(shown);
        open = protocol === undefined ? undefined : new SettingsForm(node, protocol, drafts.get(shown) ?? {});
        $('#gw-protocol-summary').text(protocol?.summary ?? '');
      };
      open = undefined;
      select.on('change', () => {
        if (select.val() !== shown) show();
      });
      show();
    },
    read: () => open?.read() ?? {},
    faults(node, value) {
      if (node.mode === 'passthrough') return [];
      const fields = formOf(node.protocol)?.fields ?? [];
      const titles = new Map(fields.map(({ field, title }) => [field, title]));
      return optionFaults(fields, settingsOf(value), wireInto(node) !== undefined).map(
        fault => `${titles.get(fault.field)}: ${wordsOf(node, fault)}`,
      );
    },
  };
}

function settingsOf(value: unknown): Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Settings) : {};
}

function wordsOf(node: EditorNode, { key, values }: OptionFault): string {
  return node._(key, values ?? {});
}

/** One protocol's settings, as long as they are shown. */
class SettingsForm {
  readonly #node: EditorNode;
  readonly #protocol: ProtocolForm;
  readonly #inputs = new Map<string, OptionInput>();
  readonly #wire: WiredConnector | undefined;
  readonly #rare: HTMLDetailsElement;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;
  #said: readonly FieldFault[] = [];

  constructor(node: EditorNode, protocol: ProtocolForm, settings: Settings) {
    this.#node = node;
    this.#protocol = protocol;
    this.#wire = wireInto(node);
    this.#rare = element('details', { class: 'gw-rare' }, element('summary', {}, node._('label.rare')));
    const place = element('div');
    for (const field of protocol.fields) {
      const input = optionInput(node, field, settings[field.field], () => this.#changed());
      this.#inputs.set(field.field, input);
      (field.rare === true ? this.#rare : place).append(input.row);
    }
    place.append(this.#rare);
    $(PLACE).empty().append(place);
    for (const input of this.#inputs.values()) input.ready();
    this.#rare.open = this.#rareFields().some(({ field }) => field in this.read());
    this.#showWire();
    this.#changed();
  }

  read(): Settings {
    return differences(this.#protocol.fields, this.#everything());
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#asked += 1;
  }

  #everything(): Settings {
    return Object.fromEntries([...this.#inputs].map(([field, input]) => [field, input.read()]));
  }

  #rareFields(): ProtocolForm['fields'] {
    return this.#protocol.fields.filter(({ rare }) => rare === true);
  }

  #changed(): void {
    const [{ fields }, settings] = [this.#protocol, this.#everything()];
    for (const field of fields)
      this.#inputs.get(field.field)?.row.toggleAttribute('hidden', !counts(field, fields, settings));
    this.#rare.hidden = this.#rareFields().every(field => !counts(field, fields, settings));
    this.#complain();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), ASK_AFTER_MS);
  }

  async #ask(): Promise<void> {
    this.#asked += 1;
    const mine = this.#asked;
    // The form may be gone.
    if (!document.body.contains(this.#rare)) return;
    const fields = { name: 'bus', protocol: this.#protocol.name, settings: this.read() };
    const said = await askFaults('gatewright-bus', fields);
    if (mine !== this.#asked) return;
    this.#said = said;
    this.#complain();
  }

  /** What the form sees for itself comes first: it is there at once, and in the language of the editor. */
  #complain(): void {
    const settings = this.#everything();
    const own = optionFaults(this.#protocol.fields, settings, this.#wire !== undefined);
    for (const [field, input] of this.#inputs) {
      const seen = own.find(fault => fault.field === field);
      const said = this.#said.find(fault => fault.field.replace(/^settings\./, '').split(/[.[]/)[0] === field);
      const told = said === undefined || hasVariable(settings[field]) ? undefined : sentence(said);
      input.complain(seen === undefined ? told : wordsOf(this.#node, seen));
    }
  }

  /** A connector that is wired fills in the option that would name it. */
  #showWire(): void {
    const wire = this.#wire;
    if (wire === undefined) return;
    for (const { field, connector } of this.#protocol.fields) {
      const row = connector === wire.kind ? this.#inputs.get(field)?.row : undefined;
      const input = row?.querySelector('input');
      if (row === undefined || !input || input.value !== '') continue;
      for (const one of row.querySelectorAll<HTMLInputElement | HTMLButtonElement>('input, button'))
        one.disabled = true;
      row.querySelector('.red-ui-typedInput-input')?.setAttribute('placeholder', wire.device);
      row.append(element('div', { class: 'gw-hint gw-wired' }, this.#node._('hint.wired', { from: wire.from })));
    }
  }
}

function sentence({ fact, remedy }: FieldFault): string {
  return `${fact.charAt(0).toUpperCase()}${fact.slice(1)}. ${remedy}`;
}

interface WiredConnector {
  readonly kind: string;
  readonly device: string;
  /** `com1 of box`. */
  readonly from: string;
}

/** The connector of the box that is wired to a bus. */
function wireInto(node: EditorNode): WiredConnector | undefined {
  return outputsInto(node)
    .flatMap(({ node: box, port }) => {
      const { interfaces } = box;
      const entry: unknown = Array.isArray(interfaces) ? interfaces[port] : undefined;
      if (typeof entry !== 'object' || entry === null) return [];
      const { kind, device, label } = entry as Readonly<Record<string, unknown>>;
      const from = node._('label.connector', { label: String(label ?? ''), box: box.name ?? '' });
      return [{ kind: String(kind ?? 'ethernet'), device: String(device ?? ''), from }];
    })
    .at(0);
}
