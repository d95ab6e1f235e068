// What a form shows to whom has no mouse, looked at from inside the page. Sent there as source, so it uses nothing of this file.

/** Where the keyboard is. */
export interface Place {
  /** The same for the same control of another row; empty when the keyboard has left the form. */
  readonly key: string;
  /** What the control holds; of something that unfolds, whether it has. */
  readonly value: string;
  /** Which row of its list it is in, and of how many; -1 = in none. */
  readonly row: number;
  readonly rows: number;
}

/** A place that was looked at. */
export interface Stop extends Place {
  readonly kind: 'text' | 'select' | 'check' | 'button' | 'link' | 'handle' | 'summary' | 'add' | 'other';
  /** What is wrong with how it is shown. */
  readonly faults: readonly string[];
  /** Keys of controls that are shown and where the keyboard never was. */
  readonly unseen: readonly string[];
  /** How many there are. */
  readonly choices: number;
}

/** Puts `gwWalk` into the page. */
export function installWalk(): void {
  const CONTROLS =
    'a, button, input:not([type="hidden"]), select, textarea, summary, [role="button"], [tabindex]:not([tabindex="-1"])';
  const looks = new WeakMap<Element, string>();
  const seen = new WeakSet<Element>();
  let pressed: Element | null = null;
  let isArmed = false;
  // While it is armed a press is only noted.
  window.addEventListener(
    'click',
    event => {
      if (!isArmed) return;
      pressed = event.target as Element;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    { capture: true },
  );

  const tray = () => [...document.querySelectorAll<HTMLElement>('.red-ui-tray')].at(-1);
  const isShown = (one: Element) => {
    const { width, height } = one.getBoundingClientRect();
    const isOff = one.matches(':disabled, .disabled, [aria-disabled="true"], [id^="red-ui-trap-"], [inert] *');
    return !isOff && width > 0 && height > 0 && one.checkVisibility({ visibilityProperty: true });
  };
  const controls = () => [...(tray()?.querySelectorAll(CONTROLS) ?? [])].filter(isShown);
  const keyOf = (one: Element): string => {
    const list = one.closest('.red-ui-editableList')?.querySelector('ol')?.id ?? '';
    const field = one.getAttribute('data-gw-field');
    if (list !== '' && field !== null) return `${list} ${field}`;
    const typed = one.closest('.red-ui-typedInput-container')?.querySelector('.red-ui-typedInput-input');
    if (typed && one !== typed) return `${typed.id} type`;
    if (one.hasAttribute('data-gw-socket')) return 'socket';
    const said = one.id || one.getAttribute('aria-label') || one.textContent?.trim() || '';
    const plain = one.closest('li') === null ? said : `${one.classList[0]}`;
    return `${list} ${one.tagName} ${list === '' ? said : plain}`.trim();
  };
  const kindOf = (one: Element): Stop['kind'] => {
    if (one.matches('.red-ui-editableList-item-handle')) return 'handle';
    if (one.matches('.red-ui-editableList-addButton')) return 'add';
    if (one.matches('select')) return 'select';
    if (one.matches('summary')) return 'summary';
    if (one.matches('input[type="checkbox"]')) return 'check';
    if (one.matches('button, [role="button"]')) return 'button';
    if (one.matches('a[href]')) return 'link';
    return one.matches('input[type="text"], input:not([type]), textarea') ? 'text' : 'other';
  };
  /** What may show that the keyboard is there: on the control, around it, or in it. */
  const lookOf = (one: Element) => {
    const around = one.closest('.red-ui-typedInput-container, .gw-list-switch');
    const inside = one instanceof SVGElement ? [...one.children] : [];
    return [one, ...(around === null ? [] : [around]), ...inside]
      .map(part => {
        const { outlineStyle, outlineWidth, outlineColor, boxShadow, borderColor, stroke } = getComputedStyle(part);
        const outline = outlineStyle === 'none' ? '' : `${outlineStyle} ${outlineWidth} ${outlineColor}`;
        return [outline, boxShadow, borderColor, part instanceof SVGElement ? stroke : ''].join(' ');
      })
      .join('; ');
  };
  const coveredBy = (one: Element) => {
    const { left, top, width, height } = one.getBoundingClientRect();
    const [x, y] = [left + width / 2, top + height / 2];
    const on = document.elementFromPoint(x, y);
    if (on === null) return `at ${Math.round(x)}, ${Math.round(y)} it is outside of the window`;
    const own = one.closest('.red-ui-typedInput-container, label, a, button') ?? one;
    return one.contains(on) || own.contains(on) || on.contains(one)
      ? undefined
      : `${on.tagName}.${on.classList} covers it`;
  };
  const held = (one: Element) => {
    if (one instanceof HTMLInputElement && one.type === 'checkbox') return String(one.checked);
    const details = one.matches('summary') ? one.closest('details') : null;
    return details === null ? String((one as HTMLInputElement).value ?? '') : String(details.open);
  };
  const rowsOf = (one: Element | null) => {
    const row = one?.closest('.red-ui-editableList li');
    const rows = [...(row?.parentElement?.children ?? [])];
    return { row: row ? rows.indexOf(row) : -1, rows: rows.length };
  };

  /** Faults of how the keyboard is shown at a control. */
  const faultsOf = (at: Element) => {
    const covered = coveredBy(at);
    const isHidden = looks.get(at) === lookOf(at);
    return [...(isHidden ? ['looks as without the keyboard'] : []), ...(covered === undefined ? [] : [covered])];
  };
  const at = () => {
    const focused = document.activeElement;
    return focused !== null && tray()?.contains(focused) ? focused : undefined;
  };

  Object.assign(globalThis, {
    gwWalk: {
      /** Where the keyboard is, only passing by: it does not count as seen. */
      pass(): Place {
        const control = at();
        if (control === undefined) return { key: '', value: '', row: -1, rows: 0 };
        return { key: keyOf(control), value: held(control), ...rowsOf(control) };
      },
      look(): Stop {
        const control = at();
        const shown = controls();
        for (const one of shown) if (one !== control && !looks.has(one)) looks.set(one, lookOf(one));
        if (control !== undefined) seen.add(control);
        const outside = `the keyboard is at ${document.activeElement?.tagName} ${document.activeElement?.id}`;
        return {
          ...this.pass(),
          kind: control === undefined ? 'other' : kindOf(control),
          faults: control === undefined ? [outside] : faultsOf(control),
          unseen: shown.filter(one => !seen.has(one)).map(keyOf),
          choices: control instanceof HTMLSelectElement ? control.options.length : 0,
        };
      },
      /** Notes presses and does not let anybody hear of them. */
      arm(is: boolean) {
        isArmed = is;
      },
      /** @returns whether the control with the keyboard was pressed since it was asked last */
      wasPressed() {
        const was = pressed !== null && at()?.contains(pressed) === true;
        pressed = null;
        return was;
      },
    },
  });
}
