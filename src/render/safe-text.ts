/** Text from captures made safe to show: a name in a packet must not command the terminal that shows it. */

/**
 * Characters that are not shown as they are: C0 and C1 controls and DEL, soft hyphen, zero-width and bidirectional controls (Unicode Standard
 * Annex #9), line and paragraph separators, interlinear annotation, the byte order mark, unpaired surrogates and tag characters.
 */
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|\udb40[\udc00-\udfff]/g;

function escapeCharacter(character: string): string {
  switch (character) {
    case '\n':
      return '\\n';
    case '\r':
      return '\\r';
    case '\t':
      return '\\t';
    default: {
      const code = character.codePointAt(0) ?? 0;
      return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
    }
  }
}

/** Most texts are; to look for that takes a fifth of the time of the search above. */
function isPrintableAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e) return false;
  }
  return true;
}

/** The text on one line with every character that could act on a terminal written as an escape: `\x1b`, `\u{202e}`. */
export function safeText(text: string): string {
  return isPrintableAscii(text) ? text : text.replace(UNSAFE, escapeCharacter);
}

/** A value as JSON on one line. Beyond what JSON asks for, C1 and bidirectional controls are escaped, for JSON is looked at on terminals too. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replace(UNSAFE, (found) =>
    Array.from({ length: found.length }, (_, i) => `\\u${found.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''),
  );
}

/** A JSON string literal, escaped as `jsonText` does. */
export function jsonString(text: string): string {
  return jsonText(text);
}
