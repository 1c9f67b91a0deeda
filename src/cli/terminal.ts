/** What the terminal can show. */
import { createStyle, type Style } from '../render/style.ts';
import type { CommandIo } from './io.ts';

/** The style for standard output: colours by option, `NO_COLOR` (no-color.org), `FORCE_COLOR` and whether it is a terminal; symbols by locale. */
export function styleFor(when: 'auto' | 'always' | 'never', { stdout, env }: CommandIo): Style {
  const isForced = (env['FORCE_COLOR'] ?? '') !== '' && env['FORCE_COLOR'] !== '0';
  const isRefused = (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
  const color = when === 'always' || (when === 'auto' && !isRefused && (stdout.isTTY || isForced));
  return createStyle({ color, unicode: isUnicode(env) });
}

/** Whether the locale is UTF-8; one that says nothing is taken for a modern one unless it is the C locale. */
function isUnicode(env: CommandIo['env']): boolean {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  if (locale === '') return true;
  return /utf-?8/i.test(locale);
}
