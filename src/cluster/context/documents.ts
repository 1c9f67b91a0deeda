/** JSON and YAML text as plain values. */

/** The values a text holds, and what stopped the reading. */
export interface Documents {
  readonly documents: readonly unknown[];
  readonly error: string | undefined;
}

/** Whether a text begins as JSON does. */
export function looksLikeJson(text: string): boolean {
  return /^\s*[[{]/.test(text);
}

/** Whether a text is YAML as kubectl and calicoctl print it. */
export function looksLikeYaml(text: string): boolean {
  return /^(?:- )?(?:apiVersion|kind|items|metadata):/m.test(text);
}

/**
 * Reads JSON: one value, several lists or objects one behind the other (as several calls of kubectl leave them in one file), or YAML's flow style.
 * The part of a cut-off file that comes before its end is read as far as whole values go.
 */
export async function readDocuments(text: string): Promise<Documents> {
  if (!looksLikeJson(text)) return readYaml(text);
  try {
    return { documents: [JSON.parse(text)], error: undefined };
  } catch (error) {
    // kubectl and ip indent everything but the outermost brackets.
    const pieces = text.split(/^(?=[[{])/m);
    if (pieces.length === 1) return { documents: [], error: messageOf(error) };
    return readPieces(pieces);
  }
}

function readPieces(pieces: readonly string[]): Documents {
  const documents: unknown[] = [];
  let failure: string | undefined;
  for (const piece of pieces) {
    if (piece.trim() === '') continue;
    try {
      documents.push(JSON.parse(piece));
    } catch (error) {
      failure ??= messageOf(error);
    }
  }
  return { documents, error: failure };
}

async function readYaml(text: string): Promise<Documents> {
  const { loadAll } = await import('js-yaml');
  const documents: unknown[] = [];
  let failure: string | undefined;
  // Documents are read one by one, so that a broken one leaves the others.
  for (const piece of text.split(/^---.*$/m)) {
    if (piece.trim() === '') continue;
    try {
      documents.push(...loadAll(piece));
    } catch (error) {
      failure ??= messageOf(error);
    }
  }
  return { documents, error: failure };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
}
