// A dark theme, as theme packs make one: Node-RED's own variables with other values.
import type { Page } from 'playwright-core';

const VARIABLES: Readonly<Record<string, string>> = {
  'primary-background': '#1e2127',
  'secondary-background': '#262a31',
  'tertiary-background': '#2c313a',
  'view-background': '#1b1d22',
  'view-grid-color': '#2a2d33',
  'primary-text-color': '#e6e8eb',
  'secondary-text-color': '#a4abb5',
  'header-text-color': '#e6e8eb',
  'primary-border-color': '#333942',
  'secondary-border-color': '#444b55',
  'tertiary-border-color': '#333942',
  'form-background': '#1e2127',
  'form-text-color': '#e6e8eb',
  'form-placeholder-color': '#a4abb5',
  'form-input-background': '#1b1d22',
  'form-input-border-color': '#5a626d',
  'form-button-background': '#333942',
  'workspace-button-background': '#333942',
  'workspace-button-color': '#e6e8eb',
  'text-color-link': '#7ab8f5',
  'tab-background-active': '#262a31',
  'tab-text-color-active': '#e6e8eb',
  'list-item-color': '#e6e8eb',
  'list-item-background': '#1e2127',
  'list-item-background-hover': '#333942',
};

/** Turns the editor in a page dark, until it is loaded anew. */
export async function darken(page: Page): Promise<void> {
  const rules = Object.entries(VARIABLES).map(([name, value]) => `--red-ui-${name}: ${value};`);
  await page.addStyleTag({ content: `:root { ${rules.join(' ')} }` });
}
